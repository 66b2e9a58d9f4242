import type { Break } from '../break.ts';

export const ofEachClient: readonly Break[] = [
  {
    what: 'each client: the lease of a session never hangs from the server of a sub-agent',
    file: 'src/tools/callers.ts',
    replace: "if (subAgent !== null && this.traits.servers === 'of threads') {",
    by: 'if (false) {',
    caughtBy: 'src/tools/callers.test.ts › the lease of a session never hangs from the server of a sub-agent',
  },
  {
    what: 'each client: a sub-agent is a child of the session that another server serves, and the session is one',
    file: 'src/tools/callers.ts',
    replace: 'const isOfOne = this.#isOfOne && owner.conversation !== null;',
    by: 'const isOfOne = false;',
    caughtBy:
      'src/tools/callers.test.ts › a sub-agent is a child of the session that another server serves, and the session is one',
  },
  {
    what: 'each client: a sub-agent ends with its thread, and its session with it if nothing else was ever heard of that',
    file: 'src/tools/callers.ts',
    replace: 'await Promise.all([...this.#guests.values()].map(guest => this.#dismiss(guest).catch(() => undefined)));',
    by: '',
    caughtBy:
      'src/tools/callers.test.ts › a sub-agent ends with its thread, and its session with it if nothing else was ever heard of that',
  },
  {
    what: 'each client: the end of a conversation ends its session; a server that does not know it says so',
    file: 'src/tools/callers.ts',
    replace: 'if (!agent?.isHere) return isOnly;',
    by: 'if (!agent?.isHere) return true;',
    caughtBy:
      'src/tools/callers.test.ts › the end of a conversation ends its session; a server that does not know it says so',
  },
  {
    what: 'each client: a server that minds many conversations one after the other forgets those that are over',
    file: 'src/tools/callers.ts',
    replace: 'if (lives) continue;',
    by: 'continue;',
    caughtBy:
      'src/tools/callers.test.ts › a server that minds many conversations one after the other forgets those that are over',
  },
  {
    what: 'each client: act as the one below the conversation, whoever told first',
    file: 'src/tools/callers.ts',
    replace: 'const above = told.conversation === null ? undefined : this.#lineage.get(told.conversation);',
    by: 'const above = undefined;',
    caughtBy: 'src/tools/callers.test.ts › act as the one below the conversation, whoever told first',
  },
  {
    what: 'each client: is not woken where its client cannot be, and nobody is told otherwise',
    file: 'src/surfaces/hook/wakers.ts',
    replace: 'const canWake = await this.#waking.canWake(client, conversation);',
    by: 'const canWake = true;',
    caughtBy:
      'src/surfaces/hook/served.test.ts › is not woken where its client cannot be, and nobody is told otherwise',
  },
  {
    what: 'each client: is woken in the conversation that it went on in, by the server of the one before too',
    file: 'src/surfaces/hook/wakers.ts',
    replace: 'this.#waking.wake(client, conversation, wake.text)',
    by: "this.#waking.wake(client, 'A', wake.text)",
    caughtBy:
      'src/surfaces/hook/served.test.ts › is woken in the conversation that it went on in, by the server of the one before too',
  },
  {
    what: 'each client: is woken for a message with one sentence that holds none of it, and once',
    file: 'src/surfaces/hook/served.ts',
    replace: 'if (clientNamed(client)?.wakeCommand) void this.#wakers.stand(caller, client);',
    by: '',
    caughtBy:
      'src/surfaces/hook/served.test.ts › is woken for a message with one sentence that holds none of it, and once',
  },
  {
    what: 'each client: is woken within seconds where another process still hears its hints',
    file: 'src/tools/resting.ts',
    replace: 'isDeaf ? limits.safetyPollMs : limits.restingPollMs;',
    by: 'limits.restingPollMs;',
    caughtBy: 'src/surfaces/hook/served.test.ts › is woken within seconds where another process still hears its hints',
  },
  {
    what: 'each client: is not tried where the text would be lost or lie about: %j',
    file: 'src/clients/codex.ts',
    replace: 'if (!servesTerminals) return undefined;',
    by: '',
    caughtBy: 'src/clients/codex.test.ts › is not tried where the text would be lost or lie about: %j',
  },
  {
    what: 'each client: holds only fields that Codex takes on %s: any other makes it drop all of them',
    file: 'src/clients/codex.ts',
    replace: '...(notice && noticeEvents.includes(name) ? { systemMessage: notice } : {}),',
    by: '...(notice ? { systemMessage: notice } : {}),',
    caughtBy:
      'src/clients/codex.test.ts › holds only fields that Codex takes on %s: any other makes it drop all of them',
  },
  {
    what: 'each client: is never what we woke it with',
    file: 'src/core/client-event.ts',
    replace: ' || prompt.trimStart().startsWith(ourMark)',
    by: '',
    caughtBy: 'src/core/client-event.test.ts › is never what we woke it with',
  },
  {
    what: 'each client: tells a command in the shell of its model whose it is, and a server that was started there nothin',
    file: 'src/clients/environment.ts',
    replace: "const ofShell = serves === 'command' ? environment.CODEX_SESSION_ID : undefined;",
    by: 'const ofShell = undefined;',
    caughtBy:
      'src/clients/environment.test.ts › tells a command in the shell of its model whose it is, and a server that was started there nothing',
  },
  {
    what: 'each client: of another server is told nothing of ours',
    file: 'src/clients/copilot-cli.ts',
    replace: "if (session === null || !isOurServer(textOf(input.serverName) ?? '')) return { stdout: '' };",
    by: "if (session === null) return { stdout: '' };",
    caughtBy: 'src/clients/copilot-cli.test.ts › of another server is told nothing of ours',
  },
  {
    what: 'each client: tell an event by the time that all files give it, and a second one of its kind by another',
    file: 'src/clients/copilot-cli.ts',
    replace: 'input.toolName, mark, input.timestamp];',
    by: 'input.toolName, mark, Math.random()];',
    caughtBy:
      'src/clients/copilot-cli.test.ts › tell an event by the time that all files give it, and a second one of its kind by another',
  },
  {
    what: 'each client: take what we said ourselves for no prompt of the user, and what Copilot says itself for one witho',
    file: 'src/clients/copilot-cli.ts',
    replace: "if (prompt?.startsWith('Signalbox: ')) return plainEvent('batch-end');",
    by: '',
    caughtBy:
      'src/clients/copilot-cli.test.ts › take what we said ourselves for no prompt of the user, and what Copilot says itself for one without a text',
  },
  {
    what: 'each client: take what the user wrote for the prompt, and neither what hooks put before it nor our own words',
    file: 'src/clients/gemini-cli.ts',
    replace: "return own === '' || own.startsWith('Signalbox: ') ? null : own;",
    by: 'return prompt;',
    caughtBy:
      'src/clients/gemini-cli.test.ts › take what the user wrote for the prompt, and neither what hooks put before it nor our own words',
  },
  {
    what: 'each client: carry nothing where Gemini shows its model nothing: before a tool, and after one that failed',
    file: 'src/clients/gemini-cli.ts',
    replace: 'hasFailed ? { carries: false, hasFailed } : {}',
    by: 'hasFailed ? { hasFailed } : {}',
    caughtBy:
      'src/clients/gemini-cli.test.ts › carry nothing where Gemini shows its model nothing: before a tool, and after one that failed',
  },
  {
    what: 'each client: keep the session when its context is cleared, and end it with every other end',
    file: 'src/clients/gemini-cli.ts',
    replace: "if (event?.kind === 'end' && input.reason === 'clear') return undefined;",
    by: '',
    caughtBy:
      'src/clients/gemini-cli.test.ts › keep the session when its context is cleared, and end it with every other end',
  },
  {
    what: 'each client: are told apart as events by their instant, and heard from Gemini alone',
    file: 'src/clients/gemini-cli.ts',
    replace: 'environment.GEMINI_SESSION_ID !== undefined',
    by: 'true',
    caughtBy: 'src/clients/gemini-cli.test.ts › are told apart as events by their instant, and heard from Gemini alone',
  },
  {
    what: 'each client: ends the sessions of conversations that are deleted or closed, and runs once in a folder',
    file: 'src/opencode-plugin/plugin.ts',
    replace: 'if (places.has(context.directory)) return {};',
    by: '',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › ends the sessions of conversations that are deleted or closed, and runs once in a folder',
  },
  {
    what: 'each client: tells that a sub-agent stopped before the result of its work is shown to its starter',
    file: 'src/opencode-plugin/plugin.ts',
    replace: 'await this.#childStopping.get(owner.conversation);',
    by: '',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › tells that a sub-agent stopped before the result of its work is shown to its starter',
  },
  {
    what: 'each client: marks calls of our tools, of no others, and leaves no mark behind',
    file: 'src/opencode-plugin/plugin.ts',
    replace: 'Reflect.deleteProperty(args, callArgument)',
    by: 'Boolean(args)',
    caughtBy: 'src/opencode-plugin/plugin.test.ts › marks calls of our tools, of no others, and leaves no mark behind',
  },
  {
    what: 'each client: tells its user once what is wrong, and disturbs nobody with a server that talks nonsense or hangs',
    file: 'src/opencode-plugin/plugin.ts',
    replace: 'if (this.#said.has(message)) return;',
    by: '',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › tells its user once what is wrong, and disturbs nobody with a server that talks nonsense or hangs up',
  },
  {
    what: 'each client: has a conversation reminded with the next step after it was compacted, once',
    file: 'src/opencode-plugin/plugin.ts',
    replace: 'if (put && this.#compacted.has(sessionID)) await this.#begin(owner, show);',
    by: '',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › has a conversation reminded with the next step after it was compacted, once',
  },
  {
    what: 'each client: hooks of Codex that changed are not trusted any more',
    file: 'src/clients/codex-trust.ts',
    replace: "? 'trusted' : 'modified';",
    by: "? 'trusted' : 'trusted';",
    caughtBy: 'src/clients/codex-trust.test.ts › is lost with %s',
  },
  {
    what: 'each client: an event that two files tell is one',
    file: 'src/surfaces/hook/served.ts',
    replace: 'if (before !== undefined && (isExact || before.teller !== teller)) return true;',
    by: '',
    caughtBy:
      'src/surfaces/hook/served.test.ts › by two of the client’s files is one, by the same file the next one, unless that cannot be',
  },
  {
    what: 'each client: a hook whose program is gone forbids nothing',
    file: 'src/clients/setup/command.ts',
    replace: 'return `${line} || true`;',
    by: 'return line;',
    caughtBy: 'src/clients/setup/command.test.ts › ends well whatever becomes of the program',
  },
  {
    what: 'each client: an answer that was lost is proven by nothing that follows',
    file: 'src/tools/client-event.ts',
    replace: 'noteShown(unit, whole, shownByHook)',
    by: "noteShown(unit, whole, 'tool')",
    caughtBy: 'src/tools/client-event.test.ts › whose answer at %s was lost is not proven seen by what follows',
  },
  {
    what: 'each client: a wake whose answer was lost is told at the next look',
    file: 'src/tools/resting.ts',
    replace: 'const isOurs = me.nudgedAt !== null && this',
    by: 'const isOurs = me.nudgedAt === null && this',
    caughtBy: 'src/tools/resting.test.ts › is told again at the next look when the answer to noting it was lost',
  },
  {
    what: 'each client: two servers of one client share its session',
    file: 'src/core/attach.ts',
    replace: 'if (before || isOnly) return before ?? all[0];',
    by: 'if (before || isOnly) return before ?? all.find(each => isUnserved(each));',
    caughtBy: 'src/core/attach.test.ts › takes over the session that a hook of its client let join',
  },
  {
    what: 'each client: what went with a tool is read when the tool has ended',
    file: 'src/core/client-event.ts',
    replace: "'before-tool': ['prompt'],",
    by: "'before-tool': ['prompt', 'tool'],",
    caughtBy:
      'src/tools/client-event.test.ts › that goes with a tool is read when the tool has ended, and comes again with the next prompt when it was broken off',
  },
  {
    what: 'each client: a fork that is told as a resume beside its origin never takes its place',
    file: 'src/core/attach.ts',
    replace: "const fork: SessionRecord = { ...session, clientSession, arrivedBy: 'fork' };",
    by: "const fork: SessionRecord = { ...session, ...inConversation(session, clientSession), arrivedBy: 'fork' };",
    caughtBy: 'src/core/attach.test.ts › was never in the conversation that it began with, when that is open elsewhere',
  },
  {
    what: 'each client: hooks ask no socket that others have put there',
    file: 'src/system/hook-socket.ts',
    replace: 'if (!isPrivateFolder(folder, process.platform, uid)) return [];',
    by: '',
    caughtBy:
      'src/system/hook-socket.test.ts › are none in a folder that is another user’s, or open to others, who would be told every prompt',
  },
];
