/** The tools of claude-duo about conversations: which there are, groups, and what was said. */
import * as z from 'zod/v4';
import { limits } from '../../core/limits.ts';
import type { TalkOverview } from '../../tools/foreign-conversations.ts';
import { isRefused } from '../../tools/foreign-talk.ts';
import { addressOf, keyIn } from './addresses.ts';
import { duoTool, oneLine, shownLine } from './telling.ts';
import { dateAndTime } from './times.ts';
import type { Words } from './words.ts';

/** How many messages a history shows where nobody says. */
export const historyDefault = 50;

const conversation = z.string().describe('Id of a conversation, as list_conversations shows it');

export const listConversations = duoTool({
  name: 'list_conversations',
  description: 'Your direct conversations and groups, the newest first, with what is unread in them.',
  input: z.object({}),
  async run(desk, _input, words) {
    const own = await desk.talk.name();
    const shown = (await desk.talk.conversations()).map(each => shownConversation(each, own, words));
    return shown.length > 0 ? shown.join('\n\n') : words.noConversations;
  },
});

export const createConversation = duoTool({
  name: 'create_conversation',
  description: 'Create a group with other partners. You are in it yourself. Talk to it by its id.',
  input: z.object({
    name: z.string().describe('What it is about'),
    participants: z.string().describe('Ids of partners, separated by commas'),
  }),
  async run(desk, { name, participants }, words) {
    const ids = participants.split(',').map(each => each.trim());
    const others = ids.filter(each => each !== '');
    const own = await desk.talk.name();
    if (others.every(each => each === own)) return { wrong: words.noParticipants };
    const begun = await desk.talk.beginGroup(name, others);
    if (isRefused(begun)) return begun;
    return [
      words.created(oneLine(begun.name)),
      `ID: \`${addressOf(begun.key)}\``,
      `${words.participants} ${[...new Set(others)].join(', ')}`,
    ].join('\n');
  },
});

export const leaveConversation = duoTool({
  name: 'leave_conversation',
  description: 'Leave a group. The others go on; the last one archives it.',
  input: z.object({ conversation }),
  async run(desk, input, words) {
    const key = keyIn(input.conversation.trim(), await desk.talk.name());
    if (key.kind === 'pair') return { wrong: words.directIsKept };
    const left = await desk.talk.leaveGroup(key);
    if (isRefused(left)) return left;
    return [words.left(oneLine(left.name ?? addressOf(key))), ...(left.isOver ? [words.archived] : [])].join(' ');
  },
});

export const history = duoTool({
  name: 'history',
  description: 'Read again what was said in a conversation of yours, the oldest first. Nothing counts as read by that.',
  input: z.object({
    conversation,
    limit: z.number().optional().describe('How many of the newest messages; 50 if you say nothing'),
  }),
  async run(desk, input, words) {
    const key = keyIn(input.conversation.trim(), await desk.talk.name());
    const limit = Math.min(limits.historyMax, Math.max(1, Math.floor(input.limit ?? historyDefault)));
    const past = await desk.talk.history(key, limit);
    if (isRefused(past)) return past;
    if (past.lines.length === 0) return words.emptyHistory;
    const blocks = past.lines.map(({ from, at, body }) => shownLine('', dateAndTime(at), from, body));
    const title = `**${oneLine(past.spot.name ?? addressOf(past.spot.key))}**`;
    return [title, ...blocks, ...(past.isMore ? [words.older(past.lines.length)] : [])].join('\n\n');
  },
});

function shownConversation({ key, name, members, unread }: TalkOverview, own: string, words: Words): string {
  const others = members.filter(member => member !== own).join(', ');
  return [
    `${key.kind === 'pair' ? '💬' : '👥'} **${oneLine(name ?? others)}** ${words.unread(unread)}`,
    `   ID: \`${addressOf(key)}\``,
    `   ${words.participants} ${members.length > 0 ? members.join(', ') : words.everybody}`,
  ].join('\n');
}
