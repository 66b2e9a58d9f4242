import type { Break } from '../break.ts';

export const ofGuardLedger: readonly Break[] = [
  {
    what: 'guard ledger: the last glob that matches decides',
    file: 'src/core/guard-mode.ts',
    replace: 'policy.paths.findLast(',
    by: 'policy.paths.find(',
    caughtBy: 'src/core/guard-mode.test.ts › is that of the last glob which matches it, else that of all edits',
  },
  {
    what: 'guard ledger: an unknown key of the policy is an error',
    file: 'src/core/guard-declaration.ts',
    replace: 'if (read === undefined) throw unknownKey(key, file);',
    by: 'if (read === undefined) return [key, value];',
    caughtBy: 'src/core/guard-declaration.test.ts › that %s is refused, by the file, the key and what to write',
  },
  {
    what: 'guard ledger: policy is taken from the project before the user',
    file: 'src/config.ts',
    replace: 'policy[key] = first?.guard[key] ?? defaultGuard[key];',
    by: 'policy[key] = declared.at(-1)?.guard[key] ?? defaultGuard[key];',
    caughtBy: 'src/config.test.ts › is taken key by key, from the project before the user before the default',
  },
  {
    what: 'guard ledger: a change may be that of another command that ran then',
    file: 'src/core/tree-change.ts',
    replace: '(suspect.runningSince !== null && suspect.runningSince <= to)',
    by: '(suspect.runningSince !== null && suspect.runningSince < 0)',
    caughtBy: 'src/core/tree-change.test.ts › is not sure where the command of another ran when it happened',
  },
  {
    what: 'guard ledger: a change at the beginning of a command may be older',
    file: 'src/core/tree-change.ts',
    replace: '(suspect.isAwake && mayBeOlder)',
    by: 'false',
    caughtBy:
      'src/core/tree-change.test.ts › is not sure in the moment in which the command began, where another was at work',
  },
  {
    what: 'guard ledger: a command that ended while git was asked ran then, too',
    file: 'src/tools/tree-look.ts',
    replace: 'runningSince: then.get(suspect.id)?.runningSince ?? null }',
    by: 'runningSince: null }',
    caughtBy: 'src/tools/tree-look.test.ts › whose command ended while git was asked, too',
  },
  {
    what: 'guard ledger: what is under another’s edit is left to that one',
    file: 'src/core/tree-change.ts',
    replace: '    .filter(({ path }) => !suspects.some(suspect => suspect.isEditing(path)))\n',
    by: '',
    caughtBy:
      'src/tools/tree-look.test.ts › are those of a file for whose edit it took or renewed the lock in the same time, and only its hook tells of them',
  },
  {
    what: 'guard ledger: a commit belongs to the command that says it makes one',
    file: 'src/tools/tree-look.ts',
    replace: "suspect.committedIn(madeAt) || (commits !== 'surely' && (ran || suspect.isAwake))",
    by: 'suspect.committedIn(madeAt)',
    caughtBy:
      'src/tools/tree-look.told.test.ts › is that of a command which may make commits only where nobody else is at work',
  },
  {
    what: 'guard ledger: of commits in one second each belongs to whose files are in it',
    file: 'src/tools/tree-look.ts',
    replace: "!(commits === 'surely' && isOfOwn(facts, me, authors))",
    by: 'true',
    caughtBy: 'src/tools/tree-look.told.test.ts › is whose files are in it, where several made commits at once',
  },
  {
    what: 'guard ledger: whoever’s work a command touched is told',
    file: 'src/tools/tree-look.ts',
    replace: '  tellHarmed(unit, me, here, harms);\n',
    by: '',
    caughtBy: 'src/tools/tree-look.told.test.ts › are told, and so is its model, when it changed what is locked',
  },
  {
    what: 'guard ledger: nobody is told of what may have been its own doing',
    file: 'src/core/tree-harm.ts',
    replace: 'return [...theirs, ...locked].filter(({ session }) => !suspected.has(session.id));',
    by: 'return [...theirs, ...locked];',
    caughtBy:
      'src/tools/tree-look.told.test.ts › are told of all who may have done it, but nobody of what may have been its own doing',
  },
  {
    what: 'guard ledger: a look that was taken while a command ran says nothing of before',
    file: 'src/tools/trees-seen.ts',
    replace: 'findLast(look => look.doneAt <= wallAt)',
    by: 'findLast(look => look.at > 0 || wallAt)',
    caughtBy:
      'src/tools/tree-look.test.ts › whose command ran in the same time are recorded as unsure by both, and by neither as its own',
  },
  {
    what: 'guard ledger: times of files are those that no program can set',
    file: 'src/system/git-tree.ts',
    replace: 'changedAt: status.ctimeMs',
    by: 'changedAt: status.mtimeMs',
    caughtBy:
      'src/system/git-tree.test.ts › has times that no program can set, and marks that last as long as contents do',
  },
  {
    what: 'guard ledger: a mixed file is not one’s own',
    file: 'src/core/own-changes.ts',
    replace: "return own === authors.length ? 'own' : own === 0 ? 'others' : 'mixed';",
    by: "return own > 0 ? 'own' : 'others';",
    caughtBy:
      'src/core/stage-plan.test.ts › is exactly what only the session changed; all else is named by whose it is',
  },
  {
    what: 'guard ledger: what git knows to be committed is nobody’s unfinished work',
    file: 'src/core/own-changes.ts',
    replace: 'commits.get(path)?.[0]',
    by: 'undefined',
    caughtBy: 'src/core/own-changes.test.ts › are nobody’s before the commit that git knows, recorded or not',
  },
  {
    what: 'guard ledger: an undecided merge is not staged',
    file: 'src/core/stage-plan.ts',
    replace: 'meant.filter(change => !change.file.isUnmerged && is(change, standing));',
    by: 'meant.filter(change => is(change, standing));',
    caughtBy: 'src/core/stage-plan.test.ts › is nothing that a merge has left undecided, whatever is asked for',
  },
  {
    what: 'guard ledger: what was undone is nobody’s unfinished work',
    file: 'src/core/authorship.ts',
    replace: 'return reverted < 0 ? open : open.slice(0, reverted);',
    by: 'return open;',
    caughtBy: 'src/core/own-changes.test.ts › are nobody’s before the file was as HEAD has it again',
  },
  {
    what: 'guard ledger: a session stages its own changes only',
    file: 'src/tools/stage.ts',
    replace: "if (session.id === me.id || me.kind === 'operator') return session;",
    by: 'return session;',
    caughtBy: "src/tools/stage.test.ts › are the session's own, and of no other session",
  },
  {
    what: 'guard ledger: a name means nothing but itself to git',
    file: 'src/system/git-stage.ts',
    replace: 'const env = gitEnvironment(environment);',
    by: "const env = { ...gitEnvironment(environment), GIT_LITERAL_PATHSPECS: '0' };",
    caughtBy: 'src/system/git-stage.test.ts › takes a name for nothing but itself',
  },
];
