/** Breaks of what a machine behind a hub is promised. */
import type { Break } from '../break.ts';

const file = 'test/scenarios/hub-bridge.test.ts';
const station = 'src/surfaces/bridge/station.test.ts';
const hooks = 'src/surfaces/bridge/hooks.test.ts';
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
    replace: 'if (callers === undefined || this.#left.size === 0) return;',
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
    replace: 'if (this.#left.size > 0) callers(client);',
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
];
