import type { Break } from '../break.ts';

export const ofGuardGitHooksShared: readonly Break[] = [
  {
    what: 'guard git hooks: a refused session is told how to commit its own',
    file: 'src/core/guard-commit-text.ts',
    replace: '  if (found.own.length > 0) {',
    by: '  if (found.own.length < 0) {',
    caughtBy:
      'src/tools/git-check-commit.test.ts › is told to commit exactly its own by name, so that neither undoes what the other has staged',
  },
  {
    what: 'guard git hooks: staging says how to commit where others stage',
    file: 'src/tools/stage.ts',
    replace: '      ...(commit !== null ? { commit } : {}),\n',
    by: '',
    caughtBy:
      'src/tools/stage.test.ts › says how to commit exactly what is its own, with what it had staged before, where others may stage as well',
  },
  {
    what: 'guard git hooks: the grace after a turn stops no person',
    file: 'src/core/guard-commit.ts',
    replace: 'holder.restingSince === null;',
    by: 'holder.restingSince !== undefined;',
    caughtBy:
      'src/tools/git-check-commit.test.ts › is not held up in the grace after its turn, and nobody is told of a check gone round',
  },
  {
    what: 'guard git hooks: a rebase is asked about before its first step',
    file: 'src/tools/git-check.ts',
    replace: "      case 'pre-rebase':\n        return checkRewriting(caller, call);",
    by: "      case 'pre-rebase':\n        return allowed();",
    caughtBy:
      'src/tools/git-check-references.test.ts › is refused before its first step, to sessions and people, while another works in the checkout',
  },
  {
    what: 'guard git hooks: a push by force takes nothing from those in the same checkout',
    file: 'src/core/guard-references.ts',
    replace: 'others.filter(session => session.branch === branch && !inSameCheckout(session, here));',
    by: 'others.filter(session => session.branch === branch);',
    caughtBy:
      'src/tools/git-check-references.test.ts › of the branch that a checkout shares takes nothing from those who work in it',
  },
  {
    what: 'guard git hooks: a push by force loses no commits of others',
    file: 'src/core/commit-authors.ts',
    replace: 'if (!all.some(id => own.includes(id))) for (const id of all) authors.add(id);',
    by: 'void all;',
    caughtBy:
      'src/tools/git-check-references.test.ts › is refused over commits of another, in the same checkout too, as far as the other is still here',
  },
  {
    what: 'guard git hooks: another name takes nothing from those who rest',
    file: 'src/core/guard-references.ts',
    replace: '  if (isRename) return renamingObstacles(',
    by: '  if (isRename && others.length === 0) return renamingObstacles(',
    caughtBy:
      'src/tools/git-check-references.test.ts › takes nothing from those who rest in the checkout, whatever they have changed and committed',
  },
  {
    what: 'guard git hooks: what git had done before it asked is said',
    file: 'src/tools/git-check-references.ts',
    replace: 'const done = found.flatMap(({ rewriting }) => doneAlready(rewriting));',
    by: 'const done: string[] = [];',
    caughtBy:
      'src/tools/git-check-references.test.ts › is said to be all that was stopped, with the way back, where git had set files or index before it asked',
  },
  {
    what: 'guard git hooks: what other branches have is not lost',
    file: 'src/system/git-transaction-facts.ts',
    replace: 'const elsewhere = isStoodOn && to !== null ? [] :',
    by: 'const elsewhere = to !== null ? [] :',
    caughtBy:
      'src/system/git-hook-facts-history.test.ts › loses nothing that other branches have, unless somebody stands on it here',
  },
  {
    what: 'guard git hooks: submodules are named',
    file: 'src/surfaces/cli/guard/view.ts',
    replace: '  if (submodules.length === 0) return [];',
    by: '  if (submodules.length >= 0) return [];',
    caughtBy:
      'test/scenarios/git-hooks-mending.test.ts › says of submodules that git does not ask there, and asks neither before nor after an install in them',
  },
  {
    what: 'guard git hooks: a stash takes no part of what others have staged',
    file: 'src/core/guard-references.ts',
    replace: "standingOf(authors.get(path) ?? [], me.id) !== 'others'",
    by: "standingOf(authors.get(path) ?? [], me.id) !== 'mixed'",
    caughtBy:
      'src/tools/git-check-references.test.ts › is not said to hold what another has staged and still has: that stays uncommitted, and in the way of others',
  },
  {
    what: 'guard git hooks: a commit with a part of its own is its own to replace',
    file: 'src/core/guard-references.ts',
    replace: 'const foreign = await authorsOfCommits(tx, lost, [me.id, me.parentSession]);',
    by: 'const foreign = await authorsOfCommits(tx, lost);',
    caughtBy:
      'src/tools/git-check-references.test.ts › loses one that its session has a part in, whoever else has: the same as before a shell command, and a push',
  },
  {
    what: 'guard git hooks: a person is not told to call a tool',
    file: 'src/core/git-refusal.ts',
    replace: 'isPerson ? whom : `${whom} with message_send`, isPerson',
    by: '`${whom} with message_send`',
    caughtBy:
      'src/tools/git-check-references.test.ts › tells a person what to do at a shell where a session has the checkout for itself',
  },
];
