/** What a refusal says: facts first, one next step last. Words of peers stand in quotes; the whole is cleaned where it is shown. */
import { stillBusyMs } from './child-edits.ts';
import { spokenFiles, spokenName } from './conflict-kinds.ts';
import { isEdit, isKept } from './edit-lock.ts';
import type { EditWish } from './edit-wish.ts';
import type { GitHolder } from './git-head.ts';
import { limits } from './limits.ts';
import type { Blocker } from './obstacles.ts';
import { wantedNames } from './pool.ts';
import type { LockOutcome } from './queue.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import type { Refusal } from './refusal.ts';
import type { StaleFile } from './stale-edits.ts';
import { instant, quoted, spokenDuration } from './text.ts';

/** A refusal without what it is about. */
export type Said = Omit<Refusal, 'ring' | 'what'>;

interface Locked {
  readonly now: number;
  readonly me: SessionRecord;
  readonly wishes: readonly EditWish[];
  readonly outcome: LockOutcome;
  /** Files of the edit that nobody has. */
  readonly free: readonly EditWish[];
}

/** Others have files of an edit. */
export function lockedRefusal({ now, me, wishes, outcome, free }: Locked): Said {
  const { blockers, waiter, cycle } = outcome;
  const [first] = blockers;
  const shown = blockers.slice(0, limits.factsInRefusal).map(blocker => `${who(blocker, me, now)}.`);
  const more = blockers.length > shown.length ? [`${blockers.length - shown.length} more are in the way.`] : [];
  const holder = first?.session.handle ?? 'another session';
  return {
    lines: [
      `not edited: ${wishes.length > 1 ? `of ${spokenFiles(wishes.map(({ path }) => path))} nothing was changed` : 'nothing was changed'}.`,
      ...shown,
      ...more,
      ...(waiter ? [placeWords(outcome)] : []),
      `Next: ${nextStep({ now, me, wishes, outcome, free })}`,
      'Do not write it another way: that would destroy work in progress.',
    ],
    brief: cycle
      ? `still held by ${holder}, who waits for you: end your turn or release what you no longer need.`
      : `still ${first?.lock && isKept(first.lock) ? 'kept for' : 'held by'} ${holder}${waiter ? '; your place in line is kept and you will be told' : ''}. Do something else now.`,
  };
}

function placeWords({ blockers }: LockOutcome): string {
  const ahead = blockers.filter(blocker => blocker.waiter !== null).length;
  return `You are number ${ahead + 1} in line.`;
}

/** `src/a.ts is being edited by swift-heron, who works on "x", since 4 min ago, last active 3 s ago; it is free when that turn ends`. */
function who({ lock, waiter, session }: Blocker, me: SessionRecord, now: number): string {
  if (!lock) return `${session.handle} waits ahead of you for ${(waiter ? wantedNames(waiter) : []).join(', ')}`;
  const purpose = lock.reason ?? session.task;
  const what = purpose ? `, for ${quoted(purpose)}` : '';
  if (isKept(lock)) {
    const left = spokenDuration(lock.expiresAt - now);
    return `${nameOf(lock)} is kept for ${session.handle}, who waited for it${what}, for ${left} more`;
  }
  const active = `last active ${spokenDuration(now - session.lastSeenAt)} ago`;
  const verb = isEdit(lock) ? 'is being edited' : 'is locked';
  const kin = isChildOf(session, me) ? ', your sub-agent' : '';
  return `${nameOf(lock)} ${verb} by ${session.handle}${kin}${what}, since ${spokenDuration(now - lock.since)} ago, ${active}; ${outlookOf(lock, session, now)}`;
}

function isChildOf({ parentSession }: SessionRecord, me: SessionRecord): boolean {
  return parentSession === me.id;
}

function nameOf({ name }: LockRecord): string {
  return name.startsWith('file:') ? spokenName(name.slice('file:'.length)) : name;
}

/** How long it will probably take. */
function outlookOf(lock: LockRecord, session: SessionRecord, now: number): string {
  const left = spokenDuration(lock.expiresAt - now);
  if (session.parentSession !== null && isEdit(lock)) return 'it is free when its work is done';
  if (!isEdit(lock)) return `until ${instant(lock.expiresAt)} (${left}) unless released before or renewed`;
  return session.restingSince === null ? 'it is free soon after that turn ends' : `that turn is over: free in ${left}`;
}

function nextStep({ now, me, wishes, outcome, free }: Locked): string {
  const { blockers, waiter, cycle } = outcome;
  const [first] = blockers;
  const holder = first?.session.handle ?? 'its holder';
  if (cycle) {
    return `waiting would never end (${cycle.join(' waits for ')}): end your turn, or release with lock_release what the others wait for.`;
  }
  if (free.length > 0 && free.length < wishes.length) {
    return `${spokenFiles(free.map(({ path }) => path))} ${free.length > 1 ? 'are' : 'is'} free: make that part of the edit by itself.`;
  }
  if (first?.lock && isEdit(first.lock) && isChildOf(first.session, me)) {
    const left = spokenDuration(stillBusyMs(first.session, now));
    return `wait for ${holder} to end. If it is over already although nobody told so, the file is yours in ${left}: try again then.`;
  }
  if (waiter && first?.lock && isKept(first.lock)) {
    const left = spokenDuration(first.lock.expiresAt - now);
    return `go on with something else; a notice tells you when it is yours, in ${left} unless ${holder} edits it before.`;
  }
  const restsFor = first?.lock && first.session.restingSince !== null ? first.lock.expiresAt - now : null;
  if (waiter && restsFor !== null && restsFor <= limits.lapseWarningMs) {
    return `go on with something else; a notice tells you when it is yours, in ${spokenDuration(restsFor)} at the latest.`;
  }
  if (waiter) {
    const wake = me.hookedAt === null ? 'call message_wait' : 'go on with something else, or end your turn';
    return `${wake}; a notice tells you when it is yours. If it cannot wait, ask ${holder} with message_send.`;
  }
  return `go on with something else and try again later, or ask ${holder} with message_send.`;
}

/** Somebody is moving HEAD of the checkout that the files lie in. */
export function busyRefusal(now: number, { lock, holder }: GitHolder, wishes: readonly EditWish[]): Said {
  const files = spokenFiles(wishes.map(({ path }) => path));
  const what = lock.reason ? ` (${quoted(lock.reason)})` : '';
  return {
    lines: [
      `not edited: ${holder.handle} has git:head of this checkout${what}, since ${spokenDuration(now - lock.since)} ago: files change under you until it is done.`,
      `Next: try ${files} again in a moment; if it lasts, ask ${holder.handle} with message_send.`,
    ],
    brief: `${holder.handle} still has git:head of this checkout. Do something else for a moment.`,
  };
}

/** Others changed files that the session had changed before, and it was not told. */
export function staleRefusal(now: number, stale: readonly StaleFile[], others: readonly StaleFile[]): Said {
  const rest = others.length > 0 ? [`Changed as well since you had them: ${staleWords(now, others)}.`] : [];
  const lines = [
    `not edited: what you know of it is out of date. Since you changed it, ${staleWords(now, stale)}.`,
    ...rest,
    'Next: read it again, then make your edit anew.',
  ];
  // It is said once, and counts as told from then on: whoever was refused for something else a moment ago needs all of it.
  return { lines, brief: lines.join(' '), isOnce: true };
}

/** `brisk-otter changed src/a.ts 3 min ago, src/b.ts 2 min ago; heron deleted c.ts 1 min ago`. */
export function staleWords(now: number, files: readonly StaleFile[]): string {
  const shown = files.slice(0, limits.filesNamed);
  const words = shown.map(({ path, by, at, change }) => {
    const verb = change === 'deleted' ? 'deleted' : 'changed';
    return `${by} ${verb} ${spokenName(path)} ${spokenDuration(now - at)} ago`;
  });
  const more = files.length - shown.length;
  return `${words.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What the holder is told of somebody who waits. */
export function waitingWords(me: SessionRecord, wishes: readonly EditWish[], locks: readonly LockRecord[]): string {
  const held = spokenFiles(locks.map(nameOf));
  const wanted = spokenFiles(wishes.map(({ path }) => path));
  const task = me.task ? ` for ${quoted(me.task)}` : '';
  const [first] = locks;
  if (first && locks.every(isKept)) {
    return `${me.handle} waits to edit ${wanted}${task}: ${held} is kept for you until ${instant(first.expiresAt)}. Make your edit, or give it up with lock_release.`;
  }
  const own = locks.every(isEdit)
    ? 'It is passed on when your turn ends, or with lock_release if you are done with it before.'
    : 'Release it with lock_release as soon as you can.';
  return `${me.handle} waits to edit ${wanted}${task}: you have ${held}. ${own}`;
}
