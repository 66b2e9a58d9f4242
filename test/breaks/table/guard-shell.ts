import type { Break } from '../break.ts';

export const ofGuardShell: readonly Break[] = [
  {
    what: 'guard shell: what another has staged is not committed',
    file: 'src/core/guard-git.ts',
    replace: '  if (wish.commits && staged.includes(path) && !isMineToo) return true;\n',
    by: '',
    caughtBy:
      'src/tools/check-shell.test.ts › that commits what is staged is refused over what another session has staged, and goes on with its own',
  },
  {
    what: 'guard shell: plain writes are edits',
    file: 'src/tools/check-shell.ts',
    replace: 'const refused = await guardEdit(unit, met, command.edits);',
    by: 'const refused = await guardEdit(unit, met, []);',
    caughtBy:
      'src/tools/check-shell.test.ts › that plainly writes files takes their locks, and is refused where another session has one',
  },
  {
    what: 'guard shell: a pattern at the top of the checkout may mean any file',
    file: 'src/tools/shell-edits.ts',
    replace: "return { path: spot.resolved.path || '.', resource, here, mode,",
    by: "if (spot.resolved.path === '') return undefined;\n    return { path: spot.resolved.path || '.', resource, here, mode,",
    caughtBy:
      'src/tools/check-shell.test.ts › that removes a folder is refused over what others have in it, and where a session lives in it',
  },
  {
    what: 'guard shell: aliases of the repository are read',
    file: 'src/tools/check-shell.ts',
    replace: 'return aliases ? readShell(text, { directory, home, root, aliases }) : reading;',
    by: 'return reading;',
    caughtBy: 'src/tools/check-shell.test.ts › is read with the aliases that the repository has',
  },
  {
    what: 'guard shell: ways round the guard are refused',
    file: 'src/core/guard-evasion.ts',
    replace: 'return names.length === 0 ? null : said(first.how,',
    by: 'return names.length >= 0 ? null : said(first.how,',
    caughtBy:
      'src/tools/check-shell.test.ts › that goes round the guard is refused while others work here, and what is for people always',
  },
  {
    what: 'guard shell: git:head is given back when the command has ended',
    file: 'src/tools/shell-done.ts',
    replace: '  await giveBack(unit, me, ended);\n',
    by: '',
    caughtBy:
      'src/tools/check-shell.test.ts › has git:head of the checkout while it runs, which keeps others out, and gives it back when it has ended',
  },
  {
    what: 'guard shell: a switch of branches is told to the others',
    file: 'src/tools/shell-done.ts',
    replace: '  for (const head of ended.heads) await tellMoved(unit, me, head, branches(head.root));\n',
    by: '',
    caughtBy:
      'src/tools/check-shell.test.ts › tells the others of the checkout that it has switched the branch under them',
  },
  {
    what: 'guard shell: an edit without an end is looked for',
    file: 'src/tools/guard-check.ts',
    replace: 'if (said === null && isEndUntold)',
    by: 'if (said !== null && isEndUntold)',
    caughtBy:
      'src/tools/check-shell.test.ts › stands as under way until the next event, and what came of it is looked for then',
  },
  {
    what: 'guard shell: where policy only warns it is said afterwards',
    file: 'src/tools/check-shell.ts',
    replace: "    notes.push(said.lines.slice(1, -1).join(' '));\n",
    by: '',
    caughtBy:
      'src/tools/check-shell.test.ts › that only warns lets the command run, and says afterwards what spoke against it',
  },
  {
    what: 'guard shell: what a sub-agent edited is its session’s once it has ended',
    file: 'src/core/child.ts',
    replace: '  if (owner.endedAt === null) await leaveEditsTo(unit, child, owner);\n',
    by: '  void leaveEditsTo;\n',
    caughtBy: 'src/core/child-edits.test.ts › stay locked for its session through its turn, and for a while after it',
  },
  {
    what: 'guard shell: a stash is harmful',
    file: 'src/guard/shell/harm.ts',
    replace: "'stash-make': 'shared',",
    by: "'stash-make': 'none',",
    caughtBy: 'test/guard/shell-corpus.test.ts › has no harmful command that is taken for a harmless one',
  },
  {
    what: 'guard shell: each `-C` starts from the one before',
    file: 'src/guard/shell/git/git-call.ts',
    replace: 'current = isLiteral(word) ? resolvePath(current, word.text) : null;',
    by: 'current = isLiteral(word) ? resolvePath(directory, word.text) : null;',
    caughtBy: 'test/guard/shell-oracle.test.ts › is what is read: each call of git with its words, in its folder',
  },
  {
    what: 'guard shell: what cannot be read is searched for git',
    file: 'src/guard/shell/read-shell.ts',
    replace: '    search(walker, notes, text, state);\n',
    by: '',
    caughtBy: 'test/guard/shell-random.test.ts › that is beyond the bounds is searched for what would harm',
  },
];
