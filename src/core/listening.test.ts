import { expect, it } from 'vitest';
import { limits } from './limits.ts';
import { afterListening, isListening, whileListening } from './listening.ts';

const now = 1_000_000;
const wait = (ticket: string, conversation: string | null = null) => ({ ticket, ms: 60_000, conversation });

it('A partner listens while one of its calls waits, and not after the last one of them', () => {
  const one = whileListening({ status: 'x' }, now, wait('a'));
  const both = whileListening(one, now, wait('b'));
  expect(isListening(both, now, null)).toBe(true);
  const left = afterListening(both, now, 'a');
  expect(isListening(left, now, null)).toBe(true);
  expect(isListening(afterListening(left, now, 'b'), now, null)).toBe(false);
});

it('Who listens to one conversation does not hear another', () => {
  const facts = whileListening({}, now, wait('a', 'c1'));
  expect([isListening(facts, now, 'c1'), isListening(facts, now, 'c2'), isListening(facts, now, null)]).toEqual([
    true,
    false,
    true,
  ]);
  expect(isListening(whileListening(facts, now, wait('b')), now, 'c2')).toBe(true);
});

it('A listener that nobody took back is none once its time is over', () => {
  const facts = whileListening({}, now, wait('a'));
  const end = now + 60_000 + limits.listenGraceMs;
  expect([isListening(facts, end - 1, null), isListening(facts, end, null)]).toEqual([true, false]);
});

it('Of very many waits so many are known as have room, and the newest of them', () => {
  let facts = {};
  for (let count = 1; count <= 200; count += 1)
    facts = whileListening(facts, now, wait(`ticket ${count}`, `c${count}`));
  expect(JSON.stringify(facts).length).toBeLessThan(limits.personaFactsBytes / 2);
  expect([isListening(facts, now, 'c200'), isListening(facts, now, 'c1')]).toEqual([true, false]);
});
