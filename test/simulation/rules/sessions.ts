/** What must hold of sessions, and of what hangs from them, after every unit of work. */
import { processKey } from '../../../src/core/process.ts';
import type { Rule } from '../knowledge.ts';
import { type Commit, changesOf, type State } from '../state.ts';

const endedHoldsNothing: Rule<Commit> = {
  promise: 'an ended session holds nothing: no lock, no place in a queue, no open intent',
  *broken({ after }) {
    const hasEnded = (id: string) => after.session.get(id)?.endedAt !== null;
    for (const lock of after.lock.values())
      if (hasEnded(lock.holder)) yield `${lock.holder} has ended, with ${lock.name}`;
    for (const waiter of after.waiter.values())
      if (hasEnded(waiter.session)) yield `${waiter.session} has ended, and waits`;
    for (const intent of after.intent.values()) {
      if (intent.endedAt === null && hasEnded(intent.session))
        yield `${intent.session} has ended, with ${intent.id} open`;
    }
  },
};

const oneHandle: Rule<Commit> = {
  promise: 'no two living sessions have one handle',
  *broken(commit) {
    for (const { after: session } of changesOf(commit, 'session')) {
      if (!session || session.endedAt !== null) continue;
      for (const other of commit.after.session.values()) {
        if (other.id !== session.id && other.endedAt === null && other.handle === session.handle) {
          yield `${session.id} and ${other.id} are both ${session.handle}`;
        }
      }
    }
  },
};

const oneProcess: Rule<Commit> = {
  promise: 'one process serves one session',
  *broken(commit) {
    for (const { after: session } of changesOf(commit, 'session')) {
      if (!session || session.endedAt !== null || session.process === null || session.parentSession !== null) continue;
      const key = processKey(session.process);
      for (const other of commit.after.session.values()) {
        if (other.id === session.id || other.endedAt !== null || other.process === null) continue;
        if (other.parentSession !== null) continue;
        if (processKey(other.process) === key) yield `${session.handle} and ${other.handle} are one process`;
      }
    }
  },
};

const sessionsStay: Rule<Commit> = {
  promise: 'a session is never forgotten, and its times never run back',
  *broken(commit) {
    for (const { id, before, after } of changesOf(commit, 'session')) {
      // Of many sub-agents that have ended the last ones are remembered.
      if (!after && before?.parentSession && before.endedAt !== null) continue;
      if (!after) yield `${id} was removed`;
      else if (before && (after.lastSeenAt < before.lastSeenAt || after.heartbeatAt < before.heartbeatAt)) {
        yield `${id} was last seen earlier than before`;
      } else if (after.startedAt !== (before?.startedAt ?? after.startedAt)) yield `${id} began anew`;
    }
  },
};

const intentsEnd: Rule<Commit> = {
  promise: 'an intent that ended stays as it ended',
  *broken(commit) {
    for (const { id, before, after } of changesOf(commit, 'intent')) {
      // Of one that only became too old, its session may still say how it ended.
      const isSaidLate = before?.endReason === 'age' && after?.endedAt === before.endedAt;
      if (before && before.endedAt !== null && after && !isSaidLate) yield `${id} was changed after its end`;
      if (before && before.endedAt === null && !after) yield `${id} was removed while it was open`;
      if (after && after.endedAt === null && !isOpen(after.status)) yield `${id} is ${after.status} and open`;
      if (after && after.endedAt !== null && isOpen(after.status)) yield `${id} has ended as ${after.status}`;
      if (before && after && before.session !== after.session) yield `${id} changed its session`;
    }
  },
};

function isOpen(status: string): boolean {
  return status === 'announced' || status === 'in_progress';
}

const noGap: Rule<Commit> = {
  promise: 'events are numbered without gaps',
  *broken({ before, events }: { before: State; events: Commit['events'] }) {
    for (const [at, event] of events.entries()) {
      const expected = before.sequence + at + 1;
      if (event.sequence !== expected) yield `event ${event.sequence} stands where ${expected} belongs`;
    }
  },
};

export const sessionRules: readonly Rule<Commit>[] = [
  endedHoldsNothing,
  oneHandle,
  oneProcess,
  sessionsStay,
  intentsEnd,
  noGap,
];
