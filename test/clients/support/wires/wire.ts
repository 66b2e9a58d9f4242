/** What the four model interfaces have in common, for a model that only plays its part. */

// biome-ignore lint/suspicious/noExplicitAny: what a client sends is looked at and never trusted
export type Json = any;

export interface ToolResult {
  readonly id: string;
  /** The tool's name as the client has it; empty where the client does not repeat it. */
  readonly name: string;
  readonly text: string;
  /** Whether the client marked it as an error; some clients never do. */
  readonly isError: boolean;
}

export interface OfferedTool {
  readonly name: string;
  /** A group that has to be named with it when it is called. */
  readonly namespace?: string;
}

/** A request as all of them can be told. */
export interface Reading {
  system: string;
  /** What people, hooks and the client itself said, in order; what does not come from a person starts with `[role] `. */
  readonly users: string[];
  readonly results: ToolResult[];
  readonly tools: OfferedTool[];
}

export interface ToolCall extends OfferedTool {
  readonly id: string;
  readonly input: object;
}

export interface Answer {
  /** Another one for every answer: clients take what has the same id for the same. */
  readonly id: string;
  readonly text: string;
  readonly calls: readonly ToolCall[];
}

export interface ServerEvent {
  readonly event?: string;
  readonly data: object | '[DONE]';
}

export interface Wire {
  readonly name: string;
  readonly path: RegExp;
  read(body: Json): Reading;
  /** Whether the client wants the answer as a stream. */
  streams(body: Json, path: string): boolean;
  whole(body: Json, answer: Answer): object;
  stream(body: Json, answer: Answer): ServerEvent[];
}

export function emptyReading(): Reading {
  return { system: '', users: [], results: [], tools: [] };
}

/** The text in a message's content, whatever form it has. */
export function textIn(content: Json): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) {
    return content
      .map(textIn)
      .filter(part => part !== '')
      .join('\n');
  }
  if (typeof content.text === 'string') return content.text;
  if (content.type === 'tool_reference') return String(content.tool_name);
  return content.content === undefined ? JSON.stringify(content) : textIn(content.content);
}

export const said = (role: string, text: string) => (role === 'user' ? text : `[${role}] ${text}`);

/** A long text in several pieces, as a model would send it. */
export function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,60}/gu) ?? [];
}
