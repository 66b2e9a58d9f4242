import { expect, it } from 'vitest';
import { durationOf, endOf } from './lifetime.ts';

it.each([
  ['30m', 1_800_000],
  ['12h', 43_200_000],
  ['90d', 7_776_000_000],
  ['4w', 2_419_200_000],
])('%s is that many milliseconds', (text, ms) => {
  expect(durationOf(text)).toBe(ms);
  expect(endOf(text, 5)).toBe(ms + 5);
});

it('A day ends when it is over in UTC', () => {
  expect(new Date(endOf('2028-02-29', 0)).toISOString()).toBe('2028-03-01T00:00:00.000Z');
  expect(new Date(endOf('2027-01-31', 0)).toISOString()).toBe('2027-02-01T00:00:00.000Z');
});

it.each(['', '90', 'd', '-1d', '1.5h', '2027-13-01', '2027-02-29', '2027-04-31', 'soon'])('%s is refused', text => {
  expect(() => endOf(text, 0)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});
