import * as z from 'zod/v4';
import { updateIntent } from '../core/intent.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'intent_update',
  title: 'Update an intent',
  set: 'more',
  effect: 'write',
  idempotent: true,
  description: 'Say how far an operation you announced has got. Use when it begins; completed and abandoned end it.',
  input: z.strictObject({
    intent: z.string(),
    status: z.enum(['in_progress', 'completed', 'abandoned']),
    description: z.string().optional(),
  }),
  output: z.object({ status: z.string() }),
  cli: {
    positional: 'intent',
    help: {
      intent: 'its id, such as i7',
      status: 'how far it has got; completed and abandoned end it',
      description: 'what for, in one line; an empty text takes it away',
    },
  },
  examples: [{ title: 'It is done', input: { intent: 'i7', status: 'completed' } }],
  async run({ caller }, input) {
    const intent = await caller.transact((unit, me) =>
      updateIntent(unit, me, input.intent.trim(), input.status, input.description),
    );
    return { status: intent.status };
  },
  text: out => `The intent is ${out.status}.`,
});
