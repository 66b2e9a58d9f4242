import * as z from 'zod/v4';
import { isConversationId, leave } from '../core/conversation.ts';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'conversation_leave',
  title: 'Leave a group conversation',
  set: 'more',
  effect: 'write',
  idempotent: true,
  description:
    'Leave a group conversation: you get nothing more of it and no longer see its history; the others go on, and the last one ends it. ' +
    'Use when it no longer concerns you; nobody can take you back in.',
  input: z.strictObject({ conversation: z.string().describe('id such as c12') }),
  output: z.object({ conversation: z.string(), left: z.boolean() }),
  cli: { positional: 'conversation' },
  examples: [{ title: 'Leave', input: { conversation: 'c12' } }],
  async run({ caller }, input) {
    const conversation = input.conversation.trim();
    if (!isConversationId(conversation)) throw notOfGroup(conversation);
    return { conversation, left: await caller.transact((unit, me) => leave(unit, me, conversation)) };
  },
  text: out => (out.left ? `You left ${out.conversation}.` : `You are not in ${out.conversation}.`),
});

function notOfGroup(text: string): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `"${text.slice(0, limits.handleCharacters)}" is not the id of a group conversation.`,
    'Give an id such as c12, as conversation_list shows it; channels and direct conversations cannot be left.',
  );
}
