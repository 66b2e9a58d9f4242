/** What `signalbox audit` is asked for on a command line. */
import type { AuditRecord } from '../../../core/audit-record.ts';

export interface AuditRequest {
  readonly since?: string;
  readonly before?: string;
  readonly principal?: string;
  readonly what?: string;
  readonly project?: string;
  readonly decision?: AuditRecord['decision'];
  readonly limit?: string;
}
