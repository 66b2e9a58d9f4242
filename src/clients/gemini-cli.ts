/**
 * Gemini CLI. Its hooks are commands; a call of a tool has no id in them. Nothing that is answered before a tool runs reaches the
 * model, nor what is answered after one that failed, and it writes for itself before a prompt. Measured with 0.61.0.
 */
import type { ClientEvent } from '../core/client-event.ts';
import {
  type ClientDefinition,
  type EventAnswer,
  isTrue,
  type Json,
  plainEvent,
  type ReadEvent,
  textOf,
  untold,
  type Written,
} from './define-client.ts';
import { answerText, readEvent, sharedFields, startEvent } from './reading.ts';
import {
  type ActionReaders,
  actionOf,
  editing,
  eventMark,
  objectOf,
  running,
  type ToldTool,
  toldTool,
} from './tool-actions.ts';

const sources = ['startup', 'resume', 'clear'] as const;

/** Events whose answer the model sees, each wrapped as `<hook_context>`. */
const contextEvents = ['SessionStart', 'BeforeAgent', 'AfterTool'];

function read(name: string, input: Json): ReadEvent | undefined {
  const event = eventOf(name, input);
  // A cleared context goes on under another id, in the same process: its start tells what becomes of it.
  if (event?.kind === 'end' && input.reason === 'clear') return undefined;
  const told = readEvent({ event, ...sharedFields(input), fingerprint: fingerprintOf(name, input) });
  // All hooks of one event get the same instant.
  return told && { ...told, isExact: textOf(input.timestamp) !== null };
}

function eventOf(name: string, input: Json): ClientEvent | undefined {
  switch (name) {
    case 'SessionStart':
      return startEvent(input.source, sources);
    case 'BeforeAgent':
      return plainEvent('prompt', { prompt: writtenByUser(textOf(input.prompt)) });
    case 'BeforeTool':
      return plainEvent('before-tool', toolOf(input));
    case 'AfterTool':
      return plainEvent('after-tool', toolDone(input));
    case 'AfterAgent':
      return plainEvent('stop', { isHeld: isTrue(input.stop_hook_active) });
    case 'SessionEnd':
      return plainEvent('end');
    default:
      return undefined;
  }
}

/**
 * The prompt without what hooks put before it at the start. Null for the prompt that Gemini makes of our own words when we hold
 * up a stop: nobody's task.
 */
function writtenByUser(prompt: string | null): string | null {
  const own = prompt?.replace(/^(?:\s*<hook_context>[\s\S]*?<\/hook_context>)+\s*/, '') ?? '';
  return own === '' || own.startsWith('Signalbox: ') ? null : own;
}

const tools: ActionReaders = {
  write_file: editing(['file_path']),
  replace: editing(['file_path']),
  run_shell_command: running('command', 'dir_path', 'directory'),
};

function toolOf({ tool_name: name, tool_input: told }: Json): ToldTool {
  return toldTool(actionOf(tools, textOf(name), told), null);
}

/** A command in the background has not been done yet when its tool has, and no hook tells its end. */
function toolDone(input: Json): Partial<ClientEvent> {
  const hasFailed = Boolean(objectOf(input.tool_response).error);
  const goesOn = isTrue(objectOf(input.tool_input).is_background);
  return { ...(hasFailed ? { carries: false, hasFailed } : {}), ...(goesOn ? {} : toolOf(input)) };
}

/** Two calls at the same moment differ in what they are about. */
function fingerprintOf(name: string, input: Json): string {
  const tool = textOf(input.tool_name);
  return JSON.stringify([
    textOf(input.session_id),
    name,
    textOf(input.timestamp),
    tool,
    eventMark(actionOf(tools, tool, input.tool_input), input.tool_input),
  ]);
}

function write(name: string, { context, hold, deny, notice }: EventAnswer): Written {
  const answer = {
    // At the start it shows the line twice; there it waits for the prompt.
    ...(notice && name !== 'SessionStart' ? { systemMessage: notice } : {}),
    ...(hold && name === 'AfterAgent' ? { decision: 'deny', reason: hold } : {}),
    ...(deny && name === 'BeforeTool' ? { decision: 'deny', reason: deny } : {}),
    ...(context && contextEvents.includes(name)
      ? { hookSpecificOutput: { hookEventName: name, additionalContext: context } }
      : {}),
  };
  return { stdout: answerText(answer) };
}

export const geminiCli: ClientDefinition = {
  traits: { name: 'gemini-cli', conversations: 'one', environment: 'nothing' },
  title: 'Gemini CLI',
  mcpNames: ['gemini-cli-mcp-client'],
  // It gives the session's id to hooks alone; other clients that it starts, or that read its settings, have none.
  hooks: { read, write, isCaller: environment => environment.GEMINI_SESSION_ID !== undefined },
  ownerOf: () => untold,
};
