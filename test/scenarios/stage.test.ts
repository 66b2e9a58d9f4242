/** Staging one's own files in a checkout that several sessions share: real git, real shells, a real server for each client. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientAtWork } from '../support/client-at-work.ts';
import { type CommandResult, Workspace } from '../support/workspace.ts';

let place: Workspace;
let otter: ClientAtWork;
let heron: ClientAtWork;

beforeEach(async () => {
  place = new Workspace();
  place.write('gone.ts', 'export {};\n');
  place.git('add', '-A');
  place.git('-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '-q', '-m', 'Second');
  [otter, heron] = [await ClientAtWork.start(place, 'otter'), await ClientAtWork.start(place, 'heron')];
});

afterEach(() => place.dispose());

const json = ({ stdout }: CommandResult) => JSON.parse(stdout);
const stage = async (client: ClientAtWork, ...words: string[]) =>
  json(await client.signalbox('stage', ...words, '--json'));
/** What stands in the index and not in HEAD. */
const index = () =>
  place.git('diff', '--cached', '--name-status', '--no-renames').trim().split('\n').filter(Boolean).sort();

describe('signalbox stage', () => {
  it('stages what a session edited, made, moved and removed, and nothing of anybody else', async () => {
    await heron.edits('heron.ts', '1\n');
    place.write('person.md', 'by hand\n');
    await otter.edits('src/auth.ts', 'export const login = 1;\n');
    await otter.runs('mkdir -p lib && echo new > lib/new.ts && mv README.md lib && rm -f gone.ts');
    const found = await stage(otter);
    expect(found).toEqual({
      session: 'otter',
      staged: ['README.md', 'gone.ts', 'lib/README.md', 'lib/new.ts', 'src/auth.ts'],
      mixed: [],
      unknown: ['person.md'],
      left: [{ file: 'heron.ts', by: ['heron'] }],
      commit: 'git commit -m MESSAGE -- README.md gone.ts lib/README.md lib/new.ts src/auth.ts',
    });
    expect(index()).toEqual(['A\tlib/README.md', 'A\tlib/new.ts', 'D\tREADME.md', 'D\tgone.ts', 'M\tsrc/auth.ts']);
    await otter.runs('git commit -q -m Login');
    expect(place.git('show', '--name-only', '--no-renames', '--format=').trim().split('\n').sort()).toEqual(
      found.staged,
    );
    expect(await stage(otter)).toMatchObject({ staged: [] });
    expect(await stage(heron)).toMatchObject({ staged: ['heron.ts'], unknown: ['person.md'] });
  });

  it('leaves out a file that another changed since the last commit, names it, and takes it whole when told to', async () => {
    await otter.edits('src/auth.ts', 'export const login = 1;\n');
    await otter.edits('a.ts', '1\n');
    await otter.stops();
    await place.command(['lock', 'break', '--session', 'otter', '--reason', 'for the test']);
    const { denied } = await heron.edits('src/auth.ts', 'export const login = 2;\n');
    expect(denied).toBeNull();
    const plain = await otter.signalbox('stage');
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(plain.stdout).toMatch(
      /^Staged 1 file: a\.ts\.\nLeft out, because others changed them as well: src\/auth\.ts \(heron\)/,
    );
    expect(plain.stdout).toContain('--mixed takes them whole');
    expect(await stage(heron)).toMatchObject({ staged: [], mixed: [{ file: 'src/auth.ts', by: ['otter'] }] });
    expect(index()).toEqual(['A\ta.ts']);
    expect(await stage(otter, '--mixed')).toMatchObject({ staged: ['a.ts', 'src/auth.ts'] });
    expect(index()).toEqual(['A\ta.ts', 'M\tsrc/auth.ts']);
  });

  it('takes what nobody is known to have changed only when told to, and only below the paths that are named', async () => {
    place.write('docs/guide.md', '1\n');
    place.write('loose.md', '1\n');
    await otter.edits('src/a.ts', '1\n');
    await otter.edits('docs/own.md', '1\n');
    expect(await stage(otter, 'docs', '--dry-run')).toMatchObject({ staged: ['docs/own.md'], dryRun: true });
    expect(index()).toEqual([]);
    expect(await stage(otter, 'docs', '--unknown')).toMatchObject({ staged: ['docs/guide.md', 'docs/own.md'] });
    expect(index()).toEqual(['A\tdocs/guide.md', 'A\tdocs/own.md']);
    expect(await stage(otter, 'nowhere')).toMatchObject({ staged: [], unchanged: ['nowhere'] });
  });

  it('takes names for names, whatever they are', async () => {
    const names = ['-A', ':(top)x', '*', 'a b\tc', ':!src'];
    for (const name of names) await otter.edits(name, '1\n');
    place.write('other.ts', '1\n');
    expect((await stage(otter)).staged).toEqual([...names].sort());
    expect(place.git('diff', '--cached', '--name-only', '-z').split('\0').filter(Boolean).sort()).toEqual(
      [...names].sort(),
    );
  });

  it('warns of what others have put into the index already', async () => {
    await heron.edits('heron.ts', '1\n');
    await heron.runs('git add heron.ts');
    await otter.edits('a.ts', '1\n');
    const { stdout } = await otter.signalbox('stage');
    expect(stdout).toMatch(/In the index already, so that a commit takes them along .*: heron\.ts \(heron\)/);
    expect(stdout).toContain('\nCommit by name, since others may stage here too: git commit -m MESSAGE -- a.ts\n');
    expect(index()).toEqual(['A\ta.ts', 'A\theron.ts']);
  });

  it('is for the operator what it recorded or made known, or a session’s that it names; for a session its own only', async () => {
    await heron.edits('heron.ts', '1\n');
    place.write('person.md', '1\n');
    const nothing = await place.command(['stage']);
    expect(nothing).toMatchObject({ code: 1, stderr: '' });
    expect(nothing.stdout).toMatch(/^Nothing of operator is there to be staged\.\n.*nobody .*person\.md/);
    expect(json(await place.command(['stage', '--unknown', '--json']))).toMatchObject({ staged: ['person.md'] });
    expect(json(await place.command(['stage', '--of', 'heron', '--json']))).toMatchObject({ staged: ['heron.ts'] });
    expect(await otter.signalbox('stage', '--of', 'heron')).toMatchObject({ code: 5 });
    expect(index()).toEqual(['A\theron.ts', 'A\tperson.md']);
  });

  it('says why where it cannot, and stages nothing', async () => {
    await otter.edits('a.ts', '1\n');
    const broken = { directory: place.folder };
    expect(await place.command(['stage'], broken)).toMatchObject({
      code: 9,
      stderr: expect.stringContaining('Git does not tell'),
    });
    expect((await otter.signalbox('stage', '/etc')).code).toBe(2);
    expect(index()).toEqual([]);
  });

  it('stages no file that a merge has left undecided', async () => {
    const person = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
    place.git('switch', '-q', '-c', 'next');
    place.write('README.md', 'theirs\n');
    place.git(...person, 'commit', '-q', '-a', '-m', 'Theirs');
    place.git('switch', '-q', 'main');
    place.write('README.md', 'ours\n');
    place.git(...person, 'commit', '-q', '-a', '-m', 'Ours');
    expect(() => place.git(...person, 'merge', '-q', 'next')).toThrow();
    await otter.edits('README.md', 'both\n');
    expect(await stage(otter, '--unknown')).toMatchObject({ staged: [], undecided: ['README.md'] });
    expect(place.git('status', '--porcelain')).toContain('UU README.md');
  });
});

describe('signalbox who --uncommitted', () => {
  it('tells of every changed file whose it is, nobody’s among them, until it is committed', async () => {
    await otter.edits('a.ts', '1\n');
    await heron.edits('b.ts', '1\n');
    place.write('person.md', '1\n');
    rmSync(join(place.repository, 'README.md'));
    const { code, stdout } = await place.command(['who', '--uncommitted']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/4 files in .* are changed and not committed; nobody is known to have changed 2 of them\./);
    expect(stdout).toContain('otter: a.ts (created)');
    expect(stdout).toContain('heron: b.ts (created)');
    expect(stdout).toContain('nobody that is known: README.md (deleted), person.md (created)');
    await otter.signalbox('stage');
    await otter.runs('git commit -q -m A');
    await otter.edits('a.ts', '2\n');
    const { changes } = json(await place.command(['who', '--uncommitted', 'a.ts', '--json']));
    expect(changes).toEqual([{ file: 'a.ts', change: 'modified', by: [{ session: 'otter', here: true }] }]);
  });
});
