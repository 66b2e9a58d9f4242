/**
 * Claude Code. Its hooks call us over the connection of the server where they can (`mcp_tool`: every field of the input is a text,
 * a missing one an empty text), and by command at the start and the end of a session, before a tool that must not run unasked, and
 * wherever a repository's settings have them. Measured with 2.1.197 and 2.1.329.
 */
import type { ClientEvent } from '../core/client-event.ts';
import {
  type ClientDefinition,
  type EventAnswer,
  type Json,
  plainEvent,
  type ReadEvent,
  textOf,
  untold,
  type Written,
} from './define-client.ts';
import { answerText, denial, fingerprint, readEvent, sharedEvent, sharedFields, startEvent } from './reading.ts';
import { type ActionReaders, actionOf, editing, objectOf, running, type ToldTool, toldTool } from './tool-actions.ts';

const sources = ['startup', 'resume', 'clear', 'compact', 'fork'] as const;

/** Reasons for which a session goes on under another conversation, in the same process: its start tells what becomes of it. */
const goesOn = ['clear', 'resume'];

function read(name: string, input: Json): ReadEvent | undefined {
  const event = eventOf(name, input);
  if (event?.kind === 'end' && goesOn.includes(textOf(input.reason) ?? '')) return undefined;
  return readEvent({ event, ...sharedFields(input), fingerprint: fingerprintOf(name, input) });
}

function eventOf(name: string, input: Json): ClientEvent | undefined {
  switch (name) {
    case 'SessionStart':
      return startEvent(input.source, sources);
    case 'UserPromptSubmit':
      return plainEvent('prompt', { prompt: promptOf(input) });
    case 'PreToolUse':
      // It would reach the model no sooner than with the end of the batch, and not at all when the tool is broken off.
      return plainEvent('before-tool', { carries: false, ...toolOf(input) });
    case 'PostToolUse':
      return plainEvent('after-tool', toolOf(input));
    case 'PostToolUseFailure':
      return plainEvent('after-tool', toolOf(input, true));
    case 'PostToolBatch':
      return plainEvent('batch-end');
    case 'SessionEnd':
      return plainEvent('end');
    default:
      return sharedEvent(name, input);
  }
}

/** Names of files are absolute by the time a hook hears of them, and a command runs in the folder that the event names. */
const tools: ActionReaders = {
  Write: editing(['file_path']),
  Edit: editing(['file_path']),
  MultiEdit: editing(['file_path']),
  NotebookEdit: editing(['notebook_path']),
  Bash: running('command'),
  PowerShell: running('command'),
  Monitor: running('command'),
};

/** The tool that an event is about. A command that goes on in the background has not been done yet, and no hook tells its end. */
function toolOf(input: Json, hasFailed = false): ToldTool {
  const goesOn = textOf(objectOf(input.tool_response).backgroundTaskId) !== null;
  const action = goesOn ? null : actionOf(tools, textOf(input.tool_name), input.tool_input);
  return toldTool(action, textOf(input.tool_use_id), hasFailed);
}

/** What the user wrote. With a prompt of its own the client tells that something in the background has come to an end. */
function promptOf(input: Json): string | null {
  const prompt = textOf(input.prompt);
  return prompt?.startsWith('<task-notification>') ? null : prompt;
}

/**
 * Of fields alone that both forms of a hook have: a call of our tool names few. Two stops of one prompt look the same, unless the
 * first was held up.
 */
function fingerprintOf(name: string, input: Json): string | null {
  const { session_id, agent_id, source, tool_use_id, stop_hook_active } = input;
  const prompt = name === 'SessionStart' ? null : input.prompt_id;
  const parts = [session_id, name, agent_id, prompt, source, tool_use_id, stop_hook_active];
  return fingerprint(parts);
}

/** Events on whose answer context may ride. */
const contextEvents = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PostToolBatch',
  'SubagentStart',
];

/**
 * Context on the answer to a stop holds it up. A reason to `block` would do it too, but the client shows that to the user as an error,
 * and 2.1.329 repeats it to the model.
 */
function write(name: string, { context, hold, deny, notice }: EventAnswer): Written {
  const isRefusal = deny !== undefined && name === 'PreToolUse';
  const words = name === 'Stop' ? hold : contextEvents.includes(name) && !isRefusal ? context : undefined;
  const answer = {
    ...(notice ? { systemMessage: notice } : {}),
    ...(words ? { hookSpecificOutput: { hookEventName: name, additionalContext: words } } : {}),
    ...(isRefusal ? { hookSpecificOutput: { hookEventName: name, ...denial(deny) } } : {}),
  };
  return { stdout: answerText(answer) };
}

export const claudeCode: ClientDefinition = {
  traits: { name: 'claude-code', conversations: 'one', environment: 'first' },
  title: 'Claude Code',
  mcpNames: ['claude-code'],
  hooks: {
    read,
    write,
    // Copilot runs the hooks of a repository's Claude settings; it marks their environment, and may itself run inside Claude Code.
    // Cursor and VS Code run them, too, and inherit the marks of the shell they were started from: theirs tell a version and a time.
    isCaller: (environment, input) =>
      input.cursor_version === undefined &&
      typeof input.timestamp !== 'string' &&
      environment.COPILOT_CLI === undefined &&
      (environment.CLAUDECODE === '1' || environment.CLAUDE_PID !== undefined) &&
      environment.GEMINI_SESSION_ID === undefined,
  },
  ownerOf: meta => ({ ...untold, id: textOf(meta['claudecode/toolUseId']) }),
};
