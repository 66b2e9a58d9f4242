/** What the profile `session-coordinator` stands on. */
import type { Break } from '../break.ts';

const mail = 'src/core/channel-mail.test.ts';
const knowledge = 'src/core/context-holding.test.ts';
const intents = 'src/core/intent-status.test.ts';
const corners = 'test/profiles/session-coordinator.corners.test.ts';

export const ofCoordinator: readonly Break[] = [
  {
    what: 'session-coordinator: what was read is not shown again',
    file: 'src/core/channel-mail.ts',
    replace: "const deliveries = await tx.list('delivery', 'unread',",
    by: "const deliveries = await tx.list('delivery', 'inbox',",
    caughtBy: `${mail} › stays unread, however often it is looked at, until its recipient says otherwise`,
  },
  {
    what: 'session-coordinator: what is marked as read is read',
    file: 'src/core/channel-mail.ts',
    replace: 'handOver(unit, items, path);',
    by: 'void [handOver, path];',
    caughtBy: `${mail} › stays unread, however often it is looked at, until its recipient says otherwise`,
  },
  {
    what: 'session-coordinator: knowledge is its author’s while that one lives',
    file: 'src/core/context-holding.ts',
    replace: "if (author && leaseHolds(unit, author)) return { outcome: 'not_owner', author };",
    by: "if (author && !leaseHolds(unit, author)) return { outcome: 'not_owner', author };",
    caughtBy: `${knowledge} › is for its author while that one lives, and for anybody then`,
  },
  {
    what: 'session-coordinator: an intent never goes back',
    file: 'src/core/intent-status.ts',
    replace: "if (!isOpen || intent.status !== 'announced') {",
    by: 'if (!isOpen) {',
    caughtBy: `${intents} › never goes back to being announced, nor comes back from its end`,
  },
  {
    what: 'session-coordinator: the database of the other system is not ours',
    file: 'src/config.ts',
    replace: '.signalbox.db`;',
    by: '.db`;',
    caughtBy: 'src/config.test.ts › that names the database %s means a store of ours beside it',
  },
  {
    what: 'session-coordinator: a git operation of another is in the way of every one',
    file: 'src/profiles/session-coordinator/conflicts.ts',
    replace: 'safe_to_proceed: isSafe(found),',
    by: 'safe_to_proceed: isSafe([]),',
    caughtBy:
      'test/profiles/session-coordinator.intents.test.ts › finds a git intent of another in any git operation, whatever the branch, until it is over (SC-090)',
  },
  {
    what: 'session-coordinator: a path starts from where its session works',
    file: 'src/tools/foreign-folders.ts',
    replace: 'if (isThere) return { at: from(spot.folder),',
    by: 'if (isThere) return { at: from(main.directory),',
    caughtBy:
      'test/profiles/session-coordinator.locks.test.ts › starts from the working directory, and is one file however it is spelled (SC-040)',
  },
  {
    what: 'session-coordinator: who comes back from a crash is the next one that registers',
    file: 'src/tools/cast.ts',
    replace: '(claim.isIssued === true && !said.isRegistered)',
    by: '(claim.isIssued === true && said.isRegistered)',
    caughtBy: `${corners} › brings back nobody: the new session has the mail, nobody else is company, and the old id is unknown (SC-023)`,
  },
  {
    what: 'session-coordinator: what can be no lock is not granted',
    file: 'src/tools/foreign-files.ts',
    replace: "|| spot.where === 'project') throw refusal;",
    by: "|| spot.where === 'project') return path;",
    caughtBy: `${corners} › such as %j is refused with a next step, and nothing is locked (SC-046)`,
  },
  {
    what: 'session-coordinator: a session stands in the project of its working directory',
    file: 'src/tools/foreign-folders.ts',
    replace: 'await this.#cast.moveTo(nearest);',
    by: 'void nearest;',
    caughtBy: `${corners} › of another repository than the one the server was started in is where its session stands (SC-014)`,
  },
  {
    what: 'session-coordinator: a path outside of the project is the file it leads to',
    file: 'src/tools/foreign-files.ts',
    replace: 'if (spot.path !== undefined) return spot.path;',
    by: 'if (spot.path !== undefined) return path;',
    caughtBy: `${corners} › outside of the project is one lock however it leads there (SC-041)`,
  },
  {
    what: 'session-coordinator: nobody takes what another shared by repeating it',
    file: 'src/tools/foreign-knowledge.ts',
    replace: 'apart: `${me.id} ${label}`',
    by: 'apart: label.slice(0, 0)',
    caughtBy: `${corners} › stay with who shared them, under the label given, when another shares the same (SC-109)`,
  },
  {
    what: 'session-coordinator: only who is registered acts',
    file: 'src/profiles/session-coordinator/shown.ts',
    replace: 'throw unknownSession(id);',
    by: 'void unknownSession(id);',
    caughtBy:
      'test/profiles/session-coordinator.server.test.ts › for a session that is not registered is JSON with error and next, by every tool that acts as one (SC-004)',
  },
];
