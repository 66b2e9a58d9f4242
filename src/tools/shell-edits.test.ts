/** Shell commands that write files of which their text does not tell all names, beside sessions that edit. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedPair } from '../../test/support/guarded-pair.ts';
import { type Bench, file, lockCalls } from '../../test/support/rules.ts';
import { limits } from '../core/limits.ts';
import type { SessionRecord } from '../core/records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  ({ bench, scene, otter, heron } = await guardedPair());
  for (const folder of ['src', 'docs', 'packages']) scene.worktrees.folders.add(`/shop/${folder}`);
  for (const session of [otter, heron]) await stops(session);
});

const { edits, hasRun, mayEdit, mayRun, stops } = guardCalls(
  () => bench,
  () => scene,
);
const { holdersOf } = lockCalls(() => bench);

const patch = (path: string) => `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`;

describe('a command that writes files which its text does not name', () => {
  const commands = [
    "find . -name '*.ts' | xargs sed -i 's/a/b/'",
    "find src -name '*.ts' -print0 | xargs -0 sed -i 's/a/b/'",
    "rm $(git ls-files '*.ts')",
    "sed -i 's/a/b/' $(grep -rl a src)",
    'for f in src/*.ts; do sed -i s/a/b/ "$f"; done',
    'git ls-files | while read -r f; do sed -i s/a/b/ "$f"; done',
    'rm -rf ./*',
    'rm -rf ../*',
    'git apply x.patch',
    'cd src && git apply --index ../x.patch',
    'patch -p1 < x.patch',
    'prettier --write src',
    'npx prettier --write .',
    "npx prettier --write 'src/**/*.ts'",
    'eslint --fix src',
    'biome check --write',
    'gofmt -w .',
    'black .',
    'cargo fmt',
    'npx codemod rename',
    'npm run lint -- --fix',
    "perl -pi -e 's/a/b/' $(git ls-files)",
    'fd -e ts -x sd a b',
    `cat <(${'echo x; '.repeat(limits.shellCommandsRead + 1)})`,
  ];

  it.each(commands)('is refused over what another session edits there, with the facts: %s', async command => {
    await edits(heron, 'src/a.ts');
    const refusal = await mayRun(otter, command);
    expect(refusal).toContain('src/a.ts is being edited by heron');
    expect(refusal).toContain('Next: ');
  });

  it.each(commands)('goes on where nobody edits, and keeps nobody out afterwards: %s', async command => {
    expect(await mayRun(otter, command)).toBeNull();
    await hasRun(otter, command);
    expect(await mayEdit(heron, 'src/a.ts')).toBeNull();
  });

  it('goes on in a folder in which nobody edits', async () => {
    await edits(heron, 'docs/a.md');
    for (const command of [
      "find src -name '*.ts' | xargs sed -i s/a/b/",
      'prettier --write src',
      'cd src && git apply ../x.patch',
      'for f in src/*.ts; do sed -i s/a/b/ "$f"; done',
      'patch -d src -p1 < x.patch',
    ])
      expect(await mayRun(otter, command), command).toBeNull();
  });

  it('takes the locks of the files that a patch names where its text stands in the command', async () => {
    await edits(heron, 'src/a.ts');
    for (const apply of ['git apply', 'git apply -p1 -', 'patch -p1', 'git apply --reject --3way']) {
      expect(await mayRun(otter, `${apply} <<'END'\n${patch('src/a.ts')}END`), apply).toContain('heron');
      expect(await mayRun(otter, `${apply} <<'END'\n${patch('src/b.ts')}END`), apply).toBeNull();
    }
    expect(await holdersOf(file('src/b.ts'))).toEqual(['otter']);
    expect(await mayRun(otter, `cat > x.patch <<'END'\n${patch('src/a.ts')}END\ngit apply x.patch`)).toContain('heron');
  });

  it('takes the lock of a file that a program which rewrites files is given by name', async () => {
    await edits(heron, 'src/a.ts');
    for (const command of ['npx prettier --write src/a.ts', 'black src/a.ts', "ex -sc '%s/a/b/|x' src/a.ts"])
      expect(await mayRun(otter, command), command).toContain('heron');
    expect(await mayRun(otter, 'npx prettier --write src/b.ts')).toBeNull();
    expect(await mayEdit(heron, 'src/b.ts')).toContain('otter');
  });

  it('of which it is not certain that it writes the file that it is given takes no lock', async () => {
    await edits(heron, 'src/a.ts');
    expect(await mayRun(otter, 'some-linter --fix src/a.ts')).toContain('heron');
    expect(await mayRun(otter, 'some-linter --fix src/b.ts')).toBeNull();
    expect(await mayEdit(heron, 'src/b.ts')).toBeNull();
  });

  it('that only looks like one that writes goes on, whoever edits', async () => {
    await edits(heron, 'src/a.ts');
    for (const command of [
      'prettier --check .',
      'npx eslint src',
      "find . -name '*.ts' | xargs grep -n needle",
      'git ls-files | xargs wc -l',
      'git apply --check x.patch',
      'patch --dry-run -p1 < x.patch',
      'for f in src/*.ts; do head -3 "$f"; done',
      'npx vitest run src/a.ts',
      'some-tool src/a.ts',
      'rm -f "$TMPDIR/x"',
    ])
      expect(await mayRun(otter, command), command).toBeNull();
  });
});

describe('a command that writes files by a pattern', () => {
  const reached: readonly (readonly [string, string])[] = [
    ['rm -f *.log', 'x.log'],
    ['rm -rf *.log', 'x.log/deep/a.ts'],
    ['rm *', '.env'],
    ['rm -r s*', 'src/deep/a.ts'],
    ['rm src/**/*.ts', 'src/deep/er/a.ts'],
    ['rm src/[ab].ts', 'src/a.ts'],
    ['rm src/[a-c].ts', 'src/á.ts'],
    ['rm src/*[a\\-c].ts', 'src/-.ts'],
    ['rm src/[!a].ts', 'src/b.ts'],
    ['rm src/[[:alpha:]].ts', 'src/b.ts'],
    ['rm src/*["!"a].ts', 'src/a.ts'],
    ['shopt -s extglob; rm src/!(b).ts', 'src/a.ts'],
    ['shopt -s nocaseglob; rm *.LOG', 'x.log'],
    ['rm src/**.ts', 'src/a.ts'],
    ['rm packages/*/../a.ts', 'packages/a.ts'],
    ['for f in *.ts; do echo x > "$f.bak"; done', 'a.ts.bak'],
    [`for f in *.ts; do mv "$f" "\${f%.ts}.js"; done`, 'a.js'],
    ['sed -i s/a/b/ src/*.ts', 'src/a.ts'],
    ['sed -i.bak s/a/b/ src/*.ts', 'src/a.ts.bak'],
    ["perl -i.bak -pe 's/a/b/' src/*.ts", 'src/a.ts.bak'],
    ['gunzip -f *.gz', 'data'],
    ['mv s* docs/', 'src/deep/a.ts'],
    ['mv src/*.ts docs/', 'docs/a.ts'],
    ['cp -r src/* docs', 'docs/deep/a.ts'],
    ['cp --parents src/*.ts docs', 'docs/src/a.ts'],
    ['cp a.ts d*', 'docs/a.ts'],
    ['cp a.ts src/d*', 'src/deep/a.ts'],
    ['cp a.ts b.ts src/d*/', 'src/deep/a.ts'],
    ['prettier --write s*', 'src/deep/a.ts'],
    ["prettier --write 'src/**/*.{ts,tsx}'", 'src/deep/a.tsx'],
    ['rustfmt src/*.rs', 'src/deep/mod.rs'],
    ["find . -name '*.pyc' -delete", 'src/deep/a.pyc'],
    ["find src -type f -name '*.ts' -exec rm {} +", 'src/deep/a.ts'],
    ["find . -name '*.ts' -exec sed -i s/a/b/ {} \\;", 'src/deep/a.ts'],
    ['find . -type d -name __pycache__ -exec rm -rf {} +', 'src/__pycache__/deep/a'],
    ['find . -delete -name x.ts', 'src/a.ts'],
    ['find . -name x.ts -o -delete', 'src/a.ts'],
    ['find . ! -name x.ts -delete', 'src/a.ts'],
    ["find . \\( -name x.ts -o -name '*.js' \\) -delete", 'src/a.js'],
    ["find . -iname '*.TS' -delete", 'src/a.ts'],
    ["find -L . -name '*.ts' -delete", 'src/a.ts'],
    ['find src -name src -exec rm -rf {} +', 'src/a.ts'],
    ["find s* -name '*.ts' -delete", 'src/deep/a.ts'],
    ['git format-patch -1', '0001-Fix.patch'],
    ['git format-patch -3 --start-number 20 -v 2', 'v2-0021-Fix.patch'],
    ['git format-patch -1 -o docs', 'docs/0001-Fix.patch'],
    ['git format-patch -1 --suffix=.txt', '0001-Fix.txt'],
    ['git format-patch -1 --numbered-files', '1'],
    ['git format-patch -1 --output=docs/a.patch', 'docs/a.patch'],
  ];

  it.each(reached)('is refused over an edit of what that may mean: %s, %s', async (command, path) => {
    await edits(heron, path);
    expect(await mayRun(otter, command)).toContain('heron');
  });

  it.each([
    'rm -f *.log',
    'rm *.tmp',
    'rm -rf build*',
    'rm *.ts~ *~',
    'rm src/*.js src/[xy]*',
    "sed -i 's/a/b/' docs/*.md src/*.js",
    'for f in *.md; do sed -i s/a/b/ "$f"; done',
    'mv *.tmp /elsewhere/',
    'mv docs/*.md src/',
    'cp docs/*.md src/',
    'truncate -s 0 *.log',
    'prettier --write docs/*.md',
    "npx prettier --write 'src/**/*.{js,css}'",
    "find . -name '*.pyc' -delete",
    "find . -type f -name '*.pyc' -print -delete",
    "find . -not -path './node_modules/*' -name '*.orig' -exec rm {} \\;",
    "find . \\( -name node_modules -o -name .git \\) -prune -o -name '*.js' -exec sed -i s/a/b/ {} +",
    'find . -type d -name __pycache__ -exec rm -rf {} +',
    'find src -type d -empty -delete',
    'git format-patch -1',
    'git format-patch -1 -o src HEAD',
    'git format-patch --stdout -1',
  ])('is refused over no other: %s', async command => {
    await edits(heron, 'b.ts', 'src/new.ts', 'docs/note.txt');
    expect(await mayRun(otter, command)).toBeNull();
  });

  it('keeps nobody out afterwards', async () => {
    expect(await mayRun(otter, 'rm *.log')).toBeNull();
    expect(await mayEdit(heron, 'x.log')).toBeNull();
  });

  it('that is too long to be compared is refused over all of its folder', async () => {
    await edits(heron, 'src/a.ts');
    expect(await mayRun(otter, `rm src/${'*x'.repeat(limits.wildcardsPerPattern + 1)}`)).toContain('heron');
    expect(await mayRun(otter, `rm src/${'x'.repeat(limits.resourceCharacters)}*`)).toContain('heron');
  });
});

describe('a command that writes more files than are looked at one by one', () => {
  const many = (count: number, folder = 'src') => Array.from({ length: count }, (_, at) => `${folder}/f${at}.ts`);

  it.each([limits.shellWritesExamined, limits.shellWritesKept, limits.shellFindings, limits.shellCommandsRead])(
    'is refused over the last of them as over the first: behind %i others',
    async count => {
      await edits(heron, 'src/last.ts');
      expect(await mayRun(otter, `rm ${many(count).join(' ')} src/last.ts`)).toContain('heron');
    },
  );

  it('is refused over no folder that it does not write in', async () => {
    await edits(heron, 'docs/a.md');
    expect(await mayRun(otter, `rm ${many(limits.shellFindings).join(' ')}`)).toBeNull();
    const spread = many(400).map((path, at) => `packages/p${at}/${path}`);
    await edits(heron, 'packages/p399/src/f399.ts');
    expect(await mayRun(otter, `rm ${spread.join(' ')}`)).toContain('heron');
  });
});
