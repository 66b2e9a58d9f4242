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
import type { Principal } from '../../core/account.ts';
import { refusalFor } from '../../core/authority.ts';
import { toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { cleanLine } from '../../core/text.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { closeSession, openSession } from '../../tools/hub-session.ts';
import { hubWorld } from '../../tools/hub-world.ts';
import type { World } from '../../tools/world.ts';
import { version } from '../../version.ts';
import { clientOf } from '../mcp/client-of.ts';
import { instructions } from '../mcp/instructions.ts';
import { listedTool } from '../mcp/listing.ts';
import { type Auditor, actionOf, audited, call } from './calls.ts';

/** A request that may be answered. */
export interface McpRequest {
  readonly principal: Principal;
  readonly project: string;
  /** The id that the client's session was given with its handshake, or that its user has configured; null where there is none. */
  readonly session: string | null;
  /** The id that the handshake gave, which tells the client's name. */
  readonly handshake: string | null;
  readonly signal: AbortSignal;
  /** See `Request` in calls.ts. */
  readonly waitsEnd: AbortSignal;
  readonly audit: Auditor;
  /** Whether a refusal is one that the client can lift by asking its provider for more: HTTP has a status for that, and a tool has not. */
  mayAskForMore(refusal: unknown): boolean;
  /** What follows the answer once it was handed to the client, and what follows it in any case. */
  readonly afterwards: { handed(): Promise<void>; over(): Promise<void> }[];
}

export interface McpFace {
  fetch(request: Request, body: unknown, about: McpRequest): Promise<Response>;
}

/** `tools` are those that models are offered. */
export function createMcpFace(
  world: World,
  tools: readonly ToolDefinition[],
  onerror: (error: Error) => void,
): McpFace {
  const handler = createMcpHandler((context: McpRequestContext) => serverFor(world, tools, context), {
    onerror,
    maxRequestBodySize: limits.hubBodyBytes,
    maxSubscriptions: 1,
  });
  return {
    async fetch(request, body, about) {
      if (request.method === 'DELETE' && about.session !== null) return goodbye(world, about);
      await refuseForScope(tools, body, about);
      const { principal } = about;
      const authInfo = { token: '', clientId: principal.id, scopes: [principal.role], extra: { about } };
      const response = await handler.fetch(request, { authInfo, parsedBody: body });
      const client = handshakeOf(body);
      if (client !== null && response.ok) response.headers.set('mcp-session-id', `${world.ids.next()}.${client}`);
      return response;
    },
  };
}

/** Errors: `forbidden`, for a tool whose role the client could still be given. */
async function refuseForScope(tools: readonly ToolDefinition[], body: unknown, about: McpRequest): Promise<void> {
  const { method, params } = (typeof body === 'object' && body !== null ? body : {}) as Sent;
  const tool = method === 'tools/call' ? tools.find(({ name }) => name === params?.name) : undefined;
  const refusal = tool ? refusalFor(about.principal, actionOf(tool), about.project) : null;
  if (!tool || !about.mayAskForMore(refusal)) return;
  await audited({ ...about, session: null }, 'call', tool.name, params?.arguments ?? {}, () => Promise.reject(refusal));
}

/** Ends the session of a client that says goodbye; most do not. */
async function goodbye(world: World, about: McpRequest): Promise<Response> {
  const { principal, project, session } = about;
  const own = hubWorld(world, principal, project);
  const wasThere = await audited({ ...about, session: null }, 'session', 'end', null, () =>
    closeSession(own, project, principal.id, conversationOf(session, undefined)),
  );
  return new Response(null, { status: wasThere ? 200 : 404 });
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

/** The name of the client in the id that its handshake was answered with. */
function clientIn(handshake: string | null): string | undefined {
  return /^[0-9a-z]{26}\.([\w-]+)$/.exec(handshake ?? '')?.[1];
}

function aboutOf({ authInfo }: McpRequestContext): McpRequest {
  return authInfo?.extra?.about as McpRequest;
}

/** By what the requests of one client are known: the id it was given, else its name, of which a token has one session then. */
function conversationOf(session: string | null, client: string | undefined): string {
  return session === null ? `client:${client ?? 'unknown'}` : `given:${session}`;
}

/** Told to a client that is the same session as all others of its token and name. */
const shared =
  'Over this connection nothing tells one client of this token and name from another: all of them are one session, which shares its ' +
  'locks and messages. Your user can tell them apart with a header of their own for each, Signalbox-Session.';

function serverFor(world: World, tools: readonly ToolDefinition[], context: McpRequestContext): Server {
  const about = aboutOf(context);
  const { principal, project } = about;
  // The older protocol is given an id with the answer to its handshake.
  const isShared = context.era === 'modern' && about.session === null && principal.role !== 'read';
  const server = new Server(
    { name: 'signalbox', title: 'Signalbox', version },
    { instructions: isShared ? `${instructions}\n\n${shared}` : instructions, capabilities: { tools: {} } },
  );
  const isAllowed = (tool: ToolDefinition) => refusalFor(principal, actionOf(tool), project) === null;
  server.setRequestHandler('tools/list', () => ({ tools: tools.filter(isAllowed).map(listedTool) }));
  server.setRequestHandler('tools/call', ({ params }, request) =>
    answered(async () => {
      const client = clientOf(server, request)?.name ?? clientIn(about.handshake);
      const signal = AbortSignal.any([about.signal, request.mcpReq.signal]);
      const progress = progressOf(request);
      const input = params.arguments ?? {};
      const called = await call(world, tools, params.name, input, {
        ...{ principal, project, session: null, signal, waitsEnd: about.waitsEnd, progress },
        join: () => sessionFor(world, about, client),
        audit: about.audit,
      });
      about.afterwards.push(called);
      return called;
    }),
  );
  return server;
}

/** The session that a client's calls are, joined with the first of them; none for a token that only reads. */
async function sessionFor(world: World, { principal, project, session }: McpRequest, client: string | undefined) {
  if (principal.role === 'read') return null;
  const name =
    client === undefined ? null : cleanLine(client, 'client', limits.hubHeaderCharacters).slice(0, 60) || null;
  const arrival = {
    conversation: conversationOf(session, client),
    handle: null,
    client: name,
    task: null,
    branch: null,
  };
  return (await openSession(hubWorld(world, principal, project), project, principal.id, arrival)).id;
}

function progressOf({ mcpReq }: ServerContext) {
  const { _meta, notify } = mcpReq;
  const progressToken = _meta?.progressToken;
  return (message: string, done: number, total: number) => {
    if (progressToken === undefined) return;
    const params = { progressToken, progress: done, total, message };
    void notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
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
