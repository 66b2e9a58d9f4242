/**
 * MCP over HTTP (Streamable HTTP, both eras of the protocol), one server for each request: nothing of a client is kept in this process, so
 * that any replica answers any request.
 */
import {
  type CallToolResult,
  createMcpHandler,
  type McpRequestContext,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { closeSession, openSession } from '../../tools/hub-session.ts';
import { hubWorld } from '../../tools/hub-world.ts';
import { operations } from '../../tools/index.ts';
import type { World } from '../../tools/world.ts';
import { version } from '../../version.ts';
import { besideTools, serveBesideTools, toolsOfRequest } from '../mcp/beside-tools.ts';
import { instructions } from '../mcp/instructions.ts';
import { listedTool } from '../mcp/listing.ts';
import { isSubscribable, toolsOfResource } from '../mcp/resources.ts';
import { watched } from '../mcp/subscriptions.ts';
import { audited, call, firstRefusal, type Request as HubRequest, performed } from './calls.ts';
import { clientName, conversationOf, isGiven, type McpRequest, progressOf, shownClient } from './mcp-client.ts';
import { listen, listenIn, narrowedTo } from './mcp-listen.ts';
import { profileRefusal, profileServerFor } from './mcp-profile.ts';

export interface McpFace {
  fetch(request: Request, body: unknown, about: McpRequest): Promise<Response>;
}

/** `tools` are those that models are offered. */
export function createMcpFace(
  world: World,
  tools: readonly ToolDefinition[],
  onerror: (error: Error) => void,
): McpFace {
  const factory = (context: McpRequestContext) => serverFor(world, tools, context);
  const handler = createMcpHandler(factory, { onerror, maxRequestBodySize: limits.hubBodyBytes });
  return {
    async fetch(request, body, about) {
      if (request.method === 'DELETE' && about.session !== null) return goodbye(world, about);
      await refuseForScope(tools, body, about);
      const { principal } = about;
      const authInfo = { token: '', clientId: principal.id, scopes: [principal.role], extra: { about } };
      const listens = listenIn(body);
      if (listens && about.spoken === null) {
        const { client } = listens;
        const mayUse = (names: readonly string[]) => mayUseAll(names, about);
        const uris = watched(listens.uris.filter(uri => isSubscribable(uri) && mayUse(toolsOfResource(uri))));
        const listening = { about, client, uris, join: () => sessionFor(world, about, client) };
        return listen(world, listening, factory, { request, body: narrowedTo(uris, body), authInfo }, onerror);
      }
      const response = await handler.fetch(request, { authInfo, parsedBody: body });
      const client = handshakeOf(body);
      if (client !== null && response.ok) response.headers.set('mcp-session-id', `${world.ids.next()}.${client}`);
      return response;
    },
  };
}

/** Errors: `forbidden`, for what takes a role that the client could still be given. */
async function refuseForScope(tools: readonly ToolDefinition[], body: unknown, about: McpRequest): Promise<void> {
  const { method, params } = (typeof body === 'object' && body !== null ? body : {}) as Sent;
  const { spoken, principal, project } = about;
  const refusal = spoken
    ? method === 'tools/call' && profileRefusal(tools, spoken, about, params?.name)
    : firstRefusal(named(operations, toolsOfRequest(method, params)), principal, project);
  if (!about.mayAskForMore(refusal)) return;
  const subject = { ...about, session: null, project: spoken?.profile.name ?? project };
  const isCall = method === 'tools/call';
  const what = isCall ? `${spoken ? `${spoken.profile.name}/` : ''}${params?.name}` : String(method);
  await audited(subject, 'call', what, isCall ? (params?.arguments ?? {}) : params, () => Promise.reject(refusal));
}

/** Ends the session of a client that says goodbye; most do not. One that was given an id and has called nothing is none yet, and no error. */
async function goodbye(world: World, about: McpRequest): Promise<Response> {
  const { principal, project, session, handshake, spoken } = about;
  const conversation = conversationOf(session, undefined);
  const close = (where: string) => closeSession(hubWorld(world, principal, where), where, principal.id, conversation);
  const ended = await audited({ ...about, session: null }, 'session', 'end', null, async speaker => {
    // A partner is in the meeting place of its vocabulary as well.
    if (spoken) await close(spoken.profile.name);
    speaker.session = await close(project);
    return speaker.session;
  });
  const isKnown = ended !== null || (session === handshake && isGiven(handshake));
  return new Response(null, { status: isKnown ? 200 : 404 });
}

/**
 * The client's name in a handshake; null for any other request. The older protocol says it only there, so the id that the client is given
 * carries it to whatever replica comes next.
 */
function handshakeOf(body: unknown): string | null {
  const { method, params } = (typeof body === 'object' && body !== null ? body : {}) as Sent;
  if (method !== 'initialize') return null;
  return String(params?.clientInfo?.name ?? '')
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 60);
}

interface Sent {
  readonly method?: unknown;
  readonly params?: {
    readonly clientInfo?: { readonly name?: unknown };
    readonly name?: unknown;
    readonly arguments?: unknown;
  };
}

function aboutOf({ authInfo }: McpRequestContext): McpRequest {
  return authInfo?.extra?.about as McpRequest;
}

/** Told to a client that is the same session as all others of its token and name. */
const shared =
  'Over this connection nothing tells one client of this token and name from another: all of them are one session, which shares its ' +
  'locks and messages. Your user can tell them apart with a header of their own for each, Signalbox-Session.';

function serverFor(world: World, tools: readonly ToolDefinition[], context: McpRequestContext): Server {
  const about = aboutOf(context);
  const { principal, spoken } = about;
  // The older protocol is given an id with the answer to its handshake.
  const isShared = context.era === 'modern' && about.session === null && principal.role !== 'read';
  const further = isShared ? `\n\n${shared}` : '';
  if (spoken) return profileServerFor(world, tools, spoken, about, further);
  const server = new Server(
    { name: 'signalbox', title: 'Signalbox', version },
    {
      instructions: `${instructions}${further}`,
      // The older protocol would have to be told of changes on a connection of its own, which nothing here keeps.
      capabilities: { tools: {}, ...besideTools, resources: context.era === 'modern' ? { subscribe: true } : {} },
    },
  );
  const requestOf = (request: ServerContext) => requestAs(world, server, request, about);
  const mayUse = (names: readonly string[]) => mayUseAll(names, about);
  server.setRequestHandler('tools/list', () => ({
    tools: tools.filter(tool => mayUse([tool.name])).map(listedTool),
  }));
  server.setRequestHandler('tools/call', ({ params }, request) =>
    answered(async () => {
      const called = await call(world, tools, params.name, params.arguments ?? {}, requestOf(request));
      about.afterwards.push(called);
      return called;
    }),
  );
  serveBesideTools(server, {
    mayUse,
    async serve(request, { what, input, tools: names }, work) {
      const deed = { what, input, needed: named(operations, names) };
      const { result, ...afterwards } = await performed(world, deed, requestOf(request), work);
      about.afterwards.push(afterwards);
      return result;
    },
  });
  return server;
}

function mayUseAll(names: readonly string[], { principal, project }: McpRequest): boolean {
  return firstRefusal(named(operations, names), principal, project) === null;
}

function named(tools: readonly ToolDefinition[], names: readonly string[]): ToolDefinition[] {
  return tools.filter(({ name }) => names.includes(name));
}

/** What one request of a client does, as the session that the client is. */
function requestAs(world: World, server: Server, request: ServerContext, about: McpRequest): HubRequest {
  const { principal, project, waitsEnd, audit, mayGoOn } = about;
  const client = clientName(server, request, about);
  const signal = AbortSignal.any([about.signal, request.mcpReq.signal]);
  const join = () => sessionFor(world, about, client);
  const progress = progressOf(request);
  return { principal, project, session: null, signal, waitsEnd, audit, mayGoOn, join, progress };
}

/** The session that a client's calls are, joined with the first of them; none for a token that only reads. */
async function sessionFor(world: World, { principal, project, session }: McpRequest, client: string | undefined) {
  if (principal.role === 'read') return null;
  const conversation = conversationOf(session, client);
  const arrival = { conversation, handle: null, client: shownClient(client), task: null, branch: null };
  return (await openSession(hubWorld(world, principal, project), project, principal.id, arrival)).id;
}

/** A refusal by a rule is a tool error that the model can read and act on. */
async function answered(
  run: () => Promise<{ output: Record<string, unknown>; text: string }>,
): Promise<CallToolResult> {
  try {
    const { output, text } = await run();
    return { content: [{ type: 'text', text }], structuredContent: output };
  } catch (error) {
    const { code, message, next } = toSignalboxError(error);
    return { isError: true, content: [{ type: 'text', text: `${code}: ${message}\nNext: ${next}` }] };
  }
}
