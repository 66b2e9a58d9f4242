/**
 * A profile: the vocabulary of another coordination system, spoken over the rules of this one. It is a translation and nothing more: it
 * has no store, no clock and no rules, and asks a `ForeignDesk` for all of them.
 */
import type * as z from 'zod/v4';
import type { InboxItem } from '../core/inbox.ts';
import type { OldStore, Tally } from '../core/old-store.ts';
import type { Speech, Surroundings } from '../core/surroundings.ts';
import type { ForeignDesk } from '../tools/foreign-desk.ts';
import type { Participant } from '../tools/participant.ts';
import type { HubFace } from './define-hub.ts';
import type { Answer, ForeignTool } from './define-tool.ts';

export type { Answer, ForeignTool } from './define-tool.ts';

/** A resource; or a template of resources, where its address holds one `{variable}`. */
export interface ForeignResource {
  readonly uri: string;
  readonly name: string;
  readonly description: string;
  readonly mimeType: string;
  /** Its text. `variable` is what stands in the address for the variable of a template; empty for others. */
  read(desk: ForeignDesk, variable: string): Promise<string>;
}

/** A prompt without arguments: one text that the user says. */
export interface ForeignPrompt {
  readonly name: string;
  readonly description: string;
  /** Other names that are answered, and not listed. */
  readonly aliases: readonly string[];
  text(desk: ForeignDesk): Promise<string>;
}

/** What a client is pushed unasked for a message. */
export interface Push {
  readonly content: string;
  readonly meta: Readonly<Record<string, string>>;
}

/** What a command of the vocabulary prints. */
export interface CommandAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Where a command was typed. */
export interface CommandPlace {
  /** The absolute path of a folder that was typed there. */
  folder(typed: string): string;
  /** Where the store is, as people may see it. */
  readonly store: string;
  /** What it is given on standard input; empty for a terminal. */
  input(): Promise<string>;
  /** The branch that is checked out in a folder; null where there is none. */
  branch(folder: string): Promise<string | null>;
  /** Whoever types it: the session in whose shell, else the operator. Errors: `session_expired` in the shell of a client without a session. */
  typist(): Promise<Participant>;
}

/** The command line of a vocabulary. No session stands behind it: it looks, and acts as sessions that it names. */
export interface ProfileCommands {
  /** Whether they look at the machine alone: then they are run there, wherever the store is. */
  readonly isLocal?: boolean;
  run(desk: ForeignDesk, words: readonly string[], place: CommandPlace): Promise<CommandAnswer>;
  /** How a refusal by a rule, or a failure, is told for these words. */
  failed(message: string, next: string, words: readonly string[]): CommandAnswer;
}

/** Environment variables by their names, and the texts of files by the paths under which the profile asks for them. */
export interface TellsOfProcess {
  readonly variables?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

export interface Profile {
  /** As in `--profile`; the issuer of the names that its callers give. */
  readonly name: string;
  /** What the server says it is: clients may know it by that. */
  readonly server: { readonly name: string; readonly version: string };
  readonly instructions: string;
  /** What it says on standard error when it is ready; scripts may wait for it. */
  readonly ready: string;
  readonly tools: readonly ForeignTool[];
  /** The tool that reads messages, which the notification file names; none where no single one does. */
  readonly reader?: string;
  /** What a caller has given as it is meant, before it is checked: where the old program took more than its tools say. */
  understood?(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** How arguments that do not fit are refused. */
  invalid(tool: string, error: z.ZodError, about: Speech): Answer;
  /** How a tool that there is not is refused. */
  unknown(tool: string, about: Speech): Answer;
  /** How a refusal by a rule, or a failure, is told. */
  failed(message: string, next: string, about: Speech): Answer;
  /** What it offers besides tools, where it has any. */
  readonly resources?: readonly ForeignResource[];
  readonly prompts?: readonly ForeignPrompt[];
  /**
   * What is done unasked for each client that stays: before its first call, or a little after it has connected, so that a health check
   * brings nobody. Tried again with the next call if it fails.
   */
  arrive?(desk: ForeignDesk): Promise<void>;
  /** Where messages are pushed over the channel of Claude Code: what is sent for each, null for nothing. Such a profile speaks the older protocol only. */
  pushed?(desk: ForeignDesk, item: InboxItem): Promise<Push | null>;
  /** What it has to know of the variables and files of a process whose store is behind a hub; nothing that is a secret. */
  tells?(about: Surroundings): TellsOfProcess;
  /** Takes over what the old program has stored; what is there already is left, so that it may be done again. */
  takeOver?(desk: ForeignDesk, old: OldStore): Promise<readonly Tally[]>;
  /** What a hub serves of it, where it can. */
  readonly hub?: HubFace;
  /** Its commands, where it has any. */
  readonly commands?: ProfileCommands;
}

/** Keeps the type of a tool's input while the list of tools forgets it. */
export function foreignTool<I extends z.ZodObject, D = ForeignDesk>(tool: {
  readonly name: string;
  readonly description: string;
  readonly input: I;
  readonly output?: ForeignTool['output'];
  run(desk: D, input: z.output<I>): Promise<Answer>;
}): ForeignTool<D> {
  return tool;
}

/** One block of text. */
export function said(text: string): Answer {
  return { content: [{ type: 'text', text }] };
}

/** A value as JSON that people can read. */
export function shownJson(value: unknown): Answer {
  return said(JSON.stringify(value, null, 2));
}
