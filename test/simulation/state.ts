/** What the store held after each unit of work, as records, so that any moment of a simulation can be looked at again. */
import type { Event } from '../../src/core/ports.ts';
import type { Kind, RecordOf } from '../../src/core/records.ts';

const kinds = [
  'session',
  'lock',
  'waiter',
  'message',
  'delivery',
  'conversation',
  'intent',
  'context',
  'data',
  'edit',
  'place',
  'token',
  'brought',
  'audit',
  'webhook',
  'webhookCursor',
] as const satisfies readonly Kind[];

export type Table<K extends Kind> = ReadonlyMap<string, RecordOf<K>>;

/** One state of one project. Immutable. */
export type State = { readonly [K in Kind]: Table<K> } & {
  /** How many units wrote before. */
  readonly version: number;
  readonly sequence: number;
  /** The store's time of the last unit that wrote. */
  readonly now: number;
};

export interface Change<K extends Kind = Kind> {
  readonly kind: K;
  readonly id: string;
  readonly before: RecordOf<K> | undefined;
  readonly after: RecordOf<K> | undefined;
}

/** What one unit of work did. */
export interface Commit {
  /** The simulated process that made it. */
  readonly by: string;
  readonly before: State;
  readonly after: State;
  readonly now: number;
  readonly changes: readonly Change[];
  readonly events: readonly Event[];
}

export const nothing: State = {
  ...(Object.fromEntries(kinds.map(kind => [kind, new Map()])) as unknown as { [K in Kind]: Table<K> }),
  version: 0,
  sequence: 0,
  now: 0,
};

/** The state after writes; tables that were not written are shared. An `undefined` removes. */
export function applied(
  before: State,
  writes: ReadonlyMap<
    string,
    { readonly kind: Kind; readonly id: string; readonly record: RecordOf<Kind> | undefined }
  >,
  events: readonly Event[],
  now: number,
  by: string,
): Commit {
  const tables = new Map<Kind, Map<string, RecordOf<Kind>>>();
  const changes: Change[] = [];
  for (const { kind, id, record } of writes.values()) {
    const table = tables.get(kind) ?? new Map<string, RecordOf<Kind>>(before[kind]);
    tables.set(kind, table);
    const old = table.get(id);
    if (JSON.stringify(old) === JSON.stringify(record)) continue;
    if (record === undefined) table.delete(id);
    else table.set(id, record);
    changes.push({ kind, id, before: old, after: record });
  }
  const sequence = events.at(-1)?.sequence ?? before.sequence;
  const after = { ...before, ...Object.fromEntries(tables), version: before.version + 1, sequence, now } as State;
  return { by, before, after, now, changes, events };
}

/** The changes of one kind. */
export function changesOf<K extends Kind>(commit: Commit, kind: K): Change<K>[] {
  return commit.changes.filter(change => change.kind === kind) as unknown as Change<K>[];
}

/** The session whose sub-agent it is, which never stands in its way. */
export function parentOf(state: State, session: string): string | null {
  return state.session.get(session)?.parentSession ?? null;
}

/** Text of all records, comparable with that of `Store.contents`. */
export function recordsOf(state: State): string[] {
  return kinds
    .flatMap(kind => [...state[kind]].map(([id, record]) => `${kind} ${id} ${JSON.stringify(record)}`))
    .sort();
}
