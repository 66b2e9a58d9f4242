import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, named, project } from '../../test/support/rules.ts';
import { type Announcement, announce, openIntents, updateIntent } from './intent.ts';
import { limits } from './limits.ts';
import type { IntentRecord, SessionRecord } from './records.ts';
import { end } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
  heron = await bench.join('heron', { root: '/shop-2', branch: 'feature/x' });
});

const say = (session: SessionRecord, request: Partial<Announcement> = {}) => {
  const whole = { type: 'file_edit', resources: [], branches: [], description: undefined, ...request } as const;
  return bench.transact(unit => announce(unit, session, whole));
};
const update = (session: SessionRecord, intent: IntentRecord, status: 'in_progress' | 'completed' | 'abandoned') =>
  bench.transact(unit => updateIntent(unit, session, intent.id, status, undefined));
const open = async (about: Parameters<typeof openIntents>[1] = {}) =>
  (await bench.look(view => openIntents(view, about))).intents.map(({ intent }) => intent.id);
const stored = (intent: IntentRecord) => bench.look(view => view.tx.get('intent', intent.id));
const events = async (type: string) =>
  (await bench.store.eventsAfter(project, 0, 1000)).filter(event => event.type === type);

describe('an announcement', () => {
  it('is open for everybody, with who stands where, until it is ended', async () => {
    const intent = await say(heron, { type: 'git_rebase', branches: ['feature/x'], description: '  onto\nmain ' });
    expect(intent).toMatchObject({
      session: heron.id,
      status: 'announced',
      description: 'onto main',
      root: '/shop-2',
      branch: 'feature/x',
      endedAt: null,
    });
    expect(await open()).toEqual([intent.id]);
    await update(heron, intent, 'in_progress');
    expect(await open()).toEqual([intent.id]);
    await update(heron, intent, 'completed');
    expect(await open()).toEqual([]);
    expect(await stored(intent)).toMatchObject({ status: 'completed', endReason: 'completed' });
  });

  it('of the same type and targets again refreshes the one there is, whatever the order of the targets', async () => {
    const about = { type: 'refactor', resources: [file('a'), file('b')], branches: ['x', 'y'] } as const;
    const first = await say(otter, { ...about, description: 'why' });
    await update(otter, first, 'in_progress');
    await bench.clock.advance(1000);
    const again = await say(otter, { ...about, resources: [file('b'), file('a')], branches: ['y', 'x'] });
    expect(again).toMatchObject({ id: first.id, status: 'in_progress', description: 'why' });
    expect(again.expiresAt).toBe(first.expiresAt + 1000);
    expect(await say(otter, { ...about, description: '' })).toMatchObject({ id: first.id, description: null });
    const others = [
      await say(heron, about),
      await say(otter, { ...about, type: 'test' }),
      await say(otter, { ...about, resources: [file('a')] }),
      await say(otter, { ...about, branches: ['x'] }),
      await say(otter, { ...about, resources: [file('a'), named('b:1')] }),
    ];
    expect(new Set(others.map(intent => intent.id)).add(first.id).size).toBe(6);
  });

  it('wakes nobody, and every change of it is an event', async () => {
    const intent = await say(otter);
    await say(otter);
    await update(otter, intent, 'in_progress');
    await update(otter, intent, 'abandoned');
    const changes = (await bench.store.eventsAfter(project, 0, 100)).filter(({ type }) => type.startsWith('intent.'));
    expect(changes.map(({ type }) => type)).toEqual([
      'intent.announced',
      'intent.updated',
      'intent.updated',
      'intent.ended',
    ]);
    expect(changes.flatMap(({ audience }) => audience)).toEqual([]);
    expect(changes[0]?.sequence).toBe(intent.sequence);
  });

  it('is refused beyond the limit of open ones, and told how to make room', async () => {
    for (let at = 0; at < limits.intentsPerSession; at += 1) await say(otter, { resources: [file(`f${at}.ts`)] });
    await expect(say(otter, { type: 'build' })).rejects.toMatchObject({ code: 'limit_exceeded' });
    await say(otter, { resources: [file('f0.ts')] });
    await say(heron, { type: 'build' });
  });
});

describe('an intent', () => {
  it('ends by age, counted from its last update, however active its session is', async () => {
    const [old, kept] = [await say(otter, { type: 'build' }), await say(otter, { type: 'test' })];
    await bench.clock.advance(limits.intentKeptMs - 1);
    await update(otter, kept, 'in_progress');
    expect(await open()).toEqual([old.id, kept.id]);
    await bench.clock.advance(1);
    expect(await open()).toEqual([kept.id]);
    expect(await open({ session: otter })).toEqual([kept.id]);
    expect(await stored(old)).toMatchObject({ endedAt: null });
    // The next announcement of anybody meets it.
    await say(heron);
    expect(await stored(old)).toMatchObject({ status: 'abandoned', endReason: 'age' });
    expect((await events('intent.ended')).map(({ data }) => data.intent)).toEqual([old.id]);
  });

  it('that became too old leaves room, and is not refreshed but announced anew', async () => {
    const old = await say(otter);
    for (let at = 1; at < limits.intentsPerSession; at += 1) await say(otter, { resources: [file(`f${at}.ts`)] });
    await bench.clock.advance(limits.intentKeptMs);
    expect((await say(otter)).id).not.toBe(old.id);
    expect(await open()).toHaveLength(1);
  });

  it('ends with its session, and is not shown once the process is gone', async () => {
    const [ended, dead] = [await say(otter), await say(heron)];
    await bench.transact(unit => end(unit, otter.id, 'left'));
    expect(await stored(ended)).toMatchObject({ status: 'abandoned', endReason: 'left' });
    expect(await open()).toEqual([dead.id]);
    bench.kill(heron);
    expect(await open()).toEqual([]);
  });

  it("is changed by its own session only, and another's or an unknown one is refused", async () => {
    const intent = await say(otter);
    await expect(update(heron, intent, 'completed')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(update(otter, { ...intent, id: 'i999' }, 'completed')).rejects.toMatchObject({ code: 'not_found' });
    expect(await open()).toEqual([intent.id]);
  });

  it('that has ended may be ended the same way again, and nothing else', async () => {
    const intent = await say(otter);
    const first = await update(otter, intent, 'completed');
    await bench.clock.advance(1000);
    expect(await update(otter, intent, 'completed')).toEqual(first);
    await expect(update(otter, intent, 'abandoned')).rejects.toMatchObject({ code: 'conflict' });
    await expect(update(otter, intent, 'in_progress')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('that ended by age may still be said to be completed, but does not come back', async () => {
    const [met, unmet] = [await say(otter, { type: 'build' }), await say(heron, { type: 'test' })];
    await bench.clock.advance(limits.intentKeptMs);
    await expect(update(heron, unmet, 'in_progress')).rejects.toMatchObject({ code: 'conflict' });
    await say(otter);
    for (const [session, intent] of [
      [otter, met],
      [heron, unmet],
    ] as const) {
      await expect(update(session, intent, 'in_progress')).rejects.toMatchObject({ code: 'conflict' });
      expect(await update(session, intent, 'completed')).toMatchObject({ status: 'completed' });
      expect((await stored(intent))?.endedAt).not.toBeNull();
    }
  });
});

describe('the list of open intents', () => {
  it('can be narrowed to a type and to a session', async () => {
    const [a, b, c] = [await say(otter, { type: 'build' }), await say(otter), await say(heron)];
    expect(await open({ type: 'file_edit' })).toEqual([b.id, c.id]);
    expect(await open({ session: otter })).toEqual([a.id, b.id]);
    expect(await open({ session: heron, type: 'build' })).toEqual([]);
  });

  it('shows the newest and says that there are more', async () => {
    const crowd = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(handle => bench.join(handle)));
    for (const session of crowd) {
      for (let at = 0; at < limits.intentsPerSession; at += 1) await say(session, { resources: [file(`f${at}.ts`)] });
    }
    const { intents, more } = await bench.look(view => openIntents(view, {}));
    expect([intents.length, more]).toEqual([limits.intentsListed, true]);
    expect(intents.at(-1)?.session.handle).toBe('e');
  });
});
