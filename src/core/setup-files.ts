/** The port to the configuration files of AI clients. They are other people's files: nothing is written that was not just looked at. */

/** A file as it was found. */
export interface SeenFile {
  /** Where it really lies: links are followed, also one that leads to nothing. */
  readonly target: string;
  /** Null when nothing is there. */
  readonly bytes: Uint8Array | null;
  /** Permission bits; null when nothing is there. */
  readonly mode: number | null;
  /** Whether a link led to it, so that the path itself must stay what it is. */
  readonly isLinked: boolean;
  /** The folders above `target` that are not there yet, outermost first. */
  readonly missingFolders: readonly string[];
}

export interface FileChange {
  readonly target: string;
  /** What must stand there when it is changed. */
  readonly expected: Uint8Array | null;
  /** What stands there afterwards; null removes the file. */
  readonly bytes: Uint8Array | null;
  readonly mode: number;
}

export interface SetupFiles {
  /** Errors: `unavailable` for what is no file, cannot be read or is too large. */
  look(path: string): SeenFile;
  /** Whether anything is there, a file or a folder. */
  exists(path: string): boolean;
  /** Whether one of the programs is on the PATH. */
  hasProgram(names: readonly string[]): boolean;
  /**
   * Exchanges a file whole, so that nobody ever reads half of one; a crash leaves the old or the new one. Errors: `conflict`, and
   * nothing changed, when something else than `expected` stands there; `unavailable` when it cannot or must not be written.
   */
  replace(change: FileChange): void;
  /** Creates folders, outermost first; one that is there is left as it is. Errors: `unavailable`. */
  makeFolders(folders: readonly string[], mode: number): void;
  /** Removes those of the folders that are empty, innermost first. Never fails. */
  removeEmptyFolders(folders: readonly string[]): void;
  /** A short text that tells contents apart. */
  fingerprint(bytes: Uint8Array): string;
}
