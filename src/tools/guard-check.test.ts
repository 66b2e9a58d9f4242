/** Edits that are let through or refused before they happen. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedTrio } from '../../test/support/guarded-pair.ts';
import { type Bench, file, lockCalls } from '../../test/support/rules.ts';
import { limits } from '../core/limits.ts';
import { release } from '../core/lock-release.ts';
import { operator } from '../core/presence.ts';
import { passOn } from '../core/queue.ts';
import type { SessionRecord } from '../core/records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;
/** In another checkout of the project. */
let wren: SessionRecord;

beforeEach(async () => {
  ({ bench, scene, otter, heron, wren } = await guardedTrio());
});

const { check, edits, hasEdited, mayEdit, prompt, stops, event } = guardCalls(
  () => bench,
  () => scene,
);
const { take, holdersOf } = lockCalls(() => bench);
const graceMs = () => scene.policy.graceSeconds * 1000;

describe('an edit', () => {
  it('takes the lock of its file by itself, and the same session goes on editing it', async () => {
    expect(await edits(otter, 'src/a.ts')).toBeNull();
    expect(await holdersOf(file('src/a.ts'))).toEqual(['otter']);
    expect(await edits(otter, 'src/a.ts')).toBeNull();
    expect(await edits(otter, '/shop/src/../src/a.ts')).toBeNull();
  });

  it('of a file that another session edits in the same checkout is refused with who, since when and what next', async () => {
    await edits(otter, 'src/a.ts');
    await bench.clock.advance(240_000);
    const refusal = await mayEdit(heron, 'src/a.ts');
    expect(refusal).toContain('src/a.ts is being edited by otter');
    expect(refusal).toContain('since 4 min ago');
    expect(refusal).toContain('it is free soon after that turn ends');
    expect(refusal).toContain('You are number 1 in line.');
    expect(refusal).toContain('Next: ');
    expect(await holdersOf(file('src/a.ts'))).toEqual(['otter']);
  });

  it('of a file that another session has locked by name is refused from any checkout, with the reason', async () => {
    await take(otter, [file('src')], 'exclusive', { reason: 'moving it' });
    for (const session of [heron, wren]) {
      const refusal = await mayEdit(session, 'src/a.ts');
      expect(refusal).toContain('src is locked by otter, for "moving it"');
      expect(refusal).toMatch(/until \d{4}-/);
    }
  });

  it('goes through in another checkout, and says once that the two will meet in a merge', async () => {
    await edits(otter, 'src/a.ts');
    expect(await mayEdit(wren, 'src/a.ts')).toBeNull();
    expect(await hasEdited(wren, 'src/a.ts')).toContain('otter is editing src/a.ts too, in /shop on main');
    expect(await hasEdited(wren, 'src/a.ts')).toBe('');
  });

  it('does not keep a session in another checkout from locking the file by name, which is warned', async () => {
    await edits(otter, 'src/a.ts');
    expect((await take(heron, [file('src/a.ts')])).granted).toBeNull();
    const { granted, warnings } = await take(wren, [file('src/a.ts')]);
    expect(granted).toHaveLength(1);
    expect(warnings.map(({ session }) => session.handle)).toEqual(['otter']);
    // Who is at it already may finish, and is told; from the end of its turn on the lock counts for it, too.
    expect(await mayEdit(otter, 'src/a.ts')).toBeNull();
    expect(await hasEdited(otter, 'src/a.ts')).toContain('wren has locked src/a.ts for the whole project');
    await stops(otter);
    await bench.clock.advance(graceMs());
    expect(await mayEdit(otter, 'src/a.ts')).toContain('src/a.ts is locked by wren');
  });

  it('counts in all checkouts for the person at a shell, who stands in none', async () => {
    await edits(otter, 'src/a.ts');
    const person = await bench.transact(unit => operator(unit));
    const { granted, blockers } = await take(person, [file('src/a.ts')]);
    expect(granted).toBeNull();
    expect(blockers.map(({ session }) => session.handle)).toEqual(['otter']);
  });

  it('of several files is all or nothing, and the refusal names the part that is free', async () => {
    await edits(otter, 'b.ts');
    const refusal = await mayEdit(heron, 'a.ts', 'b.ts', 'c.ts');
    expect(refusal).toContain('a.ts, c.ts are free: make that part of the edit by itself');
    expect(await holdersOf(file('a.ts'))).toEqual([]);
    expect(await edits(heron, 'a.ts', 'c.ts')).toBeNull();
  });

  it('that was refused gets a shorter answer when it is tried again at once, and a whole one later', async () => {
    await edits(otter, 'a.ts');
    const first = await mayEdit(heron, 'a.ts');
    const second = await mayEdit(heron, 'a.ts');
    expect(second?.length).toBeLessThan((first?.length ?? 0) / 2);
    expect(second).toContain('still held by otter');
    await bench.clock.advance(limits.refusedAgainMs);
    expect((await mayEdit(heron, 'a.ts'))?.length).toBeGreaterThan((second?.length ?? 0) * 2);
  });

  it('that was refused is told to the holder once, who has no idea otherwise', async () => {
    await edits(otter, 'a.ts');
    await mayEdit(heron, 'a.ts');
    await mayEdit(heron, 'a.ts');
    const notices = await bench.notices(otter);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('heron waits to edit a.ts');
  });
});

describe('the locks of edits', () => {
  it('outlive the turn by the grace alone; then the file goes to the one whose edit waited, who is told', async () => {
    await edits(otter, 'a.ts');
    await mayEdit(heron, 'a.ts');
    await stops(otter);
    expect(await holdersOf(file('a.ts'))).toEqual(['otter']);
    await bench.clock.advance(graceMs());
    await bench.transact(unit => passOn(unit));
    expect(await bench.notices(heron)).toMatchObject([expect.stringContaining('a.ts is free now and kept for you')]);
    expect(await mayEdit(heron, 'a.ts')).toBeNull();
    expect(await holdersOf(file('a.ts'))).toEqual(['heron']);
  });

  it('are free at once when the turn ends where policy grants no grace', async () => {
    scene.policy = { ...scene.policy, graceSeconds: 0 };
    await edits(otter, 'a.ts');
    await stops(otter);
    expect(await holdersOf(file('a.ts'))).toEqual([]);
  });

  it('last through a turn of any length, and on into the next one when that begins within the grace', async () => {
    await edits(otter, 'a.ts');
    for (let minutes = 0; minutes < 60; minutes += 5) {
      await bench.clock.advance(300_000);
      await edits(otter, 'b.ts');
    }
    expect(await mayEdit(heron, 'a.ts')).not.toBeNull();
    await stops(otter);
    await bench.clock.advance(graceMs() - 1_000);
    await prompt(otter);
    await bench.clock.advance(graceMs());
    expect(await holdersOf(file('a.ts'))).toEqual(['otter']);
  });

  it('that were kept for an edit which never came go to the next, however busy that session is', async () => {
    scene.policy = { ...scene.policy, graceSeconds: 0 };
    await edits(otter, 'a.ts');
    await mayEdit(heron, 'a.ts');
    await stops(otter);
    expect(await holdersOf(file('a.ts'))).toEqual(['heron']);
    for (let at = 0; at <= limits.editKeptForWaiterMs; at += 30_000) {
      await bench.clock.advance(30_000);
      await edits(heron, 'elsewhere.ts');
    }
    expect(await edits(otter, 'a.ts')).toBeNull();
  });

  it('that are kept for one who waited are told so to others, and for how long, not as being edited', async () => {
    scene.policy = { ...scene.policy, graceSeconds: 0 };
    const teal = await bench.join('teal', { host: otter.host });
    await edits(otter, 'a.ts');
    await mayEdit(heron, 'a.ts');
    await stops(otter);
    await bench.clock.advance(60_000);
    const refusal = await mayEdit(teal, 'a.ts');
    expect(refusal).toContain('a.ts is kept for heron, who waited for it, for 2 min more.');
    expect(refusal).toContain('a notice tells you when it is yours, in 2 min unless heron edits it before');
    expect(refusal).not.toContain('being edited');
    expect(await mayEdit(teal, 'a.ts')).toContain('still kept for heron');
    expect(await bench.notices(heron)).toEqual([
      expect.stringContaining('a.ts is free now and kept for you'),
      expect.stringMatching(/^teal waits to edit a\.ts: a\.ts is kept for you until .* Make your edit, or give it up/),
    ]);
    await edits(heron, 'a.ts');
    await bench.clock.advance(limits.refusedAgainMs);
    expect(await mayEdit(teal, 'a.ts')).toContain('a.ts is being edited by heron');
  });

  it('lapse without a word to their holder', async () => {
    await edits(otter, 'a.ts');
    await stops(otter);
    await bench.clock.advance(graceMs() * 2);
    await edits(heron, 'a.ts');
    await edits(otter, 'b.ts');
    expect(await bench.notices(otter)).toEqual([]);
  });

  it('are given back by name, as others are', async () => {
    await edits(otter, 'a.ts');
    const out = await bench.transact(unit => release(unit, otter, [file('a.ts')]));
    expect(out.released.map(({ name }) => name)).toEqual(['file:a.ts']);
    expect(out.notHeld).toEqual([]);
    expect(await edits(heron, 'a.ts')).toBeNull();
  });

  it('make room for more: nobody is refused for the number of files that it edited before', async () => {
    for (let at = 0; at < limits.locksPerSession; at += 50) {
      const paths = Array.from({ length: 50 }, (_, index) => `file-${at + index}.ts`);
      expect(await mayEdit(otter, ...paths)).toBeNull();
    }
    expect(await mayEdit(otter, 'one-more.ts')).toBeNull();
    expect(await holdersOf(file('one-more.ts'))).toEqual(['otter']);
    expect(await holdersOf(file('file-999.ts'))).toEqual(['otter']);
  });
});

describe('a session that does not know what others did to its files', () => {
  /** The lock lapses while the session is frozen, and the other edits the file. */
  const overtaken = async () => {
    await edits(otter, 'a.ts', 'b.ts', 'c.ts');
    await bench.clock.advance(limits.lockDefaultTtlSeconds * 1000 + 1);
    expect(await edits(heron, 'a.ts', 'b.ts')).toBeNull();
    scene.policy = { ...scene.policy, graceSeconds: 0 };
    await stops(heron);
  };

  it('is refused at its next edit, once, and told which of its files changed since and by whom', async () => {
    await overtaken();
    const refusal = await mayEdit(otter, 'a.ts');
    expect(refusal).toContain('what you know of it is out of date');
    expect(refusal).toMatch(/heron changed a\.ts .*Changed as well since you had them: heron changed b\.ts/);
    expect(refusal).not.toContain('c.ts');
    expect(await edits(otter, 'a.ts', 'b.ts')).toBeNull();
  });

  it('is told in full who has the file where it tries again as it was told to', async () => {
    await overtaken();
    await mayEdit(otter, 'a.ts');
    await edits(heron, 'a.ts');
    const refusal = await mayEdit(otter, 'a.ts');
    expect(refusal).toContain('a.ts is being edited by heron');
    expect(refusal).toContain('You are number 1 in line.');
  });

  it('is told with its next prompt instead, and then not refused', async () => {
    await overtaken();
    expect(await prompt(otter)).toContain('heron changed a.ts');
    expect(await prompt(otter)).not.toContain('heron');
    expect(await edits(otter, 'a.ts')).toBeNull();
  });

  it('is not refused for its own edits, those of its checkout alone, or files it never had', async () => {
    await overtaken();
    expect(await edits(otter, 'c.ts')).toBeNull();
    await edits(wren, 'c.ts');
    expect(await edits(otter, 'c.ts', 'new.ts')).toBeNull();
  });

  it('is told all of it also where the same edit was refused for something else a moment before', async () => {
    await edits(otter, 'a.ts', 'b.ts');
    await bench.clock.advance(limits.lockDefaultTtlSeconds * 1000 + 1);
    expect(await mayEdit(heron, 'a.ts', 'b.ts')).toBeNull();
    expect(await mayEdit(otter, 'a.ts')).toContain('You are number 1 in line');
    await hasEdited(heron, 'a.ts', 'b.ts');
    const refusal = await mayEdit(otter, 'a.ts');
    expect(refusal).toMatch(/heron changed a\.ts .*Changed as well since you had them: heron changed b\.ts/);
  });

  it('is refused at a file that became its own in line, unless it has been told of that before', async () => {
    scene.policy = { ...scene.policy, graceSeconds: 0 };
    const passedOn = async (path: string) => {
      await edits(otter, path);
      await stops(otter);
      await mayEdit(heron, path);
      expect(await mayEdit(otter, path)).toContain('You are number 1 in line');
      await hasEdited(heron, path);
      await stops(heron);
      expect(await holdersOf(file(path))).toEqual(['otter']);
    };
    await passedOn('a.ts');
    expect(await mayEdit(otter, 'a.ts')).toContain('heron changed a.ts');
    expect(await mayEdit(otter, 'a.ts')).toBeNull();
    await passedOn('b.ts');
    expect(await event(otter, { kind: 'after-tool' })).toContain('b.ts is free now and kept for you');
    expect(await mayEdit(otter, 'b.ts')).toBeNull();
  });
});

describe('policy', () => {
  it('lets files through that it does not guard, and takes no lock for them', async () => {
    scene.policy = { ...scene.policy, paths: [{ glob: 'dist/**', mode: 'off' }] };
    await edits(otter, 'dist/a.js', 'a.ts');
    expect(await edits(heron, 'dist/a.js')).toBeNull();
    expect(await mayEdit(heron, 'a.ts')).not.toBeNull();
    expect(await holdersOf(file('dist/a.js'))).toEqual([]);
  });

  it('that only warns lets both write and tells the second one, once', async () => {
    scene.policy = { ...scene.policy, edits: 'warn' };
    await edits(otter, 'a.ts');
    expect(await mayEdit(heron, 'a.ts')).toBeNull();
    expect(await hasEdited(heron, 'a.ts')).toContain('otter has a.ts as well');
    expect(await hasEdited(heron, 'a.ts')).toBe('');
  });

  it('leaves files outside the project alone, and refuses those that belong to git', async () => {
    expect(await mayEdit(otter, '/elsewhere/a.ts')).toBeNull();
    expect(await mayEdit(otter, '.git/refs/heads/main')).toContain('.git/refs/heads/main belongs to git');
    expect(await mayEdit(otter, '.git/info/exclude')).toBeNull();
    scene.policy = { ...scene.policy, git: 'off' };
    expect(await mayEdit(otter, '.git/HEAD')).toBeNull();
  });
});

describe('an edit of which it cannot be told what it changes', () => {
  it('goes through, and is refused where policy lets nothing through that could not be checked', async () => {
    const action = { kind: 'unreadable', why: 'its patch has no header' };
    expect(await check(otter, action)).toBeNull();
    scene.policy = { ...scene.policy, onFailure: 'block' };
    expect(await check(otter, action)).toContain('because its patch has no header');
  });
});

describe('the self-test', () => {
  it('is refused to everybody, whatever policy says', async () => {
    scene.policy = { ...scene.policy, edits: 'off' };
    expect(await mayEdit(otter, 'deep/.signalbox-self-test')).toContain('it has passed');
    expect(await mayEdit(otter, 'deep/.signalbox-self-test.ts')).toBeNull();
  });
});

describe('whether a refusal is obeyed', () => {
  it('is seen by what follows, and noted as proof that the ring holds', async () => {
    await edits(otter, 'a.ts');
    await mayEdit(heron, 'a.ts');
    expect((await bench.now(heron)).guard.rings.edit?.provenAt).toBeNull();
    await event(heron, { kind: 'batch-end' });
    expect((await bench.now(heron)).guard.rings.edit?.provenAt).not.toBeNull();
  });

  it('is not when the tool ends well all the same: then the ring is known not to hold', async () => {
    await edits(otter, 'a.ts');
    await mayEdit(heron, 'a.ts');
    const action = { kind: 'edit', files: [{ path: 'a.ts', change: 'modified' }] };
    await event(heron, { kind: 'after-tool', action });
    expect((await bench.now(heron)).guard.rings.edit).toMatchObject({ provenAt: null, ignoredAt: expect.any(Number) });
  });
});
