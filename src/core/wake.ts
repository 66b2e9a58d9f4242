/** Waking a session that rests. What waits for it comes with its next step, so only that there is something is told. */
import { dueMessages } from './client-event.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

export interface Wake {
  /** One sentence without any word of a peer's but the handles, which are words of letters, digits and dashes. */
  readonly text: string;
}

/**
 * What to wake the session with, noted as done: it is not woken again before it has taken a step, or `nudgeAgainMs` have passed.
 * Null while it works, when nothing of at least normal priority waits, and when it was woken already.
 */
export async function wakeFor(unit: Unit, me: SessionRecord): Promise<Wake | null> {
  const { tx } = unit;
  if (me.restingSince === null) return null;
  if (me.nudgedAt !== null && tx.now - me.nudgedAt < limits.nudgeAgainMs) return null;
  const due = await dueMessages(unit, me, 'normal');
  if (due.length === 0) return null;
  tx.put('session', { ...me, nudgedAt: tx.now });
  const senders = [...new Set(due.map(({ message }) => message.fromHandle))];
  const named = senders.slice(0, limits.sendersInWake).join(', ');
  const more = senders.length > limits.sendersInWake ? ` and ${senders.length - limits.sendersInWake} more` : '';
  const count = due.length === 1 ? '1 message waits' : `${due.length} messages wait`;
  return {
    text: `Signalbox: ${count} for you, from ${named}${more}. message_read shows what has not been shown to you.`,
  };
}

/** The record of a session for which somebody stands ready to wake it, or no longer does. The same one where that says nothing new. */
export function withWaiter(me: SessionRecord, stands: boolean): SessionRecord {
  const reach = stands ? 'wake' : 'hooks';
  // What pushes messages reaches it in any case.
  return me.reach === 'channel' || me.reach === reach ? me : { ...me, reach };
}
