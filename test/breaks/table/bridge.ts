/** Breaks of what a machine behind a hub is promised. */
import type { Break } from '../break.ts';

const file = 'test/scenarios/hub-bridge.test.ts';
const station = 'src/surfaces/bridge/station.test.ts';
const hooks = 'src/surfaces/bridge/hooks.test.ts';
const block = 'test/scenarios/notification-block-hub.test.ts';
const rests = 'src/surfaces/bridge/rests.test.ts';
const near = 'src/bridge/near.test.ts';
const router = 'src/surfaces/bridge/router.test.ts';

export const ofBridge: readonly Break[] = [
  {
    what: 'bridge: what the machine knows of dead processes counts',
    file: 'src/core/lease.ts',
    replace: "view.processes.liveness(session.process) === 'dead'",
    by: 'false',
    caughtBy: 'src/core/hub-lease.test.ts › ends at once when its machine says that its process is dead',
  },
  {
    what: 'bridge: sessions are taken up again after a break',
    file: 'src/surfaces/bridge/talk.ts',
    replace: 'if (callers === undefined || (this.#left.size === 0 && this.#plays === null)) return;',
    by: 'if (callers === undefined || this.#left.size >= 0) return;',
    caughtBy: `${file} › is taken up again before its lease is over, by nobody but its machine`,
  },
  {
    what: 'bridge: what may be repeated is',
    file: 'src/tools/define-tool.ts',
    replace: 'tool.takesAgain?.(input) === true',
    by: 'false',
    caughtBy: `${file} › that waits gets what it waits for from the next one`,
  },
  {
    what: 'bridge: what may not be repeated is not',
    file: 'src/tools/message-send.ts',
    replace: 'takesAgain: ({ key }) => key !== undefined,',
    by: 'takesAgain: () => true,',
    caughtBy: `${file} › is not told that something was done, or was not, that may have been`,
  },
  {
    what: 'bridge: a hook does not wait for a hub that hangs',
    file: 'src/surfaces/bridge/router.ts',
    replace: 'if (isHook(message)) void this.#hurry(id, pending);',
    by: '',
    caughtBy: `${file} › are answered while the hub hangs, and its connection is not given up for that`,
  },
  {
    what: 'bridge: git is judged at the hub',
    file: 'src/surfaces/bridge/git-answer.ts',
    replace: 'if (answer) return answer;',
    by: 'if (answer) return { refused: false, lines: [], warnings: [], trailer: null };',
    caughtBy: `${file} › of git stop a commit of what another has locked`,
  },
  {
    what: 'bridge: a command in a shell of a session is that session',
    file: 'src/surfaces/bridge/guest.ts',
    replace: 'return session === null ? person(world, directory)',
    by: 'return session !== undefined ? person(world, directory)',
    caughtBy: `${file} › acts as the person whose token it is, or as the session in whose shell it runs`,
  },
  {
    what: 'bridge: a token file that others read is none',
    file: 'src/system/hub-token.ts',
    replace: '(mode & 0o077) !== 0',
    by: '(mode & 0o077) < 0',
    caughtBy: `${file} › stands in a file that is its user’s alone`,
  },
  {
    what: 'bridge: a repository gets no token by naming a hub',
    file: 'src/core/hub-address.ts',
    replace: 'return isOwnChoice ? (free ?? null) : null;',
    by: 'return free ?? null;',
    caughtBy: `${file} › goes to no hub that a repository names, unless it is meant for that one`,
  },
  {
    what: 'bridge: a token goes nowhere in the clear',
    file: 'src/core/hub-address.ts',
    replace: "url.protocol === 'http:' && !isLoopback(url.hostname)",
    by: "url.protocol === 'ftp:' && !isLoopback(url.hostname)",
    caughtBy: `${file} › goes nowhere unencrypted beyond this machine`,
  },
  {
    what: 'bridge: whoever takes a session up also leaves it',
    file: 'src/surfaces/bridge/talk.ts',
    replace: 'if (this.#left.size > 0 || this.#plays !== null) callers(client);',
    by: 'if (this.#left.size > 0 && callers) this.#callers = this.#guest.callers(client);',
    caughtBy: `${station} › ends its own time after that breaks too, also when nothing was said over it`,
  },
  {
    what: 'bridge: a place in the queue outlives its connection',
    file: 'src/tools/in-line.ts',
    replace: 'if (context.isCutOff?.()) throw hasLeft();',
    by: 'if (context.isCutOff === undefined && caller === null) throw hasLeft();',
    caughtBy: `${station} › is kept while its connection breaks, whoever comes meanwhile`,
  },
  {
    what: 'bridge: the key of a value is no key of a call',
    file: 'src/tools/define-tool.ts',
    replace: 'return tool.effect === ',
    by: 'return input.key !== undefined || tool.effect === ',
    caughtBy: `${router} › is not made again where it might undo what another has done since: the key of a value is no key of a call`,
  },
  {
    what: 'bridge: a token for one hub is for no other',
    file: 'src/core/hub-address.ts',
    replace: 'addresses.every(address => bound',
    by: 'addresses.some(address => bound',
    caughtBy:
      'src/core/hub-address.test.ts › goes to no other hub, also where a repository names that as a replica of one that it is for',
  },
  {
    what: 'bridge: other folders are no business of a hub',
    file: 'src/bridge/near.ts',
    replace: 'if (isNew && this.#projects.has(tree.project))',
    by: 'if (isNew)',
    caughtBy:
      'src/bridge/near.test.ts › is no other folder, also one that it has described itself, or placed a path in',
  },
  {
    what: 'bridge: a token for some tools has no hooks',
    file: 'src/surfaces/bridge/permitted.ts',
    replace: "return role !== 'read' && tools.length === 0;",
    by: "return role !== 'read' && tools.length >= 0;",
    caughtBy: `${hooks} › is refused all others, by resources and prompts too, and has no hooks`,
  },
  {
    what: 'bridge: a token for some tools has no hooks by the tool that hooks call',
    file: 'src/surfaces/mcp/server.ts',
    replace: 'permission.hasHooks ? parts.desk : null',
    by: 'parts.desk',
    caughtBy: `${hooks} › is refused all others, by resources and prompts too, and has no hooks`,
  },
  {
    what: 'bridge: what a hook refuses is noted',
    file: 'src/surfaces/bridge/permitted.ts',
    replace: 'return output.refused === true;',
    by: 'return output.refused === null;',
    caughtBy: `${hooks} › has what a hook refused, as whose session and without a text, and not what all others let through`,
  },
  {
    what: 'bridge: a sign of life is no request',
    file: 'src/surfaces/bridge/station.ts',
    replace: "what === 'beat' || what === 'bye' ? 'free' : 'counted'",
    by: "what === 'nothing' ? 'free' : 'counted'",
    caughtBy: `${station} › is no request of its token: one that has made too many still keeps its sessions`,
  },
  {
    what: 'bridge: a hub that does not serve its client is left',
    file: 'src/surfaces/bridge/router.ts',
    replace: "return link.close(errorIn({ error })?.message ?? 'not understood');",
    by: 'return;',
    caughtBy: `${router} › is left, with the reason that it gives`,
  },
  {
    what: 'bridge: requests of a client are bounded',
    file: 'src/surfaces/bridge/requests.ts',
    replace: 'if (this.#open.size >= limits.bridgeRequests) return false;',
    by: '',
    caughtBy: `${station} › may have so many requests under way and no more; the others are told so and go on`,
  },
  {
    what: 'bridge: whoever wakes a resting session goes on to the next hub',
    file: 'src/surfaces/bridge/hook-relay.ts',
    replace: 'if (await answered(channel, connection, Number.POSITIVE_INFINITY, clock)) return;',
    by: 'await answered(channel, connection, Number.POSITIVE_INFINITY, clock);\n    return;',
    caughtBy: 'src/surfaces/bridge/hook-relay.test.ts › stays there from hub to hub, until it is told to wake it',
  },
  {
    what: 'hub: no time that nobody waits for keeps it',
    file: 'src/surfaces/mcp/serve.ts',
    replace: '  done.abort();\n',
    by: '',
    caughtBy:
      'test/scenarios/hub-stop.test.ts › leaves nothing behind that keeps its process, also where machines are connected that work, wait or say nonsense',
  },
  {
    what: 'bridge: of the notification file a hub says a number',
    file: 'src/bridge/questions.ts',
    replace: 'tell: { words: z.tuple([count]),',
    by: 'tell: { words: z.tuple([z.any()]),',
    caughtBy: `${near} › is how many, and not a word`,
  },
  {
    what: 'bridge: a machine whose user names no file is asked to write none',
    file: 'src/surfaces/bridge/talk.ts',
    replace: 'hello.keepsBlock === true ?',
    by: 'hello.keepsBlock !== null ?',
    caughtBy: `${station} › is the only one that is asked to say it`,
  },
  {
    what: 'bridge: what is not taken up yet is not told to have no mail',
    file: 'src/surfaces/bridge/talk.ts',
    replace: 'if (unread > 0 || this.#left.size === 0) await',
    by: 'await',
    caughtBy: `${station} › is not told that nothing waits before its sessions are taken up again`,
  },
  {
    what: 'bridge: the notification block goes with its client, whatever the hub does',
    file: 'src/surfaces/bridge/serve.ts',
    replace: ', block?.close()]',
    by: ']',
    caughtBy: `${block} › goes with a client that goes while there is no hub, and with the next start after a crash`,
  },
  {
    what: 'bridge: the notification block of a crash goes with the next start, without a hub too',
    file: 'src/surfaces/bridge/serve.ts',
    replace: '  void notificationFile.tell(0);\n',
    by: '',
    caughtBy: `${block} › goes with a client that goes while there is no hub, and with the next start after a crash`,
  },
  {
    what: 'bridge: the server without a store does not keep the notification block',
    file: 'src/surfaces/bridge/serve.ts',
    replace: '        notificationFile: null,\n',
    by: '',
    caughtBy: `${block} › stays while the hub is gone, and is right at the next one`,
  },
  {
    what: 'bridge: a hub may wake what rests, and nothing else',
    file: 'src/surfaces/bridge/rests.ts',
    replace: "if (read.event.kind !== 'stop') return;",
    by: '',
    caughtBy: `${rests} › is one whose last hook was its stop, as the machine has seen`,
  },
  {
    what: 'bridge: what goes on rests no more',
    file: 'src/surfaces/bridge/rests.ts',
    replace: '    this.#resting.delete(conversation);\n    if (read.event',
    by: '    if (read.event',
    caughtBy: `${rests} › is one whose last hook was its stop, as the machine has seen`,
  },
  {
    what: 'bridge: what another server hears of is its own to wake',
    file: 'src/surfaces/bridge/rests.ts',
    replace:
      'for (const [conversation, { stop }] of this.#resting) if (stop === request) this.#resting.delete(conversation);',
    by: 'void request;',
    caughtBy: `${rests} › is one whose last hook was its stop, as the machine has seen`,
  },
  {
    what: 'bridge: a sub-agent that works does not end the rest of its conversation',
    file: 'src/surfaces/bridge/rests.ts',
    replace: ' || read?.owner.agent !== null) return;',
    by: ') return;',
    caughtBy: `${rests} › rests also while a sub-agent of it works, another conversation, or somebody who is no client`,
  },
  {
    what: 'bridge: the words by which a machine wakes are its own',
    file: 'src/surfaces/bridge/rests.ts',
    replace: 'this.#waking.wake(client, conversation, reason)',
    by: 'this.#waking.wake(client, conversation, `${reason} ${now}`)',
    caughtBy: `${rests} › is woken by the command that its own client’s definition makes, with words that are always the same`,
  },
  {
    what: 'bridge: once for each rest',
    file: 'src/surfaces/bridge/rests.ts',
    replace: 'if (rest.wokenAt !== null && begun - rest.wokenAt < limits.bridgeWakeSameRestMs) return true;',
    by: '',
    caughtBy: `${rests} › is once while it rests, and after minutes once more`,
  },
  {
    what: 'bridge: who says each second that it is time starts no program each second',
    file: 'src/surfaces/bridge/rests.ts',
    replace: 'if (last !== undefined) await',
    by: 'if (last === null) await',
    caughtBy: `${rests} › is not each second where it stops as often, nor where waking fails; what came too early is done in its time`,
  },
  {
    what: 'bridge: what went on while it was too early is not woken',
    file: 'src/surfaces/bridge/rests.ts',
    replace: 'if (this.#resting.get(conversation) !== rest) return false;',
    by: '',
    caughtBy: `${rests} › is never after it went on meanwhile`,
  },
  {
    what: 'bridge: a machine says that it cannot wake',
    file: 'src/surfaces/bridge/rests.ts',
    replace:
      '    if (rest === undefined) return false;\n    rest.isSure = true;\n    return this.#waking.canWake(rest.client, conversation);',
    by: '    if (rest !== undefined) rest.isSure = true;\n    return true;',
    caughtBy: `${rests} › is none where its client cannot be woken`,
  },
  {
    what: 'bridge: the next hub is told who rests, until it takes that',
    file: 'src/surfaces/bridge/rests.ts',
    replace: 'return reply !== undefined && reply.pass !== true;',
    by: 'return true;',
    caughtBy: `${rests} › is told of the stops since which nothing came, until it takes them`,
  },
  {
    what: 'bridge: a stop that may have been held up is no rest at the next hub',
    file: 'src/surfaces/bridge/rests.ts',
    replace: '.filter(({ isSure }) => isSure)',
    by: '',
    caughtBy: `${rests} › is told of a stop that no hub has answered, and of none that one may have held up`,
  },
  {
    what: 'bridge: a stop that no hub heard is told to the next',
    file: 'src/surfaces/bridge/hook-relay.ts',
    replace: 'if (!isAnswered) rests.missed(request);',
    by: '',
    caughtBy:
      'src/surfaces/bridge/hook-relay.test.ts › is noted before the hub hears of it, and that it was another server’s, or that no hub has answered',
  },
  {
    what: 'bridge: the next hub stands ready for who rests',
    file: 'src/surfaces/bridge/serve.ts',
    replace: '      void rests.tell(link, () => near.moment());\n',
    by: '',
    caughtBy:
      'test/scenarios/hub-waking.test.ts › is woken for a message by the machine, with words that are always the same, and is from the next hub too',
  },
  {
    what: 'bridge: a hub asks a machine whether it can wake',
    file: 'src/surfaces/bridge/talk.ts',
    replace: 'canWake: (_client, conversation) => far.canWake(conversation),',
    by: 'canWake: async () => true,',
    caughtBy: `${hooks} › is none of which anybody is told that it is woken, where its machine cannot`,
  },
  {
    what: 'bridge: a rest that is told again is noted where the store has forgotten it',
    file: 'src/surfaces/hook/handler.ts',
    replace: '  await noteRest(found.caller, id);\n',
    by: '',
    caughtBy: `${hooks} › is woken from the next hub too, also when that was long in coming, and its stop is not answered again`,
  },
  {
    what: 'bridge: a wake is spent by nobody who cannot do it',
    file: 'src/tools/resting.ts',
    replace: 'if (!this.#isMine(me)) return null;',
    by: '',
    caughtBy:
      'src/surfaces/hook/served.test.ts › is woken by the server that heard it stop where no other one can, and stays one that is woken',
  },
  {
    what: 'bridge: nobody stands for what went on meanwhile',
    file: 'src/surfaces/hook/wakers.ts',
    replace: 'if (now !== undefined && isMine(now)) await noteWaiter(caller, me.id, false);',
    by: '',
    caughtBy:
      'src/surfaces/hook/served.test.ts › that goes on while it is asked whether it can be woken is none that somebody stands for',
  },
  {
    what: 'bridge: a hub says which conversation, and no word besides',
    file: 'src/bridge/questions.ts',
    replace: 'wake: { words: z.tuple([text]),',
    by: 'wake: { words: z.tuple([text]).rest(text),',
    caughtBy: `${near} › is a conversation, of which it says which one and no more`,
  },
  {
    what: 'bridge: who stands for a conversation no more says nothing of the next one',
    file: 'src/surfaces/hook/wakers.ts',
    replace: 'now !== undefined && isMine(now)',
    by: 'now !== undefined',
    caughtBy:
      'src/surfaces/hook/served.test.ts › is woken by the server that heard it stop where no other one can, and stays one that is woken',
  },
  {
    what: 'bridge: signs of life come from the machine alone',
    file: 'src/tools/lifeline.ts',
    replace: 'if (!this.#isOver && this.#world.principal === undefined)',
    by: 'if (!this.#isOver)',
    caughtBy: `${station} › costs the store one unit of work, and its session no other while nothing happens`,
  },
  {
    what: 'bridge: a command whose machine has gone is over',
    file: 'src/surfaces/bridge/command.ts',
    replace: 'if (channel.signal.aborted) resolve(false);',
    by: '',
    caughtBy:
      'src/surfaces/bridge/foreign-going-on.test.ts › whose machine goes at once keeps nobody waiting, not even a hub that stops (%s)',
  },
];
