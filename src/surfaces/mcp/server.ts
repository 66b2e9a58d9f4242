/** One MCP server instance over the tools: it translates between protocol and tools and has no rules of its own. */
import { type CallToolResult, CLIENT_INFO_META_KEY, Server, type ServerContext } from '@modelcontextprotocol/server';
import { toSignalboxError } from '../../core/errors.ts';
import { callTool } from '../../tools/call-tool.ts';
import type { ToolContext, ToolDefinition } from '../../tools/define-tool.ts';
import type { Participant } from '../../tools/participant.ts';
import { version } from '../../version.ts';
import type { AnsweringTransport } from './answers.ts';
import { instructions } from './instructions.ts';
import { listedTool } from './listing.ts';
import { listedResources, readResource } from './resources.ts';

export interface ClientFacts {
  readonly name: string;
  readonly version: string;
}

export interface ServerParts {
  readonly tools: readonly ToolDefinition[];
  readonly transport: AnsweringTransport;
  /** The caller, made from what the client says of itself. Called with the first request that needs one. */
  participant(client: ClientFacts | undefined): Participant;
  /** Declares the Claude channel capability. Legacy connections only: the newer protocol has no unasked notifications. */
  readonly channel: boolean;
}

const listHint = { ttlMs: 3_600_000, cacheScope: 'public' as const };

export function createServer(parts: ServerParts): Server {
  const { tools, channel } = parts;
  const server = new Server(
    { name: 'signalbox', title: 'Signalbox', version },
    {
      instructions,
      capabilities: { tools: {}, resources: {}, ...(channel ? { experimental: { 'claude/channel': {} } } : {}) },
      cacheHints: {
        'tools/list': listHint,
        'resources/list': listHint,
        'resources/templates/list': listHint,
        'server/discover': listHint,
      },
    },
  );
  const listed = tools.map(listedTool);
  const context = (request: ServerContext) => toolContext(parts, server, request);
  server.setRequestHandler('tools/list', () => ({ tools: listed }));
  server.setRequestHandler('tools/call', async ({ params }, request) =>
    answered(() => callTool(tools, params.name, params.arguments, context(request))),
  );
  server.setRequestHandler('resources/list', () => ({ resources: listedResources() }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }));
  server.setRequestHandler('resources/read', ({ params }, request) => readResource(params.uri, context(request)));
  return server;
}

/** A refusal by a rule is a tool error the model can read and act on, not a protocol error that only the client sees. */
async function answered(call: () => ReturnType<typeof callTool>): Promise<CallToolResult> {
  try {
    const { output, text } = await call();
    return { content: [{ type: 'text', text }], structuredContent: output };
  } catch (error) {
    const { code, message, next } = toSignalboxError(error);
    return { isError: true, content: [{ type: 'text', text: `${code}: ${message}\nNext: ${next}` }] };
  }
}

function toolContext(parts: ServerParts, server: Server, request: ServerContext): ToolContext {
  const { id, signal, _meta, notify } = request.mcpReq;
  const { transport } = parts;
  signal.addEventListener('abort', () => transport.forget(id), { once: true });
  const progressToken = _meta?.progressToken;
  // The newer protocol has no handshake: every request says who the client is.
  const envelope = request.mcpReq.envelope as Record<string, unknown> | undefined;
  const client = (envelope?.[CLIENT_INFO_META_KEY] as ClientFacts | undefined) ?? server.getClientVersion();
  return {
    caller: parts.participant(client),
    signal,
    path: 'calls',
    progress(message, done, total) {
      if (progressToken === undefined || signal.aborted) return;
      const params = { progressToken, progress: done, total, message };
      // A client that has gone away is noticed by the connection's end; a lost progress note is no matter.
      void notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
    afterAnswer: action => transport.afterAnswer(id, action),
  };
}
