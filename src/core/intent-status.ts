/** How far an intent has got, as vocabularies say it that name every status, `announced` too, and that clear what is over. */
import { SignalboxError } from './errors.ts';
import { announce, updateIntent } from './intent.ts';
import type { IntentRecord, IntentStatus, SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

/**
 * Says how far an own intent has got. One that is announced may be said to be so again, which lets it count anew; one that has gone on
 * never goes back. Errors: those of `updateIntent`, and `conflict` for going back.
 */
export async function setIntentStatus(
  unit: Unit,
  me: SessionRecord,
  id: string,
  status: IntentStatus,
): Promise<IntentRecord> {
  if (status !== 'announced') return updateIntent(unit, me, id, status, undefined);
  const intent = await unit.tx.get('intent', id);
  // It says what is wrong with one that is nobody's or another's.
  if (intent?.session !== me.id) return updateIntent(unit, me, id, 'in_progress', undefined);
  const isOpen = intent.endedAt === null && intent.expiresAt > unit.tx.now;
  if (!isOpen || intent.status !== 'announced') {
    const how = isOpen ? `is ${intent.status}` : 'has ended';
    throw new SignalboxError(
      'conflict',
      `The intent ${id} ${how} and cannot become announced again.`,
      'Announce it anew with intent_announce if it is still coming.',
    );
  }
  const { type, resources, branches, host, root, branch } = intent;
  return announce(unit, { ...me, host, root, branch }, { type, resources, branches, description: undefined });
}

/** Takes an own intent out of the way, done or given up; one that has ended stays as it ended. Errors: those of `updateIntent`. */
export async function clearIntent(unit: Unit, me: SessionRecord, id: string): Promise<void> {
  const intent = await unit.tx.get('intent', id);
  if (intent?.session === me.id && intent.endedAt !== null) return;
  await updateIntent(unit, me, id, intent?.status === 'in_progress' ? 'completed' : 'abandoned', undefined);
}
