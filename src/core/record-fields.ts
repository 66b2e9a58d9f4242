/** What kind of value each field of a record holds: what comes from a file is held against this before it is stored. */
import type { Kind, Records } from './records.ts';

type Field = 'text' | 'text or null' | 'number' | 'number or null' | 'boolean' | 'list' | 'object' | 'object or null';

const resource = {
  name: 'text',
  key: 'text',
  foldsCase: 'boolean',
  globBase: 'text or null',
  checkout: 'text or null',
} as const;

const fields = {
  session: {
    id: 'text',
    kind: 'text',
    handle: 'text',
    client: 'text or null',
    clientVersion: 'text or null',
    clientSession: 'text or null',
    process: 'object or null',
    parent: 'object or null',
    host: 'text',
    root: 'text',
    anchor: 'text',
    branch: 'text or null',
    task: 'text or null',
    status: 'text or null',
    group: 'text or null',
    pastHandles: 'list',
    reach: 'text',
    startedAt: 'number',
    lastSeenAt: 'number',
    heartbeatAt: 'number',
    endedAt: 'number or null',
    endReason: 'text or null',
  },
  lock: {
    ...resource,
    id: 'text',
    holder: 'text',
    mode: 'text',
    fence: 'number',
    tickets: 'list',
    former: 'object or null',
    reason: 'text or null',
    ttlMs: 'number',
    since: 'number',
    expiresAt: 'number',
  },
  waiter: {
    id: 'text',
    session: 'text',
    process: 'object',
    resources: 'list',
    mode: 'text',
    reason: 'text or null',
    ttlMs: 'number',
    priority: 'text',
    arrival: 'number',
    since: 'number',
    deadlineAt: 'number',
  },
  message: {
    id: 'text',
    sequence: 'number',
    from: 'text',
    fromHandle: 'text',
    to: 'list',
    conversation: 'text',
    body: 'text',
    priority: 'text',
    replyTo: 'text or null',
    tags: 'list',
    key: 'text or null',
    at: 'number',
  },
  delivery: {
    id: 'text',
    session: 'text',
    message: 'text',
    state: 'text',
    path: 'text or null',
    deliveredAt: 'number or null',
    readAt: 'number or null',
  },
  place: { id: 'text', project: 'text' },
} as const satisfies { readonly [K in Kind]: Readonly<Record<keyof Records[K], Field>> };

/** The first field of a record that is missing or holds something else, as a half sentence; undefined when all are as they should be. */
export function strangeField(kind: Kind, record: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, field] of Object.entries(fields[kind])) {
    if (!isField(field, record[name])) return `its field "${name}" is not ${field === 'object' ? 'an' : 'a'} ${field}`;
  }
  return undefined;
}

function isField(field: Field, value: unknown): boolean {
  const [type, orNull] = field.split(' or ');
  if (value === null) return orNull === 'null';
  if (type === 'list') return Array.isArray(value);
  if (type === 'number') return Number.isFinite(value);
  if (type === 'object') return typeof value === 'object' && !Array.isArray(value);
  return typeof value === (type === 'text' ? 'string' : type);
}
