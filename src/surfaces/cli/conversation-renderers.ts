/** How conversations, their histories and what a search found look to a person. */
import { oneLine, table } from './layout.ts';
import { type Look, type ShownMessage, shownMessage } from './message-look.ts';
import { ago } from './spoken.ts';

interface ShownConversation {
  readonly id: string;
  readonly name?: string;
  readonly members?: readonly string[];
  readonly unread: number;
  readonly from?: string;
  readonly at?: string;
  readonly text?: string;
}

interface PastMessage extends ShownMessage {
  readonly recipients?: readonly { readonly session: string; readonly state: string; readonly at?: string }[];
  readonly moreRecipients?: number;
}

interface ShownHit {
  readonly id: string;
  readonly kind: string;
  readonly from: string;
  readonly at: string;
  readonly in?: string;
  readonly title?: string;
  readonly text: string;
}

type Own = (text: string) => string;

export const conversationRenderers = {
  conversation_list(out: { conversations: readonly ShownConversation[]; note?: string }, look: Look, own: Own): string {
    if (out.conversations.length === 0) return 'No conversations.\n';
    return conversationTable(out.conversations, look) + noteLine(out.note, look, own);
  },

  conversation_history(out: { messages: readonly PastMessage[]; before?: string }, look: Look, own: Own): string {
    if (out.messages.length === 0) return 'No messages.\n';
    const rest = out.before ? `There is more: --before ${out.before} shows what is older.` : undefined;
    return `${out.messages.map(message => pastMessage(message, look)).join('\n')}${noteLine(rest, look, own)}`;
  },

  message_search(out: { hits: readonly ShownHit[]; note?: string }, look: Look, own: Own): string {
    const hits = out.hits.length === 0 ? ['Nothing found.\n'] : out.hits.map(hit => shownHit(hit, look));
    return `${hits.join('\n')}${noteLine(out.note, look, own)}`;
  },
};

function conversationTable(conversations: readonly ShownConversation[], { style, columns, now }: Look): string {
  return table(
    [
      { title: 'CONVERSATION', paint: style.name },
      { title: 'ABOUT', gives: 'end' },
      { title: 'UNREAD' },
      { title: 'LAST', paint: style.quiet },
      { title: 'BY', paint: style.quiet, mayGo: true },
      { title: 'TEXT', gives: 'end', keeps: 16 },
    ],
    conversations.map(({ id, name, members, unread, from, at, text }) => [
      id,
      name === undefined ? '' : `${name} (${(members ?? []).join(', ')})`,
      unread === 0 ? '' : String(unread),
      at ? ago(at, now) : '',
      from ?? '',
      text ?? '',
    ]),
    style.quiet,
    columns,
  );
}

/** A message, and below it what became of it at each recipient. */
function pastMessage({ recipients, moreRecipients, ...message }: PastMessage, look: Look): string {
  const shown = shownMessage(message, look);
  if (!recipients) return shown;
  const states = recipients.map(
    ({ session, state, at }) => `${oneLine(session)} ${state}${at ? ` ${ago(at, look.now)}` : ''}`,
  );
  if (moreRecipients) states.push(`${moreRecipients} more`);
  return `${shown}${look.style.quiet(`  → ${states.join(', ') || 'nobody'}`)}\n`;
}

function shownHit(hit: ShownHit, look: Look): string {
  const { id, kind, from, at, title, text } = hit;
  const conversation = kind === 'message' ? (hit.in ?? 'direct') : kind;
  const body = title ? `${title}: ${text}` : text;
  return shownMessage({ id, from, conversation, priority: 'normal', body, sentAt: at }, look);
}

/** What a person is told besides; that peers are no users goes without saying. */
function noteLine(note: string | undefined, { style }: Look, own: Own): string {
  const said = (note ?? '').replace(/^Texts are [^.]*\.\s?/, '');
  return said === '' ? '' : `\n${style.quiet(own(said))}\n`;
}
