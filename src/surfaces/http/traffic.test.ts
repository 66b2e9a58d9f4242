import { expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fakes.ts';
import { limits } from '../../core/limits.ts';
import { AtOnce, Traffic } from './traffic.ts';

it('So many in a minute are taken from each, and anew in the next', async () => {
  const clock = new FakeClock();
  const traffic = new Traffic(clock, 2);
  expect([traffic.take('ana'), traffic.take('ana'), traffic.take('ana'), traffic.take('ben')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect([traffic.isSpent('ana'), traffic.isSpent('ben')]).toEqual([true, false]);
  await clock.advance(30_000);
  expect(traffic.secondsLeft).toBe(30);
  expect(traffic.isSpent('ana')).toBe(true);
  await clock.advance(30_000);
  expect(traffic.isSpent('ana')).toBe(false);
  expect(traffic.take('ana')).toBe(true);
});

it('No more names are remembered than the bound, whoever makes them up', () => {
  const traffic = new Traffic(new FakeClock(), 1);
  traffic.take('first');
  for (let count = 0; count < limits.hubAddressesRemembered; count += 1) traffic.take(`10.0.0.${count}`);
  expect(traffic.isSpent('first')).toBe(false);
  expect(traffic.isSpent('10.0.0.9')).toBe(true);
});

it('So many are open at once of each, and another when one has ended', () => {
  const open = new AtOnce(2);
  expect([open.begin('ana'), open.begin('ana'), open.begin('ana'), open.begin('ben')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  open.end('ana');
  expect([open.begin('ana'), open.begin('ana')]).toEqual([true, false]);
});
