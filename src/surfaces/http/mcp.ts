/**
 * MCP over HTTP (Streamable HTTP, both eras of the protocol), one server for each request: nothing of a client is kept in this process, so
 * that any replica answers any request.
 */
import { type CallToolResult, createMcpHandler, type McpRequestContext, Server } from '@modelcontextprotocol/server';
import { refusalFor } from '../../core/authority.ts';
import { toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { closeSession, openSession } from '../../tools/hub-session.ts';
import { hubWorld } from '../../tools/hub-world.ts';
import type { World } from '../../tools/world.ts';
import { version } from '../../version.ts';
import { instructions } from '../mcp/instructions.ts';
import { listedTool } from '../mcp/listing.ts';
import { actionOf, audited, call } from './calls.ts';
import { clientName, conversationOf, isGiven, type McpRequest, progressOf, shownClient } from './mcp-client.ts';
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
  if (method !== 'tools/call') return;
  const { spoken, principal, project } = about;
  const tool = tools.find(({ name }) => name === params?.name);
  const own = tool ? refusalFor(principal, actionOf(tool), project) : null;
  const refusal = spoken ? profileRefusal(tools, spoken, about, params?.name) : own;
  if (!about.mayAskForMore(refusal)) return;
  const subject = { ...about, session: null, project: spoken?.profile.name ?? project };
  const what = `${spoken ? `${spoken.profile.name}/` : ''}${params?.name}`;
  await audited(subject, 'call', what, params?.arguments ?? {}, () => Promise.reject(refusal));
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
  const { principal, project, spoken } = about;
  // The older protocol is given an id with the answer to its handshake.
  const isShared = context.era === 'modern' && about.session === null && principal.role !== 'read';
  const further = isShared ? `\n\n${shared}` : '';
  if (spoken) return profileServerFor(world, tools, spoken, about, further);
  const server = new Server(
    { name: 'signalbox', title: 'Signalbox', version },
    { instructions: `${instructions}${further}`, capabilities: { tools: {} } },
  );
  const isAllowed = (tool: ToolDefinition) => refusalFor(principal, actionOf(tool), project) === null;
  server.setRequestHandler('tools/list', () => ({ tools: tools.filter(isAllowed).map(listedTool) }));
  server.setRequestHandler('tools/call', ({ params }, request) =>
    answered(async () => {
      const client = clientName(server, request, about);
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
