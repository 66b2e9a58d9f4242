/**
 * What clients are told must have been true at some moment between the call and its answer. Looked at only when the answer is
 * there, against every state that the store had meanwhile.
 */
import { SignalboxError } from '../../../src/core/errors.ts';
import { type DeliveryRecord, ordered } from '../../../src/core/records.ts';
import { hookOperations, known } from '../hook-kits.ts';
import type { Rule } from '../knowledge.ts';
import type { Answer } from '../seat.ts';
import type { State } from '../state.ts';

export interface Told {
  readonly answer: Answer;
  /** The states from the beginning of the call to its end, at least one. */
  readonly span: readonly State[];
}

interface ShownLock {
  readonly resource: string;
  readonly mode: string;
  readonly fence: number;
}

interface ShownBlocker {
  readonly resource: string;
  readonly holder: string;
  readonly mode: string;
}

export interface ShownMessage {
  readonly id: string;
  readonly body: string;
  readonly again?: boolean;
}

const listOf = <T>(told: Told, field: string): readonly T[] => {
  const value = told.answer.output?.[field];
  return Array.isArray(value) ? value : [];
};

const wellFormed: Rule<Told> = {
  promise: 'every answer conforms to its schema and has words',
  *broken({ answer: { call, output, text, error } }) {
    if (error === undefined) {
      const tool = known.find(({ name }) => name === call.tool);
      const parsed = tool?.output.safeParse(output);
      if (!parsed?.success) yield `the answer does not conform: ${parsed?.error.message ?? 'no such tool'}`;
      // A hook mostly has nothing to say.
      if (text.trim() === '' && !hookOperations.some(({ name }) => name === call.tool)) yield 'the answer has no words';
    }
  },
};

const foreseenErrors: Rule<Told> = {
  promise: 'every error is one that was foreseen, with a code, a message and a next step',
  *broken({ answer: { error } }) {
    if (error === undefined) return;
    if (!(error instanceof SignalboxError)) yield `not an error of Signalbox: ${(error as Error)?.stack ?? error}`;
    else if (error.code === 'internal') yield `internal: ${(error.cause as Error)?.stack ?? error.message}`;
    else if (error.message.trim() === '' || error.next.trim() === '') yield `an error without words: ${error.code}`;
  },
};

const trueGrants: Rule<Told> = {
  promise: 'a grant that a client is told of was in the store, all of it at once',
  *broken(told) {
    const { call, output, session, isCancelled } = told.answer;
    if (call.tool !== 'lock_acquire' || !output?.granted || isCancelled) return;
    const locks = listOf<ShownLock>(told, 'locks');
    const holds = (state: State) =>
      locks.every(shown =>
        [...state.lock.values()].some(
          lock =>
            lock.holder === session &&
            lock.name === shown.resource &&
            lock.fence === shown.fence &&
            lock.mode === shown.mode,
        ),
      );
    if (locks.length === 0) yield 'granted, but no lock';
    if (!told.span.some(holds)) yield `told of ${JSON.stringify(locks)}, which were never there together`;
  },
};

const trueRefusals: Rule<Told> = {
  promise: 'a refusal names what was really in the way',
  *broken(told) {
    const { call, output } = told.answer;
    if (call.tool !== 'lock_acquire' || !output || output.granted) return;
    for (const blocker of listOf<ShownBlocker>(told, 'blockedBy')) {
      if (!told.span.some(state => isInTheWay(state, blocker))) yield `${JSON.stringify(blocker)} was never there`;
    }
  },
};

function isInTheWay(state: State, { resource, holder, mode }: ShownBlocker): boolean {
  const handle = holder.split(' (')[0];
  const named = (id: string) => state.session.get(id)?.handle === handle;
  const locks = [...state.lock.values()].filter(lock => named(lock.holder));
  if (locks.some(lock => lock.name === resource && lock.mode === mode)) return true;
  const places = [...state.waiter.values()].filter(waiter => named(waiter.session));
  return holder.includes('waiting') && places.some(waiter => waiter.mode === mode);
}

const ownMail: Rule<Told> = {
  promise: 'an inbox shows what was sent to its session, in order of sending and as it was sent',
  *broken(told) {
    const { call, session } = told.answer;
    if (call.tool !== 'message_read' && call.tool !== 'message_wait') return;
    const last = told.span.at(-1) as State;
    let before = 0;
    for (const { id, body, again } of listOf<ShownMessage>(told, 'messages')) {
      const message = last.message.get(id);
      const key = `${session}/${ordered(message?.sequence ?? 0)}`;
      const deliveries = told.span.map(state => state.delivery.get(key)).filter(each => each !== undefined);
      if (!message || deliveries.length === 0) yield `${id} was not sent to ${session}`;
      else {
        // A notice may be made and shown by one unit.
        const isFresh = told.span[0]?.message.has(id) === false;
        yield* falsely(id, again ?? false, body === message.body, isFresh, deliveries);
      }
      const sequence = Number(id.slice(1));
      if (sequence <= before) yield `${id} comes behind m${before}`;
      before = sequence;
    }
  },
};

function* falsely(
  id: string,
  again: boolean,
  isSame: boolean,
  isFresh: boolean,
  deliveries: readonly DeliveryRecord[],
): Iterable<string> {
  if (!isSame) yield `${id} is shown with another text`;
  const wasNew = isFresh || deliveries.some(({ state }) => state === 'queued');
  const wasOld = deliveries.some(({ state }) => state !== 'queued');
  if (!again && !wasNew) yield `${id} is shown as new, and is not`;
  if (again && !wasOld) yield `${id} is shown as old, and is new`;
}

const acceptedIsStored: Rule<Told> = {
  promise: 'a message that was accepted is stored for every recipient that the sender is told of',
  *broken(told) {
    const { call, output, session } = told.answer;
    if (call.tool !== 'message_send' || !output) return;
    const state = told.span.at(-1) as State;
    const message = state.message.get(String(output.message));
    if (message?.from !== session) {
      yield `${output.message} is not stored as a message of ${session}`;
      return;
    }
    const stored = [...state.delivery.values()].filter(delivery => delivery.message === message.id).length;
    const told_ = listOf(told, 'recipients').length;
    if (stored < told_) yield `${message.id} is stored for ${stored}, and the sender was told of ${told_}`;
  },
};

/** Tools that show messages beside the inbox: nobody may see by them what was never sent to him. */
const privateMail: Rule<Told> = {
  promise: 'searching and looking back show nobody the messages of others',
  *broken(told) {
    const { call, session } = told.answer;
    if (call.tool !== 'message_search' && call.tool !== 'conversation_history') return;
    const state = told.span.at(-1) as State;
    for (const { id } of [...listOf<ShownMessage>(told, 'messages'), ...listOf<ShownMessage>(told, 'hits')]) {
      const message = state.message.get(id);
      // Hits may be shared context, which everybody sees.
      if (!message || message.from === session || state.delivery.has(`${session}/${ordered(message.sequence)}`))
        continue;
      if (message.conversation === 'all' || message.conversation.startsWith('#')) continue;
      const members = told.span.flatMap(each => each.conversation.get(message.conversation)?.members ?? []);
      if (!members.includes(session ?? '')) yield `${session} sees ${id}, which is between others`;
    }
  },
};

export const answerRules: readonly Rule<Told>[] = [
  wellFormed,
  foreseenErrors,
  trueGrants,
  trueRefusals,
  ownMail,
  acceptedIsStored,
  privateMail,
];
