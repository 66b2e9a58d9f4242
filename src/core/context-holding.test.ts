import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { type Knowledge, share } from './context.ts';
import { entriesHolding, type Sought, withdraw } from './context-holding.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';
import { end } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

const tell = async (content: string, about: Partial<Knowledge> = {}) => {
  const knowledge: Knowledge = { type: 'note', title: null, content, tags: [], ttlMs: null, ...about };
  return (await bench.transact(unit => share(unit, otter, knowledge))).entry;
};
const found = async (text: string, about: Partial<Sought> = {}) => {
  const sought = { type: null, text, isMeant: () => true, ...about };
  return (await bench.look(({ tx }) => entriesHolding(tx, sought))).map(({ content }) => content);
};
const remove = (by: SessionRecord, id: string) => bench.transact(unit => withdraw(unit, by, id));

describe('looking for a piece of text', () => {
  it('finds what holds it in title or content, the newest first, whatever case, accents and blanks', async () => {
    await tell('Use JWT\n tokens');
    await tell('On Fridays', { title: 'Déploiement' });
    await tell('jwtRefresh is broken', { type: 'blocker' });
    expect(await found('jwt')).toEqual(['jwtRefresh is broken', 'Use JWT\n tokens']);
    expect(await found('wt  TOK')).toEqual(['Use JWT\n tokens']);
    expect(await found('deploi')).toEqual(['On Fridays']);
    expect(await found('', { type: 'blocker' })).toEqual(['jwtRefresh is broken']);
    expect(await found('', { isMeant: ({ title }) => title !== null })).toEqual(['On Fridays']);
  });

  it('does not find what is over', async () => {
    await tell('for a second', { ttlMs: 1_000 });
    await bench.clock.advance(1_000);
    expect(await found('second')).toEqual([]);
  });

  it('shows as many as one answer carries, and one at least', async () => {
    for (let at = 0; at < limits.searchMax + 5; at += 1) await tell(`entry ${at}`);
    const all = await found('entry');
    expect(all).toHaveLength(limits.searchMax);
    expect(all[0]).toBe(`entry ${limits.searchMax + 4}`);
    const large = 'x'.repeat(Math.floor(limits.contextAnswerBytes * 0.6));
    await tell(`1${large}`);
    await tell(`2${large}`);
    expect((await found('x')).map(text => text[0])).toEqual(['2']);
  });
});

describe('taking an entry back', () => {
  it('is for its author while that one lives, and for anybody then', async () => {
    const entry = await tell('Tests need Redis');
    expect(await remove(heron, entry.id)).toMatchObject({ outcome: 'not_owner', author: { id: otter.id } });
    expect(await found('Redis')).toHaveLength(1);
    expect(await remove(otter, entry.id)).toEqual({ outcome: 'deleted' });
    expect(await remove(otter, entry.id)).toEqual({ outcome: 'not_found' });
    const other = await tell('Deploy on Friday');
    await bench.transact(unit => end(unit, otter.id, 'left'));
    expect(await remove(heron, other.id)).toEqual({ outcome: 'deleted' });
    expect(await found('')).toEqual([]);
  });

  it('is for anybody once the process of its author died', async () => {
    const entry = await tell('Tests need Redis');
    bench.kill(otter);
    expect(await remove(heron, entry.id)).toEqual({ outcome: 'deleted' });
  });
});
