/** The HTTP interface of the broker of claude-duo: its paths, fields and statuses over the partners of a hub. */
import * as z from 'zod/v4';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { TalkOverview } from '../../tools/foreign-conversations.ts';
import { isRefused, type Refused } from '../../tools/foreign-talk.ts';
import type { HubPartners } from '../../tools/hub-partners.ts';
import type { HubRoute, RouteAbout, RouteAnswer, RouteRequest } from '../define-hub.ts';
import { addressOf, keyIn } from './addresses.ts';
import { conversationRow, messageRow, partnerRowOf, shownOf } from './broker-rows.ts';
import { limitIn, Misspelled, minutesIn, needed, switchIn, textIn } from './broker-words.ts';
import { historyDefault } from './conversations.ts';

const text = z.string();

const register = route(
  'POST',
  '/register',
  null,
  {
    title: 'Register a partner, or say that it is here',
    body: z.object({ partnerId: text, name: text.optional(), projectPath: text.optional() }),
  },
  async (desk, { body }) => {
    const { partnerId } = needed(body, 'partnerId');
    const [name, path] = [textIn(body, 'name') ?? partnerId, textIn(body, 'projectPath') ?? ''];
    const partner = await desk.register({ id: partnerId, shown: shownOf(name), path });
    return { success: true, partner: partnerRowOf(partner) };
  },
);

const unregister = route(
  'POST',
  '/unregister',
  null,
  { title: 'End a partner’s being here', body: z.object({ partnerId: text }) },
  async (desk, { body }) => {
    await desk.unregister(needed(body, 'partnerId').partnerId);
    return { success: true };
  },
);

const talk = route(
  'POST',
  '/talk',
  'message_send',
  {
    title: 'Say something to a partner or in a conversation',
    body: z.object({ fromId: text, content: text, to: text.optional(), conversationId: text.optional() }),
  },
  async (desk, { body }) => {
    const { fromId, content } = needed(body, 'fromId', 'content');
    const [to, conversation] = [textIn(body, 'to'), textIn(body, 'conversationId')];
    if (to === null && conversation === null) throw new Misspelled('to or conversationId required');
    const own = await desk.as(fromId);
    const posted = await own.post(conversation === null ? null : keyIn(conversation, fromId), to, content);
    if (isRefused(posted)) return refusal(posted);
    const { key, number, notified, queued } = posted;
    return { success: true, conversationId: addressOf(key), messageId: number, notified, queued };
  },
);

const listen = route(
  'GET',
  '/listen/:partner',
  'message_wait',
  { title: 'Hear what is said to a partner, or wait for it', query: ['conversationId', 'timeout'] },
  async (desk, { path, query }) => {
    const { partner = '' } = path;
    const conversation = query.conversationId ? keyIn(query.conversationId, partner) : null;
    const own = await desk.as(partner);
    const heard = await own.listen(conversation, minutesIn(query.timeout), '').catch(whenOver);
    const silent = { hasMessages: false, messages: [] };
    if (heard === 'unregistered') return { ...silent, reason: 'unregistered' };
    if (isRefused(heard)) return notIn;
    const lines = heard.conversations.flatMap(({ key, lines }) => lines.map(line => ({ key, line })));
    const inOrder = lines.sort((one, other) => one.line.at - other.line.at || one.line.number - other.line.number);
    if (lines.length > 0) return { hasMessages: true, messages: inOrder.map(({ key, line }) => messageRow(key, line)) };
    if (!heard.isWhole) return { ...silent, reason: 'reconnect' };
    return { ...silent, reason: 'timeout', timeoutMinutes: heard.minutes };
  },
);

const create = route(
  'POST',
  '/conversations',
  'conversation_create',
  { title: 'Begin a group', body: z.object({ creatorId: text, name: text, participants: z.array(text).min(1) }) },
  async (desk, { body }) => {
    const { creatorId, name } = needed(body, 'creatorId', 'name');
    const { participants } = body;
    const isList = Array.isArray(participants) && participants.every(each => typeof each === 'string');
    if (!isList || participants.length === 0) throw new Misspelled('participants required: a list of ids');
    const own = await desk.as(creatorId);
    const begun = await own.beginGroup(name, participants);
    if (isRefused(begun)) return refusal(begun);
    return { success: true, conversation: conversationRow({ ...begun, by: creatorId }) };
  },
);

const conversations = route(
  'GET',
  '/conversations/:partner',
  'conversation_list',
  { title: 'The conversations of a partner' },
  async (desk, { path }) => {
    const { partner = '' } = path;
    if (!(await desk.isKnown(partner))) return { conversations: [] };
    const all = await (await desk.as(partner)).conversations();
    const names = await namesIn(desk);
    const shown = all.map(each => ({
      ...conversationRow(each),
      unread_count: each.unread,
      participants: each.members.map(id => ({ id, name: names.get(id) ?? id })),
    }));
    return { conversations: shown };
  },
);

const leave = route(
  'POST',
  '/conversations/:id/leave',
  'conversation_leave',
  { title: 'Take a partner out of a group', body: z.object({ partnerId: text }) },
  async (desk, { path, body }) => {
    const { partnerId } = needed(body, 'partnerId');
    const key = keyIn(path.id ?? '', partnerId);
    if (key.kind === 'pair') throw new Misspelled('A direct conversation cannot be left');
    const left = await (await desk.as(partnerId)).leaveGroup(key);
    if (isRefused(left)) throw new Misspelled('Conversation not found');
    return { success: true, left: true, archived: left.isOver };
  },
);

const messages = route(
  'GET',
  '/conversations/:id/messages',
  'conversation_history',
  { title: 'The newest of what was said in a conversation', query: ['limit'] },
  async (desk, { path, query }) => {
    const limit = Math.min(limits.historyMax, limitIn(query.limit) ?? historyDefault);
    const found = await desk.past(own => keyIn(path.id ?? '', own), limit);
    if (!found) return notThere;
    const { about, past } = found;
    return { conversation: conversationRow(about), messages: past.lines.map(line => messageRow(about.key, line)) };
  },
);

const participants = route(
  'GET',
  '/conversations/:id/participants',
  'conversation_list',
  { title: 'Who is in a conversation' },
  async (desk, { path }) => {
    const found = await desk.past(own => keyIn(path.id ?? '', own), 1);
    const members: TalkOverview['members'] = found?.about.members ?? [];
    const all = members.length > 0 ? await desk.all() : [];
    return { participants: all.filter(({ id }) => members.includes(id)).map(partnerRowOf) };
  },
);

const partners = route('GET', '/partners', 'session_list', { title: 'Everybody who is remembered' }, async desk => {
  const all = await desk.all();
  return { partners: all.map(each => ({ ...partnerRowOf(each), isListening: each.isListening })) };
});

const status = route(
  'POST',
  '/partners/:id/status',
  'session_update',
  { title: 'Say what a partner does', body: z.object({ message: text.optional() }) },
  async (desk, { path, body }) => {
    const message = shownOf(textIn(body, 'message') ?? '');
    if (await desk.isKnown(path.id ?? '')) await (await desk.as(path.id ?? '')).saysStatus(message);
    return { success: true };
  },
);

const notifications = route(
  'POST',
  '/partners/:id/notifications',
  'session_update',
  { title: 'Whether a partner is to be told of messages', body: z.object({ enabled: z.boolean() }) },
  async (desk, { path, body }) => {
    const isWanted = switchIn(body, 'enabled');
    if (await desk.isKnown(path.id ?? '')) await (await desk.as(path.id ?? '')).wantsTold(isWanted);
    return { success: true };
  },
);

const health = route('GET', '/health', 'session_list', { title: 'How many partners there are' }, async desk => {
  const all = (await desk.all()).filter(({ isNative }) => !isNative);
  const count = (is: 'isOnline' | 'isListening') => all.filter(each => each[is]).length;
  return { status: 'ok', partners: all.length, online: count('isOnline'), listening: count('isListening') };
});

export const routes: readonly HubRoute[] = [
  register,
  unregister,
  talk,
  listen,
  create,
  conversations,
  leave,
  messages,
  participants,
  partners,
  status,
  notifications,
  health,
];

export function failed({ message, next }: Pick<SignalboxError, 'message' | 'next'>): object {
  return { error: message, message: next };
}

/** A refusal with its status; anything else is an answer. */
class Refusal {
  readonly answer: RouteAnswer;

  constructor(status: number, error: string, message?: string) {
    this.answer = { status, body: { error, ...(message ? { message } : {}) } };
  }
}

const notIn = new Refusal(403, 'Not a participant in this conversation');
const notThere = new Refusal(404, 'Conversation not found', 'GET /conversations/<partner> shows those of a partner.');

function refusal({ refused, names }: Refused): Refusal {
  if (refused === 'stranger') return notIn;
  if (refused === 'unknown conversation') return notThere;
  if (refused === 'unknown partner') {
    const message = `${names.slice(0, limits.partnersInError).join(', ')}: GET /partners shows who there is.`;
    return new Refusal(404, 'Partner not found', message.slice(0, limits.folderCharacters));
  }
  if (refused === 'native partner') return new Refusal(400, 'A native session cannot be in a group');
  if (refused === 'oneself') return new Refusal(400, 'A partner cannot talk to itself');
  return new Refusal(400, 'Nobody else is in this conversation');
}

function whenOver(error: unknown): 'unregistered' {
  if (error instanceof SignalboxError && error.code === 'session_expired') return 'unregistered';
  throw error;
}

async function namesIn(desk: HubPartners): Promise<ReadonlyMap<string, string>> {
  return new Map((await desk.all()).map(({ id, shown }) => [id, shown || id]));
}

function route(
  method: HubRoute['method'],
  path: string,
  operation: string | null,
  about: RouteAbout,
  run: (desk: HubPartners, request: RouteRequest) => Promise<object>,
): HubRoute {
  return {
    ...{ method, path, operation, about },
    async run(desk, request) {
      try {
        const told = await run(desk, request);
        return told instanceof Refusal ? told.answer : { status: 200, body: told };
      } catch (error) {
        if (error instanceof Misspelled) return { status: 400, body: { error: error.message } };
        throw error;
      }
    },
  };
}
