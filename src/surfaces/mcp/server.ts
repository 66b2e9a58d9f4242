/** One MCP server instance over the tools: it translates between protocol and tools and has no rules of its own. */
import { type CallToolResult, ResourceNotFoundError, Server, type ServerContext } from '@modelcontextprotocol/server';
import { untold } from '../../clients/define-client.ts';
import { clientSpeaking } from '../../clients/index.ts';
import { toSignalboxError } from '../../core/errors.ts';
import type { CallTool } from '../../tools/call-tool.ts';
import type { Callers, CallOwner } from '../../tools/callers.ts';
import type { ToolContext, ToolDefinition } from '../../tools/define-tool.ts';
import { version } from '../../version.ts';
import type { EventDesk } from '../hook/answer.ts';
import type { AnsweringTransport, ClientFacts } from './answers.ts';
import { besideTools, type Permission, serveBesideTools } from './beside-tools.ts';
import { clientOf } from './client-of.ts';
import { hookAnswer, hookTool } from './hook-tool.ts';
import { instructions } from './instructions.ts';
import { listedTool } from './listing.ts';
import { refusedByRule } from './refusal.ts';
import { inboxUri, isSubscribable, toolsOfResource } from './resources.ts';
import { Subscriptions } from './subscriptions.ts';

export interface ServerParts {
  readonly tools: readonly ToolDefinition[];
  /** By which everything is called that the client asks for. */
  readonly call: CallTool;
  readonly transport: AnsweringTransport;
  /** Who may call, made from what the client says of itself. Called with the first request that needs one. */
  callers(client: ClientFacts | undefined): Callers;
  readonly permission: Permission;
  /** Where the client's hooks are answered that come over this connection. */
  readonly desk: EventDesk;
  /** Declares the Claude channel capability. Legacy connections only: the newer protocol has no unasked notifications. */
  readonly channel: boolean;
}

const listHint = { ttlMs: 3_600_000, cacheScope: 'public' as const };

export function createServer(parts: ServerParts): Server {
  const { tools, call, channel, permission } = parts;
  const server = new Server(
    { name: 'signalbox', title: 'Signalbox', version },
    {
      instructions,
      capabilities: {
        tools: {},
        ...besideTools,
        resources: { subscribe: true },
        ...(channel ? { experimental: { 'claude/channel': {} } } : {}),
      },
      cacheHints: {
        'tools/list': listHint,
        'resources/list': listHint,
        'resources/templates/list': listHint,
        'prompts/list': listHint,
        'server/discover': listHint,
      },
    },
  );
  const listed = tools.map(listedTool);
  const subscriptions = new Subscriptions(uri => server.sendResourceUpdated({ uri }));
  const context = (request: ServerContext) => toolContext(parts, server, request, subscriptions);
  server.setRequestHandler('tools/list', () => ({ tools: listed }));
  server.setRequestHandler('tools/call', async ({ params }, request) => {
    if (params.name === hookTool)
      return hookAnswer(permission.hasHooks ? parts.desk : null, params.arguments ?? {}, context(request));
    return answered(async () => {
      const owner = ownerOf(clientOf(server, request), params, request);
      const caller = await parts.callers(clientOf(server, request)).ofCall(owner);
      return call(tools, params.name, owner.input, { ...context(request), caller });
    });
  });
  serveBesideTools(server, {
    mayUse: permission.mayUse,
    serve(request, wish, work) {
      const about = context(request);
      return permission.perform(wish, about.caller, () => work(about));
    },
  });
  serveSubscriptions(parts, server, subscriptions, context);
  return server;
}

/**
 * The older protocol subscribes by requests of its own. The newer one keeps a request open, which the protocol layer answers
 * without asking us; so the transport tells when one comes and goes.
 */
function serveSubscriptions(
  { transport, callers, permission }: ServerParts,
  server: Server,
  subscriptions: Subscriptions,
  context: (request: ServerContext) => ToolContext,
): void {
  const isWatchable = (uri: string) => isSubscribable(uri) && permission.mayUse(toolsOfResource(uri));
  server.setRequestHandler('resources/subscribe', async ({ params }, request) => {
    if (!isWatchable(params.uri)) throw new ResourceNotFoundError(params.uri);
    await subscriptions.subscribe(params.uri, context(request).caller).catch(refusedByRule);
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscriptions.unsubscribe(params.uri);
    return {};
  });
  transport.listening(
    ({ id, uris, client }) => subscriptions.listen(id, uris.filter(isWatchable), callers(client).main),
    id => subscriptions.cancel(id),
  );
  void transport.closed().then(() => subscriptions.close());
}

/** A refusal by a rule is a tool error the model can read and act on, not a protocol error that only the client sees. */
async function answered(call: () => ReturnType<CallTool>): Promise<CallToolResult> {
  try {
    const { output, text } = await call();
    return { content: [{ type: 'text', text }], structuredContent: output };
  } catch (error) {
    const { code, message, next } = toSignalboxError(error);
    return { isError: true, content: [{ type: 'text', text: `${code}: ${message}\nNext: ${next}` }] };
  }
}

/** What a call says about whose it is, and its arguments without what says so. */
function ownerOf(
  client: ClientFacts | undefined,
  { name, arguments: input = {} }: { name: string; arguments?: Record<string, unknown> | undefined },
  { mcpReq }: ServerContext,
): CallOwner {
  const definition = clientSpeaking(client?.name);
  const told = definition?.ownerOf((mcpReq._meta ?? {}) as Record<string, unknown>) ?? untold;
  const mark = definition?.callArgument;
  if (mark === undefined || typeof input[mark] !== 'string') return { ...told, tool: name, input };
  const { [mark]: id, ...others } = input;
  return { ...told, id: String(id), tool: name, input: others };
}

function toolContext(
  parts: ServerParts,
  server: Server,
  request: ServerContext,
  subscriptions: Subscriptions,
): ToolContext {
  const { id, signal, _meta, notify } = request.mcpReq;
  const { transport } = parts;
  signal.addEventListener('abort', () => transport.forget(id), { once: true });
  const progressToken = _meta?.progressToken;
  return {
    caller: parts.callers(clientOf(server, request)).main,
    signal,
    path: 'calls',
    progress(message, done, total) {
      if (progressToken === undefined || signal.aborted) return;
      const params = { progressToken, progress: done, total, message };
      // A client that has gone away is noticed by the connection's end; a lost progress note is no matter.
      void notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
    // What follows an answer changes the caller's own inbox, and that is told by no event.
    afterAnswer: action =>
      transport.afterAnswer(id, async () => {
        await action();
        await subscriptions.ownChange(inboxUri);
      }),
  };
}
