import type { Break } from '../break.ts';

export const ofOtherClients: readonly Break[] = [
  {
    what: 'each client: puts what is to be told behind the result of any kind of tool, and says where there is no place',
    file: 'src/opencode-plugin/plugin.ts',
    replace: 'put ? {} : { isLost: true }',
    by: '{}',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › puts what is to be told behind the result of any kind of tool, and says where there is no place',
  },
  {
    what: 'each client: tells the shell of its model whose it is, and hides what an outer client said of itself',
    file: 'src/opencode-plugin/plugin.ts',
    replace: "for (const name of outerMarks) if (process.env[name]) env[name] = '';",
    by: '',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › tells the shell of its model whose it is, and hides what an outer client said of itself',
  },
  {
    what: 'each client: tells what sub-agents do as theirs, at whatever depth, also of one of an earlier run',
    file: 'src/opencode-plugin/conversations.ts',
    replace: 'level < levels',
    by: 'level < 1',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › tells what sub-agents do as theirs, at whatever depth, also of one of an earlier run',
  },
  {
    what: 'each client: wakes a resting conversation in the mode its user chose, and takes those words for nobody’s task',
    file: 'src/opencode-plugin/sleepers.ts',
    replace: '{ ...this.#voices.get(id), parts:',
    by: '{ parts:',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › wakes a resting conversation in the mode its user chose, and takes those words for nobody’s task',
  },
  {
    what: 'each client: runs the configured program where no server answers',
    file: 'src/opencode-plugin/link.ts',
    replace: 'await this.#run(event, input, take).catch(() => undefined);',
    by: '',
    caughtBy: 'src/opencode-plugin/plugin.test.ts › runs the configured program %s',
  },
  {
    what: 'each client: does not wake one that goes on meanwhile, nor any of a run with one prompt',
    file: 'src/opencode-plugin/sleepers.ts',
    replace: 'if (isOnePrompt() || rest.signal.aborted) return;',
    by: 'if (rest.signal.aborted) return;',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › does not wake one that goes on meanwhile, nor any of a run with one prompt',
  },
  {
    what: 'each client: does not wake one that goes on meanwhile, nor any of a run with one prompt',
    file: 'src/opencode-plugin/sleepers.ts',
    replace: '    this.#resting.get(id)?.abort();\n    this.#resting.delete(id);\n    await this.#noting',
    by: '    await this.#noting',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › does not wake one that goes on meanwhile, nor any of a run with one prompt',
  },
  {
    what: 'each client: gives a client that tells its servers nothing no conversation of the client it was started from',
    file: 'src/clients/agents.ts',
    replace: "const firstConversation = traits.environment === 'nothing' ? null : named;",
    by: 'const firstConversation = named;',
    caughtBy:
      'test/scenarios/opencode-calls.test.ts › gives a client that tells its servers nothing no conversation of the client it was started from',
  },
  {
    what: 'each client: is taken out before the tool sees it',
    file: 'src/surfaces/mcp/server.ts',
    replace: "if (mark === undefined || typeof input[mark] !== 'string') return",
    by: 'if (true) return',
    caughtBy: 'test/scenarios/opencode-calls.test.ts › is taken out before the tool sees it',
  },
  {
    what: 'each client: has each conversation in the checkout it works in, served by the server of that folder',
    file: 'src/clients/opencode.ts',
    replace: ", servers: 'of folders'",
    by: '',
    caughtBy:
      'test/clients/opencode-serve.test.ts › has each conversation in the checkout it works in, served by the server of that folder',
  },
  {
    what: 'each client: is answered in its own words by the hooks of Copilot CLI, which it runs as its own',
    file: 'src/clients/vscode.ts',
    replace: "readsHooksOf: ['copilot-cli'],",
    by: '',
    caughtBy:
      'test/scenarios/editors.test.ts › is answered in its own words by the hooks of Copilot CLI, which it runs as its own',
  },
  {
    what: 'each client: is left alone by the hooks of Claude Code, which it runs too',
    file: 'src/clients/claude-code.ts',
    replace: 'input.cursor_version === undefined &&',
    by: '',
    caughtBy: 'test/scenarios/editors.test.ts › is left alone by the hooks of Claude Code, which it runs too',
  },
  {
    what: 'each client: goes on by an urgent message when it stops, unless its user has stopped it',
    file: 'src/clients/cursor.ts',
    replace: "|| status === 'aborted'",
    by: '',
    caughtBy:
      'test/scenarios/editors.test.ts › goes on by an urgent message when it stops, unless its user has stopped it',
  },
  {
    what: 'each client: is one that git tracks: it stays as it is, and that is said once',
    file: 'src/system/notification-file.ts',
    replace: 'if (tellsOf(next, this.#owner)) await this.#assertPrivate(root, name, seen);',
    by: '',
    caughtBy: 'src/system/notification-file.test.ts › is one that git tracks: it stays as it is, and that is said once',
  },
  {
    what: 'each client: loses the lines of those who are gone, whoever looks',
    file: 'src/core/notification-text.ts',
    replace: 'owner !== mine.owner && !isGone(owner)',
    by: 'owner !== mine.owner',
    caughtBy: 'src/core/notification-text.test.ts › loses the lines of those who are gone, whoever looks',
  },
  {
    what: 'each client: says what to do where there is no program, and stops no hook by that',
    file: 'plugin/bin/signalbox.mjs',
    replace: "process.exitCode = command === 'hook' || command === 'statusline' ? 0 : 1;",
    by: 'process.exitCode = 1;',
    caughtBy: 'test/scenarios/plugin.test.ts › says what to do where there is no program, and stops no hook by that',
  },
  {
    what: 'each client: of one session only the last waiter stands; the one before is told to go and wakes nobody',
    file: 'src/surfaces/hook/wait.ts',
    replace: 'this.#standing.get(id)?.abort();',
    by: '',
    caughtBy:
      'src/surfaces/hook/wait.test.ts › of one session only the last waiter stands; the one before is told to go and wakes nobody',
  },
  {
    what: 'each client: a stop that reached nobody is known by its waiter',
    file: 'src/surfaces/hook/wait.ts',
    replace: 'if (isMissed && !gone.aborted) await',
    by: "if (isMissed && !gone.aborted && id === '') await",
    caughtBy: 'src/surfaces/hook/wait.test.ts › a stop that reached nobody is known by its waiter',
  },
  {
    what: 'each client: a waiter that hangs up is forgotten, and no message counts as announced by it',
    file: 'src/surfaces/hook/wait.ts',
    replace: "gone.addEventListener('abort', leave, { once: true });",
    by: '',
    caughtBy:
      'src/surfaces/hook/wait.test.ts › a waiter that hangs up is forgotten, and no message counts as announced by it',
  },
  {
    what: 'each client: a waiter that came a moment before its stop is answered with it',
    file: 'src/surfaces/hook/served.ts',
    replace: 'hints => hints.bump(),',
    by: '() => undefined,',
    caughtBy: 'src/surfaces/hook/wait.test.ts › a waiter that came a moment before its stop is answered with it',
  },
  {
    what: 'each client: a session whose stop was held up is not woken: it goes on',
    file: 'src/tools/client-event.ts',
    replace: 'if (goesOn) unit.tx',
    by: "if (goesOn && branch === '') unit.tx",
    caughtBy: 'src/surfaces/hook/wait.test.ts › a session whose stop was held up is not woken: it goes on',
  },
  {
    what: 'each client: standing ready is no activity, and brings nobody back who has ended',
    file: 'src/tools/resting.ts',
    replace: 'if (me === undefined || me.endedAt !== null) return null;\n',
    by: 'if (me === undefined) return null;\n',
    caughtBy: 'src/surfaces/hook/wait.test.ts › standing ready is no activity, and brings nobody back who has ended',
  },
  {
    what: 'each client: a waiter ends with the reason to wake its session, which has no word of the message',
    file: 'src/core/wake.ts',
    replace: "me.reach === 'channel' || me.reach === reach ? me",
    by: "me.reach !== 'calls' ? me",
    caughtBy:
      'src/surfaces/hook/wait.test.ts › a waiter ends with the reason to wake its session, which has no word of the message',
  },
  {
    what: 'each client: a failure is told once by all processes of one client, and again when something has worked in bet',
    file: 'src/system/failure-mark.ts',
    replace: "return (error as NodeJS.ErrnoException).code !== 'EEXIST';",
    by: 'return true;',
    caughtBy:
      'src/system/failure-mark.test.ts › a failure is told once by all processes of one client, and again when something has worked in between',
  },
  {
    what: 'each client: the mark of an earlier client with the same pid keeps nothing from the user',
    file: 'src/system/failure-mark.ts',
    replace: 'if (age > limits.failureToldMs) rmSync',
    by: 'if (age < 0) rmSync',
    caughtBy:
      'src/system/failure-mark.test.ts › the mark of an earlier client with the same pid keeps nothing from the user',
  },
  {
    what: 'each client: %s is read and answered as recorded: %s',
    file: 'src/clients/claude-code.ts',
    replace: "prompt?.startsWith('<task-notification>') ? null : prompt",
    by: 'prompt',
    caughtBy: 'test/golden/hooks.test.ts › %s is read and answered as recorded: %s',
  },
];
