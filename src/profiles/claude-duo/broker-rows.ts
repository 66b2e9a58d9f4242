/** Rows of the database that the broker of claude-duo had, as its HTTP interface shows them. */
import type { SaidLine, TalkKey } from '../../tools/foreign-conversations.ts';
import type { PartnerRow } from '../../tools/partner-rows.ts';
import { addressOf } from './addresses.ts';
import { oneLine } from './telling.ts';

export function partnerRowOf({ id, shown, path, since, seenAt, isOnline, status, isTold }: PartnerRow) {
  return {
    id,
    name: shown || id,
    project_path: path === '' ? null : path,
    created_at: utc(since),
    last_seen: utc(seenAt),
    status: isOnline ? 'online' : 'offline',
    status_message: status,
    notifications_enabled: isTold ? 1 : 0,
  };
}

interface Conversation {
  readonly key: TalkKey;
  readonly name: string | null;
  readonly at: number;
  readonly by: string | null;
}

export function conversationRow({ key, name, at, by }: Conversation) {
  return {
    id: addressOf(key),
    name,
    type: key.kind === 'pair' ? 'direct' : 'group',
    created_at: utc(at),
    created_by: by,
    // Those that are archived are hidden.
    is_archived: 0,
  };
}

export function messageRow(key: TalkKey, { number, from, body, at }: SaidLine) {
  return { id: number, conversation_id: addressOf(key), from_id: from, content: body, created_at: utc(at) };
}

/** A name or status, which others are shown on a line of theirs. */
export function shownOf(text: string): string {
  return oneLine(text);
}

/** As SQLite writes a moment: UTC without a zone, to the second. */
function utc(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
