/** The two tools of claude-presence about messages. */
import * as z from 'zod/v4';
import { foreignTool, shownJson } from '../define-profile.ts';
import { nativePriority, priorityNames, project, quiet, session, shownMessage, text } from './shown.ts';

export const broadcast = foreignTool({
  name: 'broadcast',
  description:
    'Leave a message for everybody on the project, or for one session. They see it when they look into their inbox.',
  input: z.object({
    session_id: session,
    project,
    from_branch: z.string().optional(),
    to_session: text.optional().describe('Only for this session; everybody on the project without it'),
    priority: z.enum(priorityNames).default('info'),
    message: text.max(2_000),
    tags: z.array(z.string()).optional(),
  }),
  async run(desk, input) {
    const caller = await quiet(desk, input.project, input.session_id);
    const { message } = await desk.post(caller, {
      to: input.to_session ?? null,
      body: input.message,
      priority: nativePriority[input.priority],
      said: { branch: input.from_branch ?? null, tags: input.tags === undefined ? null : JSON.stringify(input.tags) },
    });
    return shownJson({ posted: shownMessage(message, input.project, input.session_id, input.to_session ?? null) });
  },
});

export const readInbox = foreignTool({
  name: 'read_inbox',
  description:
    'Read what others left for you or for everybody, the newest first. What you read is not shown again, unless you peek.',
  input: z.object({
    session_id: session,
    project,
    unread_only: z.boolean().default(true),
    peek: z.boolean().default(false).describe('Look without marking as read'),
    min_priority: z.enum(priorityNames).optional().describe('Leave out what matters less'),
    limit: z.int().positive().max(200).default(50),
  }),
  async run(desk, input) {
    const caller = await quiet(desk, input.project, input.session_id);
    const filter = {
      minPriority:
        input.min_priority === undefined || input.min_priority === 'info' ? 'low' : nativePriority[input.min_priority],
      includeRead: !input.unread_only,
      limit: input.limit,
    } as const;
    const { items, unread, total } = await desk.mail(caller, filter, input.peek);
    const senders = await desk.senders(caller, items);
    const messages = items.map(({ message }) => {
      const to = message.conversation === 'direct' ? input.session_id : null;
      return shownMessage(message, input.project, senders.get(message.from) ?? message.fromHandle, to);
    });
    return shownJson({ count: messages.length, unread_total: unread, total, messages });
  },
});
