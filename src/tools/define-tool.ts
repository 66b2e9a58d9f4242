/** What a tool is: one definition from which the MCP tool, the command, its help and its documentation are derived. */
import type * as z from 'zod/v4';
import type { Participant } from './participant.ts';

/** What a call may use besides its input. */
export interface ToolContext {
  readonly caller: Participant;
  /** Aborts when the client cancels the call or goes away. */
  readonly signal: AbortSignal;
  /** Aborts when waits are to end as if their time were over: whoever serves them is about to stop, and the client is still there. */
  readonly waitsEnd?: AbortSignal;
  /** Whether the client only cannot be heard any more, and may come back: what stands in line for it stays. Default: no. */
  isCutOff?(): boolean;
  /** By which way the answer reaches the caller; recorded as the delivery path of messages. */
  readonly path: 'calls' | 'cli' | 'hook';
  /** Tells somebody who waits how it goes. Cheap, may be dropped. */
  progress(message: string, done: number, total: number): void;
  /** Runs `action` after the answer has been handed to the client; not at all if that fails. */
  afterAnswer(action: () => Promise<void>): void;
}

/** What the command line cannot derive from the schemas. */
export interface CommandHints<O extends z.ZodObject = z.ZodObject> {
  /** The field that is given without an option's name; several in the order of the schema. */
  readonly positional?: string | readonly string[];
  /** Fields that take a session, so that the shell can complete who is there. */
  readonly sessions?: readonly string[];
  /** What a field means to a person, where the schema leaves that to its name. */
  readonly help?: Readonly<Record<string, string>>;
  /** Whether the answer is a "no" (not granted, not safe): the command then ends with exit code 1. */
  refused?(output: z.output<O>): boolean;
}

export interface ToolDefinition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /**
   * `core` tools are offered by default; `more` with `--tools all` or by name. A `command` is no tool for models: only people
   * and hooks call it, on the command line. A `hook` is called by the hooks of clients only, and is in no list.
   */
  readonly set: 'core' | 'more' | 'command' | 'hook';
  /** What the call does to shared state. Annotations, permissions and audit follow from it. */
  readonly effect: 'read' | 'write' | 'destroy';
  /** Whether repeating the same call changes nothing more. */
  readonly idempotent: boolean;
  /** Whether a call whose answer was lost may be made again all the same: what it did is not done twice, what it took is given once more. Default: no. */
  takesAgain?(input: Readonly<Record<string, unknown>>): boolean;
  /** Whether only the machine that a session works on could answer: a hub does not offer it to clients that are on none. Default: no. */
  readonly needsMachine?: true;
  /** What it does, then when to use it and when not, then its effect. At most 600 characters together. */
  readonly description: string;
  readonly input: I;
  readonly output: O;
  /** How the command line spells it, besides one option for each field. */
  readonly cli?: CommandHints<O>;
  readonly examples: readonly { readonly title: string; readonly input: z.input<I> }[];
  run(context: ToolContext, input: z.output<I>): Promise<z.input<O>>;
  /** Everything of the output in words, for clients that show text only. */
  text(output: z.output<O>): string;
}

/** Whether a call of which nobody knows what became of it may be made once more. `input` is as it came. */
export function mayBeRepeated(tool: ToolDefinition, input: Readonly<Record<string, unknown>>): boolean {
  return tool.effect === 'read' || tool.idempotent || tool.takesAgain?.(input) === true;
}

/** Keeps the types of one definition together while the list of tools forgets them. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: ToolDefinition<I, O>,
): ToolDefinition {
  return definition as unknown as ToolDefinition;
}
