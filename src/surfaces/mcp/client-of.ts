/** Who speaks over a connection: the older protocol says it once, the newer one with each request. */
import { CLIENT_INFO_META_KEY, type Server, type ServerContext } from '@modelcontextprotocol/server';
import type { ClientFacts } from './answers.ts';

/** The newer protocol has no handshake: every request says who the client is. */
export function clientOf(server: Server, request: ServerContext): ClientFacts | undefined {
  const envelope = request.mcpReq.envelope as Record<string, unknown> | undefined;
  return (envelope?.[CLIENT_INFO_META_KEY] as ClientFacts | undefined) ?? server.getClientVersion();
}
