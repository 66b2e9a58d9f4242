import { expect, it } from 'vitest';
import type { Contents } from '../../../core/ports.ts';
import { changesBetween, firstDifference, spokenTally, tallyOf } from './compare.ts';

const record = (kind: 'lock' | 'delivery', id: string, body = `{"id":"${id}"}`) => ({ kind, id, body });

const one: Contents = {
  sequence: 3,
  records: [record('delivery', 'd'), record('delivery', 'e'), record('lock', 'a')],
  events: ['second', 'third'],
};

it('finds no difference in the same state, in whatever order its records come', () => {
  expect(firstDifference(one, { ...one, records: [...one.records].reverse() })).toBeUndefined();
});

it('names the first thing that is missing, another, or too much', () => {
  const [first, , last] = one.records;
  if (!first || !last) throw new Error('no record');
  const differing: [Partial<Contents>, string][] = [
    [{ records: one.records.slice(0, 2) }, 'the lock "a" is missing'],
    [{ records: [...one.records.slice(0, 2), record('lock', 'a', '{}')] }, 'the lock "a" is another'],
    [{ records: [...one.records, record('lock', 'b')] }, 'the lock "b" was not there before'],
    [{ records: [...one.records, last] }, 'a record is there twice'],
    [{ events: ['second'] }, 'event 3 is missing'],
    [{ events: ['second', 'other'] }, 'event 3 is another'],
    [{ events: ['second', 'third', 'fourth'] }, 'event 4 was not there before'],
    [{ sequence: 4 }, 'its newest event is number 4, not 3'],
  ];
  for (const [change, difference] of differing) expect(firstDifference(one, { ...one, ...change })).toBe(difference);
});

it('counts what changed between two states', () => {
  const later: Contents = {
    sequence: 5,
    records: [record('delivery', 'd', '{"read":true}'), record('lock', 'a'), record('lock', 'b')],
    events: [...one.events, 'fourth', 'fifth'],
  };
  expect(changesBetween(one, one)).toEqual({ records: 0, events: 0 });
  expect(changesBetween(one, later)).toEqual({ records: 3, events: 2 });
});

it('says how much there is as people do', () => {
  expect(spokenTally(tallyOf(one))).toBe('1 lock, 2 deliveries and 2 events');
  expect(spokenTally(tallyOf({ sequence: 1, records: [], events: ['one'] }))).toBe('1 event');
  expect(tallyOf(one).records).toMatchObject({ session: 0, delivery: 2 });
});
