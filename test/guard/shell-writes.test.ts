/** What is read of the files that commands write, held against what a real bash does to them. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { matchesText } from '../../src/core/glob.ts';
import { isWithin } from '../../src/guard/shell/paths.ts';
import { readShell } from '../../src/guard/shell/read-shell.ts';
import type { FileWrite } from '../../src/guard/shell/reading.ts';
import { findBash } from './bash-oracle.ts';
import { WriteOracle } from './write-oracle.ts';

const { SIGNALBOX_TEST_SEED, SIGNALBOX_TEST_RUNS: runs } = process.env;
const seed = Number(SIGNALBOX_TEST_SEED ?? Date.now() % 100_000);

const bash = findBash();
const oracle = bash === null ? null : new WriteOracle(bash);
afterAll(() => oracle?.remove());

/** Whether a file that was written is one of those that a write may mean: of a folder that is there all that is in it. */
function covers({ path, pattern, nameInFolder }: FileWrite, file: string): boolean {
  if (path === null) return false;
  if (pattern !== null) return matchesText(pattern.slice(1), file.slice(1));
  return isWithin(file, path) || (nameInFolder !== null && isWithin(file, `${path}/${nameInFolder}`));
}

const list = fc.constantFrom(
  "find . -name '*.ts'",
  'find src docs -type f',
  'find src/deep',
  'git ls-files',
  "git ls-files 'src/*.ts'",
  'ls src/*.ts docs/*',
  'grep -rl x src',
  "printf '%s\\n' src/a.ts docs/a.md",
  'cat list.txt',
  'echo src/a.ts lib/e.ts',
  'git ls-files | sort | head -3',
);
const glob = fc.constantFrom(
  'src/*.ts',
  'src/**',
  '*.txt',
  './*',
  'docs/[ab].md',
  '{src,lib}/*.ts',
  'src/a.ts',
  'src/?.ts',
  'src/[a-b].ts',
  'src/[!b].*',
  'src/[[:alpha:]].ts',
  '[ds]*',
  's*/*/*.ts',
  '*/../list.txt',
  './s"r"c/[a"b"].t?',
  'src/*["!"a].ts',
  "*/?[a'-'z]*",
);
const change = fc.constantFrom(
  'sed -i s/x/y/',
  'rm -f',
  'rm -rf --',
  'touch',
  'perl -pi -e s/x/y/',
  "perl -i -pe 's/x/y/'",
  'truncate -s 0',
  'cp -t docs',
  'mv -t lib',
  'tee -a',
  'chmod +w',
  'sed -i.bak s/x/y/',
  "perl -i.old -pe 's/x/y/'",
  'gzip -f',
  'cp -r -t docs',
  'cp --parents -t lib',
  'mv -b -t docs',
);
const found = fc.constantFrom('.', 'src', 'src docs', './src/deep/..', './src/', 's*');
const test = fc.constantFrom(
  "-name '*.ts'",
  '-name "?.*"',
  "-name '[a-c].ts'",
  "-name 'src'",
  "-name '*'",
  "-type f -name '*.md'",
  "-not -name '*.ts' -type f",
  "! -path './src/*' -name '*.*'",
  "-name '*.js' -o -name '*.ts'",
  "\\( -name '*.js' -o -name 'a.*' \\)",
  "\\( -name deep -prune \\) -o -name '*.ts'",
  "-iname 'A.*' -type f",
  '-maxdepth 1 -type f',
  "-newer list.txt -o -name 'b*'",
  "-name '*.ts' -exec true {} \\; -type f",
);
const action = fc.constantFrom(
  '-delete',
  '-exec rm -rf {} +',
  '-exec sed -i s/x/y/ {} +',
  '-exec sh -c \'echo y > "$1"; cp "$1" "$1.new"\' _ {} \\;',
  '-exec mv {} {}.old \\;',
  '-execdir sed -i.bak s/x/y/ {} \\;',
  '-exec cp -rt lib {} +',
  '-fprint out.txt -exec touch {} \\;',
);
const each = fc.constantFrom(
  'sed -i s/x/y/ "$f"',
  'echo y > "$f"',
  'echo y >> "$f.new"',
  'mv "$f" "${f%.ts}.js"',
  'cp "$f" "$f.bak"',
  'mv "$f" docs/',
  'cat "$f" | tee "$f.copy" > /dev/null',
  'cd src; rm -f "$f"; cd ..',
  'r "$f"',
  'rm -f $f',
);
const others = fc.constantFrom(
  'git apply fix.patch',
  'cd src && git apply ../fix.patch',
  "git apply <<'EOF'\ndiff --git a/src/a.ts b/src/z.ts\nsimilarity index 0%\nrename from src/a.ts\nrename to src/z.ts\nEOF",
  "git apply <<'EOF'\n--- a/docs/a.md\n+++ b/docs/a.md\n@@ -1 +1,2 @@\n-x of docs/a.md\n+y\n+--- a/z\nEOF",
  "cat > /dev/null; cat > p <<'EOF'\n--- src/a.ts\n+++ src/a.ts\n@@ -1 +1 @@\n-x of src/a.ts\n+y\nEOF\ngit apply -p0 p",
  'patch -p1 < fix.patch',
  'patch -p1 -i fix.patch',
  'patch -d src -p2 < fix.patch',
  'sed -n "1,3p" fix.patch | patch -p1',
  "ex -sc '%s/x/y/|x' src/a.ts",
  'find src -name "*.ts" -delete',
  'find docs -type f -exec cp {} lib/ \\;',
  'cp -r src copy && rm -rf src',
  'mkdir -p new && mv src/deep new/',
  'git mv src/a.ts docs/',
  'git rm -q src/b.ts',
  'ls > out.txt 2>&1',
  'dd if=/dev/null of=src/a.ts 2> /dev/null',
  'ln -sf a.ts src/b.ts; install -m 644 docs/a.md lib/f.ts',
  'D=src; X=$(ls $D | head -1); rm "$D/$X"',
  'sort -o list.txt list.txt; uniq list.txt out.txt',
  'git format-patch -q --root HEAD',
  'git format-patch -q -1 -v 3 --start-number 12 --suffix=.md -o docs --root HEAD',
  'git format-patch -q -1 --numbered-files --root HEAD',
  'git -c format.suffix=.ts -C src format-patch -q --root --output-dir=.. HEAD',
  'git format-patch -q --root --output=src/a.ts HEAD',
);

const command = fc.oneof(
  fc.tuple(list, change).map(([names, to]) => `${names} | xargs ${to}`),
  fc.tuple(list, change).map(([names, to]) => `${names} | xargs -n 1 -I% ${to} %`),
  fc.tuple(list, change).map(([names, to]) => `${to} $(${names})`),
  fc.tuple(list, change).map(([names, to]) => `X=$(${names}); ${to} $X < list.txt`),
  fc.tuple(list, each).map(([names, to]) => `r() { rm -f "$1"; }; ${names} | while read -r f; do ${to}; done`),
  fc.tuple(list, each).map(([names, to]) => `r() { touch "$1"; }; for f in $(${names}); do ${to}; done`),
  fc.tuple(glob, each).map(([names, to]) => `r() { sed -i s/x/y/ "$@"; }; for f in ${names}; do ${to}; done`),
  fc.tuple(glob, change).map(([names, to]) => `${to} ${names} < list.txt`),
  fc.tuple(glob, change).map(([names, to]) => `A=(${names}); ${to} "\${A[@]}" < list.txt`),
  fc.tuple(change).map(([to]) => `find src -name '*.ts' -print0 | xargs -0 ${to}`),
  fc.tuple(change).map(([to]) => `git ls-files -z | xargs -0 ${to}`),
  fc.tuple(change).map(([to]) => `find src docs -type f -exec ${to} {} +`),
  fc.tuple(found, test, action).map(([where, which, what]) => `find ${where} ${which} ${what}`),
  fc.tuple(found, test, action).map(([where, which, what]) => `find ${where} ${what} ${which}`),
  fc.tuple(glob, glob).map(([from, to]) => `cp -r ${from} lib/; mv ${to} docs/`),
  fc.tuple(glob).map(([from]) => `mkdir -p dry lib; cp list.txt ${from} dr*; ln -f ${from} lib/`),
  others,
);
const within = fc.constantFrom(
  (text: string) => text,
  (text: string) => `( ${text}\n)`,
  (text: string) => `cd src; cd ..; ${text}`,
  (text: string) => `bash -c '${text.replaceAll("'", `'\\''`)}'`,
  (text: string) => `if true; then ${text}\nfi`,
  (text: string) => `{ ${text}\n} > /dev/null 2>&1`,
);
const program = fc.tuple(command, within).map(([text, around]) => around(text));

describe.runIf(oracle)('the files that a command writes', () => {
  it('are all among those that are read of it; replay with the SIGNALBOX_TEST_SEED that is printed', () => {
    const bench = oracle as WriteOracle;
    const place = { directory: bench.root, home: null, root: bench.root };
    let changes = 0;
    const wrong = fc.sample(program, { numRuns: Number(runs ?? 30), seed }).flatMap(text => {
      const { writes, git } = readShell(text, place);
      const named = git.flatMap(({ effects, paths }) => (effects.includes('discard-paths') ? paths : []));
      const changed = bench.changedBy(text);
      changes += changed.length;
      const missed = changed.filter(
        file => !writes.some(write => covers(write, file)) && !named.some(path => isWithin(file, path)),
      );
      return missed.length > 0 ? [{ text, missed, writes: writes.map(({ path }) => path) }] : [];
    });
    expect(wrong, `SIGNALBOX_TEST_SEED=${seed}`).toEqual([]);
    expect(changes).toBeGreaterThan(20);
  });
});
