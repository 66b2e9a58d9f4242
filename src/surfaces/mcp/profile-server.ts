/** One MCP server instance over a profile: the vocabulary of another system, its tools and no others. */
import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
  type Tool,
} from '@modelcontextprotocol/server';
import * as z from 'zod/v4';
import { toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Log } from '../../core/ports.ts';
import type { Speech } from '../../core/surroundings.ts';
import { cleanText, cleanTexts } from '../../core/text.ts';
import type { Answer, ForeignPrompt, ForeignResource, ForeignTool, Profile } from '../../profiles/define-profile.ts';
import type { Callers } from '../../tools/callers.ts';
import { type DeskContext, type DeskParts, ForeignDesk } from '../../tools/foreign-desk.ts';
import type { EventDesk } from '../hook/answer.ts';
import type { AnsweringTransport, ClientFacts } from './answers.ts';
import type { Permission } from './beside-tools.ts';
import { clientOf } from './client-of.ts';
import { hookAnswer, hookTool } from './hook-tool.ts';

export interface ProfileParts extends Omit<DeskParts, 'issuer'> {
  readonly profile: Profile;
  readonly transport: AnsweringTransport;
  readonly permission: Permission;
  readonly waiting?: Pick<DeskContext, 'waitsEnd' | 'mayTake'>;
  callers(client: ClientFacts | undefined): Callers;
  /** Where the client's hooks are answered that come over this connection. */
  readonly desk: EventDesk;
}

export function createProfileServer(parts: ProfileParts): Server {
  const { profile } = parts;
  const { resources, prompts } = profile;
  const server = new Server(profile.server, {
    instructions: profile.instructions,
    capabilities: {
      tools: { listChanged: true },
      ...(resources ? { resources: {} } : {}),
      ...(prompts ? { prompts: {} } : {}),
      ...(profile.pushed ? { experimental: { 'claude/channel': {} } } : {}),
    },
  });
  const listed = profile.tools.map(listedForeign);
  const arrive = arrivalOf(parts, server);
  server.setRequestHandler('tools/list', () => {
    arrive.soon();
    return { tools: listed };
  });
  server.setRequestHandler('tools/call', async ({ params }, request) => {
    // Whoever speaks first is the client that the sessions of this process are of.
    const { main } = parts.callers(clientOf(server, request));
    const given = params.arguments ?? {};
    if (params.name === hookTool) return hookAnswer(parts.desk, given, hookContext(parts, server, request));
    await arrive.now();
    const wish = { what: `${profile.name}/${params.name}`, input: given, tools: [] };
    let hasBegun = false;
    const work = () => {
      hasBegun = true;
      return answered(parts, params.name, given, request);
    };
    const refusedBy = ({ isError }: Answer) => (isError ? 'invalid_input' : null);
    const answer = await parts.permission.perform(wish, main, work, refusedBy).catch(error => {
      // The profile itself has said how this is told.
      if (hasBegun) throw error;
      const { message, next } = toSignalboxError(error);
      return profile.failed(message, next, parts.surroundings);
    });
    return shown(answer);
  });
  server.oninitialized = arrive.soon;
  const besides = besidesOf(parts, server);
  if (resources) serveResources(server, resources, besides);
  if (prompts) servePrompts(server, prompts, besides);
  return server;
}

/** Does what a client asks for besides tools, at its desk. */
type Besides = (
  request: ServerContext,
  what: string,
  input: object,
  work: (desk: ForeignDesk) => Promise<string>,
) => Promise<string>;

function besidesOf(parts: ProfileParts, server: Server): Besides {
  const { profile, permission } = parts;
  return async (request, what, input, work) => {
    const { main } = parts.callers(clientOf(server, request));
    const wish = { what: `${profile.name}/${what}`, input, tools: [] };
    return permission.perform(
      wish,
      main,
      async () => cleanText(await work(deskOf(parts, contextOf(parts, request)))).text,
    );
  };
}

/** The arrival that a profile makes unasked, once: before a call, or a little after the client has shown that it stays. */
function arrivalOf(parts: ProfileParts, server: Server) {
  const { profile, world, transport } = parts;
  const ended = new AbortController();
  void transport.closed().then(() => ended.abort());
  let done: Promise<void> | undefined;
  let isExpected = false;
  const now = async () => {
    if (ended.signal.aborted) return;
    parts.callers(server.getClientVersion());
    done ??= profile.arrive?.(deskOf(parts, unasked(ended.signal))) ?? Promise.resolve();
    try {
      await done;
    } catch (error) {
      done = undefined;
      world.log.warn('arrival failed', { profile: profile.name, error: String(error) });
    }
  };
  const soon = () => {
    if (isExpected || !profile.arrive) return;
    isExpected = true;
    void world.clock.sleep(limits.channelJoinDelayMs, ended.signal).then(now);
  };
  return { now, soon };
}

function deskOf({ profile, ...parts }: ProfileParts, context: DeskContext): ForeignDesk {
  return new ForeignDesk({ ...parts, issuer: profile.name }, context);
}

/** What is done for no request: what follows an answer follows at once. */
export function unasked(signal: AbortSignal): DeskContext {
  return { path: 'calls', signal, progress() {}, afterAnswer: action => void action() };
}

function serveResources(server: Server, resources: readonly ForeignResource[], besides: Besides): void {
  const isTemplate = ({ uri }: ForeignResource) => uri.includes('{');
  const about = ({ name, description, mimeType }: ForeignResource) => ({ name, description, mimeType });
  server.setRequestHandler('resources/list', () => ({
    resources: resources.filter(each => !isTemplate(each)).map(each => ({ uri: each.uri, ...about(each) })),
  }));
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: resources.filter(isTemplate).map(each => ({ uriTemplate: each.uri, ...about(each) })),
  }));
  server.setRequestHandler('resources/read', async ({ params: { uri } }, request) => {
    for (const resource of resources) {
      const variable = variableIn(resource.uri, uri);
      if (variable === undefined) continue;
      const text = await besides(request, 'resources/read', { uri }, desk => resource.read(desk, variable));
      return { contents: [{ uri, mimeType: resource.mimeType, text }] };
    }
    throw new ResourceNotFoundError(uri);
  });
}

/** What stands in an address where the template has its variable; empty where it has none, undefined for another address. */
function variableIn(template: string, uri: string): string | undefined {
  const [before = '', after] = template.split(/\{[^}]*\}/);
  if (after === undefined) return uri === template ? '' : undefined;
  const isOne = uri.startsWith(before) && uri.endsWith(after) && uri.length > before.length + after.length;
  if (!isOne) return undefined;
  const variable = uri.slice(before.length, uri.length - after.length);
  try {
    return decodeURIComponent(variable);
  } catch {
    return variable;
  }
}

function servePrompts(server: Server, prompts: readonly ForeignPrompt[], besides: Besides): void {
  const listed = prompts.map(({ name, description }) => ({ name, description }));
  server.setRequestHandler('prompts/list', () => ({ prompts: listed }));
  server.setRequestHandler('prompts/get', async ({ params }, request) => {
    const prompt = prompts.find(({ name, aliases }) => name === params.name || aliases.includes(params.name));
    if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt ${params.name}.`);
    const text = await besides(request, 'prompts/get', { name: params.name }, desk => prompt.text(desk));
    return {
      description: prompt.description,
      messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }],
    };
  });
}

async function answered(
  parts: ProfileParts,
  name: string,
  given: Record<string, unknown>,
  request: ServerContext,
): Promise<Answer> {
  const { profile, world, surroundings } = parts;
  const tool = profile.tools.find(each => each.name === name);
  if (!tool) return profile.unknown(name, surroundings);
  return spoken({ profile, tool, speech: surroundings, log: world.log }, given, () =>
    deskOf(parts, contextOf(parts, request)),
  );
}

/** A tool of a profile, and how what goes wrong with it is told. */
interface Spoken<D> {
  readonly profile: Profile;
  readonly tool: ForeignTool<D>;
  readonly speech: Speech;
  readonly log: Log;
}

/** Has a tool of a profile answer what a caller has given. Never fails: what goes wrong is told in the words of the profile. */
export async function spoken<D>(
  { profile, tool, speech, log }: Spoken<D>,
  given: Record<string, unknown>,
  desk: () => D | Promise<D>,
): Promise<Answer> {
  const input = tool.input.safeParse(profile.understood?.(given) ?? given);
  if (!input.success) return profile.invalid(tool.name, input.error, speech);
  try {
    return await tool.run(await desk(), input.data as never);
  } catch (error) {
    const { code, message, next, cause } = toSignalboxError(error);
    if (code === 'internal')
      log.error('call failed', { tool: tool.name, cause: String((cause as Error)?.stack ?? cause) });
    return profile.failed(message, next, speech);
  }
}

/** What peers wrote is made harmless on the way out, whatever the profile shows of it. */
export function shown({ content, structured, isError }: Answer): CallToolResult {
  const clean = content.map(({ type, text }) => ({ type, text: cleanText(text).text }));
  return {
    content: clean,
    ...(structured ? { structuredContent: cleanTexts(structured) as Record<string, unknown> } : {}),
    ...(isError ? { isError } : {}),
  };
}

function contextOf({ transport, waiting }: ProfileParts, { mcpReq: { id, signal, _meta, notify } }: ServerContext) {
  signal.addEventListener('abort', () => transport.forget(id), { once: true });
  const path = 'calls' as const;
  const progressToken = _meta?.progressToken;
  return {
    ...waiting,
    path,
    signal,
    hearsProgress: progressToken !== undefined,
    progress(message: string, done: number, total: number) {
      if (progressToken === undefined || signal.aborted) return;
      const params = { progressToken, progress: done, total, message };
      // A client that has gone away is noticed by the connection's end; a lost progress note is no matter.
      void notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
    afterAnswer: (action: () => Promise<void>) => transport.afterAnswer(id, action),
  };
}

function hookContext(parts: ProfileParts, server: Server, request: ServerContext) {
  return { ...contextOf(parts, request), caller: parts.callers(clientOf(server, request)).main };
}

/** As its users know it: the input in full, and nothing that they have never met. */
export function listedForeign<D>({ name, description, input, output }: ForeignTool<D>): Tool {
  const schema = z.toJSONSchema(z.strictObject(input.shape), { io: 'input', target: 'draft-7' });
  const inputSchema = schema as Tool['inputSchema'];
  return { name, description, inputSchema, ...(output ? { outputSchema: output as Tool['outputSchema'] } : {}) };
}
