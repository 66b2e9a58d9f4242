/** Locks of `session-coordinator`: who keeps whom out, renewing, releasing, listing, and what a path means. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { type Acting, Coordinator } from './support/coordinator.ts';

let place: Workspace;
let one: Coordinator;
let a: Acting;
let b: Acting;

beforeEach(async () => {
  place = new Workspace();
  one = await Coordinator.start(place);
  [a, b] = [await one.register('Anna'), await one.register('Ben')];
});

afterEach(() => place.dispose());

const file = 'src/auth.ts';
const secondsLeft = ({ expires_at }: { expires_at: string }) => (Date.parse(expires_at) - Date.now()) / 1000;

describe('a lock', () => {
  it('is exclusive unless said otherwise (SC-030)', async () => {
    expect(await a.lock(file)).toEqual({ granted: true, lock_type: 'exclusive', expires_at: expect.any(String) });
    for (const lock_type of ['shared', 'intent'])
      expect(await a.lock(`src/${lock_type}.ts`, { lock_type })).toMatchObject({ granted: true, lock_type });
  });

  it('that another has is refused with its id and name (SC-031)', async () => {
    await a.lock(file);
    expect(await b.lock(file)).toEqual({
      granted: false,
      held_by: a.id,
      holder_name: 'Anna',
      held_type: 'exclusive',
      expires_at: expect.any(String),
    });
    expect(await one.locked()).toEqual(['src/auth.ts exclusive Anna']);
  });

  const table = [
    { held: 'exclusive', wanted: 'exclusive', granted: false, warns: false },
    { held: 'exclusive', wanted: 'shared', granted: false, warns: false },
    { held: 'exclusive', wanted: 'intent', granted: true, warns: true },
    { held: 'shared', wanted: 'exclusive', granted: false, warns: false },
    { held: 'shared', wanted: 'shared', granted: true, warns: false },
    { held: 'shared', wanted: 'intent', granted: true, warns: true },
    { held: 'intent', wanted: 'exclusive', granted: true, warns: true },
    { held: 'intent', wanted: 'shared', granted: true, warns: true },
    { held: 'intent', wanted: 'intent', granted: true, warns: true },
  ];

  it('keeps others out by its type, and an intent only warns (SC-032, SC-033)', async () => {
    for (const { held, wanted, granted, warns } of table) {
      const path = `src/${held}-${wanted}.ts`;
      await a.lock(path, { lock_type: held });
      const answer = await b.lock(path, { lock_type: wanted });
      expect(answer, path).toMatchObject(granted ? { granted, lock_type: wanted } : { granted, held_by: a.id });
      // What two hold together without a word, both only read.
      expect(answer.warnings !== undefined, path).toBe(warns);
      for (const warning of answer.warnings ?? []) expect(warning).toContain(`Anna (${a.id}) has a lock on ${path}`);
    }
  });

  it('of its own is renewed, and converted where nobody is in the way (SC-035)', async () => {
    const first = await a.lock(file, { ttl_seconds: 60 });
    const longer = await a.lock(file, { ttl_seconds: 600 });
    expect(longer.granted && secondsLeft(longer) > secondsLeft(first) + 300).toBe(true);
    expect(await a.lock(file, { lock_type: 'shared' })).toMatchObject({ granted: true, lock_type: 'shared' });
    expect(await b.lock(file, { lock_type: 'shared' })).toMatchObject({ granted: true });
    expect(await a.lock(file)).toMatchObject({ granted: false, held_by: b.id, held_type: 'shared' });
    expect(await one.locked()).toEqual(['src/auth.ts shared Anna', 'src/auth.ts shared Ben']);
    await b.release(file);
    expect(await a.lock(file)).toMatchObject({ granted: true, lock_type: 'exclusive' });
    expect(await one.locked()).toEqual(['src/auth.ts exclusive Anna']);
  });

  it('lasts 900 seconds, or as long as its taker says, from one second to a day (SC-036)', async () => {
    await a.lock(file);
    await a.lock('src/day.ts', { ttl_seconds: 86_400 });
    await a.lock('src/second.ts', { ttl_seconds: 1 });
    expect([await one.lasting('src/second.ts'), await one.lasting(file)]).toEqual([1, 900]);
    expect(await one.lasting('src/day.ts')).toBe(86_400);
    for (const ttl_seconds of [0, -1, 1.5, 86_401, '60']) {
      const wrong = { session_id: a.id, file_path: 'src/user.ts', ttl_seconds };
      expect((await one.failure('lock_acquire', wrong)).error).toContain('ttl_seconds');
    }
  });

  it('is over with its time while its session is silent (SC-043)', async () => {
    const two = await Coordinator.start(place);
    const c = await two.register('Cleo');
    await a.lock(file, { ttl_seconds: 1 });
    expect(await c.lock(file)).toMatchObject({ granted: false });
    await until('it is over', async () => (await c.lock(file)).granted);
    expect(await two.locked()).toEqual(['src/auth.ts exclusive Cleo']);
    expect(await a.release(file)).toMatchObject({ released: false, reason: 'not_owner' });
  });

  it('is renewed by the calls of its session (SC-043)', async () => {
    const { expires_at } = await a.lock(file, { ttl_seconds: 6 });
    await until('half of its time is over', () => Date.parse(expires_at) - Date.now() < 2_900);
    await a.call('session_heartbeat');
    const { locks } = await one.call('lock_check', { file_path: file });
    expect(Date.parse(locks[0].expires_at)).toBeGreaterThan(Date.parse(expires_at));
  });

  it('is granted once of many simultaneous requests from two processes (SC-044)', async () => {
    const two = await Coordinator.start(place);
    const racers = await Promise.all(Array.from({ length: 8 }, (_, at) => (at % 2 ? one : two).register(`s${at}`)));
    for (const round of ['1', '2', '3', '4', '5']) {
      const answers = await Promise.all(racers.map(racer => racer.lock(`src/race-${round}.ts`)));
      const granted = racers.filter((_, at) => answers[at].granted);
      expect(granted).toHaveLength(1);
      for (const answer of answers) expect(answer.granted || answer.held_by === granted[0]?.id).toBe(true);
    }
  });

  it("that a native session stands in line for is that one's first (SC-045)", async () => {
    const heron = await place.session({ args: ['--handle', 'heron'] });
    await b.lock('src/user.ts');
    const both = { paths: ['src/auth.ts', 'src/user.ts'], queue: true };
    expect(await heron.call('lock_acquire', both)).toMatchObject({ granted: false });
    expect(await a.lock(file)).toEqual({
      granted: false,
      held_by: 'heron',
      holder_name: 'heron',
      reason: 'waits_in_line',
    });
    await b.release('src/user.ts');
    expect(await a.lock(file)).toMatchObject({ granted: false, held_type: 'exclusive', held_by: 'heron' });
  });
});

describe('releasing', () => {
  it('what one has is true; what nobody or another has is false, with why (SC-037)', async () => {
    await a.lock(file);
    expect(await b.release(file)).toEqual({
      released: false,
      reason: 'not_owner',
      held_by: a.id,
      holder_name: 'Anna',
    });
    expect(await a.release(file)).toEqual({ released: true });
    expect(await a.release(file)).toEqual({ released: false, reason: 'not_held' });
    expect(await one.locked()).toEqual([]);
  });
});

describe('the list', () => {
  it('is of all locks, of those of a session, and of those on a file (SC-038)', async () => {
    await a.lock(file, { lock_type: 'shared' });
    await b.lock(file, { lock_type: 'shared' });
    await b.lock('src/user.ts');
    const all = ['src/auth.ts shared Anna', 'src/auth.ts shared Ben', 'src/user.ts exclusive Ben'];
    expect(await one.locked()).toEqual(all);
    expect(await one.locked({ session_id: b.id })).toEqual(all.slice(1));
    expect(await one.locked({ file_path: file })).toEqual(all.slice(0, 2));
    expect(await one.locked({ file_path: file, session_id: b.id })).toEqual(all.slice(1, 2));
    expect(await one.locked({ file_path: 'src/none.ts' })).toEqual([]);
  });

  it('tells of one file whether it is locked, and by whom (SC-039)', async () => {
    const check = () => one.call('lock_check', { file_path: file });
    expect(await check()).toEqual({ locked: false, locks: [] });
    await a.lock(file, { lock_type: 'shared' });
    expect(await check()).toEqual({
      locked: true,
      locks: [
        {
          file_path: file,
          lock_type: 'shared',
          held_by: a.id,
          holder_name: 'Anna',
          acquired_at: expect.any(String),
          expires_at: expect.any(String),
        },
      ],
    });
  });
});

describe('a path', () => {
  it('starts from the working directory, and is one file however it is spelled (SC-040)', async () => {
    const inside = await one.register('Cleo', { working_directory: join(place.repository, 'src') });
    await inside.lock('auth.ts');
    for (const spelled of [file, './src/../src/auth.ts', join(place.repository, file)])
      expect(await a.lock(spelled), spelled).toMatchObject({ granted: false, holder_name: 'Cleo' });
    expect(await a.lock('auth.ts')).toMatchObject({ granted: true });
    expect(await inside.release('./auth.ts')).toEqual({ released: true });
    const below = await one.register('Emil', { cwd: 'src' });
    expect(await below.lock('auth.ts', { lock_type: 'intent' })).toMatchObject({ granted: true });
    expect(await one.locked({ session_id: below.id })).toEqual(['src/auth.ts intent Emil']);
    await below.deregister();
  });

  it('is looked at from where the sessions of the connection work, where nobody says who asks (SC-040)', async () => {
    const two = await Coordinator.start(place);
    const inside = await two.register('Cleo', { working_directory: join(place.repository, 'src') });
    await inside.lock('auth.ts');
    expect(await two.call('lock_check', { file_path: 'auth.ts' })).toMatchObject({ locked: true });
    expect(await one.call('lock_check', { file_path: 'auth.ts' })).toMatchObject({ locked: false });
    expect(await one.call('lock_check', { file_path: file })).toMatchObject({ locked: true });
  });

  it('is the same file in every worktree (SC-040)', async () => {
    const worktree = place.worktree('side');
    const two = await Coordinator.start(place, { directory: worktree });
    const there = await two.register('Cleo');
    const told = await one.register('Dora', { working_directory: worktree });
    await there.lock(file);
    for (const other of [a, told]) expect(await other.lock(file)).toMatchObject({ granted: false, held_by: there.id });
  });

  it('outside of the project is a name like any other (SC-041)', async () => {
    for (const path of ['/etc/hosts', '/tmp/a b (1).txt']) {
      expect(await a.lock(path), path).toMatchObject({ granted: true });
      expect(await b.lock(path), path).toMatchObject({ granted: false, held_by: a.id });
      expect(await one.locked({ file_path: path })).toEqual([`${path} exclusive Anna`]);
      expect(await a.release(path)).toEqual({ released: true });
    }
  });

  it('of a folder covers what is in it, a pattern what it matches (SC-042)', async () => {
    await a.lock('src');
    expect(await b.lock(file)).toMatchObject({ granted: false, held_by: a.id });
    await a.release('src');
    await a.lock('src/*.ts');
    expect(await b.lock(file)).toMatchObject({ granted: false, held_by: a.id });
    expect(await b.lock('src/deep/auth.ts')).toMatchObject({ granted: true });
  });
});
