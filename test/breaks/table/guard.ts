import type { Break } from '../break.ts';

const edits = 'src/tools/guard-check.test.ts';
const git = 'src/core/guard-git.test.ts';

export const ofGuard: readonly Break[] = [
  {
    what: 'guard: what another session edits is not written',
    file: 'src/core/guard-edit.ts',
    replace: '  const refusal = await takeAll(unit, me, missing, blocking);\n  if (refusal) return refusal;',
    by: '  await takeAll(unit, me, missing, blocking);',
    caughtBy: `${edits} › of a file that another session edits in the same checkout is refused with who, since when and what next`,
  },
  {
    what: 'guard: the files of one edit are locked together',
    file: 'src/core/guard-edit.ts',
    replace: '  const outcome = await inLine(unit, me, request);',
    by: '  for (const wish of wishes) await acquire(unit, me, requestFor(unit, [wish]), null);\n  const outcome = await inLine(unit, me, request);',
    caughtBy: `${edits} › of several files is all or nothing, and the refusal names the part that is free`,
  },
  {
    what: 'guard: a retry gets a shorter answer',
    file: 'src/core/refusal.ts',
    replace: "isAgain ? brief : lines.join(' ')",
    by: "lines.join(' ')",
    caughtBy: `${edits} › that was refused gets a shorter answer when it is tried again at once, and a whole one later`,
  },
  {
    what: 'guard: edits of two checkouts refuse nothing',
    file: 'src/core/edit-lock.ts',
    replace: 'return { ...fileResource({ ...resolved, isFolder: false }), checkout: seat };',
    by: "return { ...fileResource({ ...resolved, isFolder: false }), checkout: seat.replace(/-2$/, '') };",
    caughtBy: `${edits} › goes through in another checkout, and says once that the two will meet in a merge`,
  },
  {
    what: 'guard: the locks of edits end with the turn and its grace',
    file: 'src/core/edit-hold.ts',
    replace: "tx.put('lock', { ...lock, expiresAt: endsAt });",
    by: 'void lock;',
    caughtBy: `${edits} › outlive the turn by the grace alone; then the file goes to the one whose edit waited, who is told`,
  },
  {
    what: 'guard: a file that was kept for a waiter is not renewed by other work',
    file: 'src/core/lock-time.ts',
    replace: 'if (isEdit(lock) && lock.ttlMs < editTtlMs) continue;',
    by: '',
    caughtBy: `${edits} › that were kept for an edit which never came go to the next, however busy that session is`,
  },
  {
    what: 'guard: room is made for more edits',
    file: 'src/core/guard-edit.ts',
    replace: '  if (await makeRoomForEdits(unit, me, wishes.length)) await passOn(unit);\n',
    by: '',
    caughtBy: `${edits} › make room for more: nobody is refused for the number of files that it edited before`,
  },
  {
    what: 'guard: a late writer is caught',
    file: 'src/core/guard-edit.ts',
    replace: '  if (stale) return stale;\n',
    by: '',
    caughtBy: `${edits} › is refused at its next edit, once, and told which of its files changed since and by whom`,
  },
  {
    what: 'guard: what git keeps for itself is not written by hand',
    file: 'src/tools/git-files.ts',
    replace: "if (git !== 'block' || own.length === 0) return null;",
    by: 'if (git !== undefined) return null;',
    caughtBy: `${edits} › leaves files outside the project alone, and refuses those that belong to git`,
  },
  {
    what: 'guard: a refusal that is not obeyed is no proof',
    file: 'src/core/refusal.ts',
    replace: "return facts?.ignoredAt === refused.at ? null : 'ignored';",
    by: "return facts?.ignoredAt === refused.at ? null : 'obeyed';",
    caughtBy: `${edits} › is not when the tool ends well all the same: then the ring is known not to hold`,
  },
  {
    what: 'guard: a path is followed through links',
    file: 'src/system/worktrees.ts',
    replace: "const real = text === '' || text.includes('\\0') ? undefined : realPathOf(text, realFolder(directory));",
    by: "const real = text === '' ? undefined : { existing: join(directory, text), rest: [], isFolder: false };",
    caughtBy:
      'test/fuzz/paths.test.ts › are one lock of the checkout that the file lies in, whichever way an edit names it',
  },
  {
    what: 'guard: uncommitted edits of others hold up what moves HEAD',
    file: 'src/core/guard-git.ts',
    replace: 'if (wish.takesCheckout) return !wish.leavesHead || isDestroyed(wish, path, untracked);',
    by: 'if (wish.takesCheckout) return isDestroyed(wish, path, untracked);',
    caughtBy: `${git} › is held up by uncommitted edits of another session, and names them`,
  },
  {
    what: 'guard: a session and its sub-agent are one',
    file: 'src/core/git-head.ts',
    replace: 'return one.parentSession === other.id || other.parentSession === one.id;',
    by: 'return false;',
    caughtBy: `${git} › is not held up by a session and its sub-agent among themselves, but by a sibling`,
  },
  {
    what: 'guard: a folder is staged with all that is in it',
    file: 'src/core/git-wish.ts',
    replace: "return target === '' || path === target || path.startsWith(`${target}/`);",
    by: 'return path === target;',
    caughtBy: `${git} › by name is held up only by a file that is another one's alone, in a folder as well`,
  },
  {
    what: 'guard: commits of a living session are its own',
    file: 'src/core/guard-git.ts',
    replace: "...(wish.rewritesHead ? await ownersOf(view, me, others, found.lost, 'commit') : []),",
    by: '',
    caughtBy: `${git} › of a living session are not replaced or taken by another; one's own, and those of nobody known, are`,
  },
  {
    what: 'guard: policy decides what becomes of an edit while Signalbox fails',
    file: 'src/surfaces/hook/direct.ts',
    replace: "isGuarded(read) ? whoCloses(call, policy.onFailure === 'block') : null",
    by: 'isGuarded(read) ? whoCloses(call, false) : null',
    caughtBy:
      'test/scenarios/guard-command.test.ts › lets the client go on, with a line for its user, when the server hangs; and refuses where policy says so',
  },
  {
    what: 'guard: policy decides what becomes of an edit while nothing can be stored',
    file: 'src/surfaces/hook/answer.ts',
    replace: 'isGuarded(read) ? whoCloses(call, desk.failsClosed()) : null',
    by: 'isGuarded(read) ? whoCloses(call, false) : null',
    caughtBy: 'test/scenarios/guard-command.test.ts › does the same when the store cannot be opened',
  },
  {
    what: 'guard: doctor does not claim what a self-test did not show',
    file: 'src/surfaces/cli/doctor/clients-report.ts',
    replace: "delivery.guard?.[asking] !== 'refused'",
    by: "delivery.guard?.[asking] === 'not asked'",
    caughtBy:
      'src/surfaces/cli/doctor/clients-report.test.ts › is said to hold where a self-test of both was refused, and only there',
  },
];
