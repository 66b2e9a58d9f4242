/** What the database of claude-peers held, taken over. */
import {
  momentIn,
  type OldRow,
  type OldStore,
  Tallies,
  type Tally,
  tablesOf,
  takeEach,
  textIn,
} from '../../core/old-store.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { oneLine } from './shown.ts';

/** Who comes to a project within this time after a message to everybody gets it. */
const reachedMs = 23 * 3_600_000;

/**
 * Takes over the messages that nobody has got yet. Their recipients had names by chance, which nobody will have again, so each goes to
 * whoever is at work, or comes to work, in the folder of its recipient. Peers announce themselves.
 */
export async function takeOver(desk: ForeignDesk, old: OldStore): Promise<readonly Tally[]> {
  const [peers = [], messages = []] = tablesOf(old, 'claude-peers', 'peers', 'messages');
  const tallies = new Tallies();
  const folders = new Map(peers.map(row => [String(row.id), row]));
  const open = messages.filter(({ delivered }) => Number(delivered) === 0);
  await takeEach(tallies, 'messages', open, row => takeMessage(desk, row, folders.get(String(row.to_id))));
  tallies.left('messages', 'they were delivered', messages.length - open.length);
  tallies.left('peers', 'they announce themselves again', peers.length);
  return tallies.list;
}

async function takeMessage(desk: ForeignDesk, row: OldRow, recipient: OldRow | undefined): Promise<string> {
  if (!recipient) return 'nobody knows where its recipient worked';
  const [folder, from, at] = [textIn(recipient, 'cwd'), oneLine(textIn(row, 'from_id')), momentIn(row, 'sent_at')];
  const stand = desk.stand(folder);
  const now = await desk.now(stand);
  const isRecent = now - at < reachedMs;
  const outcome = await desk.takeover.message(stand, {
    key: `message/${row.id}/${at}/${from}`,
    from,
    to: null,
    body: `For the peer ${row.to_id} in ${folder}${isRecent ? '' : `, sent ${row.sent_at}`}: ${textIn(row, 'text')}`,
    priority: 'normal',
    at: isRecent ? at : now,
    said: { to_id: String(row.to_id) },
    readBy: [],
  });
  return outcome === 'there' ? 'taken before' : outcome;
}
