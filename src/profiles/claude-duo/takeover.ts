/** What the database of claude-duo held, taken over. */
import {
  momentIn,
  type OldRow,
  type OldStore,
  Tallies,
  type Tally,
  tablesOf,
  takeEach,
  textIn,
  textOrNull,
} from '../../core/old-store.ts';
import type { PersonaFacts } from '../../core/persona-record.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';

/** Where partners meet: a project with the name of the vocabulary. */
const meetingPlace = 'claude-duo';

/**
 * Takes over the partners, their conversations that go on, and what was said in them as long as messages are kept. Who comes back to its
 * folder is the partner again. A message of the second in which its reader last looked may never have been shown there: it is unread.
 */
export async function takeOver(desk: ForeignDesk, old: OldStore): Promise<readonly Tally[]> {
  const tables = ['partners', 'conversations', 'conversation_participants', 'messages'] as const;
  const [partners = [], conversations = [], places = [], messages = []] = tablesOf(old, meetingPlace, ...tables);
  const stand = desk.stand(meetingPlace);
  const tallies = new Tallies();
  await takeEach(tallies, 'partners', partners, async row => {
    const told: PersonaFacts = Number(row.notifications_enabled) === 0 ? { told: 0 } : {};
    const [shown, path, status] = [
      textOrNull(row, 'name'),
      textOrNull(row, 'project_path'),
      textOrNull(row, 'status_message'),
    ];
    const facts = { shown, path, status, ...told };
    return (await desk.takeover.partner(stand, textIn(row, 'id'), facts)) === 'there' ? 'already here' : 'taken';
  });
  const isOpen = (row: OldRow) => Number(row.is_archived) === 0;
  await takeEach(tallies, 'conversations', conversations.filter(isOpen), async row => {
    const id = textIn(row, 'id');
    const members = places.filter(place => place.conversation_id === id).map(place => textIn(place, 'partner_id'));
    const name = row.type === 'direct' ? null : textIn(row, 'name');
    return before(await desk.takeover.conversation(stand, { key: keyOf(id), name, members: members.sort() }));
  });
  tallies.left('conversations', 'they were archived', conversations.length - conversations.filter(isOpen).length);
  await takeEach(tallies, 'messages', messages.toSorted(byId), async row => {
    const [conversation, at] = [textIn(row, 'conversation_id'), utc(row, 'created_at')];
    const readers = places.filter(place => place.conversation_id === conversation && hasRead(place, at));
    const said = {
      key: `message/${conversation}/${row.id}/${at}`,
      conversation: keyOf(conversation),
      from: textIn(row, 'from_id'),
      body: textIn(row, 'content'),
      at,
      readBy: readers.map(place => String(place.partner_id)),
    };
    return before(await desk.takeover.said(stand, said));
  });
  return tallies.list;
}

const keyOf = (conversation: string) => `conversation/${conversation}`;
const before = (outcome: string) => (outcome === 'there' ? 'taken before' : outcome);
const byId = (one: OldRow, other: OldRow) => Number(one.id) - Number(other.id);

/** Times there are UTC without a zone, to the second. */
function utc(row: OldRow, column: string): number {
  const text = String(row[column] ?? '').replace(' ', 'T');
  return momentIn({ [column]: /Z$/.test(text) ? text : `${text}Z` }, column);
}

function hasRead(place: OldRow, at: number): boolean {
  return place.last_read_at !== null && place.last_read_at !== undefined && utc(place, 'last_read_at') > at;
}
