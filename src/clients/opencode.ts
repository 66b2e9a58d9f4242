/**
 * opencode. It has no hooks but plugins: ours (`src/opencode-plugin/`) tells the events, in these words of our own. One process has any
 * number of conversations, and a server for each folder. A stop cannot be held up there. Measured with 1.18.33.
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
import { callArgument, type PluginEvent } from './opencode-protocol.ts';
import { openCodeTools } from './opencode-tools.ts';
import { answerText, ourCall, readEvent, startEvent } from './reading.ts';
import { actionOf, type ToldTool, toldTool } from './tool-actions.ts';

const sources = ['startup', 'resume', 'compact', 'fork'] as const;

/** Events whose answer the plugin puts before the model. */
const contextEvents: readonly string[] = [
  'session.begin',
  'chat.message',
  'tool.execute.after',
] satisfies readonly PluginEvent[];

function read(name: string, input: Json): ReadEvent | undefined {
  const agentId = textOf(input.agent);
  const event = eventOf(name, input, agentId !== null);
  const told = readEvent({
    event: event && input.isLost === true ? { ...event, carries: false } : event,
    conversation: textOf(input.conversation),
    agent: { id: agentId, type: textOf(input.agentType) },
    call: ourCall(textOf(input.tool), input.arguments, textOf(input.call)),
    directory: textOf(input.directory),
    // The plugin sees to it that it runs once.
    fingerprint: null,
  });
  // What begins beside other conversations is never the next one of a session that ended in this process.
  return told?.owner.start === 'startup' ? { ...told, owner: { ...told.owner, start: 'fork' } } : told;
}

function eventOf(name: string, input: Json, isChild: boolean): ClientEvent | undefined {
  switch (name) {
    case 'session.begin':
      return startEvent(input.source, sources);
    case 'chat.message':
      return isChild
        ? plainEvent('child-start')
        : plainEvent('prompt', { prompt: withoutQuotes(textOf(input.prompt)) });
    case 'tool.execute.before':
      return plainEvent('before-tool', toolOf(input));
    case 'tool.execute.after':
      return plainEvent('after-tool', toolOf(input));
    case 'session.idle':
      return plainEvent(isChild ? 'child-stop' : 'stop');
    case 'session.end':
      return plainEvent(isChild ? 'child-stop' : 'end');
    default:
      return undefined;
  }
}

/** `opencode run` puts a prompt of several words into quotes. */
function withoutQuotes(prompt: string | null): string | null {
  const [, quoted] = /^"([\s\S]*)"$/.exec(prompt ?? '') ?? [];
  return quoted === undefined ? prompt : quoted.replaceAll('\\"', '"');
}

function toolOf(input: Json): ToldTool {
  const action = actionOf(openCodeTools, textOf(input.tool), input.arguments);
  return toldTool(action, textOf(input.call), input.hasFailed === true);
}

function write(name: string, { context, deny, notice }: EventAnswer): Written {
  const answer = {
    ...(notice ? { notice } : {}),
    ...(context && contextEvents.includes(name) ? { context } : {}),
    ...(deny && name === 'tool.execute.before' ? { deny } : {}),
  };
  return { stdout: answerText(answer) };
}

export const openCode: ClientDefinition = {
  traits: { name: 'opencode', conversations: 'many', environment: 'nothing', servers: 'of folders' },
  title: 'opencode',
  mcpNames: ['opencode'],
  hooks: { read, write, isCaller: () => true },
  callArgument,
  ownerOf: () => untold,
};
