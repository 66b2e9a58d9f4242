import type { Break } from '../break.ts';

export const ofGuardLasting: readonly Break[] = [
  {
    what: 'guard: a silent sub-agent leaves its files to its session',
    file: 'src/core/guard-edit.ts',
    replace: 'const hasTaken = await takeFromSilent(unit, me, all);',
    by: 'const hasTaken = false;',
    caughtBy:
      'src/core/child-edits.test.ts › keeps its session out of its files only as long as it may still be at work',
  },
  {
    what: 'guard: a sub-agent that may be at work keeps its files',
    file: 'src/core/child-edits.ts',
    replace: 'each => stillBusyMs(each, tx.now) === 0',
    by: '() => true',
    caughtBy:
      'src/core/child-edits.test.ts › keeps its session out of its files only as long as it may still be at work',
  },
  {
    what: 'guard: what a silent sub-agent has locked by name it keeps',
    file: 'src/core/child-edits.ts',
    replace: '        !named.some(other => resourcesOverlap(other, lock)),\n',
    by: '        named.length >= 0,\n',
    caughtBy: 'src/core/child-edits.test.ts › keeps what it has locked by name, and the files in it',
  },
  {
    what: 'guard: what a silent sub-agent left is passed on',
    file: 'src/core/guard-edit.ts',
    replace: '  if (hasTaken) await passOn(unit);\n',
    by: '',
    caughtBy:
      'src/core/child-edits.test.ts › leaves its files to those in line too, as far as its session keeps nobody out',
  },
  {
    what: 'guard: a command under way gives a sub-agent more time',
    file: 'src/core/child-edits.ts',
    replace: 'runs ? limits.childGivenUpMs : limits.childSilentMs',
    by: 'limits.childSilentMs',
    caughtBy: 'src/core/child-edits.test.ts › is given more time where a command of it was under way, but not for ever',
  },
  {
    what: 'guard: kin overwrite nothing unseen',
    file: 'src/core/stale-edits.ts',
    replace: 'edit.session === me.id ||',
    by: 'isKin(edit.session) ||',
    caughtBy:
      'src/core/child-edits.test.ts › is refused once if it was only slow, because its session changed the file meanwhile',
  },
  {
    what: 'guard: a file that is kept is not edited',
    file: 'src/core/edit-lock.ts',
    replace: 'return isEdit(lock) && lock.ttlMs < editTtlMs;',
    by: 'return false;',
    caughtBy:
      'src/tools/guard-check.test.ts › that are kept for one who waited are told so to others, and for how long, not as being edited',
  },
  {
    what: 'guard: a retry on advice is no repetition',
    file: 'src/core/refusal.ts',
    replace: 'isSame && !before.isOnce && ',
    by: 'isSame && ',
    caughtBy: 'src/tools/guard-check.test.ts › is told in full who has the file where it tries again as it was told to',
  },
  {
    what: 'guard: uncommitted work of another is told with the edit',
    file: 'src/tools/guard-done.ts',
    replace: 'news.length > 0 ?',
    by: 'news.length < 0 ?',
    caughtBy: 'src/tools/guard-done.test.ts › is told so once, with its edit, which is made',
  },
  {
    what: 'guard: committed work is not told as uncommitted',
    file: 'src/core/edit-uncommitted.ts',
    replace: 'commits.get(path)?.[0]',
    by: 'undefined',
    caughtBy:
      'src/tools/guard-done.test.ts › hears nothing of what was committed since, by whomever, nor where git does not tell',
  },
  {
    what: 'guard: uncommitted work is told once',
    file: 'src/core/edit-uncommitted.ts',
    replace: ' && newest.sequence > me.guard.toldEditsTo',
    by: '',
    caughtBy:
      'src/tools/guard-done.test.ts › hears nothing of its own, of its sub-agents, of other checkouts, or of what it was told already',
  },
  {
    what: 'guard: overwritten files are told between tools',
    file: 'src/core/client-event.ts',
    replace: 'isBetween && !(await isOverwritten(view, me))',
    by: 'isBetween',
    caughtBy: 'src/core/stale-edits.test.ts › is told with its next hook, also with %s, once',
  },
  {
    what: 'guard: a changed policy is read',
    file: 'src/core/policy-watch.ts',
    replace: '< limits.policyEveryMs ?',
    by: '< Number.MAX_VALUE ?',
    caughtBy: 'src/core/policy-watch.test.ts › is what its files say, a second after they were changed at the latest',
  },
  {
    what: 'guard: each error of the policy is told once',
    file: 'src/core/policy-watch.ts',
    replace: '    if (wrong === this.#wrong) return;\n',
    by: '',
    caughtBy:
      'src/core/policy-watch.test.ts › stays the last valid one while the files are wrong, and each error is told once',
  },
  {
    what: 'guard: others hear of a changed policy',
    file: 'src/core/guard-policy-change.ts',
    replace: '  notify(unit, others, body);\n',
    by: '',
    caughtBy:
      'src/core/guard-policy-change.test.ts › is not refused, and the person and all other sessions are told what it says now',
  },
  {
    what: 'guard: a policy that a command changes is told',
    file: 'src/core/guard-policy-change.ts',
    replace: 'action.command.includes(policyFile)',
    by: 'false',
    caughtBy: 'src/core/guard-policy-change.test.ts › is seen as well where it does so by a command',
  },
  {
    what: 'guard: a lost store is told',
    file: 'src/core/session.ts',
    replace: 'if (isForgotten(itself, before)) await tellForgotten(unit, session);',
    by: 'void [isForgotten, tellForgotten];',
    caughtBy:
      'src/tools/lost-store.test.ts › is registered again under its id with its next hook, and told that all it had is gone',
  },
  {
    what: 'guard: a forgotten session is careful',
    file: 'src/core/stale-edits.ts',
    replace: 'mine === undefined ? me.guard.isForgotten !== true :',
    by: 'mine === undefined ||',
    caughtBy:
      'src/tools/lost-store.test.ts › is refused once at a file that another changed meanwhile, although nobody knows any more whether it had it',
  },
  {
    what: 'guard git hooks: only a hook that our lines come first in is asked',
    file: 'src/guard/git-hooks/status.ts',
    replace: '!isUsed || !isFirst(text, block)',
    by: '!isUsed',
    caughtBy: 'src/guard/git-hooks/status.test.ts › that %s is not asked, and does not count as in force',
  },
  {
    what: 'guard shell: what stands behind `||` runs where the first failed',
    file: 'src/guard/shell/outcomes.ts',
    replace: 'ok: joined(first.ok, isNever ? null : second.ok)',
    by: 'ok: isNever ? first.ok : second.ok',
    caughtBy:
      'src/guard/shell/outcomes.test.ts › it has succeeded where either did, and failed only where the second one did',
  },
];
