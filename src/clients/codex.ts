/**
 * Codex. Its hooks are commands, and it drops an answer whole that holds a field it does not know. Each thread, a sub-agent's too,
 * has a server of its own, and one process may run the threads of several conversations: what a call says of itself tells whose it
 * is. Measured with 0.169.0.
 */

import type { SubAgent } from '../core/child.ts';
import type { ClientEvent } from '../core/client-event.ts';
import type { CallOwner } from '../tools/callers.ts';
import { patchAction, patchOfCommand } from './apply-patch.ts';
import {
  type ClientDefinition,
  type EventAnswer,
  type Json,
  parsedValue,
  plainEvent,
  type ReadEvent,
  textOf,
  type Written,
} from './define-client.ts';
import { answerText, denial, fingerprint, readEvent, sharedEvent, sharedFields, startEvent } from './reading.ts';
import { type ActionReaders, actionOf, objectOf, running, type ToldTool, toldTool } from './tool-actions.ts';

/** There is `fork` as well; it and `clear` begin a new thread. */
const sources = ['startup', 'resume', 'clear', 'compact', 'fork'] as const;

function read(name: string, input: Json): ReadEvent | undefined {
  return readEvent({
    event: eventOf(name, input),
    ...sharedFields(input),
    fingerprint: fingerprintOf(name, input),
  });
}

/** What is compacted is told by the start that follows; an interrupted turn is its user's doing, who is there. */
function eventOf(name: string, input: Json): ClientEvent | undefined {
  switch (name) {
    case 'SessionStart':
      return startEvent(input.source, sources);
    case 'PreToolUse':
      return plainEvent('before-tool', toolOf(input));
    case 'PostToolUse':
      return plainEvent('after-tool', toolOf(input));
    case 'SessionEnd':
      return plainEvent('end');
    default:
      return sharedEvent(name, input);
  }
}

/** Whatever the model's tool for commands is, hooks hear of `Bash`, and of the folder it runs in as that of the event. */
const tools: ActionReaders = {
  apply_patch: ({ command }) => patchAction(textOf(command) ?? ''),
  Bash: input => patchOfCommand(textOf(input.command) ?? '') ?? running('command')(input),
};

/**
 * The tool that an event is about. No hook tells of a tool that failed, nor how a command ended; one that goes on in the background is
 * told as done when the model has seen its end.
 */
function toolOf(input: Json): ToldTool {
  const action = actionOf(tools, textOf(input.tool_name), input.tool_input);
  const hasFailed = action?.kind === 'edit' && /^Exit code: [^0]/.test(textOf(input.tool_response) ?? '');
  return toldTool(action, textOf(input.tool_use_id), hasFailed);
}

/** Two prompts may share a turn, as may a stop that was held up and the next: what was said tells them apart. */
function fingerprintOf(name: string, input: Json): string {
  const said = textOf(input.prompt) ?? textOf(input.last_assistant_message);
  const parts = [input.session_id, name, input.agent_id, input.turn_id, input.source, input.tool_use_id, said];
  return fingerprint([...parts, input.stop_hook_active]);
}

/** Events on whose answer context may ride. */
const contextEvents = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'SubagentStart'];

/** Events on which a line for the user is taken. */
const noticeEvents = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'Stop'];

function write(name: string, { context, hold, deny, notice }: EventAnswer): Written {
  const isRefusal = deny !== undefined && name === 'PreToolUse';
  const answer = {
    ...(notice && noticeEvents.includes(name) ? { systemMessage: notice } : {}),
    ...(hold && name === 'Stop' ? { decision: 'block', reason: hold } : {}),
    ...(context && !isRefusal && contextEvents.includes(name)
      ? { hookSpecificOutput: { hookEventName: name, additionalContext: context } }
      : {}),
    ...(isRefusal ? { hookSpecificOutput: { hookEventName: name, ...denial(deny) } } : {}),
  };
  return { stdout: answerText(answer) };
}

/** A thread of its own in somebody's session is a sub-agent. */
function ownerOf(meta: Json): Pick<CallOwner, 'id' | 'conversation' | 'agent'> {
  const told = objectOf(parsedValue(meta['x-codex-turn-metadata']));
  const thread = textOf(told.thread_id) ?? textOf(meta.threadId);
  const conversation = textOf(told.session_id) ?? textOf(meta.sessionId) ?? thread;
  const isSubAgent = conversation !== null && thread !== null && thread !== conversation;
  const agent: SubAgent | null = isSubAgent && told.thread_source !== 'user' ? { id: thread, type: null } : null;
  return { id: textOf(meta.callId), conversation, agent };
}

/**
 * A text put into the queue of a thread begins a turn at once where the process that serves all terminals has the thread loaded. A
 * run of one prompt would lose it, and where nothing runs the thread it would lie there until somebody resumes it.
 */
function wakeCommand(clientWords: readonly string[], conversation: string, text: string) {
  const [program = ''] = clientWords;
  const servesTerminals = clientWords.includes('app-server') && clientWords.some(word => word.startsWith('unix:'));
  if (!servesTerminals) return undefined;
  return [program.includes('/') ? program : 'codex', 'queue', '--thread', conversation, '--message', text];
}

export const codex: ClientDefinition = {
  traits: { name: 'codex', conversations: 'many', environment: 'nothing', servers: 'of threads' },
  title: 'Codex',
  mcpNames: ['codex-mcp-client'],
  hooks: {
    read,
    write,
    // Nobody else is known to read its hook files. It may itself run in the shell of any other client, so what that one has put into the environment says nothing.
    leavesEndsUntold: true,
    isCaller: (_environment, input) => textOf(input.hook_event_name) !== null && textOf(input.session_id) !== null,
  },
  wakeCommand,
  ownerOf,
};
