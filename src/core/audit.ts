/** The audit of a hub: appended to, read and forgotten after a time, and never changed. It lies beside the accounts. */
import type { AuditRecord } from './audit-record.ts';
import { limits } from './limits.ts';
import type { Reader, Transaction } from './ports.ts';
import { ordered } from './records.ts';
import { oneLine } from './text.ts';

const dayMs = 86_400_000;

export type AuditNote = Omit<AuditRecord, 'id' | 'at'>;

/**
 * Appends in the order given, whatever the clock says, and forgets some of what is older than `limits.auditKeptDays`. Names that others
 * chose, also of tools that there are not, are kept as they may be shown.
 */
export async function appendAudit(tx: Transaction, notes: readonly AuditNote[]): Promise<void> {
  const [newest] = await tx.list('audit', 'order', { prefix: '' }, { limit: 1, reverse: true });
  const last = newest ? Number(newest.id) : 0;
  notes.forEach((note, place) => {
    const { principal, subject, what, project } = note;
    const names = {
      principal: harmless(principal),
      subject: harmless(subject),
      what: harmless(what),
      project: harmless(project),
    };
    tx.put('audit', { id: ordered(last + place + 1), at: tx.now, ...note, ...names });
  });
  const range = { from: ordered(0), below: ordered(Math.max(tx.now - limits.auditKeptDays * dayMs, 0)) };
  const old = await tx.list('audit', 'at', range, { limit: limits.auditForgottenAtOnce });
  for (const { id } of old) tx.delete('audit', id);
}

/** What became of a token or webhook. */
export type Deed = Pick<AuditNote, 'action' | 'subject' | 'what' | 'principal' | 'decision' | 'code'>;

/** Appends what was done with a token or webhook, which no request asked for. */
export function noteDeed(tx: Transaction, deed: Deed): Promise<void> {
  return appendAudit(tx, [{ ...deed, session: null, project: null, address: null, ms: null, digest: null }]);
}

function harmless(name: string | null): string | null {
  if (name === null) return null;
  return oneLine(name).slice(0, limits.auditNameCharacters).toWellFormed();
}

export interface AuditQuery {
  /** From this moment on. */
  readonly since: number;
  /** Only what was noted before the note of this number; null for all. */
  readonly before: number | null;
  readonly principal: string | null;
  readonly what: string | null;
  readonly project: string | null;
  readonly decision: AuditRecord['decision'] | null;
  readonly limit: number;
}

export interface AuditPage {
  /** The newest first. */
  readonly notes: AuditRecord[];
  /** With this as `before` it goes on; null where nothing is left. */
  readonly next: number | null;
}

/** Looks through `limits.auditLooked` at most, and says where to go on. */
export async function readAudit(tx: Reader, query: AuditQuery): Promise<AuditPage> {
  const isWanted = (note: AuditRecord) =>
    note.at >= query.since &&
    (query.principal === null || note.principal === query.principal) &&
    (query.what === null || note.what === query.what) &&
    (query.project === null || note.project === query.project) &&
    (query.decision === null || note.decision === query.decision);
  const notes: AuditRecord[] = [];
  let below = query.before === null ? '~' : ordered(query.before);
  for (let looked = 0; looked < limits.auditLooked; looked += limits.auditPage) {
    const page = await tx.list(
      'audit',
      'order',
      { from: ordered(0), below },
      { limit: limits.auditPage, reverse: true },
    );
    for (const note of page) {
      const isFound = isWanted(note);
      if (isFound && notes.length === query.limit) return { notes, next: Number(below) };
      if (isFound) notes.push(note);
      below = note.id;
    }
    // Where a clock was set back, some that were noted later are of an earlier time: not a whole page of them.
    if (page.length < limits.auditPage || page.every(({ at }) => at < query.since)) return { notes, next: null };
  }
  return { notes, next: Number(below) };
}
