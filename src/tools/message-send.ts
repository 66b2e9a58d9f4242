import * as z from 'zod/v4';
import { limits } from '../core/limits.ts';
import { type Recipient, send } from '../core/message.ts';
import { defineTool } from './define-tool.ts';
import { priority } from './shapes.ts';

export default defineTool({
  name: 'message_send',
  title: 'Send a message',
  set: 'core',
  effect: 'write',
  idempotent: false,
  description:
    'Write to peer sessions (agents), a group, a channel or everyone. ' +
    'Use when your work affects theirs or you need what they hold; not for progress chatter. ' +
    'In the result, queued means stored and not yet seen. ' +
    'Channel and all messages also reach those who join within 24 h.',
  input: z.strictObject({
    to: z
      .array(z.string())
      .min(1)
      .max(limits.recipientsPerMessage)
      .describe('handles, group:x, #general #coordination #ideas #alerts #git, all, operator (the person)'),
    body: z.string(),
    priority: priority.default('normal'),
    replyTo: z.string().optional().describe('message id'),
    tags: z.array(z.string()).max(limits.tagsPerMessage).optional(),
    key: z.string().min(1).max(limits.keyCharacters).optional().describe('same key sends once'),
  }),
  output: z.object({
    message: z.string(),
    recipients: z.array(z.object({ session: z.string(), state: z.string(), path: z.string() })),
    notes: z.array(z.string()).optional(),
  }),
  cli: {
    positional: 'body',
    sessions: ['to'],
    help: { body: 'the text', priority: 'how much it matters', tags: 'words to find it by' },
  },
  examples: [
    { title: 'Ask a holder', input: { to: ['brisk-otter'], body: 'Could you release src/auth.ts when you are done?' } },
    { title: 'Warn everyone', input: { to: ['all'], body: 'I rebase main in five minutes.', priority: 'high' } },
  ],
  async run({ caller }, input) {
    const draft = {
      to: [...new Set(input.to.map(address => address.trim()))],
      body: input.body,
      priority: input.priority,
      replyTo: input.replyTo ?? null,
      tags: input.tags ?? [],
      key: input.key ?? null,
    };
    const sent = await caller.transact((unit, me) => send(unit, me, draft));
    const notes = [
      ...(sent.repeated ? ['This key was used before: nothing was sent again.'] : []),
      ...(sent.cleaned ? ['Control characters or wrapper tags were taken out of the body.'] : []),
      ...(sent.recipients.length === 0 ? ['Nobody else is here now; those who join within 24 hours get it.'] : []),
      ...(sent.recipients.some(recipient => !recipient.reachable) ? ['Who has left gets it when it returns.'] : []),
    ];
    return {
      message: sent.message.id,
      recipients: sent.recipients.map(shownRecipient),
      ...(notes.length > 0 ? { notes } : {}),
    };
  },
  text: out =>
    [
      `Stored as ${out.message}.`,
      ...out.recipients.map(recipient => `${recipient.session}: ${recipient.state} (${recipient.path})`),
      ...(out.notes ?? []),
    ].join('\n'),
});

function shownRecipient({ session, delivery, reachable }: Recipient): { session: string; state: string; path: string } {
  if (delivery.state === 'queued' && !reachable)
    return { session: session.handle, state: 'unreachable', path: 'no path' };
  return { session: session.handle, state: delivery.state, path: delivery.path ?? session.reach };
}
