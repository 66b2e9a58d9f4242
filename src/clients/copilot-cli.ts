/**
 * Copilot CLI, whose hooks are commands that are told events in camelCase and answered with one flat object. Measured with 1.0.102.
 * Inside a sub-agent the id of the session is that of the sub-agent, and the session's stands where its parent is named.
 */
import type { ClientEvent } from '../core/client-event.ts';
import type { ToolAction } from '../core/tool-action.ts';
import type { CallOwner } from '../tools/callers.ts';
import { patchAction } from './apply-patch.ts';
import {
  type ClientDefinition,
  type EventAnswer,
  isOurServer,
  isTrue,
  type Json,
  plainEvent,
  type ReadEvent,
  textOf,
  untold,
  type Written,
} from './define-client.ts';
import { answerText, denial, fingerprint, ourCall, readEvent } from './reading.ts';
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

function read(name: string, input: Json): ReadEvent | undefined {
  const agentId = textOf(input.agentId);
  // A sub-agent of a sub-agent names the one above it, which is not the conversation either: who calls knows that one by now.
  const conversation = (agentId === null ? null : textOf(input.parentAgentId)) ?? textOf(input.sessionId);
  const told = readEvent({
    event: eventOf(name, input, agentId !== null),
    conversation,
    agent: { id: agentId, type: textOf(input.agentType) },
    call: ourCall(textOf(input.toolName), input.toolArgs),
    directory: textOf(input.cwd),
    fingerprint: fingerprintOf(name, input),
  });
  return told && { ...told, isExact: true };
}

function eventOf(name: string, input: Json, isSubAgent: boolean): ClientEvent | undefined {
  switch (name) {
    case 'sessionStart':
      return plainEvent('start', { source: input.source === 'resume' ? 'resume' : 'startup' });
    case 'userPromptSubmitted':
      return isSubAgent ? plainEvent('child-start') : promptOf(textOf(input.prompt));
    case 'preToolUse':
      return plainEvent('before-tool', toolOf(input));
    case 'postToolUse':
      return plainEvent('after-tool', toolOf(input, failed.test(textOf(objectOf(input.toolResult).resultType) ?? '')));
    case 'postToolUseFailure':
      return plainEvent('after-tool', toolOf(input, true));
    case 'agentStop':
      // What a sub-agent has not read by its end goes to its parent.
      return isSubAgent ? undefined : plainEvent('stop', { isHeld: isTrue(input.stop_hook_active) });
    case 'subagentStart':
      return plainEvent('child-start');
    case 'subagentStop':
      return plainEvent('child-stop');
    case 'notification':
      return doneInBackground.test(textOf(input.notification_type) ?? '') ? plainEvent('batch-end') : undefined;
    default:
      // `sessionEnd` comes after each turn of a run without a terminal, which may go on, and when only the context is cleared. That
      // a session is over is told by the end of the client's process.
      return undefined;
  }
}

/** What the result of a tool is called that was not done, or not wholly. */
const failed = /^(?:failure|rejected|denied)$/;

/** A patch is told as it stands, all else in fields. */
const tools: ActionReaders = {
  create: editing(['path'], 'created'),
  edit: editing(['path']),
  str_replace_editor: input =>
    input.command === 'view' ? null : editing(['path'], input.command === 'create' ? 'created' : 'modified')(input),
  bash: running('command'),
  powershell: running('command'),
};

/**
 * The tool that an event is about; it has no id there. A command that goes on in the background has not been done yet, and no hook
 * says which one it was that ended.
 */
function toolOf(input: Json, hasFailed = false): ToldTool {
  const { mode, detach } = objectOf(input.toolArgs);
  const result = textOf(objectOf(input.toolResult).textResultForLlm);
  const goesOn = result !== null && (mode === 'async' || detach === true || inBackground.test(result));
  return toldTool(goesOn ? null : changesOf(input), null, hasFailed);
}

const inBackground = /^<command [^>\n]*\bbackground\b/m;

function changesOf({ toolName, toolArgs }: Json): ToolAction | null {
  const tool = textOf(toolName);
  if (tool !== 'apply_patch') return actionOf(tools, tool, toolArgs);
  const { input, patch } = objectOf(toolArgs);
  return patchAction([toolArgs, input, patch].map(textOf).find(text => text !== null) ?? '');
}

/** A shell or an agent that has ended in the background: what is answered then begins a turn, also in a session that rests. */
const doneInBackground = /_(?:completed|idle)$/;

/**
 * What a stop was held up with comes back as a prompt, and so does what a notification was answered with: the session goes on and
 * nobody has asked for anything. What the client says itself when something has ended in the background takes no context.
 */
function promptOf(prompt: string | null): ClientEvent {
  if (prompt?.startsWith('Signalbox: ')) return plainEvent('batch-end');
  const isOfClient = prompt?.startsWith('<system_notification>') === true;
  return isOfClient ? plainEvent('prompt', { carries: false }) : plainEvent('prompt', { prompt });
}

/** All files that tell an event give it the same time, to the millisecond; two calls at the same moment differ in what they are about. */
function fingerprintOf(name: string, input: Json): string | null {
  if (typeof input.timestamp !== 'number') return null;
  const mark = eventMark(changesOf(input), input.toolArgs);
  const parts = [input.sessionId, name, input.agentId, input.toolName, mark, input.timestamp];
  return fingerprint(parts);
}

/** Events on whose answer context may ride. */
const contextEvents = [
  'sessionStart',
  'userPromptSubmitted',
  'preToolUse',
  'postToolUse',
  'postToolUseFailure',
  'subagentStart',
  'notification',
];

/** The one event at which a user can be shown a line: it is what a hook wrote that ended with 2, and the prompt is not held back. */
const noticeEvent = 'userPromptSubmitted';

function write(name: string, { context, hold, deny, notice }: EventAnswer): Written {
  const isRefusal = deny !== undefined && name === 'preToolUse';
  const answer = {
    ...(hold && name === 'agentStop' ? { decision: 'block', reason: hold } : {}),
    ...(context && !isRefusal && contextEvents.includes(name) ? { additionalContext: context } : {}),
    ...(isRefusal ? denial(deny) : {}),
  };
  const stdout = answerText(answer);
  return notice && name === noticeEvent ? { stdout, stderr: `${notice}\n`, exitCode: 2 } : { stdout };
}

/** A call of one of our tools gets whose it is written onto it; calls of other servers' tools stay as they are. */
function stamp(name: string, input: Json): Written | undefined {
  if (name !== 'preMcpToolCall') return undefined;
  const session = textOf(input.sessionId);
  if (session === null || !isOurServer(textOf(input.serverName) ?? '')) return { stdout: '' };
  const id = textOf(input.agentId);
  const signalbox = {
    call: textOf(input.toolCallId),
    conversation: (id === null ? null : textOf(input.parentAgentId)) ?? session,
    agent: id === null ? null : { id, type: textOf(input.agentType) },
  };
  return { stdout: JSON.stringify({ metaToUse: { signalbox } }) };
}

function ownerOf(meta: Json): Pick<CallOwner, 'id' | 'conversation' | 'agent'> {
  const { call, conversation, agent } = objectOf(meta.signalbox);
  const { id, type } = objectOf(agent);
  const agentId = textOf(id);
  return {
    ...untold,
    id: textOf(call),
    conversation: textOf(conversation),
    agent: agentId === null ? null : { id: agentId, type: textOf(type) },
  };
}

export const copilotCli: ClientDefinition = {
  traits: { name: 'copilot-cli', conversations: 'many', environment: 'own', servers: 'of conversations' },
  title: 'Copilot CLI',
  mcpNames: ['copilot-cli'],
  hooks: {
    read,
    write,
    stamp,
    // VS Code reads its hook files too. It tells the time as a text, whoever started it and left it this variable.
    isCaller: (environment, input) => environment.COPILOT_CLI === '1' && typeof input.timestamp === 'number',
  },
  ownerOf,
};
