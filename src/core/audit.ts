/** The audit of a hub: appended to, read and forgotten after a time, and never changed. It lies beside the accounts. */
import type { AuditRecord } from './audit-record.ts';
import { limits } from './limits.ts';
import type { Reader, Transaction } from './ports.ts';
import { ordered } from './records.ts';

const dayMs = 86_400_000;

export type AuditNote = Omit<AuditRecord, 'id' | 'at'>;

/** Appends in the order given, whatever the clock says, and forgets some of what is older than `limits.auditKeptDays`. */
export async function appendAudit(tx: Transaction, notes: readonly AuditNote[]): Promise<void> {
  const [newest] = await tx.list('audit', 'order', { prefix: '' }, { limit: 1, reverse: true });
  const last = newest ? Number(newest.id) : 0;
  notes.forEach((note, place) => {
    tx.put('audit', { id: ordered(last + place + 1), at: tx.now, ...note });
  });
  const range = { from: ordered(0), below: ordered(Math.max(tx.now - limits.auditKeptDays * dayMs, 0)) };
  const old = await tx.list('audit', 'at', range, { limit: limits.auditForgottenAtOnce });
  for (const { id } of old) tx.delete('audit', id);
}

export interface AuditQuery {
  /** From this moment on. */
  readonly since: number;
  readonly principal: string | null;
  readonly what: string | null;
  readonly project: string | null;
  readonly decision: AuditRecord['decision'] | null;
  readonly limit: number;
}

/** The newest first. Of more than `limits.auditLooked` since then the newest are looked through. */
export async function readAudit(
  tx: Reader,
  query: AuditQuery,
): Promise<{ readonly notes: AuditRecord[]; readonly more: boolean }> {
  const range = { from: ordered(Math.max(query.since, 0)), below: '~' };
  const page = { limit: limits.auditLooked + 1, reverse: true };
  const looked = await tx.list('audit', 'at', range, page);
  const all = looked.toSorted((one, other) => (one.id < other.id ? 1 : -1));
  const isWanted = (note: AuditRecord) =>
    (query.principal === null || note.principal === query.principal) &&
    (query.what === null || note.what === query.what) &&
    (query.project === null || note.project === query.project) &&
    (query.decision === null || note.decision === query.decision);
  const found = all.slice(0, limits.auditLooked).filter(isWanted);
  return { notes: found.slice(0, query.limit), more: found.length > query.limit || all.length > limits.auditLooked };
}
