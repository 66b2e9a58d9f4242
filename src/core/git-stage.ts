/** The port to the index of a checkout. */

/** Why files were not staged: another git command was writing, git is missing or too old, or git refused, with its first words. */
export type StageOutcome =
  | { readonly staged: true }
  | { readonly staged: false; readonly why: 'busy' | 'missing' | 'late' }
  | { readonly staged: false; readonly why: 'refused'; readonly said: string };

/** Puts files into the index of a checkout: the one thing that Signalbox changes in a repository, and only for whoever asks for it. */
export interface GitStage {
  /**
   * Stages each file whole as it lies on the disk, and one that is gone as deleted: all of them or none. `names` are as git spells
   * them and mean nothing but themselves. While another git command writes it tries again, as long as there is time. Never fails.
   */
  stage(root: string, names: readonly string[], withinMs: number): Promise<StageOutcome>;
}
