/** What of opencode's interface for plugins is used here, as version 1.18 has it. */

import type { SessionFacts } from './conversations.ts';
import type { ServerEntry } from './link.ts';

export interface PluginContext {
  readonly directory: string;
  /** What the file says that `signalbox setup` has written. */
  readonly signalbox?: {
    /** Whether a tool that changes files must not run when nobody can be asked. */
    readonly failsClosed?: boolean;
  };
  readonly client: {
    readonly session: {
      get(request: { path: { id: string } }): Promise<{ readonly data?: SessionFacts }>;
      promptAsync(request: { path: { id: string }; body: object }): Promise<unknown>;
    };
    readonly tui: { showToast(request: { body: { message: string; variant: string } }): Promise<unknown> };
  };
}

export interface Part {
  readonly id: string;
  readonly type: string;
  text?: string;
  readonly synthetic?: boolean;
  readonly sessionID?: string;
  readonly messageID?: string;
}

export interface ChatMessage {
  readonly message: { readonly id: string; readonly agent?: string; readonly model?: object };
  readonly parts: Part[];
}

export interface ToolCall {
  readonly tool: string;
  readonly sessionID: string;
  readonly callID: string;
}

/** The result of a tool of opencode's own, or of one over MCP. */
export interface ToolResult {
  output?: unknown;
  readonly content?: unknown;
}

export interface OpencodeEvent {
  readonly type: string;
  readonly properties?: { readonly sessionID?: string; readonly info?: SessionFacts; readonly part?: ToolPart };
}

/** A part of a message, as far as it is the call of a tool. */
export interface ToolPart {
  readonly type: string;
  readonly callID?: string;
  readonly state?: { readonly status?: string };
}

export interface PluginHooks {
  config?(config: { readonly mcp?: { readonly signalbox?: ServerEntry } }): Promise<void>;
  event?(told: { readonly event: OpencodeEvent }): Promise<void>;
  'chat.message'?(input: { readonly sessionID: string; readonly agent?: string }, output: ChatMessage): Promise<void>;
  'tool.execute.before'?(input: ToolCall, output: { readonly args: unknown }): Promise<void>;
  'tool.execute.after'?(input: ToolCall & { readonly args?: unknown }, output: ToolResult): Promise<void>;
  'shell.env'?(input: { readonly sessionID?: string }, output: { readonly env: Record<string, string> }): Promise<void>;
  dispose?(): Promise<void>;
}
