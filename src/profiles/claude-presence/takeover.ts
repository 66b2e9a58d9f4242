/** What the database of claude-presence held, taken over. */
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
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { nativePriority, priorityNames } from './shown.ts';

/**
 * Takes over the locks that are in force and the messages with who has read them. Sessions are not: they announce themselves again, and
 * find under their names what is theirs. Neither are tokens and the audit of its server.
 */
export async function takeOver(desk: ForeignDesk, old: OldStore): Promise<readonly Tally[]> {
  const tables = ['resource_locks', 'inbox', 'inbox_reads', 'sessions', 'team_tokens'] as const;
  const [locks = [], inbox = [], reads = [], sessions = [], tokens = []] = tablesOf(old, 'claude-presence', ...tables);
  const tallies = new Tallies();
  await takeEach(tallies, 'locks', locks, row => takeLock(desk, row));
  const readers = readersIn(reads);
  // Our order is that of arrival.
  const messages = inbox.toSorted((a, b) => Number(a.created_at) - Number(b.created_at));
  await takeEach(tallies, 'messages', messages, row => takeMessage(desk, row, readers.get(Number(row.id)) ?? []));
  tallies.left('sessions', 'they announce themselves again', sessions.length);
  tallies.left('tokens', 'they belong to its server', tokens.length);
  return tallies.list;
}

const alreadyTaken = 'taken before';

async function takeLock(desk: ForeignDesk, row: OldRow): Promise<string> {
  const [project, resource, holder] = [textIn(row, 'project'), textIn(row, 'resource'), textIn(row, 'session_id')];
  const outcome = await desk.takeover.lock(desk.stand(project), {
    key: `lock/${project}/${resource}/${holder}/${row.acquired_at}`,
    holder,
    resource,
    reason: textOrNull(row, 'reason'),
    expiresAt: momentIn(row, 'expires_at'),
  });
  const whys = { taken: 'taken', over: 'their time is over', busy: 'another session has it', there: alreadyTaken };
  return whys[outcome];
}

async function takeMessage(desk: ForeignDesk, row: OldRow, readBy: readonly string[]): Promise<string> {
  const [project, from, at] = [textIn(row, 'project'), textIn(row, 'from_session'), momentIn(row, 'created_at')];
  const priority = priorityNames.find(name => name === row.priority) ?? 'info';
  const outcome = await desk.takeover.message(desk.stand(project), {
    key: `message/${project}/${row.id}/${at}/${from}`,
    from,
    to: textOrNull(row, 'to_session'),
    body: textIn(row, 'message'),
    priority: nativePriority[priority],
    at,
    said: { branch: textOrNull(row, 'from_branch'), tags: tagsIn(row) },
    readBy,
  });
  return outcome === 'there' ? alreadyTaken : outcome;
}

/** Tags are a list of texts, as JSON; anything else nobody could read again. */
function tagsIn(row: OldRow): string | null {
  try {
    const tags: unknown = JSON.parse(String(row.tags));
    return Array.isArray(tags) && tags.every(tag => typeof tag === 'string') ? JSON.stringify(tags) : null;
  } catch {
    return null;
  }
}

function readersIn(reads: readonly OldRow[]): ReadonlyMap<number, readonly string[]> {
  const readers = new Map<number, string[]>();
  for (const { message_id, session_id } of reads) {
    const id = Number(message_id);
    readers.set(id, [...(readers.get(id) ?? []), String(session_id)]);
  }
  return readers;
}
