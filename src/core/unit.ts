/** What a rule works with: a view or a unit of work over one project, and the two ports rules may ask inside it. */
import type { Ids, Processes, Reader, Transaction } from './ports.ts';

export interface View {
  readonly tx: Reader;
  readonly processes: Processes;
}

export interface Unit extends View {
  readonly tx: Transaction;
  readonly ids: Ids;
}
