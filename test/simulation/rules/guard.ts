/** What must hold of the locks of edits, and of what is refused to tools, after every unit of work. */
import { limits } from '../../../src/core/limits.ts';
import type { LockRecord, SessionRecord, WaiterRecord } from '../../../src/core/records.ts';
import type { Knowledge, Rule } from '../knowledge.ts';
import { type Change, type Commit, changesOf, parentOf, type State } from '../state.ts';
import {
  areKin,
  asksFor,
  checkoutOf,
  type EditedFile,
  filesOf,
  heldMs,
  isOfEdit,
  keptMs,
  ownLock,
  resourceOf,
  toldTo,
  untold,
} from './edits.ts';
import { asHeld, keepsOutPlace, shown, waitsFor, wasHandedOff } from './locks.ts';

const editLocks = (state: State) => [...state.lock.values()].filter(isOfEdit);

const oneEditor: Rule<Commit> = {
  promise: 'a file of a checkout is held by the edits of one session and its kin',
  *broken({ after, now, changes }) {
    if (!changes.some(({ kind }) => kind === 'lock')) return;
    const inForce = editLocks(after).filter(({ expiresAt }) => expiresAt > now);
    for (const [at, one] of inForce.entries()) {
      for (const other of inForce.slice(at + 1)) {
        if (one.name !== other.name || one.checkout !== other.checkout) continue;
        if (!areKin(after, one.holder, other.holder)) yield `${shown(one)} and ${shown(other)}`;
      }
    }
  },
};

/** The place in line that a lock was granted to, if the unit served one. */
function placeOf({ before }: Commit, lock: LockRecord, tickets: readonly string[] = []): WaiterRecord | undefined {
  const served = lock.tickets.filter(ticket => !tickets.includes(ticket)).map(ticket => before.waiter.get(ticket));
  return served.find(place => place !== undefined && place.session === lock.holder);
}

/** Whether the process that made a unit is asked at this moment whether the holder of a lock may edit its file. */
function isAsked({ by, after }: Commit, lock: LockRecord, known: Knowledge): boolean {
  return known.callsBy(by).some(call => asksFor(after, call, lock));
}

const fromAnEdit: Rule<Commit> = {
  promise: 'an edit takes its locks itself, or is given them in its turn, for a while',
  *broken(commit, known) {
    for (const { before, after: lock } of changesOf(commit, 'lock')) {
      if (!lock || !isOfEdit(lock) || before?.fence === lock.fence) continue;
      if (lock.mode !== 'exclusive') yield `${shown(lock)} is not exclusive`;
      if (wasHandedOff(commit, lock) || isAsked(commit, lock, known)) continue;
      if (!placeOf(commit, lock)) yield `${shown(lock)} was asked for by nobody`;
      else if (lock.expiresAt > commit.now + keptMs) yield `${shown(lock)} is kept too long`;
    }
  },
};

const prolonged: Rule<Commit> = {
  promise:
    'the lock of an edit is prolonged by work of its session, and one that was kept for an edit by that edit alone',
  *broken(commit, known) {
    for (const { before, after: lock } of changesOf(commit, 'lock')) {
      if (!lock || !isOfEdit(lock)) continue;
      if (lock.expiresAt > commit.now + heldMs) yield `${shown(lock)} holds longer than any`;
      if (before?.fence !== lock.fence || lock.expiresAt <= (before?.expiresAt ?? 0)) continue;
      // A session goes on with what its sub-agent edited.
      if (wasHandedOff(commit, lock)) continue;
      if (placeOf(commit, lock, before.tickets) || isAsked(commit, lock, known)) continue;
      if (before.ttlMs < heldMs) yield `${shown(lock)} was kept for an edit, and is prolonged without one`;
      const session = commit.after.session.get(lock.holder);
      if (session?.lastSeenAt !== commit.now) yield `${shown(lock)} is prolonged, and its session does nothing`;
    }
  },
};

const turnsEnd: Rule<Commit> = {
  promise: 'what the edits of a turn hold ends with the grace, unless its session works on',
  *broken(commit, { guard }) {
    for (const { before, after: session } of changesOf(commit, 'session')) {
      if (!session || session.restingSince !== commit.now || before?.restingSince === commit.now) continue;
      const endsAt = commit.now + guard.graceSeconds * 1000;
      for (const lock of editLocks(commit.after)) {
        if (lock.holder === session.id && lock.expiresAt > endsAt) yield `${shown(lock)} outlives the turn`;
      }
    }
  },
};

/** One refusal of a tool, as the unit has it that refused. */
interface Refused {
  readonly session: SessionRecord;
  readonly what: string;
  /** What it would have changed where policy refuses; undefined where git decides. */
  readonly files: readonly EditedFile[] | undefined;
  /** Of that, what its session did not have yet. */
  readonly missing: readonly EditedFile[] | undefined;
  /** Whether it was refused for what the session has not seen. */
  readonly isStale: boolean;
}

function refusalsOf({ before, after, events, now }: Commit): Refused[] {
  return events.flatMap(({ type, data }) => {
    const session = after.session.get(String(data.session));
    if (type !== 'guard.refused' || !session) return [];
    const what = String(data.what);
    const files = filesOf(after, session.id, what)?.filter(({ mode }) => mode === 'block');
    const missing = files?.filter(file => !ownLock(before, session.id, file, now));
    const isStale = session.guard.toldEditsTo > (before.session.get(session.id)?.guard.toldEditsTo ?? 0);
    return [{ session, what, files, missing, isStale }];
  });
}

const allOrNone: Rule<Commit> = {
  promise: 'a tool that is refused has taken no lock',
  *broken(commit) {
    const refused = new Set(refusalsOf(commit).map(({ session }) => session.id));
    for (const { before, after: lock } of changesOf(commit, 'lock')) {
      if (!lock || !refused.has(lock.holder) || before?.fence === lock.fence) continue;
      // By the way it may have been given what it stood in line for.
      if (!placeOf(commit, lock)) yield `${shown(lock)} was taken, and the tool was refused`;
    }
  },
};

const forAReason: Rule<Commit> = {
  promise: 'a tool is refused only for what is in its way, or for what its session has not seen',
  *broken(commit) {
    for (const refused of refusalsOf(commit)) {
      const { session, what, missing } = refused;
      if (!missing || refused.isStale || isBusy(commit, refused)) continue;
      if (!missing.some(file => isTaken(commit, session.id, file))) yield `${session.handle}: ${what}`;
    }
  },
};

/** Whether somebody has a lock on a file, or stands in line for it. */
function isTaken({ after, now }: Commit, session: string, file: EditedFile): boolean {
  const parent = parentOf(after, session);
  const wish = wishFor(session, [file]);
  const isOther = (id: string) => id !== session && id !== parent;
  const locks = [...after.lock.values()].filter(({ holder, expiresAt }) => isOther(holder) && expiresAt > now);
  if (locks.some(lock => keepsOutPlace(after, asHeld(lock), wish))) return true;
  return [...after.waiter.values()].some(place => isOther(place.session) && keepsOutPlace(after, place, wish));
}

/** Whether somebody else moves HEAD of the checkout, or keeps others from it. */
function isBusy({ after, now }: Commit, { session: { id }, files = [] }: Refused): boolean {
  const checkouts = new Set(files.map(checkoutOf));
  return [...after.lock.values()].some(
    ({ name, checkout, holder, mode, expiresAt }) =>
      name === 'git:head' &&
      checkouts.has(checkout ?? '') &&
      mode !== 'intent' &&
      expiresAt > now &&
      holder !== id &&
      !areKin(after, holder, id),
  );
}

/** A place in line for an edit, as it would be. */
function wishFor(session: string, files: readonly EditedFile[]): WaiterRecord {
  const times = { arrival: Number.POSITIVE_INFINITY, since: 0, deadlineAt: Number.POSITIVE_INFINITY, ttlMs: keptMs };
  const about = { process: null, pools: [], seat: null, reason: null, priority: 'normal' } as const;
  return { id: 'wish', session, resources: files.map(resourceOf), mode: 'exclusive', ...about, ...times };
}

const standsInLine: Rule<Commit> = {
  promise: 'an edit that is refused stands in line, unless waiting would never end',
  *broken(commit) {
    const { after } = commit;
    for (const refused of refusalsOf(commit)) {
      const { session, what, missing } = refused;
      if (!missing || refused.isStale || isBusy(commit, refused)) continue;
      const own = [...after.waiter.values()].filter(place => place.session === session.id && place.process === null);
      const wanted = missing
        .map(file => keyOf(resourceOf(file)))
        .sort()
        .join();
      if (own.some(place => place.resources.map(keyOf).sort().join() === wanted)) continue;
      if (own.length >= limits.queuePlacesPerSession || after.waiter.size >= limits.waitersPerProject) continue;
      if (closesCycle(commit, wishFor(session.id, missing))) continue;
      yield `${session.handle}: ${what}`;
    }
  },
};

const keyOf = ({ name, checkout }: { readonly name: string; readonly checkout: string | null }) =>
  `${checkout}|${name}`;

function closesCycle({ after, now }: Commit, wish: WaiterRecord): boolean {
  const lock = new Map([...after.lock].filter(([, { expiresAt }]) => expiresAt > now));
  const waiter = new Map([...after.waiter, [wish.id, wish]]);
  // Over pools more is a cycle than these rules work out.
  const isPlain = [...waiter.values()].every(({ pools }) => pools.length === 0);
  return waitsFor({ ...after, lock, waiter }, wish.session, wish.session, isPlain);
}

const toldOnce: Rule<Commit> = {
  promise: 'a session is refused once for what others did to its files, and told of it then',
  *broken(commit, known) {
    const { before, by } = commit;
    for (const { session, what, files, isStale } of refusalsOf(commit)) {
      const about = { toldTo: toldTo(known, session.id), isStrict: true };
      if (isStale && files?.every(file => untold(before, session.id, file, about).length === 0))
        yield `${session.handle} was told before: ${what}`;
    }
    // A session that returns begins anew, and may be told once more.
    for (const { type, data } of commit.events)
      if (type === 'session.returned') known.told.delete(String(data.session));
    for (const change of changesOf(commit, 'session')) {
      const told = change.after?.guard.toldEditsTo ?? 0;
      if (told <= (change.before?.guard.toldEditsTo ?? 0)) continue;
      if (!wasTold(commit, change, known))
        yield `${change.id} counts as told up to ${told}, and was told nothing by ${by}`;
      known.told.set(change.id, Math.max(told, toldTo(known, change.id)));
    }
  },
};

/** Whether a unit tells a session anything by which it learns of others' edits. */
function wasTold({ by, events }: Commit, { id }: Change<'session'>, known: Knowledge): boolean {
  if (events.some(({ type, data }) => type === 'guard.refused' && data.session === id)) return true;
  const calls = known.callsBy(by).filter(({ tool }) => tool === 'client_event');
  return calls.some(({ input }) => input.kind === 'prompt' || input.kind === 'start');
}

const notBlind: Rule<Commit> = {
  promise: 'no edit takes a lock over changes that its session was not told of',
  *broken(commit, known) {
    for (const { before, after: lock } of changesOf(commit, 'lock')) {
      if (!lock || !isOfEdit(lock) || before?.fence === lock.fence) continue;
      if (placeOf(commit, lock) || wasHandedOff(commit, lock)) continue;
      const [file] =
        filesOf(commit.after, lock.holder, `edit ${lock.checkout?.split(':')[1]}/${lock.name.slice('file:'.length)}`) ??
        [];
      if (file?.mode !== 'block') continue;
      const about = { toldTo: toldTo(known, lock.holder), isStrict: false };
      for (const edit of untold(commit.before, lock.holder, file, about))
        yield `${shown(lock)} after ${edit.id} of ${edit.handle}`;
    }
  },
};

export const guardRules: readonly Rule<Commit>[] = [
  oneEditor,
  fromAnEdit,
  prolonged,
  turnsEnd,
  allOrNone,
  forAReason,
  standsInLine,
  notBlind,
  toldOnce,
];
