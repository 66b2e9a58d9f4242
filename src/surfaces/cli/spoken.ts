/** Times as people say them. Results carry instants; what a person wants to know is how long ago or how long still. */
import { spokenDuration } from '../../core/text.ts';

/** `3 s ago`; `now` within the same second. Takes epoch milliseconds or an ISO instant. */
export function ago(at: number | string, now: number): string {
  const ms = now - toMs(at);
  return ms < 1000 ? 'now' : `${spoken(ms)} ago`;
}

/** `12 min left`, or `over`. */
export function left(until: number | string, now: number): string {
  const ms = toMs(until) - now;
  return ms <= 0 ? 'over' : `${spoken(ms)} left`;
}

function toMs(at: number | string): number {
  return typeof at === 'number' ? at : Date.parse(at);
}

function spoken(ms: number): string {
  const days = Math.round(ms / 86_400_000);
  return days >= 3 ? `${days} days` : spokenDuration(ms);
}

/** `1 lock`, `2 locks`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
