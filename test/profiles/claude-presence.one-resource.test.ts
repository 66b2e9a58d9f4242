/** What a text stands for when it is claimed: one resource for everybody on the project, whatever lies on a disk, wherever a server was started. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, Workspace } from '../support/workspace.ts';
import { Presence } from './support/presence.ts';

let place: Workspace;
let one: Presence;
let heron: LiveSession;

beforeEach(async () => {
  place = new Workspace();
  [one, heron] = await Promise.all([Presence.start(place), place.session({ args: ['--handle', 'heron'] })]);
});

afterEach(() => place.dispose());

const granted = async (paths: string[]) => (await heron.call('lock_acquire', { paths })).granted;

describe('a text that is claimed', () => {
  it('is the same resource before and after there is such a file or folder (CP-127)', async () => {
    for (const resource of ['build', 'src/new.ts', 'notes.txt']) {
      await one.claim('a', resource);
      mkdirSync(join(place.repository, resource), { recursive: true });
      expect(await one.claim('b', resource), resource).toMatchObject({ ok: false, held_by: { held_by: 'a' } });
      rmSync(join(place.repository, resource), { recursive: true });
      expect(await one.claim('b', resource), resource).toMatchObject({ ok: false });
      expect(await one.release('a', resource)).toEqual({ released: true });
    }
  });

  it('is the same one from a server that was started in a folder of the repository (CP-127)', async () => {
    place.write('src/app.ts', 'x\n');
    const below = await Presence.start(place, { directory: join(place.repository, 'src') });
    await one.claim('a', 'src/app.ts');
    expect(await below.claim('b', 'src/app.ts')).toMatchObject({ ok: false, held_by: { held_by: 'a' } });
    expect(await below.on(join(place.repository, 'src')).claim('b', 'src/app.ts')).toMatchObject({ ok: false });
  });

  it.each([
    '.env',
    '.github/workflows/ci.yml',
    'app/[id].tsx',
    'app/(shop)/page.tsx',
    'a b.txt',
    './src/app.ts',
    'Makefile',
  ])('and is the path of a file is that file for native sessions: %s (CP-111)', async path => {
    place.write(path, 'x\n');
    expect(await one.claim('a', path)).toMatchObject({ ok: true, lock: { resource: path } });
    expect(await granted([path.replace('./', '')])).toBe(false);
    expect(await one.claim('b', join(place.repository, path))).toMatchObject({ ok: false });
  });

  it('is no file where it has none of the marks of a path (CP-127)', async () => {
    await one.claim('a', 'deploy:production/eu');
    await one.claim('a', 'release-1.2');
    expect(await granted(['deploy', 'release-1.2'])).toBe(true);
  });
});

describe('a claim', () => {
  it('of what somebody stands in line for is refused and says who, though nobody has it (CP-128)', async () => {
    await one.claim('b', 'db');
    await heron.call('lock_acquire', { resources: ['ci', 'db'], queue: true });
    const refused = await one.claim('a', 'ci');
    expect(refused).toMatchObject({ ok: false, held_by: { held_by: 'heron' }, holder_session: { id: 'heron' } });
    expect(refused.message).toContain('stands in line');
    expect(await one.locked()).toEqual(['db']);
  });

  it('is listed beside locks with whatever names native sessions gave theirs (CP-061)', async () => {
    await heron.call('lock_acquire', { resources: ['text:+ffffffff+'] });
    await one.claim('a', 'ci', { reason: `Two\nlines ${'x'.repeat(400)}` });
    const { locks } = await one.client.json('resource_list', { project: one.project });
    expect(locks.map(({ resource }: { resource: string }) => resource)).toEqual(['+ffffffff+', 'ci']);
    expect(locks[1].reason).toHaveLength(300);
    expect(locks[1].reason).toMatch(/^Two lines x/);
  });
});
