/** What it takes to set an AI client up, as data: its files, and in each file the parts that are ours. */

export const clientIds = [
  'claude-code',
  'codex',
  'gemini-cli',
  'copilot-cli',
  'opencode',
  'cursor',
  'vscode',
  'windsurf',
  'claude-desktop',
] as const;

export type ClientId = (typeof clientIds)[number];

/** For this user on this machine, or for everybody who works in a repository. */
export type Scope = 'user' | 'project';

/** Where and for whom a client is set up. */
export interface SetupPlace {
  readonly scope: Scope;
  readonly platform: string;
  /** The user's home folder. */
  readonly home: string;
  /** Where programs of this platform keep configuration: `~/.config`, `Application Support`, `%APPDATA%`. */
  readonly configHome: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The root of the checkout; only `project` writes there. */
  readonly root: string;
  /** How a client starts Signalbox. */
  readonly program: Program;
  /** How its hooks call Signalbox: with the client and the event behind. */
  readonly hookProgram: Program;
  /** Whether a tool that changes files must not run when the hook before it fails. Default: it runs. */
  readonly failsClosed?: boolean;
}

/** The first words of every command line of ours: a program and what comes before its own arguments. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** A piece of a JSON file that is ours. */
export type JsonPart =
  /** An object under a name of its own, as the servers of the protocol are listed. Other keys in it are the user's. */
  | { readonly kind: 'entry'; readonly path: readonly string[]; readonly value: JsonObject }
  /** Elements of a list that others use as well, as hooks are listed. */
  | { readonly kind: 'elements'; readonly path: readonly string[]; readonly value: readonly JsonObject[] }
  /** What the file must have around our parts, such as its version. Set where it is missing, and nobody's. */
  | { readonly kind: 'frame'; readonly path: readonly string[]; readonly value: JsonValue };

/** A file that a client reads and others write, too. `paths` are the places it may lie in: the first that exists, else the first. */
export type SetupFile =
  | { readonly kind: 'json'; readonly paths: readonly [string, ...string[]]; readonly parts: readonly JsonPart[] }
  | { readonly kind: 'toml'; readonly paths: readonly [string, ...string[]]; readonly table: TomlTable }
  /** A file that is wholly ours; `mark` is how it begins, whatever version wrote it. */
  | {
      readonly kind: 'own';
      readonly paths: readonly [string, ...string[]];
      readonly text: string;
      readonly mark: string;
    };

/** One table of a TOML file, such as `mcp_servers.signalbox`. */
export interface TomlTable {
  readonly path: readonly [string, string];
  readonly value: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

export interface ClientSetup {
  readonly id: ClientId;
  /** As people call it. */
  readonly name: string;
  /** What shows that it is installed: a program on the PATH, or something it leaves behind. */
  signs(place: SetupPlace): { readonly programs: readonly string[]; readonly paths: readonly string[] };
  /**
   * Why the client needs nothing, judged by what one of its files holds; undefined where it does. Who names the client wants it
   * all the same.
   */
  readonly provided?: { path(place: SetupPlace): string; says(text: string): string | undefined };
  /** Empty where the client has no files of that scope. */
  files(place: SetupPlace): readonly SetupFile[];
  /**
   * A file that tells the model of Signalbox where no hook does, for those who ask for it.
   * Undefined where hooks reach the model, and where the client reads no such file.
   */
  notificationFile?(place: SetupPlace): SetupFile | undefined;
  /** What the user should know or do next, as whole sentences. */
  next(place: SetupPlace): readonly string[];
}
