/** What clients tell and take in the same way, each with fields of its own names. */
import type { SubAgent } from '../core/child.ts';
import type { ClientEvent } from '../core/client-event.ts';
import type { EventOwner } from '../tools/callers.ts';
import { isOurTool, isTrue, type Json, parsedValue, plainEvent, type ReadEvent, textOf } from './define-client.ts';

interface Told {
  /** Undefined for one that says nothing to us. */
  readonly event: ClientEvent | undefined;
  /** Null when none is named. */
  readonly conversation: string | null;
  /** The sub-agent that the event names: the one it happens in, or whose stop it is. */
  readonly agent?: { readonly id: string | null; readonly type: string | null };
  /** The call that the event is about; it says whose the call is before the tool runs, and not afterwards. */
  readonly call: EventOwner['call'];
  readonly directory: string | null;
  readonly fingerprint: string | null;
}

/**
 * An event of a conversation, or of a sub-agent in it; undefined where it says nothing to us, or nobody knows whose it is. The stop of
 * a sub-agent belongs to the session whose sub-agent it was.
 */
export function readEvent({ event, conversation, agent, call, directory, fingerprint }: Told): ReadEvent | undefined {
  if (event === undefined || conversation === null) return undefined;
  const named: SubAgent | null = agent != null && agent.id !== null ? { id: agent.id, type: agent.type } : null;
  const isChildStop = event.kind === 'child-stop';
  return {
    event,
    owner: {
      conversation,
      agent: isChildStop ? null : named,
      start: event.source,
      call: event.kind === 'before-tool' ? call : null,
    },
    endedAgent: isChildStop ? (named?.id ?? null) : null,
    endReason: event.kind === 'end' ? 'its client ended it' : null,
    directory,
    fingerprint,
  };
}

/** A call of one of our tools; null for all others. */
export function ourCall(tool: string | null, input: unknown, id: string | null = null): EventOwner['call'] {
  return tool === null || !isOurTool(tool) ? null : { id, tool, input: parsedValue(input) ?? {} };
}

/** A beginning, told with one of the sources that the client has; anything else is a startup. */
export function startEvent(source: unknown, sources: readonly NonNullable<ClientEvent['source']>[]): ClientEvent {
  return plainEvent('start', { source: sources.find(each => each === source) ?? 'startup' });
}

/** Whose an event is and where, in the fields of Claude Code's hooks, which other clients have taken over. */
export function sharedFields(input: Json): Omit<Told, 'event' | 'fingerprint'> {
  return {
    conversation: textOf(input.session_id),
    agent: { id: textOf(input.agent_id), type: textOf(input.agent_type) },
    call: ourCall(textOf(input.tool_name), input.tool_input, textOf(input.tool_use_id)),
    directory: textOf(input.cwd),
  };
}

/** The same for its events, as far as they mean the same in all clients that have them. */
export function sharedEvent(name: string, input: Json): ClientEvent | undefined {
  switch (name) {
    case 'UserPromptSubmit':
      return plainEvent('prompt', { prompt: textOf(input.prompt) });
    case 'Stop':
      return plainEvent('stop', { isHeld: isTrue(input.stop_hook_active) });
    case 'SubagentStart':
      return plainEvent('child-start');
    case 'SubagentStop':
      return plainEvent('child-stop');
    default:
      return undefined;
  }
}

/** How clients are told that a tool must not run, that have taken the words for it from Claude Code. */
export function denial(reason: string): {
  readonly permissionDecision: 'deny';
  readonly permissionDecisionReason: string;
} {
  return { permissionDecision: 'deny', permissionDecisionReason: reason };
}

/** A fingerprint of what tells one event from others. Some hooks tell as text what others tell as it is. */
export function fingerprint(parts: readonly unknown[]): string {
  return JSON.stringify(
    parts.map(part => (typeof part === 'object' && part !== null ? JSON.stringify(part) : String(part ?? ''))),
  );
}

/** An answer as JSON; nothing at all where there is nothing in it. */
export function answerText(answer: object): string {
  return Object.keys(answer).length === 0 ? '' : JSON.stringify(answer);
}
