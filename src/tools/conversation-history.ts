import * as z from 'zod/v4';
import { recipientsOf } from '../core/delivery.ts';
import { historyOf, pageOf } from '../core/history.ts';
import { limits } from '../core/limits.ts';
import type { MessageRecord, SessionRecord } from '../core/records.ts';
import type { View } from '../core/unit.ts';
import { defineTool } from './define-tool.ts';
import { datedRecipient, messageShape, peerNote, recipientShape, shownMessage, spokenMessages } from './shapes.ts';

const pastShape = messageShape.omit({ ack: true, again: true }).extend({
  recipients: z.array(recipientShape).optional(),
  moreRecipients: z.number().optional(),
});

type PastShape = z.input<typeof pastShape>;

export default defineTool({
  name: 'conversation_history',
  title: 'Read a conversation',
  set: 'more',
  effect: 'read',
  idempotent: true,
  description:
    'Read again what was said, oldest first; your own messages with their state at each recipient. ' +
    'Use to catch up or to see who read you; for new mail use message_read. Marks nothing.',
  input: z.strictObject({
    conversation: z.string().describe('handle, c12, #channel, all; m12: its thread'),
    before: z.string().optional().describe('m12'),
    limit: z.int().min(1).max(limits.historyMax).default(limits.historyDefault),
  }),
  output: z.object({
    conversation: z.string(),
    messages: z.array(pastShape),
    before: z.string().optional(),
    note: z.string().optional(),
  }),
  cli: {
    positional: 'conversation',
    sessions: ['conversation'],
    help: { before: 'only what is older than this message', limit: 'how many of the newest' },
  },
  examples: [
    { title: 'A channel', input: { conversation: '#general' } },
    { title: 'What everybody got', input: { conversation: 'all', limit: 5 } },
  ],
  async run({ caller }, input) {
    return caller.read(async (view, me) => {
      const history = await historyOf(view, me, input.conversation);
      const page = await pageOf(view, me, history, input.before ?? null, input.limit);
      const messages = await Promise.all(page.messages.map(message => past(view, me, message)));
      return {
        conversation: history.id,
        messages,
        ...(page.before ? { before: page.before } : {}),
        ...(messages.length > 0 ? { note: peerNote } : {}),
      };
    });
  },
  text: out =>
    [
      `${out.conversation}:`,
      ...(out.messages.length === 0 ? ['No messages.'] : out.messages.map(spokenPast)),
      ...(out.note ? [out.note] : []),
      ...(out.before ? [`There is more: older ones with before: "${out.before}".`] : []),
    ].join('\n'),
});

/** A message as it is told again; of one's own also what became of it, for as many as one message can name. */
async function past(view: View, me: SessionRecord, message: MessageRecord): Promise<PastShape> {
  const shown = shownMessage(message, false);
  if (message.from !== me.id) return shown;
  const recipients = await recipientsOf(view, message, limits.recipientsPerMessage);
  const all = await view.tx.count('delivery', 'message', { equals: message.id });
  return {
    ...shown,
    recipients: recipients.map(datedRecipient),
    ...(all > recipients.length ? { moreRecipients: all - recipients.length } : {}),
  };
}

function spokenPast({ recipients, moreRecipients, ...message }: PastShape): string {
  const states = (recipients ?? []).map(
    ({ session, state, path, at }) => `${session}: ${state} (${path}${at ? `, ${at}` : ''})`,
  );
  const rest = moreRecipients ? [`${moreRecipients} more recipients`] : [];
  return [
    spokenMessages([message]),
    ...(recipients ? [`${message.id} to ${[...states, ...rest].join('; ') || 'nobody'}`] : []),
  ].join('\n');
}
