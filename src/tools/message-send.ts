import * as z from 'zod/v4';
import { limits } from '../core/limits.ts';
import { type Sent, send, sendAsks } from '../core/message.ts';
import { prune, pruneAsks } from '../core/retention.ts';
import { type Answers, waitForAnswers } from './ask.ts';
import { defineTool } from './define-tool.ts';
import { messageShape, priority, recipientShape, shownRecipient, spokenMessages } from './shapes.ts';
import { isPruneDue } from './upkeep.ts';

export default defineTool({
  name: 'message_send',
  title: 'Send a message',
  set: 'core',
  effect: 'write',
  idempotent: false,
  takesAgain: ({ key }) => key !== undefined,
  description:
    'Write to peer sessions, groups, conversations, channels or all. ' +
    'Use when your work affects theirs or you need what they hold, not for chatter. ' +
    'queued: stored, not seen.',
  input: z.strictObject({
    to: z
      .array(z.string())
      .min(1)
      .max(limits.recipientsPerMessage)
      .optional()
      .describe('handles, group:x, c12, #general #coordination #ideas #alerts #git, all, operator'),
    body: z.string(),
    priority: priority.default('normal'),
    replyTo: z.string().optional().describe('message id; makes to optional'),
    ack: z.boolean().default(false).describe('ask to acknowledge'),
    waitSeconds: z.int().min(0).max(limits.waitMaxSeconds).default(0).describe('for an answer'),
    tags: z.array(z.string()).max(limits.tagsPerMessage).optional(),
    key: z.string().min(1).max(limits.keyCharacters).optional().describe('sends once'),
  }),
  output: z.object({
    message: z.string(),
    recipients: z.array(recipientShape.omit({ at: true })),
    // As message_read shows them; a schema of its own would be listed to every session once more.
    answers: z.array(messageShape).optional(),
    timedOut: z.boolean().optional(),
    notes: z.array(z.string()).optional(),
  }),
  cli: {
    positional: 'body',
    sessions: ['to'],
    help: {
      to: 'a handle, group:x, a conversation such as c12, #general #coordination #ideas #alerts #git, all, or operator (the person)',
      body: 'the text',
      priority: 'how much it matters',
      replyTo: 'the message it answers; without --to it goes to its sender, or into its channel or conversation',
      ack: 'ask every recipient to acknowledge it',
      waitSeconds: 'how long to wait for an answer to it',
      tags: 'words to find it by',
      key: 'sends once, however often it is repeated; a repeat shows how things stand, and waits again',
    },
    refused: out => out.answers?.length === 0,
  },
  examples: [
    { title: 'Ask a holder', input: { to: ['brisk-otter'], body: 'Could you release src/auth.ts when you are done?' } },
    { title: 'Warn everyone', input: { to: ['all'], body: 'I rebase main in five minutes.', priority: 'high' } },
    { title: 'Ask and wait', input: { to: ['brisk-otter'], body: 'May I rename login()?', waitSeconds: 45 } },
  ],
  async run(context, input) {
    const draft = {
      to: [...new Set((input.to ?? []).map(address => address.trim()))],
      body: input.body,
      priority: input.priority,
      replyTo: input.replyTo ?? null,
      wantsAck: input.ack,
      tags: input.tags ?? [],
      key: input.key ?? null,
    };
    const { caller } = context;
    const isDue = await isPruneDue(caller);
    const sent = await caller.transact(
      async (unit, me) => {
        const done = await send(unit, me, draft);
        if (isDue) await prune(unit, caller.world.policy);
        return done;
      },
      me => [...sendAsks(me, draft), ...(isDue ? pruneAsks : [])],
    );
    if (input.waitSeconds === 0) return shown(sent);
    return shown(sent, await waitForAnswers(context, sent, input.waitSeconds * 1000));
  },
  text: out =>
    [
      `Stored as ${out.message}.`,
      ...out.recipients.map(recipient => `${recipient.session}: ${recipient.state} (${recipient.path})`),
      ...(out.answers && out.answers.length > 0 ? [spokenMessages(out.answers)] : []),
      ...(out.notes ?? []),
    ].join('\n'),
});

function shown(sent: Sent, waited?: Answers) {
  const recipients = waited?.recipients ?? sent.recipients;
  const notes = [
    ...(sent.repeated ? ['This key was used before: nothing was sent again.'] : []),
    ...(sent.cleaned ? ['Control characters or wrapper tags were taken out of the body.'] : []),
    ...(recipients.length === 0 ? ['Nobody else is here now; those who join within 24 hours get it.'] : []),
    ...(recipients.some(recipient => !recipient.reachable) ? ['Who has left gets it when it returns.'] : []),
    ...(waited?.notes ?? []),
  ];
  return {
    message: sent.message.id,
    recipients: recipients.map(shownRecipient),
    ...(waited ? { answers: waited.answers, timedOut: waited.timedOut } : {}),
    ...(notes.length > 0 ? { notes } : {}),
  };
}
