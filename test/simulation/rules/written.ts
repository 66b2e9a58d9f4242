/** What a client is told that it wrote, or reads, was in the store at some moment of the call. */
import { commonScope } from '../../../src/core/data.ts';
import type { DataRecord } from '../../../src/core/data-record.ts';
import type { Rule } from '../knowledge.ts';
import type { State } from '../state.ts';
import type { Told } from './answers.ts';

type Output = Record<string, unknown>;

/** For each tool: whether a state shows what the answer says. */
const shows: Readonly<Record<string, (state: State, output: Output, told: Told) => boolean>> = {
  intent_announce: (state, { intent }, { answer }) => state.intent.get(String(intent))?.session === answer.session,
  intent_update: (state, { status }, { answer }) =>
    state.intent.get(String(answer.call.input.intent))?.status === status,
  context_share: (state, { entry, revision }) => state.context.get(String(entry))?.revision === revision,
  context_delete: (state, { deleted }) => !state.context.has(String(deleted)),
  conversation_create: (state, { conversation }, { answer }) =>
    state.conversation.get(String(conversation))?.members.includes(answer.session ?? '') ?? false,
  conversation_leave: (state, { conversation }, { answer }) =>
    !state.conversation.get(String(conversation))?.members.includes(answer.session ?? ''),
  session_update: (state, { handle }, { answer }) => state.session.get(answer.session ?? '')?.handle === handle,
  session_end: (state, _output, { answer }) => state.session.get(answer.session ?? '')?.endedAt !== null,
  data_get: (state, output, { answer }) => {
    const data = present(state, answer.call.input);
    if (answer.call.input.scope === 'me' || !output.found)
      return answer.call.input.scope === 'me' || data === undefined;
    return data?.revision === output.revision && data?.value === JSON.stringify(output.value);
  },
  message_ack: (state, { acknowledged }, { answer }) =>
    (acknowledged as string[]).every(id =>
      [...state.delivery.values()].some(
        delivery => delivery.session === answer.session && delivery.message === id && delivery.state === 'acknowledged',
      ),
    ),
};

/** What is under the key, unless it was deleted. */
function present(state: State, { scope = commonScope, key }: Output): DataRecord | undefined {
  return [...state.data.values()].find(data => data.scope === scope && data.key === key && data.deletedAt === null);
}

const truthful: Rule<Told> = {
  promise: 'what a client is told that it wrote or reads was in the store',
  *broken(told) {
    const { call, output, isCancelled } = told.answer;
    const isShown = shows[call.tool];
    if (!isShown || !output || isCancelled) return;
    if (!told.span.some(state => isShown(state, output, told))) yield `${call.tool} answers ${JSON.stringify(output)}`;
  },
};

const comparedAndSet: Rule<Told> = {
  promise: 'a value is set only at the revision that was asked for',
  *broken({ answer: { call, output, session }, span }) {
    const { input } = call;
    if (call.tool !== 'data_set' || !output || input.scope === 'me') return;
    const set = span.findIndex((state, at) => {
      const [data, before] = [present(state, input), at > 0 ? present(span[at - 1] as State, input) : undefined];
      return data?.revision === output.revision && data?.author === session && before?.revision !== data?.revision;
    });
    if (set < 1) yield `revision ${output.revision} of ${input.scope}/${input.key} was never set by ${session}`;
    else if (input.ifRevision !== undefined) {
      const was = present(span[set - 1] as State, input)?.revision ?? 0;
      if (was !== input.ifRevision) yield `set at revision ${was}, and ${input.ifRevision} was asked for`;
    }
  },
};

export const writtenRules: readonly Rule<Told>[] = [truthful, comparedAndSet];
