/** For each client the events of a short conversation, shortened from recordings; nobody's words or folders are in them. */
import type { Json } from '../define-client.ts';
import type { ClientId } from '../setup/define-setup.ts';
import type { ClientProof, Moment } from './define-proof.ts';

const tool = 'Bash';
const prompt = ({ number }: Moment) => `Say ${number}.`;
const callId = ({ number }: Moment) => `call_${number}`;
/** Instants that rise with each moment; what day it is matters to nobody. */
const instant = ({ number }: Moment) => new Date(1_767_225_600_000 + number * 1000);
const none = () => ({});
const anything = () => '';

/** What is answered in the form that Claude Code began. */
function specificContext(event: string, stdout: string): string | null {
  const specific = objectOf(objectOf(parsed(stdout)).hookSpecificOutput);
  return specific.hookEventName === event ? textOf(specific.additionalContext) : null;
}

const flatContext = (field: string) => (_event: string, stdout: string) => textOf(objectOf(parsed(stdout))[field]);

const notWoken = () => 'A session that rests is not woken: its next prompt brings what waits.';

const claudeCode: ClientProof = {
  id: 'claude-code',
  tried: ['2.1.197', '2.1.329'],
  serverMarks: ({ conversation, directory }) => ({
    CLAUDECODE: '1',
    CLAUDE_CODE_SESSION_ID: conversation,
    CLAUDE_PROJECT_DIR: directory,
  }),
  hookMarks: ({ conversation }) => ({ CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: conversation }),
  opening: 'SessionStart',
  carrying: ['UserPromptSubmit', 'PostToolBatch', 'PostToolUse'],
  input: moment => ({
    session_id: moment.conversation,
    cwd: moment.directory,
    hook_event_name: moment.event,
    ...(moment.event === 'SessionStart' ? { source: 'startup' } : { prompt_id: `prompt-${moment.number}` }),
    ...(moment.event === 'UserPromptSubmit' ? { prompt: prompt(moment) } : {}),
    ...(moment.event === 'PostToolUse' ? { tool_name: tool, tool_use_id: callId(moment), tool_input: {} } : {}),
  }),
  subject: event => ({ SessionStart: 'startup', PostToolUse: tool })[event] ?? '',
  context: specificContext,
  idle: wakes =>
    wakes
      ? 'A session that rests at a screen is woken; channels, which need a login at claude.ai, are not needed for it.'
      : 'A session that rests is not woken: that takes the hooks of `signalbox setup claude-code` or the plugin.',
};

const codex: ClientProof = {
  id: 'codex',
  tried: ['0.169.0', '0.169.0'],
  serverMarks: none,
  hookMarks: none,
  opening: 'SessionStart',
  carrying: ['UserPromptSubmit', 'PreToolUse'],
  input: moment => ({
    session_id: moment.conversation,
    cwd: moment.directory,
    hook_event_name: moment.event,
    model: 'model',
    permission_mode: 'default',
    ...(moment.event === 'SessionStart' ? { source: 'startup' } : { turn_id: `turn-${moment.number}` }),
    ...(moment.event === 'UserPromptSubmit' ? { prompt: prompt(moment) } : {}),
    ...(moment.event === 'PreToolUse'
      ? { tool_name: tool, tool_use_id: callId(moment), tool_input: { command: 'true' } }
      : {}),
  }),
  subject: event => ({ SessionStart: 'startup', PreToolUse: tool })[event] ?? '',
  context: specificContext,
  idle: () => 'A session that rests in a terminal is woken; a run of `codex exec` is not.',
};

const geminiCli: ClientProof = {
  id: 'gemini-cli',
  tried: ['0.61.0', '0.61.0'],
  serverMarks: () => ({ GEMINI_CLI: '1' }),
  hookMarks: ({ conversation, directory }) => ({ GEMINI_SESSION_ID: conversation, GEMINI_PROJECT_DIR: directory }),
  opening: 'SessionStart',
  carrying: ['BeforeAgent', 'AfterTool'],
  input: moment => ({
    session_id: moment.conversation,
    cwd: moment.directory,
    hook_event_name: moment.event,
    timestamp: instant(moment).toISOString(),
    ...(moment.event === 'SessionStart' ? { source: 'startup' } : {}),
    ...(moment.event === 'BeforeAgent' ? { prompt: prompt(moment) } : {}),
    ...(moment.event === 'AfterTool'
      ? { tool_name: 'run_shell_command', tool_input: { command: 'true' }, tool_response: { llmContent: '' } }
      : {}),
  }),
  subject: event => ({ SessionStart: 'startup', AfterTool: 'run_shell_command' })[event] ?? '',
  context: specificContext,
  idle: notWoken,
};

const copilotCli: ClientProof = {
  id: 'copilot-cli',
  tried: ['1.0.102', '1.0.102'],
  serverMarks: ({ conversation }) => ({ COPILOT_AGENT_SESSION_ID: conversation }),
  hookMarks: ({ directory }) => ({ COPILOT_CLI: '1', COPILOT_PROJECT_DIR: directory }),
  opening: 'sessionStart',
  carrying: ['userPromptSubmitted', 'preToolUse'],
  input: moment => ({
    sessionId: moment.conversation,
    timestamp: instant(moment).getTime(),
    cwd: moment.directory,
    ...(moment.event === 'sessionStart' ? { source: 'new' } : {}),
    ...(moment.event === 'userPromptSubmitted' ? { prompt: prompt(moment) } : {}),
    ...(moment.event === 'preToolUse' ? { toolName: 'bash', toolArgs: { command: 'true' } } : {}),
  }),
  subject: anything,
  context: flatContext('additionalContext'),
  idle: notWoken,
};

const opencode: ClientProof = {
  id: 'opencode',
  tried: ['1.18.33', '1.18.33'],
  serverMarks: none,
  hookMarks: none,
  opening: 'session.begin',
  carrying: ['chat.message', 'tool.execute.after'],
  input: moment => ({
    conversation: moment.conversation,
    directory: moment.directory,
    ...(moment.event === 'session.begin' ? { source: 'startup' } : {}),
    ...(moment.event === 'chat.message' ? { prompt: prompt(moment) } : {}),
  }),
  subject: anything,
  context: flatContext('context'),
  idle: () => 'A session that rests is woken as long as opencode runs; `opencode run` ends with its first stop.',
};

const cursor: ClientProof = {
  id: 'cursor',
  tried: null,
  serverMarks: none,
  hookMarks: none,
  opening: 'sessionStart',
  carrying: ['postToolUse'],
  input: moment => ({
    conversation_id: moment.conversation,
    generation_id: `turn-${moment.number}`,
    hook_event_name: moment.event,
    cursor_version: '1',
    workspace_roots: [moment.directory],
    ...(moment.event === 'postToolUse'
      ? { tool_name: 'Shell', tool_input: { command: 'true' }, tool_output: '', tool_use_id: callId(moment) }
      : {}),
  }),
  subject: event => (event === 'postToolUse' ? 'Shell' : ''),
  context: flatContext('additional_context'),
  idle: notWoken,
};

/** The names under which VS Code tells the events of the file that it shares. */
const vscodeNames: Readonly<Record<string, string>> = { sessionStart: 'SessionStart', preToolUse: 'PreToolUse' };

const vscode: ClientProof = {
  id: 'vscode',
  tried: null,
  serverMarks: none,
  hookMarks: none,
  opening: 'sessionStart',
  carrying: ['preToolUse'],
  input: moment => ({
    session_id: moment.conversation,
    cwd: moment.directory,
    hook_event_name: vscodeNames[moment.event] ?? moment.event,
    timestamp: instant(moment).toISOString(),
    ...(moment.event === 'preToolUse'
      ? { tool_name: 'runCommands', tool_input: { command: 'true' }, tool_use_id: callId(moment) }
      : { source: 'new' }),
  }),
  subject: anything,
  context: (event, stdout) => specificContext(vscodeNames[event] ?? event, stdout),
  idle: notWoken,
};

const windsurf: ClientProof = {
  id: 'windsurf',
  tried: null,
  serverMarks: none,
  hookMarks: none,
  opening: 'pre_user_prompt',
  carrying: [],
  announcing: 'pre_mcp_tool_use',
  input: moment => ({
    agent_action_name: moment.event,
    trajectory_id: moment.conversation,
    execution_id: `turn-${moment.number}`,
    tool_info:
      moment.event === 'pre_user_prompt'
        ? { user_prompt: prompt(moment) }
        : { mcp_server_name: 'signalbox', mcp_tool_name: 'message_read', mcp_tool_arguments: {} },
  }),
  subject: anything,
  context: () => null,
  idle: () => 'Its hooks carry nothing to the model, and a session that rests is not woken.',
};

const claudeDesktop: ClientProof = {
  id: 'claude-desktop',
  tried: null,
  serverMarks: none,
  hookMarks: none,
  opening: null,
  carrying: [],
  input: none,
  subject: anything,
  context: () => null,
  idle: () => 'It has no hooks, and a session that rests is not woken.',
};

const proofs: Readonly<Record<ClientId, ClientProof>> = {
  'claude-code': claudeCode,
  codex,
  'gemini-cli': geminiCli,
  'copilot-cli': copilotCli,
  opencode,
  cursor,
  vscode,
  windsurf,
  'claude-desktop': claudeDesktop,
};

export const proofOf = (id: ClientId): ClientProof => proofs[id];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
