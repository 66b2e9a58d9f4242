/**
 * Cursor, the editor and its command line, after its documentation: its events name the conversation and the folders, its calls name
 * nothing. Its answers carry words for the model at a start, after a tool, as the next prompt when it stops, and with a refusal.
 */
import type { ClientEvent } from '../core/client-event.ts';
import type { EventOwner } from '../tools/callers.ts';
import { patchAction } from './apply-patch.ts';
import {
  type ClientDefinition,
  type EventAnswer,
  type Json,
  parsedValue,
  plainEvent,
  type ReadEvent,
  textOf,
  untold,
  type Written,
} from './define-client.ts';
import { fingerprint, readEvent } from './reading.ts';
import { type ActionReaders, actionOf, editing, running, type ToldTool, toldTool } from './tool-actions.ts';

function read(name: string, input: Json): ReadEvent | undefined {
  const conversation = textOf(input.conversation_id) ?? textOf(input.session_id);
  return readEvent({
    event: eventOf(name, input),
    conversation,
    call: callOf(input),
    directory: directoryOf(input),
    fingerprint: fingerprintOf(name, conversation, input),
  });
}

/** Those of sub-agents are left out: the end of one does not say whose end it is. */
function eventOf(name: string, input: Json): ClientEvent | undefined {
  switch (name) {
    case 'sessionStart':
      return plainEvent('start', { source: 'startup' });
    case 'beforeSubmitPrompt':
      return plainEvent('prompt', { prompt: textOf(input.prompt) });
    case 'preToolUse':
      return plainEvent('before-tool', toolOf(input));
    case 'postToolUse':
      return plainEvent('after-tool', toolOf(input));
    case 'postToolUseFailure':
      return plainEvent('after-tool', toolOf(input, true));
    case 'stop':
      return plainEvent('stop', { isHeld: isHeld(input) });
    case 'sessionEnd':
      return plainEvent('end');
    default:
      return undefined;
  }
}

/** Its documentation shows the input of some tools; of the others it says nothing, so every name that a path may have is tried. */
const paths = ['file_path', 'path', 'target_file', 'target_notebook'];

const tools: ActionReaders = {
  Write: editing(paths),
  StrReplace: editing(paths),
  Edit: editing(paths),
  MultiEdit: editing(paths),
  EditNotebook: editing(paths),
  Delete: editing(paths, 'deleted'),
  ApplyPatch: ({ patch, input }) => patchAction(textOf(patch) ?? textOf(input) ?? ''),
  Shell: running('command', 'working_directory'),
};

/** The tool that an event is about. A command that names no folder runs in the one of the event. */
function toolOf(input: Json, hasFailed = false): ToldTool {
  const action = actionOf(tools, textOf(input.tool_name), input.tool_input);
  const isAnywhere = action?.kind === 'shell' && action.directory === null;
  return toldTool(
    isAnywhere ? { ...action, directory: textOf(input.cwd) } : action,
    textOf(input.tool_use_id),
    hasFailed,
  );
}

/** How many follow-ups Cursor grants one conversation. */
const followUps = 5;

/** Whoever has pressed the stop button does not want it to go on by itself. */
function isHeld({ loop_count, status }: Json): boolean {
  return (typeof loop_count === 'number' && loop_count >= followUps) || status === 'aborted' || status === 'error';
}

/** A tool of a server is told without the server's name, so it may be another's: then no call of ours is like it. */
function callOf(input: Json): EventOwner['call'] {
  const tool = textOf(input.tool_name);
  if (tool === null || !tool.startsWith('MCP:')) return null;
  return { id: null, tool, input: parsedValue(input.tool_input) ?? {} };
}

function directoryOf({ workspace_roots: roots, cwd }: Json): string | null {
  const root = Array.isArray(roots) ? textOf(roots[0]) : null;
  // On Windows it is written as in an address: `/c:/Users/…`.
  return root?.replace(/^\/(?=[a-z]:)/i, '') ?? textOf(cwd);
}

/** A tool call has an id, a turn another one, and a stop counts. */
function fingerprintOf(name: string, conversation: string | null, input: Json): string {
  const parts = [conversation, name, input.generation_id, input.tool_use_id, input.loop_count];
  return fingerprint(parts);
}

function write(name: string, { context, hold, deny }: EventAnswer): Written {
  if (deny && name === 'preToolUse') {
    return { stdout: JSON.stringify({ permission: 'deny', user_message: deny, agent_message: deny }) };
  }
  if (hold && name === 'stop') return { stdout: JSON.stringify({ followup_message: hold }) };
  const isShown = name === 'sessionStart' || name === 'postToolUse';
  return { stdout: context && isShown ? JSON.stringify({ additional_context: context }) : '' };
}

export const cursor: ClientDefinition = {
  traits: { name: 'cursor', conversations: 'many', environment: 'nothing' },
  title: 'Cursor',
  mcpNames: ['cursor-vscode'],
  hooks: { read, write, isCaller: (_environment, input) => textOf(input.cursor_version) !== null },
  ownerOf: () => untold,
};
