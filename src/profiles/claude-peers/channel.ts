/** What claude-peers pushes for a message. */
import type { InboxItem } from '../../core/inbox.ts';
import { cleanText } from '../../core/text.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { Push } from '../define-profile.ts';
import { instant, oneLine, pathLine, senderName } from './shown.ts';

export async function pushed(desk: ForeignDesk, item: InboxItem): Promise<Push | null> {
  const from = await desk.peers.pushed(item);
  if (from === null) return null;
  const meta = { from_id: senderName(from), from_summary: oneLine(from.summary), from_cwd: pathLine(from.folder) };
  const shown = Object.entries(meta).map(([name, text]) => [name, attribute(text)]);
  const { body, at } = item.message;
  return { content: cleanText(body).text, meta: { ...Object.fromEntries(shown), sent_at: instant(at) } };
}

/** A client shows these as attributes: nothing that a peer says of itself ends one. */
function attribute(text: string): string {
  return pathLine(cleanText(text).text).replaceAll('"', "'").replaceAll('<', '‹').replaceAll('>', '›');
}
