/**
 * A store that was removed or replaced while sessions work. They come back to the new one by themselves, but nothing of what they
 * had is known there: no lock, no mail, no record of who changed what. Each is told so with its next hook or call.
 */
import { notify } from './notice.ts';
import { tellOperator } from './operator-notice.ts';
import { lookAround } from './presence.ts';
import type { SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

/** Whether a session that comes back is one that the store ought to know and does not. */
export function isForgotten(stored: SessionRecord | undefined, known: string | null): boolean {
  return known !== null && stored === undefined;
}

/** Tells the session; the first of those that come back also tells the person. */
export async function tellForgotten(unit: Unit, { id, handle }: SessionRecord): Promise<void> {
  const body = [
    'The store of Signalbox was removed or replaced while you worked: all locks, messages and records of who changed what are gone.',
    `You are registered anew, as ${handle}. Files are locked again as you edit them; what others changed meanwhile you are told at your first edit of it.`,
    'Acquire again what you had locked by name, and tell your user.',
  ];
  notify(unit, [id], body.join(' '), 'urgent');
  const { live } = await lookAround(unit);
  if (live.some(other => other.id !== id && other.guard.isForgotten)) return;
  await tellOperator(
    unit,
    `The store was removed or replaced while sessions worked; ${handle} is the first that came back. Locks, messages and the record of edits from before are gone.`,
  );
}
