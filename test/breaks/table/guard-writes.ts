import type { Break } from '../break.ts';

export const ofGuardWrites: readonly Break[] = [
  {
    what: 'guard writes: a file whose name is unknown may be any of its folder',
    file: 'src/guard/shell/places.ts',
    replace: 'path: word.isFromOutside ? null : from,',
    by: 'path: null,',
    caughtBy: 'src/tools/shell-edits.test.ts › is refused over what another session edits there, with the facts: %s',
  },
  {
    what: 'guard writes: what is not certain keeps nobody out',
    file: 'src/tools/shell-edits.ts',
    replace: "return isPattern || extent === 'perhaps' || (isFolder && extent === 'some');",
    by: 'return false;',
    caughtBy: 'src/tools/shell-edits.test.ts › goes on where nobody edits, and keeps nobody out afterwards: %s',
  },
  {
    what: 'guard writes: files beyond the first ones count by their folders',
    file: 'src/tools/shell-edits.ts',
    replace: '[...told.slice(0, most), ...rest.map(someOf)]',
    by: 'told.slice(0, most)',
    caughtBy: 'src/tools/shell-edits.test.ts › is refused over the last of them as over the first: behind %i others',
  },
  {
    what: 'guard writes: the files of a patch are read',
    file: 'src/guard/shell/programs/programs.ts',
    replace: '  noteApplied(call);\n',
    by: '',
    caughtBy:
      'src/tools/shell-edits.test.ts › takes the locks of the files that a patch names where its text stands in the command',
  },
  {
    what: 'guard writes: what git did not tell the ledger tells',
    file: 'src/core/guard-git.ts',
    replace: 'known && !isCut ? known',
    by: 'known ? known',
    caughtBy:
      'src/tools/check-shell.many.test.ts › is refused over the changes of another that git did not tell any more: %s',
  },
  {
    what: 'guard writes: every file that a command changed is recorded',
    file: 'src/tools/tree-look.ts',
    replace: 'inParts(changed, look, running).entries()',
    by: 'inParts(changed, look, running).slice(0, 1).entries()',
    caughtBy: 'src/tools/tree-look.test.ts › every file that it changed is recorded, however many',
  },
  {
    what: 'guard writes: what goes on in the background is looked for later',
    file: 'src/tools/shell-done.ts',
    replace: "  if (changes === 'later') seen.unsettle(running.root);\n",
    by: '',
    caughtBy:
      'src/tools/tree-look.skip.test.ts › is made where a part of it goes on in the background, and after all that follows for a while',
  },
  {
    what: 'guard writes: what a command changed is looked for',
    file: 'src/tools/shell-done.ts',
    replace: "if (changes !== 'none' || running.heads",
    by: 'if (running.heads',
    caughtBy: 'src/tools/tree-look.skip.test.ts › finds what it changed, whatever is read before it: %s',
  },
  {
    what: 'guard writes: what is remembered of a checkout is renewed where nobody looks',
    file: 'src/tools/tree-look.ts',
    replace: '  await treesSeen(caller.world).renew(root, () => rememberTree(caller, root));',
    by: '  void [caller, root, rememberTree];',
    caughtBy:
      'src/tools/tree-look.skip.test.ts › tells of no command what it did while the one before was not looked after',
  },
  {
    what: 'guard writes: a pattern is only what it may match',
    file: 'src/tools/shell-edits.ts',
    replace: 'const resource = pattern ?? (isFolder',
    by: 'const resource = (isFolder',
    caughtBy: 'src/tools/shell-edits.test.ts › is refused over no other: %s',
  },
  {
    what: 'guard writes: letters in a range may be any',
    file: 'src/guard/shell/wildcards.ts',
    replace: "(plainSet.test(set) ? set : '*')",
    by: 'set',
    caughtBy: 'src/tools/shell-edits.test.ts › is refused over an edit of what that may mean: %s, %s',
  },
  {
    what: 'guard writes: a pattern may stand for folders',
    file: 'src/guard/shell/programs/file-writes.ts',
    replace: 'return `${pattern}/**`;',
    by: 'return pattern;',
    caughtBy: 'src/tools/shell-edits.test.ts › is refused over an edit of what that may mean: %s, %s',
  },
  {
    what: 'guard writes: a test of find holds for what stands behind it, up to the next `-o`',
    file: 'src/guard/shell/programs/find-names.ts',
    replace: 'known = anything;',
    by: 'void anything;',
    caughtBy: 'src/tools/shell-edits.test.ts › is refused over an edit of what that may mean: %s, %s',
  },
  {
    what: 'guard writes: find reaches what is deep in a folder',
    file: 'src/guard/shell/programs/find-names.ts',
    replace: ': `${known}/**`, patternAt',
    by: ': `${known}/*`, patternAt',
    caughtBy:
      'src/tools/check-shell.places.test.ts › of files by a pattern is refused over those that it matches, below a folder with -r, and over no other',
  },
  {
    what: 'guard writes: find finds the folder itself where it has such a name',
    file: 'src/guard/shell/programs/find-names.ts',
    replace: 'isLiteral(folder) && !mayBe(name, lastPart(folder.text))',
    by: 'isLiteral(folder)',
    caughtBy: 'src/tools/shell-edits.test.ts › is refused over an edit of what that may mean: %s, %s',
  },
  {
    what: 'guard writes: what random commands write is read of them',
    file: 'src/guard/shell/places.ts',
    replace: 'path: word.isFromOutside ? null : from,',
    by: 'path: null,',
    caughtBy:
      'test/guard/shell-writes.test.ts › are all among those that are read of it; replay with the SIGNALBOX_TEST_SEED that is printed',
  },
];
