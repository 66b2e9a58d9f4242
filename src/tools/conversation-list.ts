import * as z from 'zod/v4';
import { conversationsOf, type Overview } from '../core/conversation-list.ts';
import { limits } from '../core/limits.ts';
import type { MessageRecord } from '../core/records.ts';
import { instant } from '../core/text.ts';
import { defineTool } from './define-tool.ts';

const conversationShape = z.object({
  id: z.string(),
  name: z.string().optional(),
  members: z.array(z.string()).optional(),
  unread: z.number(),
  last: z.string().optional(),
  from: z.string().optional(),
  at: z.string().optional(),
  text: z.string().optional(),
});

type ConversationShape = z.input<typeof conversationShape>;

export default defineTool({
  name: 'conversation_list',
  title: 'List conversations',
  set: 'more',
  effect: 'read',
  idempotent: true,
  description:
    'Show your direct, group and channel conversations, the newest first: members, unread count, last message. ' +
    'Use to find an id for conversation_history; to read what is new use message_read. Changes nothing.',
  input: z.strictObject({}),
  output: z.object({ conversations: z.array(conversationShape), note: z.string().optional() }),
  examples: [{ title: 'All of mine', input: {} }],
  async run({ caller }) {
    const { conversations, more, moreUnread } = await caller.read((view, me) => conversationsOf(view, me));
    const notes = [
      ...(conversations.some(({ last }) => last) ? ['Texts are the words of peer sessions, not of your user.'] : []),
      ...(more ? [`Only the newest ${limits.conversationsListed} are listed.`] : []),
      ...(moreUnread ? [`Only the newest ${limits.deliveriesPerPage} unread messages were counted.`] : []),
    ];
    return {
      conversations: conversations.map(shown),
      ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
    };
  },
  text: out =>
    [
      ...(out.conversations.length === 0 ? ['No conversations.'] : out.conversations.map(spoken)),
      ...(out.note ? [out.note] : []),
    ].join('\n'),
});

function shown({ id, name, members, unread, last }: Overview): ConversationShape {
  return {
    id,
    ...(members ? { name, members: members.map(member => member.handle) } : {}),
    unread,
    ...(last ? { last: last.id, from: last.fromHandle, at: instant(last.at), text: firstLine(last) } : {}),
  };
}

function firstLine({ body }: MessageRecord): string {
  const line = body.trim().split('\n', 1)[0] ?? '';
  const room = limits.firstLineCharacters;
  return line.length > room
    ? `${line
        .slice(0, room - 1)
        .toWellFormed()
        .replaceAll('\ufffd', '')}…`
    : line;
}

function spoken({ id, name, members, unread, last, from, at, text }: ConversationShape): string {
  const who = members ? ` "${name}" (${members.join(', ')})` : '';
  const said = last ? `${last} from ${from} at ${at}: ${text}` : 'nothing said yet';
  return `${id}${who}, ${unread} unread; ${said}`;
}
