/**
 * Fills a store with a month of work. Sessions join and leave and locks are taken through the rules; messages are written as
 * the rule writes them (message, deliveries, event), many in one unit of work, because one by one takes minutes.
 */
import { acquire } from '../../src/core/lock.ts';
import type { Store } from '../../src/core/ports.ts';
import { ordered, type SessionRecord } from '../../src/core/records.ts';
import { fileResource } from '../../src/core/resource.ts';
import { end, join } from '../../src/core/session.ts';
import type { Unit } from '../../src/core/unit.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { systemIds } from '../../src/system/ids.ts';
import { createProcesses } from '../../src/system/processes.ts';
import { createWorktrees } from '../../src/system/worktrees.ts';
import type { Stage } from './stage.ts';

export interface Volume {
  /** Sessions that live; they are taken to run in this very process. */
  readonly living: number;
  readonly ended: number;
  readonly locks: number;
  readonly messages: number;
}

const dayMs = 86_400_000;
const processes = createProcesses();

export async function seed(stage: Stage, volume: Volume): Promise<void> {
  const { repository } = stage.workspace;
  const { project } = await createWorktrees().describe(repository);
  const today = Date.now();
  const clock = { now: today - 30 * dayMs, elapsed: 0 };
  const store = createSqliteStore({
    path: stage.storePath,
    clock: { now: () => clock.now, elapsed: () => clock.elapsed },
  });
  const transact = <T>(work: (unit: Unit) => Promise<T>) =>
    store.transact(project, tx => work({ tx, ids: systemIds, processes }));
  const arrive = (unit: Unit, index: number) => join(unit, arrival(index, repository), null);

  const everybody: SessionRecord[] = [];
  for (let index = 0; index < volume.ended; index++) {
    clock.now = today - 30 * dayMs + (index * 29 * dayMs) / Math.max(1, volume.ended);
    const session = await transact(unit => arrive(unit, index));
    everybody.push(session);
    await transact(unit => end(unit, session.id, 'client gone'));
  }
  const living: SessionRecord[] = [];
  clock.now = today - dayMs / 4;
  for (let index = 0; index < volume.living; index++) living.push(await transact(unit => arrive(unit, index)));
  everybody.push(...living);
  await writeMessages(store, project, everybody, volume.messages, part => {
    clock.now = Math.round(today - 30 * dayMs * (1 - part));
  });
  clock.now = today;
  await takeLocks(transact, living, volume.locks);
  await store.close();
}

function arrival(index: number, root: string) {
  const self = processes.self();
  return {
    kind: 'agent',
    handle: null,
    client: ['claude-code', 'codex', 'cursor'][index % 3] ?? null,
    clientVersion: '1.0.0',
    clientSession: `conversation-${index}-${root.length}`,
    process: self,
    parent: null,
    host: self.host,
    anchor: root,
    root: index % 4 === 0 ? root : `${root}-${index % 4}`,
    branch: index % 4 === 0 ? 'main' : `topic-${index % 4}`,
    reach: 'calls',
  } as const;
}

const bodies = [
  'Could you release src/auth.ts when you are done?',
  'I move login to server sessions; the old middleware goes away tomorrow. Tell me if you depend on it.',
  'Done. The tests of the checkout pass again, but the snapshot of the invoice has changed: please look at it. '.repeat(
    4,
  ),
];

/** Nine of ten go to one session and were read; the tenth is for all. Of the last thousand, nobody has read any yet. */
async function writeMessages(
  store: Store,
  project: string,
  sessions: readonly SessionRecord[],
  count: number,
  at: (part: number) => void,
): Promise<void> {
  const atOnce = 500;
  for (let first = 0; first < count; first += atOnce) {
    at(first / count);
    await store.transact(project, async tx => {
      for (let index = first; index < Math.min(count, first + atOnce); index++) {
        const from = sessions[(index * 7) % sessions.length];
        const isBroadcast = index % 10 === 0;
        const others = isBroadcast ? [1, 2, 3, 4] : [1];
        const to = others.flatMap(step => sessions[(index * 7 + step * 13) % sessions.length] ?? []);
        if (!from) continue;
        const recipients = to.filter(session => session.id !== from.id);
        const conversation = isBroadcast ? 'all' : 'direct';
        const sequence = tx.emit({
          type: 'message.sent',
          audience: recipients.map(session => session.id),
          data: { from: from.id, conversation, priority: 'normal' },
        });
        tx.put('message', {
          id: `m${sequence}`,
          sequence,
          from: from.id,
          fromHandle: from.handle,
          to: isBroadcast ? ['all'] : recipients.map(session => session.handle),
          recipients: isBroadcast ? [] : recipients.map(session => session.id),
          conversation,
          body: bodies[index % bodies.length] ?? '',
          priority: 'normal',
          replyTo: null,
          thread: `m${sequence}`,
          wantsAck: false,
          said: null,
          tags: [],
          key: index % 5 === 0 ? `key-${index}` : null,
          at: tx.now,
        });
        const isRead = index < count - 1000;
        for (const session of recipients) {
          tx.put('delivery', {
            id: `${session.id}/${ordered(sequence)}`,
            session: session.id,
            message: `m${sequence}`,
            state: isRead ? 'read' : 'queued',
            path: isRead ? 'calls' : null,
            wantsAck: false,
            deliveredAt: isRead ? tx.now : null,
            readAt: isRead ? tx.now : null,
            acknowledgedAt: null,
          });
        }
      }
    });
  }
}

/** Files, folders and globs in a part of the tree that is each session's own. */
async function takeLocks(
  transact: (work: (unit: Unit) => Promise<unknown>) => Promise<unknown>,
  living: readonly SessionRecord[],
  count: number,
): Promise<void> {
  const request = {
    mode: 'exclusive',
    ticket: 'seed',
    pools: [],
    reason: 'a wide change',
    ttlMs: 86_400_000,
    priority: 'normal',
  } as const;
  const atOnce = 25;
  for (let first = 0; first < count; first += atOnce) {
    const owner = living[(first / atOnce) % living.length];
    if (!owner) return;
    const area = `src/area-${(first / atOnce) % living.length}`;
    const resources = Array.from({ length: Math.min(atOnce, count - first) }, (_, offset) => {
      const n = first + offset;
      const path = [
        `${area}/file-${n}.ts`,
        `${area}/deep/er/file-${n}.ts`,
        `${area}/part-${n}`,
        `${area}/all-${n}/**/*.ts`,
      ];
      return fileResource({ path: path[n % 4] ?? '', foldsCase: false, isFolder: n % 4 === 2 });
    });
    await transact(async unit => {
      const outcome = await acquire(unit, owner, { ...request, resources }, null);
      if (!outcome.granted) throw new Error('a lock of the seed was refused');
    });
  }
}
