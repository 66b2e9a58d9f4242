import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, lockCalls, named, project } from '../../test/support/rules.ts';
import { breakLocks } from './lock-break.ts';
import { operator } from './presence.ts';
import type { Resource, SessionRecord } from './records.ts';

let bench: Bench;
let person: SessionRecord;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  person = await bench.transact(unit => operator(unit));
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

const { take, stand, holdersOf } = lockCalls(() => bench);

const breakAll = (resources: Resource[], reason = 'hangs', author = person) =>
  bench.transact(unit => breakLocks(unit, author, { resources }, reason));

describe('breaking', () => {
  it('ends the lock, tells its holder the reason, and passes it on in the same unit', async () => {
    const [lock] = (await take(otter, [file('a')])).granted ?? [];
    await stand(heron, [file('a')]);
    const broken = await breakAll([file('a')], 'hangs since \u001b[31myesterday');
    expect(broken).toMatchObject([{ lock: { fence: lock?.fence }, holder: { handle: 'otter' } }]);
    expect(await holdersOf(file('a'))).toEqual(['heron']);
    expect(await bench.notices(otter)).toEqual([
      expect.stringMatching(/^Your lock on file:a \(exclusive, fence \d+\) was broken .*"hangs since yesterday"/),
    ]);
    expect(bench.wakeups.pokes).toEqual(expect.arrayContaining([otter.id, heron.id]));
    const again = await take(heron, [file('a')]);
    expect(again.granted?.[0]?.fence).toBeGreaterThan(lock?.fence ?? 0);
  });

  it('is recorded with its reason and by whom', async () => {
    await take(otter, [file('a')]);
    await breakAll([file('a')], 'hangs');
    const events = await bench.store.eventsAfter(project, 0, 100);
    expect(events.find(event => event.type === 'lock.broken')).toMatchObject({
      audience: [otter.id],
      data: { resource: 'file:a', holder: otter.id, by: 'operator', reason: 'hangs' },
    });
  });

  it('touches every holder of exactly that resource, and no other lock', async () => {
    await take(otter, [file('a'), file('b')], 'shared');
    await take(heron, [file('a'), file('**/*')], 'shared');
    expect(await breakAll([file('a')])).toHaveLength(2);
    expect(await holdersOf(file('b'))).toEqual(['heron', 'otter']);
  });

  it('can be of all that one session holds, which is told once', async () => {
    await take(otter, [file('a'), named('ci')]);
    await take(heron, [file('b')]);
    await bench.transact(unit => breakLocks(unit, person, { session: 'otter' }, 'wrong branch'));
    expect(await holdersOf(file('a'))).toEqual([]);
    expect(await holdersOf(file('b'))).toEqual(['heron']);
    expect(await bench.notices(otter)).toHaveLength(1);
  });

  it('is forbidden for a session, which is told whom to ask', async () => {
    await take(otter, [file('a')]);
    await expect(breakAll([file('a')], 'mine', heron)).rejects.toMatchObject({
      code: 'forbidden',
      next: expect.stringContaining('message_send'),
    });
    expect(await holdersOf(file('a'))).toEqual(['otter']);
  });

  it.each(['', '   ', '\u001b[0m'])('needs a reason: %j is none', async reason => {
    await take(otter, [file('a')]);
    await expect(breakAll([file('a')], reason)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('of what nobody holds is not found, breaks nothing, and says what is locked', async () => {
    await take(otter, [file('a')]);
    await expect(breakAll([file('a'), file('b')])).rejects.toMatchObject({
      code: 'not_found',
      next: 'Locked now: file:a by otter.',
    });
    expect(await holdersOf(file('a'))).toEqual(['otter']);
    await expect(bench.transact(unit => breakLocks(unit, person, { session: 'heron' }, 'hangs'))).rejects.toMatchObject(
      { code: 'not_found' },
    );
  });

  it('never breaks a pattern for one file in it, but names it', async () => {
    await take(otter, [file('src/**')]);
    await expect(breakAll([file('src/a.ts')])).rejects.toMatchObject({
      code: 'not_found',
      next: 'It is covered by file:src/**; name that to break it.',
    });
    expect(await holdersOf(file('src/a.ts'))).toEqual(['otter']);
  });
});
