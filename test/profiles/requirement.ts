/** One behaviour that a profile promises. Tests cite it by its id; `coverage.test.ts` fails for one that none cites. */
export interface Requirement {
  readonly id: string;
  /** The tool or topic of the contract it belongs to. */
  readonly where: string;
  readonly text: string;
  /** Why it is otherwise here than in the system whose vocabulary it is. */
  readonly differs?: string;
}
