/** The shapes the store keeps, and the indexes by which rules find them. Plain JSON; times are epoch milliseconds of the store. */
import type { AuditRecord } from './audit-record.ts';
import type { BroughtRecord } from './brought-record.ts';
import type { DataRecord } from './data-record.ts';
import type { EditRecord } from './edit-record.ts';
import type { GuardFacts } from './guard-record.ts';
import type { LockMode, LockRecord, Resource } from './lock-record.ts';
import { type Persona, type PersonaFacts, personaKeys } from './persona-record.ts';
import type { PlaceRecord } from './place-record.ts';
import { type ProcessIdentity, processKey } from './process.ts';
import type { HubLease, TokenRecord } from './token-record.ts';
import type { WebhookCursorRecord, WebhookRecord } from './webhook-record.ts';
import { wordsOf } from './words.ts';

export type { LockMode, LockRecord, Resource } from './lock-record.ts';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';
export type DeliveryState = 'queued' | 'delivered' | 'read' | 'acknowledged';

/** What a session may announce, and ask about. */
export const intentTypes = [
  'file_edit',
  'git_commit',
  'git_push',
  'git_rebase',
  'git_merge',
  'build',
  'test',
  'refactor',
  'dependency_change',
] as const;
export type IntentType = (typeof intentTypes)[number];
export type IntentStatus = 'announced' | 'in_progress' | 'completed' | 'abandoned';

export const contextTypes = ['decision', 'discovery', 'convention', 'blocker', 'note'] as const;
export type ContextType = (typeof contextTypes)[number];

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
  /** The server of a session that outlives it, because its lease hangs from the client's process; null for all others, and until one is seen. */
  readonly server: ProcessIdentity | null;
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
  readonly reach: Reach;
  readonly startedAt: number;
  /** Last call made for the session. */
  readonly lastSeenAt: number;
  /** Last sign of life sent by the process itself. */
  readonly heartbeatAt: number;
  readonly endedAt: number | null;
  readonly endReason: string | null;
  /** Conversations it was attached to before, the newest last: a client goes on under another id after it cleared its context. */
  readonly pastConversations: readonly string[];
  /**
   * How it came into its conversation, until its first prompt: it came back, it is new to a conversation that was resumed, or that is
   * a fork. Clients tell a fork as a resume sometimes.
   */
  readonly arrivedBy: 'return' | 'resume' | 'fork' | null;
  /** The session whose sub-agent it is, and under whose lease it lives; its `clientSession` is then the id of the sub-agent. */
  readonly parentSession: string | null;
  /** Whether the session said its task itself or it was taken from a prompt. */
  readonly taskFrom: 'session' | 'prompt' | null;
  /** When its model last stopped and waited for its user; null while it works, and where no hook tells. */
  readonly restingSince: number | null;
  /** When a hook of its client was last heard; null before the first. */
  readonly hookedAt: number | null;
  /** When it was last woken for what waits for it; null once it works again. */
  readonly nudgedAt: number | null;
  readonly guard: GuardFacts;
  /** Under which names callers of other vocabularies know it, one for each vocabulary at most. */
  readonly personas: readonly Persona[];
  /** For one that came by a hub and has no process of its own there; null for all others. */
  readonly hub: HubLease | null;
}

/**
 * How a message gets to a session, the best way that is known to work: pushed over a channel, by waking it when it rests, on the
 * answer to its client's next hook, or when it asks.
 */
export type Reach = 'channel' | 'wake' | 'hooks' | 'calls';

/** One or more places out of a pool, whichever are free. */
export interface PoolWish {
  readonly pool: string;
  readonly count: number;
  /** Names of what may be given (`port:3000`), preferred ones first: whoever grants it needs no configuration. */
  readonly values: readonly string[];
}

/** A place in the queue: one request for several resources, granted all or none. */
export interface WaiterRecord {
  /** The ticket of the request. */
  readonly id: string;
  readonly session: string;
  /**
   * The process that waits: a command may wait for the operator, whose lease never ends. Null for a place that nobody waits at
   * (`queue: true`): it lasts as long as the session's lease, and its grant is told by a notice.
   */
  readonly process: ProcessIdentity | null;
  readonly resources: readonly Resource[];
  readonly pools: readonly PoolWish[];
  /** The checkout from which it looks at the locks of edits; see `seatFor`. */
  readonly seat: string | null;
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
  /** Session ids it was addressed to; empty for `all` and channels, whose recipients stand in the deliveries. */
  readonly recipients: readonly string[];
  /** `direct`, `all`, `#channel`, the id of a group conversation (`c12`), or `notice` for what Signalbox itself tells. */
  readonly conversation: string;
  readonly body: string;
  readonly priority: Priority;
  readonly replyTo: string | null;
  /** The message that the thread began with; its own id when it answers none. */
  readonly thread: string;
  /** Whether the sender asked every recipient to acknowledge it. */
  readonly wantsAck: boolean;
  readonly tags: readonly string[];
  readonly key: string | null;
  readonly at: number;
  /** What its sender said with it in another vocabulary, for showing it there again; null where it said nothing. */
  readonly said: PersonaFacts | null;
}

export interface DeliveryRecord {
  /** `<recipient>/<sequence, 15 digits>`: sorts by order of sending. */
  readonly id: string;
  readonly session: string;
  readonly message: string;
  readonly state: DeliveryState;
  /** By which path it was handed over (`calls`, `channel`, `cli`); null while queued. */
  readonly path: string | null;
  /** Whether its message asks to be acknowledged. */
  readonly wantsAck: boolean;
  readonly deliveredAt: number | null;
  readonly readAt: number | null;
  readonly acknowledgedAt: number | null;
}

/** A group conversation. Direct ones and channels need no record. */
export interface ConversationRecord {
  /** `c<sequence>`. */
  readonly id: string;
  readonly name: string;
  /** Session ids. Whoever leaves is struck off; the last one ends it. */
  readonly members: readonly string[];
  readonly createdBy: string;
  readonly at: number;
  readonly spokenAt: number;
  readonly endedAt: number | null;
}

/** A declared operation that is coming or under way. */
export interface IntentRecord {
  /** `i<sequence>`. */
  readonly id: string;
  readonly sequence: number;
  readonly session: string;
  readonly type: IntentType;
  /** Files, folders, globs and free names among the targets. */
  readonly resources: readonly Resource[];
  /** Branches among the targets. */
  readonly branches: readonly string[];
  readonly description: string | null;
  readonly status: IntentStatus;
  /** Where its session stood when it announced it. */
  readonly host: string;
  readonly root: string;
  readonly branch: string | null;
  readonly at: number;
  readonly updatedAt: number;
  /** When it ends by age, unless it is updated. */
  readonly expiresAt: number;
  readonly endedAt: number | null;
  readonly endReason: string | null;
}

/** A piece of shared knowledge. */
export interface ContextRecord {
  /** `k<sequence>`. */
  readonly id: string;
  readonly type: ContextType;
  readonly title: string | null;
  /**
   * The title folded: with the type it names the entry, and sharing it again makes a new revision. Without a title a mark of the
   * content, by which a repeat of the same call is known.
   */
  readonly titleKey: string | null;
  readonly content: string;
  readonly tags: readonly string[];
  readonly author: string;
  readonly authorHandle: string;
  readonly branch: string | null;
  readonly revision: number;
  /** Event sequence of the newest revision: the order of change. */
  readonly order: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number | null;
}

export interface Records {
  session: SessionRecord;
  lock: LockRecord;
  waiter: WaiterRecord;
  message: MessageRecord;
  delivery: DeliveryRecord;
  conversation: ConversationRecord;
  intent: IntentRecord;
  context: ContextRecord;
  data: DataRecord;
  edit: EditRecord;
  place: PlaceRecord;
  token: TokenRecord;
  brought: BroughtRecord;
  audit: AuditRecord;
  webhook: WebhookRecord;
  webhookCursor: WebhookCursorRecord;
}

export type Kind = keyof Records;
export type RecordOf<K extends Kind> = Records[K];

/** Pads a sequence so that text order is number order. */
export function ordered(sequence: number): string {
  return String(sequence).padStart(15, '0');
}

/** What stands between a text and a number in an index value; no path or name holds it. */
const separator = '\t';

/** The index value under which one session finds the direct messages between itself and another. */
export function pairOf(one: string, other: string): string {
  return `direct/${one}/${other}`;
}

/** The values under which a message stands in the history of its conversations; a direct one in that of each pair, from both sides. */
function historiesOf(message: MessageRecord): string[] {
  const { conversation, from, recipients, sequence } = message;
  if (conversation === 'notice') return [];
  const names =
    conversation === 'direct' ? recipients.flatMap(to => [pairOf(from, to), pairOf(to, from)]) : [conversation];
  return names.map(name => inOrder(name, sequence));
}

/** A text and a sequence as one index value: sorts by text, then by number. `inOrder(text)` is the prefix of all of them. */
export function inOrder(text: string, sequence?: number): string {
  return `${text}${separator}${sequence === undefined ? '' : ordered(sequence)}`;
}

const priorityRank: Record<Priority, string> = { urgent: '0', high: '1', normal: '2', low: '3' };

/** Whether everybody here gets what is sent to it, and those who join within a day. */
export function isBroadcast(conversation: string): boolean {
  return conversation === 'all' || conversation.startsWith('#');
}

/**
 * The declared indexes: from a record to the values under which it is found (undefined: not in this index).
 * Adding one changes what engines store: it needs a migration that rebuilds entries.
 */
export const indexes = {
  session: {
    live: (s: SessionRecord) => (s.endedAt === null ? s.handle : undefined),
    handle: (s: SessionRecord) => s.handle,
    pastHandle: (s: SessionRecord) => s.pastHandles.map(past => past.handle),
    clientSession: (s: SessionRecord) => [...new Set([s.clientSession ?? [], s.pastConversations ?? []].flat())],
    /** A session's living sub-agents. */
    child: (s: SessionRecord) => (s.endedAt === null ? (s.parentSession ?? undefined) : undefined),
    /** Those that have ended, in the order of that. */
    formerChild: (s: SessionRecord) =>
      s.parentSession && s.endedAt !== null ? inOrder(s.parentSession, s.endedAt) : undefined,
    parent: (s: SessionRecord) => (s.parent ? processKey(s.parent) : undefined),
    persona: (s: SessionRecord) => personaKeys(s.personas ?? []),
    ended: (s: SessionRecord) => (s.endedAt === null ? undefined : ordered(s.endedAt)),
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
    broadcast: (m: MessageRecord) => (isBroadcast(m.conversation) ? ordered(m.at) : undefined),
    at: (m: MessageRecord) => ordered(m.at),
    history: historiesOf,
    /** Answers only: the thread's first message is found by its id. */
    thread: (m: MessageRecord) => (m.thread === m.id ? undefined : inOrder(m.thread, m.sequence)),
  },
  delivery: {
    unread: (d: DeliveryRecord) => (d.state === 'queued' || d.state === 'delivered' ? d.session : undefined),
    queued: (d: DeliveryRecord) => (d.state === 'queued' ? d.session : undefined),
    inbox: (d: DeliveryRecord) => d.session,
    message: (d: DeliveryRecord) => d.message,
    /** What a session still owes an acknowledgement for. */
    owed: (d: DeliveryRecord) => (d.wantsAck && d.acknowledgedAt === null ? d.session : undefined),
  },
  conversation: {
    member: (c: ConversationRecord) => c.members,
    spoken: (c: ConversationRecord) => ordered(c.spokenAt),
  },
  intent: {
    open: (i: IntentRecord) => (i.endedAt === null ? ordered(i.sequence) : undefined),
    session: (i: IntentRecord) => (i.endedAt === null ? i.session : undefined),
    ended: (i: IntentRecord) => (i.endedAt === null ? undefined : ordered(i.endedAt)),
  },
  context: {
    recent: (c: ContextRecord) => ordered(c.order),
    type: (c: ContextRecord) => inOrder(c.type, c.order),
    title: (c: ContextRecord) => (c.titleKey === null ? undefined : inOrder(`${c.type}/${c.titleKey}`)),
    word: (c: ContextRecord) => wordsOf(c.title ?? '', ...c.tags, c.content).map(word => inOrder(word, c.order)),
    expiry: (c: ContextRecord) => (c.expiresAt === null ? undefined : ordered(c.expiresAt)),
  },
  data: {
    scope: (d: DataRecord) => (d.deletedAt === null ? d.scope : undefined),
    deleted: (d: DataRecord) => (d.deletedAt === null ? undefined : ordered(d.deletedAt)),
  },
  edit: {
    path: (e: EditRecord) => inOrder(e.pathKey, e.sequence),
    session: (e: EditRecord) => inOrder(e.session, e.sequence),
    commit: (e: EditRecord) => e.commit ?? undefined,
    at: (e: EditRecord) => ordered(e.at),
  },
  place: {},
  token: {
    name: (t: TokenRecord) => t.name.toLowerCase(),
  },
  brought: {},
  audit: {
    at: (a: AuditRecord) => ordered(a.at),
    order: (a: AuditRecord) => a.id,
  },
  webhook: {
    name: (w: WebhookRecord) => w.name.toLowerCase(),
  },
  webhookCursor: {
    webhook: (c: WebhookCursorRecord) => c.webhook,
  },
} as const;

export type IndexName<K extends Kind> = Extract<keyof (typeof indexes)[K], string>;
