/** What the plugin in opencode and Signalbox say to each other. */

/** Events, named after the hooks and events of opencode that they come from. */
export type PluginEvent =
  /** A conversation begins or goes on in this process, or was compacted. */
  | 'session.begin'
  | 'chat.message'
  | 'tool.execute.before'
  | 'tool.execute.after'
  | 'session.idle'
  /** The conversation was deleted, or opencode closes. */
  | 'session.end';

export interface PluginInput {
  /** The id of the conversation, for a sub-agent that of the one it works for. */
  readonly conversation: string;
  /** The sub-agent's id and kind. */
  readonly agent?: string;
  readonly agentType?: string;
  readonly directory: string;
  readonly source?: 'startup' | 'resume' | 'compact' | 'fork';
  readonly prompt?: string;
  /** The call of one of our tools, or of one that changes files or runs commands. */
  readonly tool?: string;
  readonly call?: string;
  readonly arguments?: unknown;
  readonly hasFailed?: boolean;
  /** Whether there is no place to put an answer. */
  readonly isLost?: boolean;
}

export interface PluginAnswer {
  /** For the model. */
  readonly context?: string;
  /** For the model: why the tool must not run. */
  readonly deny?: string;
  /** For the user. */
  readonly notice?: string;
}

/**
 * The argument by which a call of our tools tells which one it is: opencode itself tells our server nothing of the kind. It is in
 * no tool's schema, and the server takes it out before it looks at the others.
 */
export const callArgument = 'signalboxCall';
