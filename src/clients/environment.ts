/** What AI clients put into the environment of the programs they start: their folder, their conversation, their process. */

export interface ClientEnvironment {
  /** The folder the client works in, where it tells one. */
  readonly directory: string | null;
  /** The client's own id of the conversation. Only a first guess for a server: Claude Code keeps an old one there after `/clear`. */
  readonly conversation: string | null;
  /** The client's process, where a shell is told. */
  readonly pid: number | null;
  /** A session's handle or id, named on purpose. */
  readonly session: string | null;
  /** Whether anything tells that the program was started by an AI client, whichever session it is of. */
  readonly isMarked: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables of the clients we know. `CLAUDE_PROJECT_DIR` alone proves nothing: other clients set it for their hooks too. */
export function clientEnvironment(environment: Environment, serves: 'session' | 'command'): ClientEnvironment {
  const claude = environment.CLAUDECODE === '1' || Boolean(environment.CLAUDE_CODE_SESSION_ID);
  const own = (claude && environment.CLAUDE_CODE_SESSION_ID) || environment.COPILOT_AGENT_SESSION_ID;
  // Codex tells it to the shells of its model alone: a server that has it belongs to another client, started in such a shell.
  const ofShell = serves === 'command' ? environment.CODEX_SESSION_ID : undefined;
  // A plugin of ours sets it where the client itself tells its shells nothing, and empties what an outer client has left there.
  const ofPlugin = serves === 'command' ? environment.SIGNALBOX_CONVERSATION : undefined;
  const conversation = own || ofShell || ofPlugin;
  return {
    directory: (claude && environment.CLAUDE_PROJECT_DIR) || null,
    conversation: conversation?.slice(0, 128) || null,
    pid: wholeNumber(environment.CLAUDE_PID),
    session: environment.SIGNALBOX_SESSION || null,
    isMarked: isMarked(environment),
  };
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;
}

/** By these a command is known to run in an AI client, whichever session it is of. */
export const marksOfClients = [
  'AI_AGENT',
  'CLAUDECODE',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_PID',
  'CODEX_SANDBOX',
  'CODEX_SESSION_ID',
  'CODEX_THREAD_ID',
  'COPILOT_AGENT_SESSION_ID',
  'COPILOT_CLI',
  'CURSOR_AGENT',
  'GEMINI_CLI',
  'GEMINI_SESSION_ID',
  'OPENCODE',
  'SIGNALBOX_CONVERSATION',
] as const;

export function isMarked(environment: Environment): boolean {
  return marksOfClients.some(mark => Boolean(environment[mark]));
}
