/** The shapes the store keeps, and the indexes by which rules find them. Plain JSON; times are epoch milliseconds of the store. */
import { type ProcessIdentity, processKey } from './process.ts';

export type LockMode = 'exclusive' | 'shared' | 'intent';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';
export type DeliveryState = 'queued' | 'delivered' | 'read' | 'acknowledged';

export interface SessionRecord {
  readonly id: string;
  /** `operator` is the person at a shell: it has no process, and its locks end by time or by hand only. */
  readonly kind: 'agent' | 'operator';
  readonly handle: string;
  readonly client: string | null;
  readonly clientVersion: string | null;
  /** The client's own id of the conversation, when it tells one. */
  readonly clientSession: string | null;
  /** The process that serves the session. Its life is the session's lease on the same machine. */
  readonly process: ProcessIdentity | null;
  /** The client's process. */
  readonly parent: ProcessIdentity | null;
  readonly host: string;
  readonly root: string;
  /** The folder that holds the repository; see `Worktree.anchor`. */
  readonly anchor: string;
  readonly branch: string | null;
  readonly task: string | null;
  readonly status: string | null;
  readonly group: string | null;
  /** Handles it gave up; they are not given to others for a while either. */
  readonly pastHandles: readonly { readonly handle: string; readonly until: number }[];
  /** How a message gets to it: pushed over a channel, or fetched by its own calls. */
  readonly reach: 'channel' | 'calls';
  readonly startedAt: number;
  /** Last call made for the session. */
  readonly lastSeenAt: number;
  /** Last sign of life sent by the process itself. */
  readonly heartbeatAt: number;
  readonly endedAt: number | null;
  readonly endReason: string | null;
}

/** A resource as it was asked for, made canonical. */
export interface Resource {
  /** `file:<path or glob>` or a free name; what people see. */
  readonly name: string;
  /** The name folded for comparison (lower case, NFC): the index key. */
  readonly key: string;
  /** True when the file system it was named on folds case: then keys decide, else names do. */
  readonly foldsCase: boolean;
  /** For a glob, the folder part before the first special character (`file:src/`), and for a folder its key with a slash, folded; null for a file or free name. */
  readonly globBase: string | null;
  /** `host:root` for a resource each checkout has for itself (`git:head`), null for the whole project. */
  readonly checkout: string | null;
}

export interface LockRecord extends Resource {
  /** `<holder>|<checkout>|<name>`: one lock per holder and resource. */
  readonly id: string;
  readonly holder: string;
  readonly mode: LockMode;
  readonly fence: number;
  /** The requests that made or renewed it. One that is cancelled is struck off; with the last one the lock goes. */
  readonly tickets: readonly string[];
  /** What the lock was before a request changed its mode, so that its cancellation can undo that. */
  readonly former: { readonly ticket: string; readonly mode: LockMode } | null;
  readonly reason: string | null;
  readonly ttlMs: number;
  readonly since: number;
  readonly expiresAt: number;
}

/** A place in the queue: one request for several resources, granted all or none. */
export interface WaiterRecord {
  /** The ticket of the request. */
  readonly id: string;
  readonly session: string;
  /** The process that waits: a command may wait for the operator, whose lease never ends. */
  readonly process: ProcessIdentity;
  readonly resources: readonly Resource[];
  readonly mode: LockMode;
  readonly reason: string | null;
  readonly ttlMs: number;
  readonly priority: Priority;
  /** Event sequence of its arrival: the order within a priority. */
  readonly arrival: number;
  readonly since: number;
  /** After this the place is void, so that a caller that vanished cannot hold up the queue. */
  readonly deadlineAt: number;
}

export interface MessageRecord {
  readonly id: string;
  readonly sequence: number;
  readonly from: string;
  /** The sender's handle when it was sent; kept, because handles may change. */
  readonly fromHandle: string;
  /** The addresses as written. */
  readonly to: readonly string[];
  /** `direct`, `all`, `#channel`. */
  readonly conversation: string;
  readonly body: string;
  readonly priority: Priority;
  readonly replyTo: string | null;
  readonly tags: readonly string[];
  readonly key: string | null;
  readonly at: number;
}

export interface DeliveryRecord {
  /** `<recipient>/<sequence, 15 digits>`: sorts by order of sending. */
  readonly id: string;
  readonly session: string;
  readonly message: string;
  readonly state: DeliveryState;
  /** By which path it was handed over (`calls`, `channel`, `cli`); null while queued. */
  readonly path: string | null;
  readonly deliveredAt: number | null;
  readonly readAt: number | null;
}

/** Which project a repository's folder belongs to on a host; kept in a project of its own, `placesProject`. */
export interface PlaceRecord {
  /** `<host>:<anchor>`. */
  readonly id: string;
  readonly project: string;
}

export interface Records {
  session: SessionRecord;
  lock: LockRecord;
  waiter: WaiterRecord;
  message: MessageRecord;
  delivery: DeliveryRecord;
  place: PlaceRecord;
}

export type Kind = keyof Records;
export type RecordOf<K extends Kind> = Records[K];

/** Pads a sequence so that text order is number order. */
export function ordered(sequence: number): string {
  return String(sequence).padStart(15, '0');
}

const priorityRank: Record<Priority, string> = { urgent: '0', high: '1', normal: '2', low: '3' };

/**
 * The declared indexes: from a record to the values under which it is found (undefined: not in this index).
 * Adding one changes what engines store: it needs a migration that rebuilds entries.
 */
export const indexes = {
  session: {
    live: (s: SessionRecord) => (s.endedAt === null ? s.handle : undefined),
    handle: (s: SessionRecord) => s.handle,
    pastHandle: (s: SessionRecord) => s.pastHandles.map(past => past.handle),
    clientSession: (s: SessionRecord) => s.clientSession ?? undefined,
    parent: (s: SessionRecord) => (s.parent ? processKey(s.parent) : undefined),
  },
  lock: {
    all: (l: LockRecord) => ordered(l.fence),
    holder: (l: LockRecord) => l.holder,
    key: (l: LockRecord) => l.key,
    globBase: (l: LockRecord) => l.globBase ?? undefined,
  },
  waiter: {
    queue: (w: WaiterRecord) => `${priorityRank[w.priority]}/${ordered(w.arrival)}`,
    session: (w: WaiterRecord) => w.session,
  },
  message: {
    sender: (m: MessageRecord) => `${m.from}/${ordered(m.at)}`,
    key: (m: MessageRecord) => (m.key === null ? undefined : `${m.from}/${m.key}`),
    broadcast: (m: MessageRecord) => (m.conversation === 'direct' ? undefined : ordered(m.at)),
  },
  delivery: {
    unread: (d: DeliveryRecord) => (d.state === 'queued' || d.state === 'delivered' ? d.session : undefined),
    queued: (d: DeliveryRecord) => (d.state === 'queued' ? d.session : undefined),
    inbox: (d: DeliveryRecord) => d.session,
    message: (d: DeliveryRecord) => d.message,
  },
  place: {},
} as const;

export type IndexName<K extends Kind> = Extract<keyof (typeof indexes)[K], string>;
