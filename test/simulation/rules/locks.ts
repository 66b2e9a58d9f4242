/** What must hold of locks and queues after every unit of work. The table of modes stands here a second time, on purpose. */
import type { LockMode, LockRecord, Priority, Resource, WaiterRecord } from '../../../src/core/records.ts';
import { resourcesOverlap } from '../../../src/core/resource.ts';
import type { Knowledge, Rule } from '../knowledge.ts';
import { type Change, type Commit, changesOf, parentOf, type State } from '../state.ts';
import { isOfEdit, viewOf } from './edits.ts';

/** Held against wanted: what the product refuses. */
const refused: Record<LockMode, readonly LockMode[]> = {
  exclusive: ['exclusive', 'shared'],
  shared: ['exclusive'],
  intent: [],
};

interface Claim {
  readonly mode: LockMode;
  readonly resources: readonly Resource[];
}

/**
 * Whether a lock or a place of one session keeps out what another one wants, which looks at it from a checkout: what others edit
 * elsewhere does not concern it. See `viewOf`.
 */
function keepsOut(held: Claim, wanted: Claim, view: string | null): boolean {
  if (!refused[held.mode].includes(wanted.mode)) return false;
  const counting = held.resources.filter(one => view === null || !isOfEdit(one) || one.checkout === view);
  return counting.some(one => wanted.resources.some(other => resourcesOverlap(one, other)));
}

/** The same for a place in the queue, or a lock that was asked for. */
export const keepsOutPlace = (state: State, held: Claim, place: WaiterRecord) =>
  keepsOut(held, place, viewOf(state, place.session, place.resources));
export const keepsOutLock = (state: State, held: Claim, lock: LockRecord) =>
  keepsOut(held, asHeld(lock), viewOf(state, lock.holder, [lock]));

export const asHeld = (lock: LockRecord) => ({ mode: lock.mode, resources: [lock] });

export const shown = (lock: LockRecord) =>
  `${lock.holder} ${lock.mode} ${lock.name} ${lock.checkout ?? ''} (fence ${lock.fence})`;

const oneHolder: Rule<Commit> = {
  promise: 'a resource never has two conflicting holders',
  *broken(commit, known) {
    for (const { after: lock } of changesOf(commit, 'lock')) if (lock) noteHeir(commit, lock, known);
    const cameWith = ({ fence }: LockRecord) => known.cameWith.get(fence) ?? fence;
    for (const change of changesOf(commit, 'lock')) {
      const lock = change.after;
      if (!lock) continue;
      for (const other of commit.after.lock.values()) {
        // One whose time is over counts no more, though nobody may have noticed yet.
        if (Math.min(other.expiresAt, lock.expiresAt) <= commit.now) continue;
        if (other.holder === lock.holder || isLent(commit.after, other, lock)) continue;
        // Who comes last must not be kept out by who is there: whose edit is there already may be joined from another checkout.
        const isLast = cameWith(lock) > cameWith(other) || isRevived(change, commit.now);
        const [first, last] = isLast ? [other, lock] : [lock, other];
        if (keepsOutLock(commit.after, asHeld(first), last)) yield `${shown(last)} beside ${shown(first)}`;
      }
    }
  },
};

/** Notes that an edit's lock is handed off, which is no new claim: it goes on from the grant that the giver had. */
function noteHeir(commit: Commit, lock: LockRecord, known: Knowledge): void {
  if (!isOfEdit(lock) || !wasHandedOff(commit, lock) || known.cameWith.has(lock.fence)) return;
  const given = [...commit.before.lock.values()].find(
    ({ id, name, checkout }) => name === lock.name && checkout === lock.checkout && !commit.after.lock.has(id),
  );
  if (given) known.cameWith.set(lock.fence, known.cameWith.get(given.fence) ?? given.fence);
}

/** Whether a lock whose time was over is held again: that is as good as a new grant. */
function isRevived({ before, after }: Change<'lock'>, now: number): boolean {
  return before !== undefined && before.expiresAt <= now && (after?.expiresAt ?? 0) > now;
}

/** What a session holds it lends to its sub-agents: the lock of the sub-agent is the later one. */
function isLent(state: State, one: LockRecord, other: LockRecord): boolean {
  const [first, last] = one.fence < other.fence ? [one, other] : [other, one];
  return parentOf(state, last.holder) === first.holder;
}

const risingFences: Rule<Commit> = {
  promise: 'fencing tokens only rise, and each is the number of its grant',
  *broken(commit, known) {
    for (const { before, after } of changesOf(commit, 'lock')) {
      if (!after || before?.fence === after.fence) continue;
      const resource = `${after.checkout ?? ''}|${after.name}`;
      const last = known.fences.get(resource) ?? 0;
      if (after.fence <= last) yield `${shown(after)} follows fence ${last}`;
      known.fences.set(resource, Math.max(last, after.fence));
      const grant = commit.events.find(event => event.sequence === after.fence);
      if (grant?.type !== 'lock.granted' || grant.data.holder !== after.holder || grant.data.resource !== after.name) {
        yield `${shown(after)} has no grant of that number`;
      }
    }
  },
};

/** A lock that went and came in one unit must not keep its fence; and nothing else may change its owner or name. */
const steadyLocks: Rule<Commit> = {
  promise: 'a lock that ended comes back under a new fence only',
  *broken(commit) {
    const ended = commit.events.filter(event => event.type === 'lock.ended');
    for (const { before, after } of changesOf(commit, 'lock')) {
      if (before?.fence !== after?.fence || !before || !after) continue;
      if (ended.some(({ data }) => data.holder === after.holder && data.resource === after.name)) {
        yield `${shown(after)} has ended in this very unit`;
      }
      if (before.mode !== after.mode && after.mode === 'exclusive') yield `${shown(after)} was ${before.mode}`;
    }
  },
};

/** Who certainly stands in line: its time is not over and its session lives. */
function stands(waiter: WaiterRecord, state: State, now: number, known: Knowledge): boolean {
  const session = state.session.get(waiter.session);
  return waiter.deadlineAt > now && session !== undefined && session.endedAt === null && known.isAlive(session);
}

const passedOn: Rule<Commit> = {
  promise: 'a grant follows every way a lock can end',
  *broken({ after, now }, known) {
    for (const waiter of after.waiter.values()) {
      if (!stands(waiter, after, now, known) || !isFree(after, waiter)) continue;
      const pools = waiter.pools.map(({ pool, count }) => `${count} of ${pool}`);
      const names = [...waiter.resources.map(resource => resource.name), ...pools].join(', ');
      yield `${waiter.session} waits for ${names} (${waiter.mode}), which nothing is in the way of`;
    }
  },
};

/** Whether a place could be served in any order of the line: no lock keeps it out, and nobody else wants any of it. */
function isFree(state: State, waiter: WaiterRecord): boolean {
  const parent = parentOf(state, waiter.session);
  const locks = [...state.lock.values()];
  const others = [...state.waiter.values()].filter(({ session }) => session !== waiter.session && session !== parent);
  const inTheWay = locks.filter(({ holder }) => holder !== waiter.session && holder !== parent);
  if (inTheWay.some(lock => keepsOutPlace(state, asHeld(lock), waiter))) return false;
  if (others.some(other => keepsOutPlace(state, other, waiter) || sharePool(other, waiter))) return false;
  // What it wants by name the pool has to give it another value for.
  const taken = new Set([...locks.map(lock => lock.name), ...waiter.resources.map(resource => resource.name)]);
  return waiter.pools.every(({ count, values }) => values.filter(value => !taken.has(value)).length >= count);
}

/** Whether two places may want one value: both of one pool, or one a value of it by name. */
function sharePool(one: WaiterRecord, other: WaiterRecord): boolean {
  const wanted = ({ pools, resources }: WaiterRecord) => [
    ...pools.flatMap(({ values }) => values),
    ...resources.map(({ name }) => name),
  ];
  const ours = new Set(wanted(one));
  return one.pools.length + other.pools.length > 0 && wanted(other).some(name => ours.has(name));
}

const levels: readonly Priority[] = ['low', 'normal', 'high', 'urgent'];

/** A place rises by one priority with each minute that it waits. */
function levelOf(waiter: WaiterRecord, now: number): number {
  const risen = Math.floor((now - waiter.since) / 60_000);
  return Math.min(levels.indexOf(waiter.priority) + risen, levels.length - 1);
}

/** Whether one place is served before another one. */
export function goesBefore(one: WaiterRecord, other: WaiterRecord, now: number): boolean {
  const ahead = levelOf(one, now) - levelOf(other, now);
  return ahead > 0 || (ahead === 0 && one.arrival < other.arrival);
}

/** Whether `start` waits for `target`, directly or through others, for a lock or, unless `byLocks`, for a place ahead. */
export function waitsFor(state: State, start: string, target: string, byLocks = false): boolean {
  const open = [start];
  const seen = new Set(open);
  for (let session = open.pop(); session !== undefined; session = open.pop()) {
    for (const next of awaited(state, session, byLocks)) {
      if (next === target) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return false;
}

function awaited(state: State, session: string, byLocks: boolean): string[] {
  const own = [...state.waiter.values()].filter(waiter => waiter.session === session);
  const parent = parentOf(state, session);
  return own.flatMap(waiter => {
    const others = byLocks ? [] : [...state.waiter.values()].filter(other => other.session !== parent);
    const meets = (other: WaiterRecord) => keepsOutPlace(state, other, waiter) || sharePool(other, waiter);
    const ahead = others.filter(other => goesBefore(other, waiter, state.now) && meets(other));
    const locks = [...state.lock.values()].filter(
      lock => lock.holder !== session && lock.holder !== parent && keepsOutPlace(state, asHeld(lock), waiter),
    );
    // For a value out of a pool it waits for whoever gives one back: that is a reason to pass it over, and no cycle by itself.
    const values = new Set(byLocks ? [] : waiter.pools.flatMap(pool => pool.values));
    const given = [...state.lock.values()].filter(({ name, holder }) => holder !== session && values.has(name));
    return [...ahead.map(other => other.session), ...[...locks, ...given].map(lock => lock.holder)];
  });
}

const fairOrder: Rule<Commit> = {
  promise: 'nobody is served before those who stood ahead in line for the same',
  *broken(commit, known) {
    const { before, after, now } = commit;
    for (const change of changesOf(commit, 'lock')) {
      const lock = change.after;
      // A renewal takes nothing from anybody, and what is handed off goes past the line on purpose.
      if (!lock || lock.mode === 'intent' || change.before?.mode === lock.mode || wasHandedOff(commit, lock)) continue;
      // Asked for anew and got at once, it may serve a place of its session by the way.
      const isAsked = lock.tickets.some(
        ticket => !before.waiter.has(ticket) && !change.before?.tickets.includes(ticket),
      );
      const place = lock.tickets.map(ticket => before.waiter.get(ticket)).find(waiter => waiter !== undefined);
      for (const other of before.waiter.values()) {
        if (!after.waiter.has(other.id) || other.session === lock.holder || !keepsOutLock(after, other, lock)) continue;
        if (other.session === parentOf(after, lock.holder)) continue;
        if (place && goesBefore(place, other, now)) continue;
        if ((isAsked || !place) && isOutranked(commit, other, known)) continue;
        if (!stands(other, before, now, known) || !stands(other, after, now, known)) continue;
        // Whoever waits for the one who is served anyway is passed over: but not because of this very lock.
        // Whom its parent's work waits for is the same: a parent waits for its sub-agents.
        const served = [lock.holder, parentOf(after, lock.holder)].filter(session => session != null);
        const awaitsServed = (state: State) => served.some(session => waitsFor(state, other.session, session));
        if ([before, without(after, lock), without(midway(commit), lock)].some(awaitsServed)) continue;
        yield `${shown(lock)} was granted before ${other.session}, who stood ahead of it`;
      }
    }
  },
};

function without(state: State, lock: LockRecord): State {
  return { ...state, lock: new Map([...state.lock].filter(([id]) => id !== lock.id)) };
}

/** A unit's state with the places that it served, and the locks that it granted and took back again: it may have gone by those. */
function midway({ before, after, events }: Commit): State {
  const ended = events.filter(({ type }) => type === 'lock.ended');
  const brief = events.filter(
    ({ type, data, sequence }) =>
      type === 'lock.granted' &&
      ended.some(
        end => end.sequence > sequence && end.data.resource === data.resource && end.data.holder === data.holder,
      ),
  );
  const lock = new Map(after.lock);
  for (const { data, sequence } of brief) {
    const [name, holder] = [String(data.resource), String(data.holder)];
    const resource = { name, key: name.toLowerCase(), foldsCase: false, globBase: null, checkout: null };
    lock.set(`${sequence}`, { ...resource, holder, mode: data.mode, expiresAt: after.now + 1 } as LockRecord);
  }
  return { ...after, lock, waiter: new Map([...before.waiter, ...after.waiter]) };
}

export function wasHandedOff({ events }: Commit, lock: LockRecord): boolean {
  return events.some(
    ({ type, data }) => type === 'lock.ended' && data.cause === 'handed off' && data.resource === lock.name,
  );
}

/** What asks for locks; a tool of a client does it with the priority that all have who say nothing of it. */
const asking = ['lock_acquire', 'guard_check'];

/** Whether one who came and got it at once asked with a higher priority than somebody in line has by now. */
function isOutranked({ by, now }: Commit, other: WaiterRecord, known: Knowledge): boolean {
  const calls = known.callsBy(by).filter(({ tool }) => asking.includes(tool));
  const asked = calls.map(({ input }) => levels.indexOf((input.priority ?? 'normal') as Priority));
  return Math.max(...asked) > levelOf(other, now);
}

const noCycle: Rule<Commit> = {
  promise: 'waiting never closes a cycle',
  *broken({ after, changes }) {
    if (!changes.some(({ kind }) => kind === 'lock' || kind === 'waiter')) return;
    const living = withoutStale(after);
    for (const { session } of living.waiter.values()) {
      if (waitsFor(living, session, session, true)) yield `${session} waits for itself`;
    }
  },
};

/** Without what has lapsed and only has not been noticed yet. */
function withoutStale(state: State): State {
  const lock = new Map([...state.lock].filter(([, { expiresAt }]) => expiresAt > state.now));
  return { ...state, lock, waiter: new Map([...state.waiter].filter(([, { deadlineAt }]) => deadlineAt > state.now)) };
}

export const lockRules: readonly Rule<Commit>[] = [oneHolder, risingFences, steadyLocks, passedOn, fairOrder, noCycle];
