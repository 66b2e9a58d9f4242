/** What must hold of locks and queues after every unit of work. The table of modes stands here a second time, on purpose. */
import type { LockMode, LockRecord, Priority, Resource, WaiterRecord } from '../../../src/core/records.ts';
import { resourcesOverlap } from '../../../src/core/resource.ts';
import type { Knowledge, Rule } from '../knowledge.ts';
import { type Commit, changesOf, type State } from '../state.ts';

/** Held against wanted: what the product refuses. */
const refused: Record<LockMode, readonly LockMode[]> = {
  exclusive: ['exclusive', 'shared'],
  shared: ['exclusive'],
  intent: [],
};

/** Whether a lock or a place of one session keeps out what another one wants. */
export function keepsOut(
  held: { readonly mode: LockMode; readonly resources: readonly Resource[] },
  wanted: { readonly mode: LockMode; readonly resources: readonly Resource[] },
): boolean {
  if (!refused[held.mode].includes(wanted.mode)) return false;
  return held.resources.some(one => wanted.resources.some(other => resourcesOverlap(one, other)));
}

export const asHeld = (lock: LockRecord) => ({ mode: lock.mode, resources: [lock] });

const shown = (lock: LockRecord) => `${lock.holder} ${lock.mode} ${lock.name} (fence ${lock.fence})`;

const oneHolder: Rule<Commit> = {
  promise: 'a resource never has two conflicting holders',
  *broken(commit) {
    for (const { after: lock } of changesOf(commit, 'lock')) {
      if (!lock) continue;
      for (const other of commit.after.lock.values()) {
        // One whose time is over counts no more, though nobody may have noticed yet.
        if (Math.min(other.expiresAt, lock.expiresAt) <= commit.now) continue;
        if (other.holder !== lock.holder && keepsOut(asHeld(other), asHeld(lock))) {
          yield `${shown(lock)} and ${shown(other)}`;
        }
      }
    }
  },
};

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
  const locks = [...state.lock.values()];
  const others = [...state.waiter.values()].filter(other => other.session !== waiter.session);
  if (locks.some(lock => lock.holder !== waiter.session && keepsOut(asHeld(lock), waiter))) return false;
  if (others.some(other => keepsOut(other, waiter) || sharePool(other, waiter))) return false;
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
  return own.flatMap(waiter => {
    const others = byLocks ? [] : [...state.waiter.values()];
    const meets = (other: WaiterRecord) => keepsOut(other, waiter) || sharePool(other, waiter);
    const ahead = others.filter(other => goesBefore(other, waiter, state.now) && meets(other));
    const locks = [...state.lock.values()].filter(lock => lock.holder !== session && keepsOut(asHeld(lock), waiter));
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
        if (!after.waiter.has(other.id) || other.session === lock.holder || !keepsOut(other, asHeld(lock))) continue;
        if (place && goesBefore(place, other, now)) continue;
        if ((isAsked || !place) && isOutranked(commit, lock, other, known)) continue;
        if (!stands(other, before, now, known) || !stands(other, after, now, known)) continue;
        // Whoever waits for the one who is served anyway is passed over: but not because of this very lock.
        if ([before, without(after, lock)].some(state => waitsFor(state, other.session, lock.holder))) continue;
        yield `${shown(lock)} was granted before ${other.session}, who stood ahead of it`;
      }
    }
  },
};

function without(state: State, lock: LockRecord): State {
  return { ...state, lock: new Map([...state.lock].filter(([id]) => id !== lock.id)) };
}

function wasHandedOff({ events }: Commit, lock: LockRecord): boolean {
  return events.some(
    ({ type, data }) => type === 'lock.ended' && data.cause === 'handed off' && data.resource === lock.name,
  );
}

/** Whether one who came and got it at once asked with a higher priority than somebody in line has by now. */
function isOutranked({ now }: Commit, lock: LockRecord, other: WaiterRecord, known: Knowledge): boolean {
  const asked = known.prioritiesOf(lock.holder).map(priority => levels.indexOf(priority));
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
