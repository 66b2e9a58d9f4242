/**
 * One file must be one resource, however its path is written. A failing run prints its seed and path; replay it by passing both
 * to `fc.assert` as `{ seed, path }`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldCase } from '../../src/core/glob.ts';
import { defaultPolicy } from '../../src/core/policy.ts';
import { fileResource, resourcesOverlap } from '../../src/core/resource.ts';
import { createWorktrees } from '../../src/system/worktrees.ts';
import { placedEdit } from '../../src/tools/edit-wish.ts';
import type { Participant } from '../../src/tools/participant.ts';

const project = 'example.com/team/app';
const files = ['src/core/one.ts', 'src/core/größe.ts', 'src/café/[id]/page.tsx', 'docs/read me.md', 'top.txt'];
const notYet = ['src/core/new.ts', 'src/later/deep/x.ts', 'fresh.md', 'docs/été.md'];
let place: string;
let checkouts: string[];

function git(folder: string, ...args: string[]): void {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const settings = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'init.defaultBranch=main'];
  execFileSync('git', [...settings, ...args], { cwd: folder, env, stdio: 'pipe' });
}

beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-paths-')));
  const main = join(place, 'main');
  mkdirSync(main);
  git(main, 'init', '-q');
  for (const file of files) {
    mkdirSync(dirname(join(main, file)), { recursive: true });
    writeFileSync(join(main, file), '');
  }
  symlinkSync('src', join(main, 'link'));
  symlinkSync('../core', join(main, 'src/core/self'));
  git(main, 'add', '.');
  git(main, 'commit', '-q', '-m', 'First');
  git(main, 'remote', 'add', 'origin', `https://${project}`);
  git(main, 'worktree', 'add', '-q', join(place, 'side'));
  git(main, 'worktree', 'add', '-q', join(main, '.trees/inner'));
  symlinkSync(main, join(place, 'alias'));
  checkouts = ['main', 'side', 'main/.trees/inner', 'alias'].map(name => join(place, name));
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

type Detour = 'none' | 'dot' | 'slash' | 'back' | 'missing';

/** A path with detours between its segments that lead nowhere else. */
function withDetours(path: string, detours: readonly Detour[]): string {
  const segments = path.split('/');
  const written = segments.flatMap((segment, index) => {
    const detour = index < segments.length - 1 ? (detours[index] ?? 'none') : 'none';
    if (detour === 'dot') return ['.', segment];
    if (detour === 'slash') return [segment, ''];
    // A folder that exists is left by `..` only where no link was followed.
    if (detour === 'back') return [segment, '..', segment];
    if (detour === 'missing') return ['not-there', '..', segment];
    return [segment];
  });
  return written.join('/');
}

const spelling = fc.record({
  /** Index of the checkout it is named in, and of the one the session is in. */
  named: fc.nat(3),
  session: fc.nat(3),
  absolute: fc.boolean(),
  from: fc.constantFrom('', 'src', 'docs', 'src/core'),
  through: fc.constantFrom('plain', 'link', 'self'),
  form: fc.constantFrom('NFC', 'NFD'),
  detours: fc.array(fc.constantFrom<Detour>('none', 'dot', 'slash', 'back', 'missing'), { maxLength: 6 }),
});

type Spelling = typeof spelling extends fc.Arbitrary<infer T> ? T : never;

function throughLinks(path: string, through: Spelling['through']): string {
  if (through === 'link' && path.startsWith('src/')) return `link/${path.slice(4)}`;
  if (through === 'self' && path.startsWith('src/core/')) return `src/core/self/self/${path.slice(9)}`;
  return path;
}

function written(path: string, how: Spelling): { path: string; directory: string } {
  // Detours first look at real folders; behind a link, `..` would leave the folder it leads to.
  const detours = how.through === 'plain' ? how.detours : how.detours.filter(detour => detour !== 'back');
  const spelled = withDetours(throughLinks(path, how.through), detours).normalize(how.form);
  const session = checkouts[how.session] ?? place;
  const directory = join(session, how.from);
  if (how.absolute) return { path: `${checkouts[how.named]}/${spelled}`, directory };
  const up = how.from === '' ? '' : how.from.replaceAll(/[^/]+/g, '..');
  return { path: up === '' ? spelled : `${up}/${spelled}`, directory };
}

const policy = defaultPolicy;
const processes = { self: () => ({ host: 'here' }) };

describe('any two spellings of a path', () => {
  const worktrees = createWorktrees();
  const folding = createWorktrees({ foldsCase: true });

  test('are one resource, whether the file exists or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files, ...notYet), spelling, async (path, how) => {
        const spelled = written(path, how);
        const resolved = await worktrees.resolve(spelled.path, spelled.directory, project);
        expect(resolved.path).toBe(path.normalize('NFC'));
      }),
      { numRuns: 1_500 },
    );
  });

  test('are one lock of the checkout that the file lies in, whichever way an edit names it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files, ...notYet), spelling, fc.boolean(), async (path, how, folds) => {
        const spelled = written(path, how);
        const caller = { directory: place, world: { worktrees: folds ? folding : worktrees, policy, processes } };
        // The session may stand anywhere; the folder of the event decides what a relative path means.
        const standing = { ...caller, directory: checkouts[how.session] ?? place };
        const { wishes, inGit } = await placedEdit(
          standing as unknown as Participant,
          [spelled.path],
          spelled.directory,
        );
        const checkout = checkouts[how.absolute ? how.named : how.session] ?? place;
        expect(wishes.map(wish => [wish.path, wish.resource.checkout, wish.resource.key])).toEqual([
          [path.normalize('NFC'), `here:${realpathSync(checkout)}`, foldCase(`file:${path.normalize('NFC')}`)],
        ]);
        expect(inGit).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
  });

  test('are one resource with a pattern at the end', async () => {
    const tails = fc.constantFrom('*.ts', '**', '{a,b/c}', '**/[ab]?');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('src/core', 'docs', 'src/later'), tails, spelling, async (folder, tail, how) => {
        const spelled = written(`${folder}/${tail}`, { ...how, detours: how.detours.slice(0, 1) });
        const resolved = await worktrees.resolve(spelled.path, spelled.directory, project);
        expect(resolved.path).toBe(`${folder}/${tail}`);
      }),
      { numRuns: 500 },
    );
  });

  test('that differ in case overlap where the file system folds it, and only there', async () => {
    const turned = fc.func(fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...notYet), turned, async (path, isUpper) => {
        const other = [...path].map((letter, index) => (isUpper(index) ? letter.toUpperCase() : letter)).join('');
        const [session = place] = checkouts;
        const resource = async (name: string, from: typeof worktrees) =>
          fileResource(await from.resolve(name, session, project));
        const [one, two] = [await resource(path, folding), await resource(other, folding)];
        expect(two.key).toBe(one.key);
        expect(resourcesOverlap(one, two)).toBe(true);
        expect(resourcesOverlap(await resource(path, worktrees), two)).toBe(true);
        const exact = resourcesOverlap(await resource(path, worktrees), await resource(other, worktrees));
        expect(exact).toBe(path === other);
      }),
      { numRuns: 300 },
    );
  });

  test('never lead out of the project', async () => {
    const segment = fc.constantFrom(
      '..',
      '.',
      '',
      'src',
      'core',
      'link',
      'self',
      'none',
      '*',
      '{a,..}',
      '.trees',
      'inner',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 10 }), fc.nat(3), async (segments, index) => {
        const outcome = await worktrees.resolve(segments.join('/'), checkouts[index] ?? place, project).then(
          resolved => resolved.path.split('/'),
          error => error as { code: string },
        );
        if (!Array.isArray(outcome)) expect(outcome.code).toBe('invalid_input');
        else expect(outcome.filter(part => part === '..' || part === '.')).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
  });
});
