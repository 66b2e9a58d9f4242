import * as z from 'zod/v4';
import { acknowledge } from '../core/acknowledgement.ts';
import { limits } from '../core/limits.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'message_ack',
  title: 'Acknowledge messages',
  set: 'more',
  effect: 'write',
  idempotent: true,
  description:
    'Acknowledge messages by id: senders see it, nobody is written to. ' +
    'Use for those marked ack; not needed when you answer with replyTo. They count as read.',
  input: z.strictObject({ messages: z.array(z.string()).min(1).max(limits.messagesReadMax) }),
  output: z.object({ acknowledged: z.array(z.string()), unknown: z.array(z.string()) }),
  cli: { positional: 'messages', help: { messages: 'ids such as m12' } },
  examples: [{ title: 'Acknowledge two messages', input: { messages: ['m12', 'm15'] } }],
  async run({ caller, path }, input) {
    const ids = input.messages.map(id => id.trim());
    const { acknowledged, unknown } = await caller.transact((unit, me) => acknowledge(unit, me, ids, path));
    return { acknowledged: [...acknowledged], unknown: [...unknown] };
  },
  text: out =>
    [
      out.acknowledged.length > 0 ? `Acknowledged: ${out.acknowledged.join(', ')}.` : 'Nothing was acknowledged.',
      ...(out.unknown.length > 0 ? [`Not a message to you: ${out.unknown.join(', ')}.`] : []),
    ].join('\n'),
});
