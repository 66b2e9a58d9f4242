/** What must hold of messages and deliveries after every unit of work. Who is to get one is worked out here a second time. */
import { limits } from '../../../src/core/limits.ts';
import { type DeliveryRecord, type MessageRecord, ordered, type SessionRecord } from '../../../src/core/records.ts';
import type { Knowledge, Rule } from '../knowledge.ts';
import { type Commit, changesOf, parentOf, type State } from '../state.ts';

const dayMs = 86_400_000;
const broadcastKeptMs = limits.broadcastKeptHours * 3_600_000;

interface Expected {
  /** Who must get it. */
  readonly must: ReadonlySet<string>;
  /** Who may: of some only the sender's machine could tell whether they live. */
  readonly may: ReadonlySet<string>;
}

const isBroadcast = (message: MessageRecord) => message.conversation === 'all' || message.conversation.startsWith('#');

/** The recipients of a message, from its addresses and the state before it. */
function expected({ before, after, now }: Commit, message: MessageRecord, known: Knowledge): Expected {
  const must = new Set<string>();
  const may = new Set<string>();
  if (message.conversation === 'notice')
    for (const id of message.recipients) for (const set of [must, may]) set.add(id);
  // Sub-agents are written to by name only.
  const agents = [...before.session.values()].filter(
    ({ kind, endedAt, parentSession }) => kind === 'agent' && endedAt === null && parentSession === null,
  );
  const host = before.session.get(message.from)?.host;
  const surelyLives = (session: SessionRecord) =>
    known.isAlive(session) && (session.host === host || now - session.heartbeatAt < limits.leaseWithoutHeartbeatMs);
  const several = (sessions: readonly SessionRecord[]) => {
    for (const session of sessions) {
      may.add(session.id);
      if (surelyLives(session)) must.add(session.id);
    }
  };
  for (const address of message.to) {
    if (address === 'all' || address.startsWith('#')) several(agents);
    else if (address.startsWith('group:'))
      several(agents.filter(({ group }) => `group:${group}` === address.toLowerCase()));
    else {
      for (const id of named(before, address)) {
        // One that has ended in this very unit may count as either.
        const heir = heirOf(before, id);
        for (const set of [must, may]) set.add(heir);
        if (heir === id) may.add(parentOf(before, id) ?? id);
        if (after.session.get(id)?.endedAt !== null) must.delete(id);
      }
    }
  }
  // An answer in a channel also goes to the one it answers, whom the channel may not reach.
  const answered = message.replyTo === null ? undefined : before.message.get(message.replyTo);
  if (answered) may.add(answered.from);
  must.delete(message.from);
  may.delete(message.from);
  return { must, may };
}

/** Who gets the mail of a session: its parent, when it was a sub-agent and has ended. */
function heirOf(state: State, id: string): string {
  const parent = parentOf(state, id);
  return parent !== null && state.session.get(id)?.endedAt !== null ? parent : id;
}

/** The session of a handle or id, or the members of a conversation. */
function named(state: State, address: string): readonly string[] {
  const conversation = state.conversation.get(address);
  if (conversation) return conversation.members;
  if (state.session.has(address) || address === 'operator') return [address];
  const handle = address.replace(/^@/, '').toLowerCase();
  const bearers = [...state.session.values()].filter(session => session.handle === handle);
  const [newest] = bearers.sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  return newest ? [newest.id] : [];
}

const reachesRecipients: Rule<Commit> = {
  promise: 'a message reaches its recipients and nobody else',
  *broken(commit, known) {
    const fresh = changesOf(commit, 'delivery').filter(({ before }) => before === undefined);
    for (const { before, after: message } of changesOf(commit, 'message')) {
      if (before !== undefined || !message) continue;
      const { must, may } = expected(commit, message, known);
      const got = new Set(fresh.flatMap(({ after }) => (after?.message === message.id ? [after.session] : [])));
      for (const session of must) if (!got.has(session)) yield `${message.id} does not reach ${session}`;
      for (const session of got) if (!may.has(session)) yield `${message.id} reaches ${session}, who is not addressed`;
    }
    for (const { after: delivery } of fresh) {
      if (delivery) yield* lateDelivery(commit, delivery);
    }
  },
};

/** A delivery of an older message: only to one that joins, and only of what is for everybody. */
function* lateDelivery(commit: Commit, delivery: DeliveryRecord): Iterable<string> {
  const message = commit.after.message.get(delivery.message);
  if (!message) yield `${delivery.id} delivers a message that does not exist`;
  else if (message.from === delivery.session) yield `${message.id} reaches its sender`;
  else if (isInherited(commit, delivery)) return;
  else if (commit.before.message.has(message.id)) {
    if (!isBroadcast(message)) yield `${message.id} reaches ${delivery.session} long after it was sent`;
    if (commit.now - message.at > broadcastKeptMs)
      yield `${message.id} is too old for ${delivery.session}, who joined now`;
    if (!joined(commit).has(delivery.session)) yield `${message.id} reaches ${delivery.session}, who did not join now`;
  }
}

/** Whether it lay unread with a sub-agent, which has ended now. */
function isInherited(commit: Commit, { session, message }: DeliveryRecord): boolean {
  return changesOf(commit, 'delivery').some(
    ({ before, after }) =>
      before?.message === message && after === undefined && parentOf(commit.before, before.session) === session,
  );
}

function joined({ after, events }: Commit): Set<unknown> {
  const types = ['session.joined', 'session.returned'];
  const sessions = events.filter(({ type }) => types.includes(type)).map(({ data }) => data.session as string);
  return new Set(sessions.filter(session => parentOf(after, session) === null));
}

const joinersGetBroadcasts: Rule<Commit> = {
  promise: 'who joins gets what was sent to everybody within a day',
  *broken(commit) {
    for (const session of joined(commit)) {
      for (const message of commit.after.message.values()) {
        if (!isBroadcast(message) || message.from === session || commit.now - message.at >= broadcastKeptMs) continue;
        if (!commit.after.delivery.has(`${session}/${ordered(message.sequence)}`))
          yield `${session} lacks ${message.id}`;
      }
    }
  },
};

const steps = ['queued', 'delivered', 'read', 'acknowledged'];

const honestStates: Rule<Commit> = {
  promise: 'a delivery only goes forward, and is read only when a client has got it',
  *broken(commit, known) {
    for (const { before, after, id } of changesOf(commit, 'delivery')) {
      if (!after) continue;
      // A notice may be taken by the very unit that makes it true.
      if (before === undefined && steps.indexOf(after.state) > 1) yield `${id} began as ${after.state}`;
      if (before && steps.indexOf(after.state) < steps.indexOf(before.state)) yield `${id} went back to ${after.state}`;
      if (before?.state === after.state) continue;
      if (after.state === 'read' && !known.wasShown(after.session, after.message)) {
        yield `${after.message} counts as read by ${after.session}, who never got it`;
      }
      if (
        after.state === 'acknowledged' &&
        !wasAnswered(commit, after) &&
        !known.wasAcknowledged(after.session, after.message)
      ) {
        yield `${after.message} counts as acknowledged by ${after.session}, who never did that`;
      }
    }
  },
};

/** Answering acknowledges. */
function wasAnswered(commit: Commit, { session, message }: DeliveryRecord): boolean {
  return changesOf(commit, 'message').some(({ after }) => after?.from === session && after.replyTo === message);
}

const nothingLost: Rule<Commit> = {
  promise: 'a message that was accepted is never changed, and never lost before its time',
  *broken(commit) {
    for (const { before, after, id } of changesOf(commit, 'message')) {
      if (before && after) yield `${id} was changed`;
      if (before && !after && commit.now - before.at < dayMs) yield `${id} was removed`;
      if (!before && after && (after.id !== `m${after.sequence}` || !isItsEvent(commit, after)))
        yield `${id} has no event`;
    }
    for (const { before, after, id } of changesOf(commit, 'delivery')) {
      if (before && !after && commit.after.message.has(before.message) && !hasHeir(commit, before))
        yield `${id} was removed`;
    }
  },
};

/** Whether a sub-agent that has ended left it to its parent, who has it now. */
function hasHeir({ after }: Commit, { session, message: id }: DeliveryRecord): boolean {
  const [parent, message] = [parentOf(after, session), after.message.get(id)];
  if (parent === null || !message || after.session.get(session)?.endedAt === null) return false;
  return after.delivery.has(`${parent}/${ordered(message.sequence)}`);
}

function isItsEvent({ events }: Commit, message: MessageRecord): boolean {
  const event = events.find(({ sequence }) => sequence === message.sequence);
  return event?.type === 'message.sent' || event?.type === 'notice.sent';
}

const oneEffect: Rule<Commit> = {
  promise: 'a call that is repeated with its key has one effect',
  *broken(commit) {
    for (const { after: message } of changesOf(commit, 'message')) {
      if (!message || message.key === null) continue;
      for (const other of commit.before.message.values()) {
        if (other.id !== message.id && other.from === message.from && other.key === message.key) {
          yield `${other.id} and ${message.id} have the key ${message.key} of ${message.from}`;
        }
      }
    }
  },
};

export const messageRules: readonly Rule<Commit>[] = [
  reachesRecipients,
  joinersGetBroadcasts,
  honestStates,
  nothingLost,
  oneEffect,
];
