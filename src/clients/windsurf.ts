/**
 * Windsurf, after its documentation. Its hooks tell what Cascade does and can forbid it; nothing they answer reaches the model
 * otherwise, so messages wait here for the next call of a tool.
 */
import type { ClientEvent } from '../core/client-event.ts';
import type { EventOwner } from '../tools/callers.ts';
import {
  type ClientDefinition,
  type EventAnswer,
  isOurServer,
  type Json,
  parsedValue,
  plainEvent,
  type ReadEvent,
  textOf,
  untold,
  type Written,
} from './define-client.ts';
import { fingerprint, readEvent } from './reading.ts';
import { editing, fileServerAction, objectOf, running, type ToldTool, toldTool } from './tool-actions.ts';

/** How much of what an event is about tells it from the next one like it. */
const fingerprintCharacters = 2_000;

function read(name: string, input: Json): ReadEvent | undefined {
  const about = objectOf(input.tool_info);
  const conversation = textOf(input.trajectory_id);
  const subject = JSON.stringify(about).slice(0, fingerprintCharacters);
  return readEvent({
    event: eventOf(name, about),
    conversation,
    call: name === 'pre_mcp_tool_use' ? callOf(about) : null,
    directory: null,
    fingerprint: fingerprint([conversation, name, textOf(input.execution_id), subject]),
  });
}

function eventOf(name: string, about: Json): ClientEvent | undefined {
  switch (name) {
    case 'pre_user_prompt':
      return plainEvent('prompt', { prompt: textOf(about.user_prompt) });
    case 'pre_read_code':
    case 'pre_write_code':
    case 'pre_run_command':
    case 'pre_mcp_tool_use':
      return plainEvent('before-tool', toolOf(name, about));
    case 'post_read_code':
    case 'post_write_code':
    case 'post_run_command':
    case 'post_mcp_tool_use':
      return plainEvent('after-tool', toolOf(name, about));
    case 'post_cascade_response':
    case 'post_cascade_response_with_transcript':
      return plainEvent('stop');
    default:
      return undefined;
  }
}

/** The tool that an event is about; it has no id, and nothing is told of how it ended. */
function toolOf(name: string, about: Json): ToldTool {
  switch (name.replace(/^(?:pre|post)_/, '')) {
    case 'write_code':
      return toldTool(editing(['file_path'])(about), null);
    case 'run_command':
      return toldTool(running('command_line', 'cwd')(about), null);
    case 'mcp_tool_use':
      return toldTool(fileServerAction(toolNameOf(about), objectOf(parsedValue(about.mcp_tool_arguments))), null);
    default:
      return {};
  }
}

function toolNameOf(about: Json): string {
  return `${textOf(about.mcp_server_name) ?? ''}/${textOf(about.mcp_tool_name) ?? ''}`;
}

function callOf(about: Json): EventOwner['call'] {
  const [server, tool] = [textOf(about.mcp_server_name), textOf(about.mcp_tool_name)];
  if (server === null || tool === null || !isOurServer(server)) return null;
  return { id: null, tool, input: parsedValue(about.mcp_tool_arguments) ?? {} };
}

/** Events at which an exit code of two forbids the step; what stands on standard error is what the model is told. */
const forbids = ['pre_write_code', 'pre_run_command', 'pre_mcp_tool_use'];

function write(name: string, { deny }: EventAnswer): Written {
  return deny && forbids.includes(name) ? { stdout: '', stderr: `${deny}\n`, exitCode: 2 } : { stdout: '' };
}

export const windsurf: ClientDefinition = {
  traits: { name: 'windsurf', conversations: 'many', environment: 'nothing' },
  title: 'Windsurf',
  mcpNames: ['windsurf-client', 'Windsurf'],
  hooks: {
    read,
    write,
    isCaller: (_environment, input) => textOf(input.agent_action_name) !== null && textOf(input.trajectory_id) !== null,
  },
  ownerOf: () => untold,
};
