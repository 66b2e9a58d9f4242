/** Whole records for tests that care about one or two of their fields. */
import { unguarded } from '../../src/core/guard-record.ts';
import type { LockRecord, MessageRecord, SessionRecord } from '../../src/core/records.ts';

/** A lock whose index key is `key`, so that a test can put any text into an index. */
export function aLock(id: string, fields: Partial<LockRecord> = {}): LockRecord {
  return {
    id,
    name: `file:${id}`,
    key: `file:${id}`,
    foldsCase: false,
    globBase: null,
    checkout: null,
    holder: 'holder-1',
    mode: 'exclusive',
    tickets: ['t'],
    former: null,
    fence: 1,
    reason: null,
    ttlMs: 60_000,
    since: 1_000,
    expiresAt: 61_000,
    pool: null,
    warnedAt: null,
    heldFor: null,
    ...fields,
  };
}

export function aMessage(id: string, fields: Partial<MessageRecord> = {}): MessageRecord {
  return {
    id,
    sequence: 1,
    from: 'session-1',
    fromHandle: 'brisk-otter',
    to: ['all'],
    recipients: [],
    conversation: 'direct',
    body: 'hello',
    priority: 'normal',
    replyTo: null,
    thread: id,
    wantsAck: false,
    said: null,
    tags: [],
    key: null,
    at: 1_000,
    ...fields,
  };
}

export function aSession(id: string, fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id,
    kind: 'agent',
    handle: id,
    client: null,
    clientVersion: null,
    clientSession: null,
    process: null,
    server: null,
    parent: null,
    host: 'box',
    reach: 'calls',
    root: '/code/app',
    anchor: '/code/app',
    branch: 'main',
    task: null,
    status: null,
    group: null,
    pastHandles: [],
    startedAt: 1_000,
    lastSeenAt: 1_000,
    heartbeatAt: 1_000,
    endedAt: null,
    endReason: null,
    pastConversations: [],
    arrivedBy: null,
    parentSession: null,
    taskFrom: null,
    restingSince: null,
    hookedAt: null,
    nudgedAt: null,
    guard: unguarded,
    personas: [],
    hub: null,
    ...fields,
  };
}
