/** What the commands about whole stores are asked for on a command line. */

export interface CopyRequest {
  readonly from: string;
  readonly to: string;
  readonly all: boolean;
}

export interface ExportRequest {
  /** Undefined or `-`: standard output. */
  readonly file: string | undefined;
  readonly force: boolean;
}

export interface ImportRequest {
  /** Undefined or `-`: standard input. */
  readonly file: string | undefined;
}

/** The systems whose stores can be taken over. */
export const oldSystems = ['claude-presence', 'claude-peers', 'claude-session-coordinator', 'claude-duo'] as const;

export interface TakeoverRequest {
  readonly system: string;
  readonly path: string;
}

export interface BackupRequest {
  /** `-`: standard output. */
  readonly file: string;
  readonly force: boolean;
}

export interface RestoreRequest {
  /** `-`: standard input. */
  readonly file: string;
  readonly missing: boolean;
}
