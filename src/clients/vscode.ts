/**
 * VS Code with its own agent, after the documentation of its local hooks. It reads the hooks of Copilot CLI and runs them under names of its own; what
 * it tells is spelled in two ways, as the documentation has it and as the program does. Its calls name the conversation.
 */
import type { ClientEvent } from '../core/client-event.ts';
import type { ToolAction } from '../core/tool-action.ts';
import { patchAction } from './apply-patch.ts';
import {
  type ClientDefinition,
  type EventAnswer,
  isTrue,
  type Json,
  parsedValue,
  plainEvent,
  type ReadEvent,
  textOf,
  untold,
  type Written,
} from './define-client.ts';
import { answerText, denial, fingerprint, ourCall, readEvent, sharedEvent, sharedFields } from './reading.ts';
import {
  type ActionReaders,
  actionOf,
  edit,
  editing,
  objectOf,
  running,
  type ToldTool,
  toldTool,
} from './tool-actions.ts';

/** Its own names for the events of the file that it shares. */
const ownNames: Readonly<Record<string, string>> = {
  sessionStart: 'SessionStart',
  userPromptSubmitted: 'UserPromptSubmit',
  preToolUse: 'PreToolUse',
  postToolUse: 'PostToolUse',
  agentStop: 'Stop',
  subagentStart: 'SubagentStart',
  subagentStop: 'SubagentStop',
};

const ownName = (name: string) => ownNames[name] ?? name;

function read(told: string, input: Json): ReadEvent | undefined {
  const name = ownName(told);
  const conversation = textOf(input.session_id) ?? textOf(input.sessionId);
  return readEvent({
    event: eventOf(name, input),
    ...sharedFields(input),
    conversation,
    // The call itself says no id by which it could be known again.
    call: ourCall(textOf(input.tool_name), input.tool_input),
    fingerprint: fingerprintOf(name, conversation, input),
  });
}

function eventOf(name: string, input: Json): ClientEvent | undefined {
  switch (name) {
    case 'SessionStart':
      return plainEvent('start', { source: 'startup' });
    case 'PreToolUse':
      return plainEvent('before-tool', toolOf(input));
    case 'PostToolUse':
      return plainEvent('after-tool', toolDone(input));
    default:
      return sharedEvent(name, input);
  }
}

/** The tools that change files, by the names that models know them by. Their paths are absolute. */
const tools: ActionReaders = {
  create_file: editing(['filePath'], 'created'),
  replace_string_in_file: editing(['filePath']),
  multi_replace_string_in_file: ({ replacements }) =>
    edit(listOf(replacements).flatMap(each => pathsIn(objectOf(each)))),
  insert_edit_into_file: editing(['filePath']),
  edit_notebook_file: editing(['filePath']),
  apply_patch: ({ input }) => patchAction(textOf(input) ?? ''),
  editFiles: ({ files }) =>
    edit(listOf(files).flatMap(file => pathsIn(typeof file === 'string' ? { file } : objectOf(file)))),
  run_in_terminal: running('command'),
  send_to_terminal: running('command'),
  create_and_run_task: ({ task }) => taskOf(objectOf(task)),
};

/** The same tools by the names under which the extension brings them. */
const contributed: Readonly<Record<string, string>> = {
  copilot_createFile: 'create_file',
  copilot_replaceString: 'replace_string_in_file',
  copilot_multiReplaceString: 'multi_replace_string_in_file',
  copilot_insertEdit: 'insert_edit_into_file',
  copilot_editNotebook: 'edit_notebook_file',
  copilot_applyPatch: 'apply_patch',
  copilot_editFiles: 'editFiles',
  copilot_createAndRunTask: 'create_and_run_task',
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function pathsIn({ filePath, file, path }: Json): string[] {
  return [filePath, file, path]
    .map(textOf)
    .filter(text => text !== null)
    .slice(0, 1);
}

/** A task is a command with its words apart. */
function taskOf({ command, args }: Json): ToolAction | null {
  const words = [command, ...listOf(args)].map(textOf).filter(word => word !== null);
  return running('command')({ command: words.join(' ') });
}

function toolOf(input: Json): ToldTool {
  const name = textOf(input.tool_name);
  const known = name !== null && Object.hasOwn(contributed, name) ? (contributed[name] ?? name) : name;
  return toldTool(actionOf(tools, known, input.tool_input), textOf(input.tool_use_id));
}

/** A command that goes on in the background has not been done yet when its tool has, and no hook tells its end. */
function toolDone(input: Json): ToldTool {
  const { isBackground, mode } = objectOf(parsedValue(input.tool_input));
  const { action, ...told } = toolOf(input);
  const goesOn = isTrue(isBackground) || mode === 'async';
  return goesOn || action === undefined ? told : { action, ...told };
}

/** A tool call has an id; of what has none, the time at which it was told is another one for the next. */
function fingerprintOf(name: string, conversation: string | null, input: Json): string {
  const id = textOf(input.tool_use_id) ?? textOf(input.agent_id) ?? textOf(input.timestamp);
  const parts = [conversation, name, id, input.stop_hook_active];
  return fingerprint(parts);
}

/** A prompt is none of them: there VS Code takes words for its user only. */
const contextEvents = ['SessionStart', 'PreToolUse', 'PostToolUse', 'SubagentStart'];

function write(told: string, { context, hold, deny, notice }: EventAnswer): Written {
  const name = ownName(told);
  const isRefusal = deny !== undefined && name === 'PreToolUse';
  const specific = {
    ...(hold && name === 'Stop' ? { decision: 'block', reason: hold } : {}),
    ...(context && !isRefusal && contextEvents.includes(name) ? { additionalContext: context } : {}),
    ...(isRefusal ? denial(deny) : {}),
  };
  const answer = {
    ...(notice ? { systemMessage: notice } : {}),
    ...(Object.keys(specific).length > 0 ? { hookSpecificOutput: { hookEventName: name, ...specific } } : {}),
  };
  return { stdout: answerText(answer) };
}

/**
 * Its input has the time as a text and the event under the name of VS Code, which no other reader of the file has together. The
 * environment says nothing: it may be that of a shell of any other client.
 */
function isCaller(_environment: object, input: Json): boolean {
  const event = textOf(input.hook_event_name) ?? textOf(input.hookEventName);
  return event !== null && Object.values(ownNames).includes(event) && textOf(input.timestamp) !== null;
}

export const vsCode: ClientDefinition = {
  traits: { name: 'vscode', conversations: 'many', environment: 'nothing' },
  title: 'VS Code',
  mcpNames: ['Visual Studio Code', 'Visual Studio Code - Insiders', 'Code - OSS', 'VSCodium'],
  hooks: { read, write, isCaller },
  readsHooksOf: ['copilot-cli'],
  ownerOf: meta => ({ ...untold, conversation: textOf(meta['vscode.conversationId']) }),
};
