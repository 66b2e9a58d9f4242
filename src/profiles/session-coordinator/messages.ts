/** The three tools of session-coordinator about messages. */
import * as z from 'zod/v4';
import { channels } from '../../core/address.ts';
import { channelOf } from '../../core/channel-mail.ts';
import { priorities } from '../../core/inbox.ts';
import { limits } from '../../core/limits.ts';
import type { ReceivedItem } from '../../tools/foreign-channels.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { foreignTool, shownJson } from '../define-profile.ts';
import { acting, instant, nameOf, session, text } from './shown.ts';

export const messageSend = foreignTool({
  name: 'message_send',
  description: 'Write to one session, or to all that are here. They see it when they call message_list.',
  input: z.object({
    from_session: session,
    to_session: text.optional().describe('Id of a session; left out, everybody gets it'),
    channel: z.enum(channels).default('general'),
    content: text,
    priority: z.enum(priorities).default('normal'),
  }),
  async run(desk, { from_session, to_session = null, channel, content, priority }) {
    const { caller } = await acting(desk, from_session);
    const letter = { to: to_session, channel, body: content, priority };
    const { message, recipients } = await desk.plans.channels.send(caller, letter);
    return shownJson({ message_id: message.id, status: 'sent', recipients: recipients.length });
  },
});

export const messageList = foreignTool({
  name: 'message_list',
  description: `What others wrote to you or to everybody and you have not marked as read, the oldest first, ${limits.messagesReadMax} at most. It stays unread until you call message_mark_read.`,
  input: z.object({
    session_id: session,
    channel: z.enum(channels).optional().describe('Only messages of this channel'),
  }),
  async run(desk, { session_id, channel = null }) {
    const { caller } = await acting(desk, session_id);
    const items = await desk.plans.channels.unread(caller, channel, limits.messagesReadMax);
    return shownJson(items.map(item => shownMessage(desk, item, session_id)));
  },
});

export const messageMarkRead = foreignTool({
  name: 'message_mark_read',
  description: 'Say that you have read messages: message_list does not show them any more.',
  input: z.object({
    session_id: session,
    message_ids: z.array(text).min(1).max(limits.messagesReadMax).describe('Ids as message_list shows them'),
  }),
  async run(desk, { session_id, message_ids }) {
    const { caller } = await acting(desk, session_id);
    const { marked, unknown } = await desk.plans.channels.markRead(caller, message_ids);
    return shownJson({ marked, ...(unknown.length > 0 ? { not_found: unknown } : {}) });
  },
});

function shownMessage(desk: ForeignDesk, { message, sender }: ReceivedItem, own: string) {
  return {
    message_id: message.id,
    from_session: sender ? desk.name(sender) : message.fromHandle,
    from_name: sender ? nameOf(desk, sender) : message.fromHandle,
    to_session: message.conversation === 'direct' || message.conversation === 'notice' ? own : null,
    channel: channelOf(message),
    priority: message.priority,
    content: message.body,
    sent_at: instant(message.at),
  };
}
