/** The audit, as tests write and read it. */
import type { AuditNote, AuditQuery } from '../../src/core/audit.ts';

export const note: AuditNote = {
  ...{ action: 'call', principal: 'ana', session: null, subject: null, what: 'lock_list', project: null },
  ...{ decision: 'done', code: null, address: null, ms: 1, digest: null },
};

/** Asks for all that stands in it. */
export const everything: AuditQuery = {
  ...{ since: 0, before: null, principal: null, what: null, project: null, decision: null },
  limit: 10_000,
};
