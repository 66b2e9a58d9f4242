/** Which commands are known to leave all files as they are. */
import { describe, expect, it } from 'vitest';
import { corpusPlace } from '../../../test/guard/corpus/shell-case.ts';
import { corpus } from '../../../test/guard/shell-corpus.ts';
import { harmOf } from './harm.ts';
import { readShell } from './read-shell.ts';

const changes = (command: string) => readShell(command, corpusPlace).changes;

describe('a command that is known to leave all files as they are', () => {
  it.each([
    'ls -la src | head',
    'cat a.ts b.ts && wc -l a.ts',
    'cd src && grep -rn x . | sort | uniq -c',
    'git status --short; git log --oneline -5; git diff HEAD~1',
    'git fetch origin && git branch -a',
    "sed -n '1,40p' src/a.ts",
    "sed -n '/needle/,/end/p;$p' src/a.ts",
    "sed -E 's/new+/old/g; s|a/b|c|' src/a.ts",
    "awk '{ print $2 }' data.txt",
    "find . -name '*.ts' -exec grep -l x {} +",
    'git ls-files | xargs wc -l',
    'for f in a b; do head -1 "$f"; done',
    'bash -c "ls; pwd" 2>/dev/null',
    'LANG=C ls',
    'GIT_PAGER=cat git log',
    '/usr/bin/grep x y',
  ])('%s', command => {
    expect(changes(command)).toBe('none');
  });
});

describe('nothing is known of a command', () => {
  it.each([
    ['that writes', 'cat a > b'],
    ['that runs a program nobody told us of', 'ls; some-tool'],
    ['that runs a program of the project by the name of another', './ls'],
    ['that runs tests', 'npm test'],
    ['that waits, perhaps for something that writes', 'sleep 5'],
    ['that calls what stands in a variable', '$X a'],
    ['that finds its programs elsewhere', 'PATH=./bin:$PATH ls'],
    ['of git with settings', 'git -c core.pager=./x log'],
    ['of git that runs others', 'git difftool'],
    ['of git that writes', 'git checkout -- a.ts'],
    ['whose script may write', "sed -n 'w out.txt' a.ts"],
    ['whose script may run others', "sed 's/a/b/e' a.ts"],
    ['whose script stands in a file', 'sed -f x.sed a.ts'],
    ['whose code may write', "awk '{ print > $1 }' a.txt"],
    ['that runs another for each file', "find . -name '*.ts' | xargs some-tool"],
    ['that searches with a program of its own', 'rg --pre ./x needle'],
    ['with a script that is not in the text', 'bash x.sh'],
    ['that cannot be read to its end', 'ls; echo "'],
    ['that writes the second file it is given', 'uniq a b'],
  ])('%s: %s', (_what, command) => {
    expect(changes(command)).toBe('some');
  });

  it.each(['npm run build & ls', 'ls &', '{ sleep 5; touch a; } & ls', 'nohup ./x > /dev/null 2>&1 &'])(
    'of which a part goes on in the background, and it is said: %s',
    command => {
      expect(changes(command)).toBe('later');
    },
  );

  it('of the corpus that does any harm', () => {
    const known = corpus.filter(({ command, harm }) => harm !== 'none' && changes(command) === 'none');
    expect(known.map(({ command }) => command)).toEqual([]);
  });

  it('of which it is known that it writes', () => {
    const wrong = corpus.filter(({ command }) => {
      const reading = readShell(command, corpusPlace);
      return reading.changes === 'none' && (harmOf(reading) !== 'none' || reading.unread.length > 0);
    });
    expect(wrong.map(({ command }) => command)).toEqual([]);
  });
});
