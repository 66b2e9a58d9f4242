/** After an edit: what it may have come to although it was let through, told once to each whom it concerns. */
import { excludes, overlappingLocks } from './blocking.ts';
import { spokenFiles, spokenName } from './conflict-kinds.ts';
import { isEdit, isKept } from './edit-lock.ts';
import type { EditWish } from './edit-wish.ts';
import { areKin } from './git-head.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { lockId } from './lock-grant.ts';
import { notify } from './notice.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import { quoted } from './text.ts';
import type { Unit, View } from './unit.ts';

interface Meeting {
  readonly path: string;
  readonly lock: LockRecord;
  readonly other: SessionRecord;
  /** `late`: the other has the file, and the session's lock is gone. `warned`: policy only warns. `elsewhere`: in another checkout.
   * `beside`: the other has locked it by name meanwhile, from another checkout. */
  readonly kind: 'late' | 'warned' | 'elsewhere' | 'beside';
}

/** Where an edit met others, apart from what was told before. */
export async function meetings(view: View, me: SessionRecord, wishes: readonly EditWish[]): Promise<Meeting[]> {
  const found: Meeting[] = [];
  for (const wish of wishes.filter(({ mode }) => mode !== 'off')) {
    const anywhere = { ...wish.resource, checkout: null };
    for (const lock of await overlappingLocks(view.tx, [anywhere])) {
      if (lock.holder === me.id || lock.expiresAt <= view.tx.now || !excludes(lock.mode, 'exclusive')) continue;
      const other = await view.tx.get('session', lock.holder);
      if (!other || !leaseHolds(view, other) || areKin(me, other)) continue;
      const kind = await kindOf(view, me, wish, lock);
      if (kind) found.push({ path: wish.path, lock, other, kind });
    }
  }
  const seen = new Set(me.guard.warned);
  return found.filter(meeting => !seen.has(keyOf(meeting)));
}

async function kindOf(
  view: View,
  me: SessionRecord,
  wish: EditWish,
  lock: LockRecord,
): Promise<Meeting['kind'] | null> {
  if (isEdit(lock) && lock.checkout !== wish.resource.checkout) return 'elsewhere';
  if (wish.mode === 'warn') return 'warned';
  const own = await view.tx.get('lock', lockId(me.id, wish.resource));
  return own && own.expiresAt > view.tx.now ? 'beside' : 'late';
}

function keyOf({ kind, path, lock }: Meeting): string {
  return `${kind} ${path} ${lock.holder} ${lock.fence}`.slice(0, limits.attemptCharacters);
}

/** Notes meetings as told, tells the others of what concerns them, and returns what the session's model is told. */
export function tellMeetings(unit: Unit, me: SessionRecord, found: readonly Meeting[]): string[] {
  if (found.length === 0) return [];
  const { tx } = unit;
  const warned = [...me.guard.warned, ...found.map(keyOf)].slice(-limits.warningsRemembered);
  tx.put('session', { ...me, guard: { ...me.guard, warned } });
  for (const { kind, path, other } of found.filter(meeting => meeting.kind === 'late')) {
    const body = `${me.handle} has just changed ${spokenName(path)}, which is yours now: its lock had ended before it wrote (${kind} writer). Read the file again before you go on.`;
    notify(unit, [other.id], body, 'urgent');
  }
  const shown = found.slice(0, limits.factsInRefusal).map(words);
  const more = found.length > shown.length ? [`${found.length - shown.length} more such files.`] : [];
  return [...shown, ...more];
}

function words({ kind, path, other, lock }: Meeting): string {
  const file = spokenFiles([path]);
  const task = lock.reason ?? other.task;
  const purpose = task ? ` for ${quoted(task)}` : '';
  switch (kind) {
    case 'late':
      return isKept(lock)
        ? `${file} was not yours any more when you wrote it: it is kept for ${other.handle}, who waited for it${purpose}. Agree with it before you go on.`
        : `${file} was not yours any more when you wrote it: ${other.handle} has it now${purpose}. Look at what it changed there, and agree with it before you go on.`;
    case 'warned':
      return `${other.handle} has ${file} as well${purpose}; policy lets both write. Keep to your part.`;
    case 'beside':
      return `${other.handle} has locked ${file} for the whole project since you began to edit it${purpose}. Finish what you are at, agree with it, and leave the file then.`;
    case 'elsewhere':
      return `${other.handle} ${isKept(lock) ? 'is about to edit' : 'is editing'} ${file} too, in ${spokenName(other.root)}${other.branch ? ` on ${spokenName(other.branch)}` : ''}${purpose}: the two will meet in a merge. Agree who does what.`;
  }
}
