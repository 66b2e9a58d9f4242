/** What an AI client is to Signalbox: how it runs conversations, how its hooks speak, and what its calls say about whose they are. */
import type { ClientEvent } from '../core/client-event.ts';
import type { CallOwner, ClientTraits, EventOwner } from '../tools/callers.ts';

export type Json = Readonly<Record<string, unknown>>;
type Environment = Readonly<Record<string, string | undefined>>;

/** An event of a client in our words. */
export interface ReadEvent {
  readonly event: ClientEvent;
  readonly owner: EventOwner;
  /** For the stop of a sub-agent: the client's id of it. Such an event belongs to the session whose sub-agent it was. */
  readonly endedAgent: string | null;
  /** For an end: the reason, in a few words. */
  readonly endReason: string | null;
  /** The folder the conversation works in, where it is told. */
  readonly directory: string | null;
  /**
   * The same text for the same event, however often and by whichever of the client's files it is told; different for the next one
   * like it, as far as the client lets them be told apart. Null when nothing does.
   */
  readonly fingerprint: string | null;
  /** Whether the fingerprint is that of this very event, and not of one like it as well. */
  readonly isExact?: boolean;
}

/** What a client is to be told; nothing in it means that it simply goes on. */
export interface EventAnswer {
  /** For the model. */
  readonly context?: string;
  /** For the model, which is not to stop yet. */
  readonly hold?: string;
  /** For the model: why the tool must not run. Only before a tool, and never together with anything else but a notice. */
  readonly deny?: string;
  /** One line for the user. */
  readonly notice?: string;
}

/** What a hook's command writes and how it ends. */
export interface Written {
  readonly stdout: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

export interface ClientHooks {
  /**
   * Reads the input of a hook. Undefined for an event that says nothing to us, and for input that is not of this client. Never throws,
   * whatever the input holds.
   */
  read(event: string, input: Json): ReadEvent | undefined;
  /** What this client accepts as an answer to that event, and nothing it does not; an empty text where it just goes on. */
  write(event: string, answer: EventAnswer): Written;
  /**
   * The answer to an event at which a call of a tool can be given what says whose it is, which needs no session; undefined for all
   * other events.
   */
  stamp?(event: string, input: Json): Written | undefined;
  /**
   * Whether it is really this client that calls: others read its hook files too. Judged by the environment and the input;
   * `false` makes the hook say nothing at all, because that other client has hooks of its own.
   */
  isCaller(environment: Environment, input: Json): boolean;
  /** Whether it does not tell the end of every tool that it asks about before. */
  readonly leavesEndsUntold?: boolean;
}

export interface ClientDefinition {
  readonly traits: ClientTraits;
  /** As people write it: `Claude Code`. */
  readonly title: string;
  /** What it calls itself over MCP. */
  readonly mcpNames: readonly string[];
  /** Null for a client without hooks. */
  readonly hooks: ClientHooks | null;
  /** Clients whose hook files it runs as if they were its own. */
  readonly readsHooksOf?: readonly string[];
  /**
   * The program and words by which a resting session is woken with a line of text, as if its user had written it; undefined where
   * that cannot be. `clientWords` are those that the client's own process was started with.
   */
  wakeCommand?(clientWords: readonly string[], conversation: string, text: string): readonly string[] | undefined;
  /** The argument by which its plugin marks a call with the call's id; it belongs to no tool and is taken out first. */
  readonly callArgument?: string;
  /** What the `_meta` of a tool call says about whose it is. */
  ownerOf(meta: Json): Pick<CallOwner, 'id' | 'conversation' | 'agent'>;
}

/** A client that says nothing with its calls. */
export const untold = { id: null, conversation: null, agent: null } as const;

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A value that may have come as JSON text; the text itself where it is none. */
export function parsedValue(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export const isTrue = (value: unknown) => value === true || value === 'true';

/** An event of nothing but its kind. */
export function plainEvent(kind: ClientEvent['kind'], more: Partial<ClientEvent> = {}): ClientEvent {
  return { kind, source: null, prompt: null, isHeld: false, ...more };
}

/** Whether a tool that a client names is one of ours: clients put the server's name before it, each in its own way. */
export function isOurTool(name: string): boolean {
  return /(?:^|[^a-z])signalbox[^a-z]/i.test(name);
}

/** The same of a server, by the name that its user gave it. */
export function isOurServer(name: string): boolean {
  return isOurTool(`${name}/`);
}

/** What a model is told of a tool that must not run because nobody could be asked; without marks that mean anything to a shell. */
export const unasked =
  'Signalbox does not answer, and it is set up here to refuse what it cannot check: try again, or ask your user.';
