/** What records lack that were written before a field existed. Stores keep them as they were; whoever reads gets them whole. */
import { unguarded } from './guard-record.ts';
import type { Kind, RecordOf } from './records.ts';

type Old = Record<string, unknown>;

/** By kind, what each younger field means where it is missing. A function sees the rest of the record. */
const younger: { readonly [K in Kind]?: Readonly<Record<string, unknown | ((record: Old) => unknown)>> } = {
  session: {
    pastConversations: () => [],
    arrivedBy: null,
    parentSession: null,
    taskFrom: ({ task }: Old) => (task === null ? null : 'session'),
    restingSince: null,
    hookedAt: null,
    nudgedAt: null,
    guard: () => unguarded,
    server: null,
    personas: () => [],
    hub: null,
  },
  lock: { pool: null, warnedAt: null, heldFor: null },
  waiter: { pools: () => [], seat: null },
  message: { recipients: () => [], thread: ({ id }: Old) => id, wantsAck: false, said: null },
  delivery: { wantsAck: false, acknowledgedAt: null },
  edit: { mayBeOf: () => [] },
};

/** The record with every field of its kind; changed in place, because nobody else has it yet. */
export function completed<K extends Kind>(kind: K, record: RecordOf<K>): RecordOf<K> {
  const fields = younger[kind];
  if (fields === undefined || typeof record !== 'object' || record === null) return record;
  const old = record as unknown as Old;
  for (const [name, value] of Object.entries(fields)) {
    if (old[name] === undefined) old[name] = typeof value === 'function' ? value(old) : value;
  }
  return record;
}
