/** How long something is to last, as people write it: `90d`, `12h`, or the day of its end. */
import { SignalboxError } from './errors.ts';

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds. Errors: `invalid_input`. */
export function durationOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text.trim()) ?? [];
  if (count === undefined || unit === undefined) throw wrong(text, 'Write it as 30m, 12h, 90d or 4w.');
  return Number(count) * (unitMs[unit] ?? 0);
}

/** The moment of an end: so long after `now`, or the end of a day in UTC. Errors: `invalid_input`. */
export function endOf(text: string, now: number): number {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text.trim())) return now + durationOf(text);
  const begin = Date.parse(`${text.trim()}T00:00:00Z`);
  // The 31st of a month without one would be the first of the next.
  const isDay = !Number.isNaN(begin) && new Date(begin).toISOString().startsWith(text.trim());
  if (!isDay) throw wrong(text, 'Write a day that there is, as 2027-01-31.');
  return begin + 86_400_000;
}

function wrong(text: string, next: string): SignalboxError {
  return new SignalboxError('invalid_input', `"${text.slice(0, 40)}" is no length of time and no day.`, next);
}
