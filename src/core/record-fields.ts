/** What kind of value each field of a record holds: what comes from a file is held against this before it is stored. */
import type { Kind, Records } from './records.ts';

type Field = Type | `${Type} or null`;
type Type = 'text' | 'number' | 'boolean' | 'list' | 'object';

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
    server: 'object or null',
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
    pastConversations: 'list',
    arrivedBy: 'text or null',
    parentSession: 'text or null',
    taskFrom: 'text or null',
    restingSince: 'number or null',
    hookedAt: 'number or null',
    nudgedAt: 'number or null',
    guard: 'object',
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
    pool: 'text or null',
    warnedAt: 'number or null',
  },
  waiter: {
    id: 'text',
    session: 'text',
    process: 'object or null',
    resources: 'list',
    pools: 'list',
    seat: 'text or null',
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
    recipients: 'list',
    conversation: 'text',
    body: 'text',
    priority: 'text',
    replyTo: 'text or null',
    thread: 'text',
    wantsAck: 'boolean',
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
    wantsAck: 'boolean',
    deliveredAt: 'number or null',
    readAt: 'number or null',
    acknowledgedAt: 'number or null',
  },
  conversation: {
    id: 'text',
    name: 'text',
    members: 'list',
    createdBy: 'text',
    at: 'number',
    spokenAt: 'number',
    endedAt: 'number or null',
  },
  intent: {
    id: 'text',
    sequence: 'number',
    session: 'text',
    type: 'text',
    resources: 'list',
    branches: 'list',
    description: 'text or null',
    status: 'text',
    host: 'text',
    root: 'text',
    branch: 'text or null',
    at: 'number',
    updatedAt: 'number',
    expiresAt: 'number',
    endedAt: 'number or null',
    endReason: 'text or null',
  },
  context: {
    id: 'text',
    type: 'text',
    title: 'text or null',
    titleKey: 'text or null',
    content: 'text',
    tags: 'list',
    author: 'text',
    authorHandle: 'text',
    branch: 'text or null',
    revision: 'number',
    order: 'number',
    createdAt: 'number',
    updatedAt: 'number',
    expiresAt: 'number or null',
  },
  data: {
    id: 'text',
    scope: 'text',
    key: 'text',
    value: 'text',
    revision: 'number',
    deletedAt: 'number or null',
    author: 'text',
    authorHandle: 'text',
    updatedAt: 'number',
  },
  edit: {
    id: 'text',
    sequence: 'number',
    path: 'text',
    pathKey: 'text',
    change: 'text',
    session: 'text',
    mayBeOf: 'list',
    handle: 'text',
    task: 'text or null',
    intent: 'text or null',
    source: 'text',
    commit: 'text or null',
    lines: 'list or null',
    host: 'text',
    root: 'text',
    branch: 'text or null',
    at: 'number',
  },
  place: { id: 'text', project: 'text' },
} as const satisfies { readonly [K in Kind]: Readonly<Record<keyof Records[K], Field>> };

/** The first field of a record that is missing or holds something else, as a half sentence; undefined when all are as they should be. */
export function strangeField(kind: Kind, record: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, field] of Object.entries(fields[kind])) {
    if (!isField(field, record[name]))
      return `its field "${name}" is not ${field.startsWith('object') ? 'an' : 'a'} ${field}`;
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
