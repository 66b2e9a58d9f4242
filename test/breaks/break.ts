/** One way to break a rule, and the test that must notice. */
export interface Break {
  /** What is given up, in a few words. */
  readonly what: string;
  /** The source file. */
  readonly file: string;
  /** A piece of its text that stands there exactly once, and what stands there instead. */
  readonly replace: string;
  readonly by: string;
  /** The test that fails then, as `docs/guarantees.md` names it: `path › title`. */
  readonly caughtBy: string;
  /** The file to run, where the test is in a suite that several files run. */
  readonly through?: string;
}
