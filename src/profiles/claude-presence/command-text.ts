/** What claude-presence's commands tell people. */
import type { LockRow, MessageRow, SessionRow } from './command-rows.ts';

export const helpText = `Who is at work, what is claimed, what was written: the commands of claude-presence, over Signalbox's store.

  signalbox compat claude-presence [command] [options]

Commands:
  status            who is here (also without a command)
  locks             what is claimed
  inbox             messages for a session; they count as read afterwards
  refresh-branch    note the branch that a session is on now
  resolve-session   the session behind an id of the client
  clear             end what is over: dead sessions, lapsed locks
  path              where the store is
  hook <name>       answer a hook of the client: session-start or user-prompt-submit
  help              this text

Options:
  -p, --project <path or name>   only this project; . is the folder you are in
  -s, --session <id>             for inbox, refresh-branch
  -b, --branch <name>            for refresh-branch
  -c, --client <id>              for resolve-session
  --min-priority <priority>      for inbox: info, warning or urgent
  --all                          for inbox: read messages too
  --peek                         for inbox: leave them unread
  --json                         for programs
`;

export function statusText(rows: readonly SessionRow[], now: number): string {
  if (rows.length === 0) return 'No active sessions.\n';
  return list(
    `${counted(rows.length, 'session')} at work:`,
    rows.map(row => ({
      head: row.id,
      facts: [
        ['project', row.project],
        ['branch', row.branch],
        ['intent', row.intent],
        ['started', ago(row.started_at, now)],
        ['seen', ago(row.last_heartbeat, now)],
        ['pid', row.pid],
      ],
    })),
  );
}

export function locksText(rows: readonly LockRow[], now: number): string {
  if (rows.length === 0) return 'No active locks.\n';
  return list(
    `${counted(rows.length, 'lock')} held:`,
    rows.map(row => ({
      head: row.resource,
      facts: [
        ['holder', row.session_id],
        ['project', row.project],
        ['branch', row.branch],
        ['reason', row.reason],
        ['since', ago(row.acquired_at, now)],
        ['left', `${Math.max(0, Math.round((row.expires_at - now) / 1000))}s`],
      ],
    })),
  );
}

export interface Inbox {
  readonly messages: readonly MessageRow[];
  readonly unread_total: number;
  readonly total: number;
}

/** `isAll` when read messages were asked for as well. */
export function inboxText({ messages, unread_total, total }: Inbox, isAll: boolean, now: number): string {
  if (messages.length === 0) return isAll ? 'No messages.\n' : 'No new messages.\n';
  return list(
    `${counted(messages.length, 'message')} (${unread_total} unread, ${total} in all):`,
    messages.map(row => ({
      head: `[${row.priority}] ${row.from_session} to ${row.to_session ?? 'everybody'}, ${ago(row.created_at, now)}`,
      facts: [
        ['branch', row.from_branch],
        ['tags', row.tags],
        ['says', row.message],
      ],
    })),
  );
}

interface Entry {
  readonly head: string;
  /** What is null was not said and is left out. */
  readonly facts: readonly (readonly [string, string | number | null])[];
}

function list(title: string, entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ head, facts }) => [
    `• ${oneLine(head)}`,
    ...facts.flatMap(([name, value]) =>
      value === null ? [] : [`    ${`${name}:`.padEnd(9)}${oneLine(String(value))}`],
    ),
  ]);
  return `${[title, ...lines].join('\n')}\n`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 60) return `${seconds}s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes}m ago` : `${Math.round(minutes / 60)}h ago`;
}

/** What others wrote begins no line of its own. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
