/** The rows that claude-presence's commands print as JSON: as its tables had them, with times in milliseconds. */
import type { InboxItem } from '../../core/inbox.ts';
import type { SessionRecord } from '../../core/records.ts';
import type { ForeignDesk, HeldLock } from '../../tools/foreign-desk.ts';
import { shownLock, shownMessage, shownSession } from './shown.ts';

/** `where` is the project as it was asked for; null for all. */
export function sessionRow(desk: ForeignDesk, record: SessionRecord, where: string | null) {
  const { age_seconds: _age, ...shown } = shownSession(desk, record, 0);
  return {
    ...shown,
    project: where ?? shown.project,
    started_at: Date.parse(shown.started_at),
    last_heartbeat: Date.parse(shown.last_heartbeat),
    client_session_id: desk.persona(record)?.facts.client ?? null,
  };
}

export function lockRow(desk: ForeignDesk, held: HeldLock, where: string | null) {
  const { resource, project, held_by, branch, reason } = shownLock(desk, held, where, 0);
  const { since: acquired_at, expiresAt: expires_at } = held.lock;
  return { resource, project, session_id: held_by, branch, reason, acquired_at, expires_at };
}

export function messageRow({ message }: InboxItem, where: string, from: string, reader: string) {
  const shown = shownMessage(message, where, from, message.conversation === 'direct' ? reader : null);
  return { ...shown, tags: shown.tags && JSON.stringify(shown.tags), created_at: message.at };
}

export type SessionRow = ReturnType<typeof sessionRow>;
export type LockRow = ReturnType<typeof lockRow>;
export type MessageRow = ReturnType<typeof messageRow>;
