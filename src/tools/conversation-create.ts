import * as z from 'zod/v4';
import { begin } from '../core/conversation-begin.ts';
import { limits } from '../core/limits.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'conversation_create',
  title: 'Begin a conversation',
  set: 'more',
  effect: 'write',
  idempotent: true,
  description:
    'Begin a named conversation with sessions; they are told. Use for a longer exchange of three or more, ' +
    'not for one message. Then message_send to its id.',
  input: z.strictObject({
    name: z.string(),
    members: z.array(z.string()).min(1).max(limits.conversationMembers).describe('handles, ids, group:x'),
  }),
  output: z.object({
    conversation: z.string(),
    name: z.string(),
    members: z.array(z.string()),
    repeated: z.boolean().optional(),
  }),
  cli: { positional: 'members', sessions: ['members'], help: { name: 'what it is about' } },
  examples: [
    { title: 'Three who share a task', input: { name: 'auth refactoring', members: ['brisk-otter', 'calm-heron'] } },
  ],
  async run({ caller }, input) {
    const members = [...new Set(input.members.map(address => address.trim()))];
    const begun = await caller.transact((unit, me) => begin(unit, me, { name: input.name, members }));
    return {
      conversation: begun.conversation.id,
      name: begun.conversation.name,
      members: begun.members.map(member => member.handle),
      ...(begun.repeated ? { repeated: true } : {}),
    };
  },
  text: out =>
    [
      `${out.conversation} "${out.name}": ${out.members.join(', ')}.`,
      ...(out.repeated ? ['You had begun it already: nothing was done again.'] : []),
    ].join('\n'),
});
