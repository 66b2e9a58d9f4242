/** What of an event leaves the store for somebody else's receiver: what `/v1/events` tells, without what may hold a secret. */
import type { Event } from './ports.ts';
import { maskSecrets } from './secrets.ts';

/** Fields that hold the text of a command, where nobody can tell what is a secret. */
const untold: Readonly<Record<string, readonly string[]>> = { 'guard.refused': ['what'] };

/** The event as it may be told: secrets of known form masked, texts of commands left out. The same for the same event. */
export function discreet(event: Event): Event {
  const kept = Object.entries(event.data).filter(([field]) => !untold[event.type]?.includes(field));
  const data = kept.map(([field, value]) => [field, typeof value === 'string' ? maskSecrets(value).text : value]);
  return { ...event, data: Object.fromEntries(data) };
}
