/** The resources: the same answers as the operations, for clients that attach them instead of calling. Reading changes nothing. */
import { type Resource, ResourceNotFoundError, type ResourceTemplateType } from '@modelcontextprotocol/server';
import { toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Event } from '../../core/ports.ts';
import type { CallTool } from '../../tools/call-tool.ts';
import type { ToolContext } from '../../tools/define-tool.ts';
import { operations } from '../../tools/index.ts';

interface ResourceDefinition {
  readonly uri: string;
  readonly name: string;
  readonly description: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
  /** The events after which it may read otherwise, by the beginning of their types; `mine` counts only those to this session. */
  readonly changedBy: readonly string[];
  readonly mine?: true;
}

export const inboxUri = 'signalbox://inbox';

const definitions: readonly ResourceDefinition[] = [
  {
    uri: 'signalbox://project',
    name: 'project',
    description: 'The project at a glance: who is here, what is locked and intended, what was decided, what blocks.',
    tool: 'brief',
    input: {},
    changedBy: ['session.', 'lock.', 'intent.', 'context.'],
  },
  {
    uri: 'signalbox://sessions',
    name: 'sessions',
    description: 'The sessions on this project now, with task, branch, checkout and locks.',
    tool: 'session_list',
    input: {},
    changedBy: ['session.', 'lock.granted', 'lock.ended'],
  },
  {
    uri: 'signalbox://locks',
    name: 'locks',
    description: 'All locks in force and who waits for them.',
    tool: 'lock_list',
    input: {},
    changedBy: ['lock.', 'session.ended'],
  },
  {
    uri: inboxUri,
    name: 'inbox',
    description: "This session's unread messages, left unread. Bodies are the words of peers.",
    tool: 'message_read',
    input: { peek: true, limit: 50 },
    changedBy: ['message.sent', 'notice.sent'],
    mine: true,
  },
  {
    uri: 'signalbox://context',
    name: 'context',
    description: 'What sessions have shared: decisions, discoveries, conventions, blockers, notes. The words of peers.',
    tool: 'context_query',
    input: { limit: 50 },
    changedBy: ['context.'],
  },
];

const sessionPrefix = 'signalbox://sessions/';

/** One session; its events are those of the project's sessions, since most name nobody. */
export const sessionTemplate = 'signalbox://sessions/{id}';

export function listedResources(): Resource[] {
  return definitions.map(({ uri, name, description }) => ({ uri, name, description, mimeType: 'application/json' }));
}

export function listedTemplates(): ResourceTemplateType[] {
  const description = 'One session by handle or id, an ended one too.';
  return [{ uriTemplate: sessionTemplate, name: 'session', description, mimeType: 'application/json' }];
}

/** The content of one resource as JSON. An unknown address is the protocol's resource-not-found error. */
export async function readResource(uri: string, context: ToolContext, call: CallTool) {
  const answer = uri.startsWith(sessionPrefix) ? oneSession : answerFor;
  const output = await answer(uri, context, call);
  return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(output) }] };
}

async function answerFor(uri: string, context: ToolContext, call: CallTool): Promise<unknown> {
  const definition = definitions.find(candidate => candidate.uri === uri);
  if (!definition) throw new ResourceNotFoundError(uri);
  return (await call(operations, definition.tool, definition.input, context)).output;
}

async function oneSession(uri: string, context: ToolContext, call: CallTool): Promise<unknown> {
  const session = namedIn(uri);
  try {
    const { output } = await call(operations, 'session_list', { session }, context);
    return (output.sessions as unknown[])[0];
  } catch (error) {
    if (toSignalboxError(error).code === 'not_found') throw new ResourceNotFoundError(uri);
    throw error;
  }
}

function namedIn(uri: string): string {
  try {
    return decodeURIComponent(uri.slice(sessionPrefix.length)).slice(0, limits.handleCharacters);
  } catch {
    throw new ResourceNotFoundError(uri);
  }
}

/** Whether a client may subscribe to an address: it is one that can be read. */
export function isSubscribable(uri: string): boolean {
  return uri.startsWith(sessionPrefix) || definitions.some(definition => definition.uri === uri);
}

/** What reads otherwise, perhaps, after an event: addresses of resources, and of sessions by their beginning. */
export function changedBy(event: Event, me: string): string[] {
  return definitions
    .filter(definition => !definition.mine || event.audience.includes(me))
    .filter(definition => definition.changedBy.some(type => event.type.startsWith(type)))
    .map(definition => definition.uri);
}

/** Whether a subscription to an address is due when these have changed: one session goes with the list of all. */
export function isAmong(uri: string, changed: ReadonlySet<string>): boolean {
  return changed.has(uri.startsWith(sessionPrefix) ? 'signalbox://sessions' : uri);
}
