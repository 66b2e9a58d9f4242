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
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables of the clients we know. `CLAUDE_PROJECT_DIR` alone proves nothing: other clients set it for their hooks too. */
export function clientEnvironment(environment: Environment): ClientEnvironment {
  const claude = environment.CLAUDECODE === '1' || Boolean(environment.CLAUDE_CODE_SESSION_ID);
  const conversation = (claude && environment.CLAUDE_CODE_SESSION_ID) || environment.COPILOT_AGENT_SESSION_ID;
  return {
    directory: (claude && environment.CLAUDE_PROJECT_DIR) || null,
    conversation: conversation?.slice(0, 128) || null,
    pid: wholeNumber(environment.CLAUDE_PID),
    session: environment.SIGNALBOX_SESSION || null,
  };
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;
}
