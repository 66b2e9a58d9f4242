/** The simulation is worth something only if it finds what is broken: each defect here is found, and by the right promise. */
import { describe, expect, it } from 'vitest';
import { newDelivery } from '../../src/core/notice.ts';
import type { NewEvent, Page, Range, Transaction } from '../../src/core/ports.ts';
import type { IndexName, Kind, LockRecord, RecordOf, WaiterRecord } from '../../src/core/records.ts';
import { Passing } from './observer.ts';
import { heldMs, isOfEdit } from './rules/edits.ts';
import { simulate } from './simulation.ts';

/** A transaction that answers some lists with others. */
class Lists extends Passing {
  readonly #change: (kind: Kind, index: string, list: unknown[]) => unknown[];

  constructor(tx: Transaction, change: (kind: Kind, index: string, list: unknown[]) => unknown[]) {
    super(tx);
    this.#change = change;
  }

  override list = async <K extends Kind>(kind: K, index: IndexName<K>, range: Range, page: Page) =>
    this.#change(kind, index, await this.tx.list(kind, index, range, page)) as RecordOf<K>[];
}

/** A transaction that writes something else than it was told; undefined writes nothing. */
class Writes extends Passing {
  readonly #change: (kind: Kind, record: RecordOf<Kind>) => RecordOf<Kind> | undefined;

  constructor(tx: Transaction, change: (kind: Kind, record: RecordOf<Kind>) => RecordOf<Kind> | undefined) {
    super(tx);
    this.#change = change;
  }

  override put<K extends Kind>(kind: K, record: RecordOf<K>): void {
    const changed = this.#change(kind, record);
    if (changed) this.tx.put(kind, changed as RecordOf<K>);
  }
}

/** Deletes nothing of that kind in the first place, or only once somebody's session has ended in the unit. */
class Keeps extends Passing {
  readonly #kind: Kind;

  constructor(tx: Transaction, kind: Kind) {
    super(tx);
    this.#kind = kind;
  }

  override delete(kind: Kind, id: string): void {
    if (kind !== this.#kind) this.tx.delete(kind, id);
  }
}

/** Knows of no queue from the moment a lock has ended. */
class PassesNothingOn extends Lists {
  constructor(tx: Transaction) {
    let hasEnded = false;
    super(tx, (kind, index, list) => (hasEnded && kind === 'waiter' && index === 'queue' ? [] : list));
    this.noteEnd = () => {
      hasEnded = true;
    };
  }

  readonly noteEnd: () => void;

  override emit(event: NewEvent): number {
    if (event.type === 'lock.ended') this.noteEnd();
    return super.emit(event);
  }
}

/** Knows of no queue unless a lock has ended: passing on works, newcomers push in. */
class SeesNoQueue extends Lists {
  constructor(tx: Transaction) {
    let hasEnded = false;
    super(tx, (kind, index, list) => (!hasEnded && kind === 'waiter' && index === 'queue' ? [] : list));
    this.noteEnd = () => {
      hasEnded = true;
    };
  }

  readonly noteEnd: () => void;

  override emit(event: NewEvent): number {
    if (event.type === 'lock.ended') this.noteEnd();
    return super.emit(event);
  }
}

/** Forgets who is here already, so that two may be called the same. */
const emptied = (kind: Kind, index: string) => (tx: Transaction) =>
  new Lists(tx, (asked, by, list) => (asked === kind && by === index ? [] : list));

const written = (kind: Kind, change: (record: never, tx: Transaction) => RecordOf<Kind> | undefined) => {
  return (tx: Transaction) => new Writes(tx, (put, record) => (put === kind ? change(record as never, tx) : record));
};

/** A store that gives every resource the fence that it had first. */
function oldFences() {
  const first = new Map<string, number>();
  return written('lock', (lock: LockRecord) => {
    const fence = first.get(lock.name) ?? lock.fence;
    first.set(lock.name, fence);
    return { ...lock, fence };
  });
}

/** Knows nothing of the ledger where it asks about a file: of the newest entry alone, or of all but that. */
class ForgetsEdits extends Passing {
  readonly #isNewest: boolean;

  constructor(tx: Transaction, isNewest: boolean) {
    super(tx);
    this.#isNewest = isNewest;
  }

  override list = async <K extends Kind>(kind: K, index: IndexName<K>, range: Range, page: Page) =>
    kind === 'edit' && index === 'path' && (page.limit === 1) === this.#isNewest
      ? []
      : this.tx.list(kind, index, range, page);
}

/** Gives an edit that has to wait the first of its files, where nobody has that. */
function takesWhatIsFree() {
  const held = new Map<string, string>();
  return (tx: Transaction) =>
    new (class extends Passing {
      override put<K extends Kind>(kind: K, record: RecordOf<K>): void {
        super.put(kind, record);
        if (kind === 'lock') held.set(record.id, record.id.slice(record.id.indexOf('|')));
        if (kind === 'waiter') this.#take(record as WaiterRecord);
      }

      override delete(kind: Kind, id: string): void {
        super.delete(kind, id);
        held.delete(id);
      }

      #take({ session, resources: [first], mode, ttlMs, id: ticket }: WaiterRecord): void {
        const key = `|${first?.checkout}|${first?.name}`;
        if (!first || !isOfEdit(first) || [...held.values()].includes(key)) return;
        const data = { resource: first.name, holder: session, mode };
        const times = { ttlMs, since: tx.now, expiresAt: tx.now + ttlMs, warnedAt: null };
        const about = {
          id: session + key,
          holder: session,
          mode,
          tickets: [ticket],
          former: null,
          reason: null,
          pool: null,
          heldFor: null,
        };
        super.put('lock', {
          ...first,
          ...about,
          ...times,
          fence: tx.emit({ type: 'lock.granted', audience: [], data }),
        });
      }
    })(tx);
}

type Defect = readonly [defect: string, promise: string, meddle: () => (tx: Transaction) => Transaction];

/** The seed that finds a defect that few find; the others follow. */
const firstSeeds: Readonly<Record<string, number>> = {
  'handles are not compared': 6,
  'what others did to a file is not looked for': 12,
};

const defects: readonly Defect[] = [
  [
    'locks are not looked for',
    'a resource never has two conflicting holders',
    () => tx => new Lists(tx, (kind, index, list) => (kind === 'lock' && index !== 'holder' ? [] : list)),
  ],
  ['fences come back', 'fencing tokens only rise, and each is the number of its grant', oldFences],
  ['nothing passes on', 'a grant follows every way a lock can end', () => tx => new PassesNothingOn(tx)],
  [
    'who comes does not see the queue',
    'nobody is served before those who stood ahead in line for the same',
    () => tx => new SeesNoQueue(tx),
  ],
  [
    'a session that ends keeps its locks',
    'an ended session holds nothing: no lock, no place in a queue, no open intent',
    () => tx => new Keeps(tx, 'lock'),
  ],
  ['handles are not compared', 'no two living sessions have one handle', () => emptied('session', 'handle')],
  [
    'a delivery is not written',
    'a message reaches its recipients and nobody else',
    () =>
      written('delivery', delivery => ((delivery as RecordOf<'delivery'>).state === 'queued' ? undefined : delivery)),
  ],
  [
    'a sender gets its own message',
    'a message reaches its recipients and nobody else',
    () =>
      written('message', (message: RecordOf<'message'>, tx) => {
        if (message.from !== 'signalbox') tx.put('delivery', newDelivery(message.from, message));
        return message;
      }),
  ],
  [
    'handing over counts as reading',
    'a delivery only goes forward, and is read only when a client has got it',
    () =>
      written('delivery', (delivery: RecordOf<'delivery'>) =>
        delivery.state === 'delivered' ? { ...delivery, state: 'read', readAt: delivery.deliveredAt } : delivery,
      ),
  ],
  [
    'a session that ends forgets its sub-agents',
    'a sub-agent lives in the process of its parent, and never longer than that',
    () => emptied('session', 'child'),
  ],
  [
    'what a hook has shown is shown by the next one',
    'a message is shown by hooks once, and again only when nobody confirmed it for a while',
    () =>
      written('delivery', (delivery: RecordOf<'delivery'>) =>
        delivery.path === 'hook' && delivery.state === 'delivered' ? { ...delivery, state: 'queued' } : delivery,
      ),
  ],
  ['keys are not remembered', 'a call that is repeated with its key has one effect', () => emptied('message', 'key')],
  [
    'a revision is left out',
    'each change of a value is one revision more, deleting included',
    () => written('data', (data: RecordOf<'data'>) => ({ ...data, revision: data.revision + 1 })),
  ],
  [
    'a revision of an entry is left out',
    'each change of a context entry is one revision more, and one title is one entry',
    () => written('context', (entry: RecordOf<'context'>) => ({ ...entry, revision: entry.revision * 2 })),
  ],
];

const isLock = (kind: Kind, index: string) => kind === 'lock' && index !== 'holder';

const guardDefects: readonly Defect[] = [
  [
    'edits do not look for those of others',
    'a file of a checkout is held by the edits of one session and its kin',
    () => tx => new Lists(tx, (kind, index, list) => (isLock(kind, index) ? withoutEdits(list) : list)),
  ],
  [
    'edits count in all checkouts',
    'a tool is refused only for what is in its way, or for what its session has not seen',
    () => tx => new Lists(tx, (kind, index, list) => (isLock(kind, index) ? list.map(everywhere) : list)),
  ],
  [
    'the end of a turn changes nothing',
    'what the edits of a turn hold ends with the grace, unless its session works on',
    () =>
      written('lock', (lock: LockRecord, { now }) =>
        isOfEdit(lock) && lock.expiresAt - now < lock.ttlMs ? undefined : lock,
      ),
  ],
  [
    'what was kept for an edit is renewed by anything',
    'the lock of an edit is prolonged by work of its session, and one that was kept for an edit by that edit alone',
    () => tx => new Lists(tx, (kind, index, list) => (kind === 'lock' && index === 'holder' ? list.map(inUse) : list)),
  ],
  [
    'what is kept for an edit is given like any lock',
    'an edit takes its locks itself, or is given them in its turn, for a while',
    () =>
      written('lock', (lock: LockRecord, { now }) =>
        isOfEdit(lock) && lock.ttlMs < heldMs ? { ...lock, ttlMs: heldMs, expiresAt: now + heldMs } : lock,
      ),
  ],
  ['a part of a refused edit is taken', 'a tool that is refused has taken no lock', takesWhatIsFree],
  [
    'a refused edit gets no place',
    'an edit that is refused stands in line, unless waiting would never end',
    () => written('waiter', (place: WaiterRecord) => (place.resources.some(isOfEdit) ? undefined : place)),
  ],
  [
    'what others did to a file is not looked for',
    'no edit takes a lock over changes that its session was not told of',
    () => tx => new ForgetsEdits(tx, false),
  ],
  [
    'whoever does something counts as told',
    'a session is refused once for what others did to its files, and told of it then',
    () =>
      written('session', (me: RecordOf<'session'>, { sequence }) => ({
        ...me,
        guard: { ...me.guard, toldEditsTo: sequence },
      })),
  ],
  [
    'an edit is not recorded',
    'an edit that a hook tells is in the ledger once that is answered',
    () => written('edit', () => undefined),
  ],
  [
    'an edit that is told twice is recorded twice',
    'an edit that was told is one entry of the ledger, and none when the entry before says the same',
    () => tx => new ForgetsEdits(tx, true),
  ],
];

function withoutEdits(locks: unknown[]): unknown[] {
  return locks.filter(lock => !isOfEdit(lock as LockRecord));
}

function everywhere(lock: unknown): unknown {
  return isOfEdit(lock as LockRecord) ? { ...(lock as LockRecord), checkout: null } : lock;
}

function inUse(lock: unknown): unknown {
  return isOfEdit(lock as LockRecord) ? { ...(lock as LockRecord), ttlMs: heldMs } : lock;
}

describe('a defect', () => {
  it.each([...defects, ...guardDefects])('is found: %s', async (defect, promise, meddle) => {
    const found = new Set<string>();
    const seeds = new Set([firstSeeds[defect] ?? 1, ...Array.from({ length: 25 }, (_, at) => at + 1)]);
    for (const seed of seeds) {
      if (found.has(promise)) break;
      const { violation } = await simulate({ seed, steps: 400, meddle: meddle() });
      if (violation) found.add(violation.promise);
    }
    expect([...found]).toContain(promise);
  });
});
