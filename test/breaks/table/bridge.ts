/** Breaks of what a machine behind a hub is promised. */
import type { Break } from '../break.ts';

const file = 'test/scenarios/hub-bridge.test.ts';

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
    replace: 'if (conversations.length === 0) return;',
    by: 'if (conversations.length >= 0) return;',
    caughtBy: `${file} › is taken up again before its lease is over, by nobody but its machine`,
  },
  {
    what: 'bridge: what may be repeated is',
    file: 'src/surfaces/bridge/router.ts',
    replace: 'tool.takesAgain === true',
    by: 'false',
    caughtBy: `${file} › that waits gets what it waits for from the next one`,
  },
  {
    what: 'bridge: what may not be repeated is not',
    file: 'src/surfaces/bridge/router.ts',
    replace: 'given.key !== undefined;',
    by: 'given.key === undefined;',
    caughtBy: `${file} › is not told that something was done, or was not, that may have been`,
  },
  {
    what: 'bridge: a hook does not wait for a hub that hangs',
    file: 'src/surfaces/bridge/router.ts',
    replace: 'if (isHook(pending.message)) void this.#hurry(id, pending);',
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
];
