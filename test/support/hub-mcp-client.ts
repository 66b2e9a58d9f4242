/** A client that speaks MCP to a hub over HTTP, in one of the eras of the protocol. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Hub } from './hub.ts';
import { shop } from './hub.ts';

export const eras = ['legacy', 'modern'] as const;

export interface McpOptions {
  readonly token: string;
  readonly era: (typeof eras)[number];
  readonly name?: string;
  /** The id that the client's user has configured. */
  readonly session?: string;
  /** The hub that the next request goes to; by default always the first. */
  next?(): Hub;
}

export class HubMcpClient {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;

  private constructor(client: Client, transport: StreamableHTTPClientTransport) {
    [this.client, this.transport] = [client, transport];
  }

  static async connect(hub: Hub, { token, era, name = 'scenario', session, next }: McpOptions): Promise<HubMcpClient> {
    const transport = new StreamableHTTPClientTransport(new URL(`${hub.url}/mcp?project=${shop}`), {
      requestInit: {
        headers: {
          authorization: `Bearer ${token}`,
          ...(session === undefined ? {} : { 'signalbox-session': session }),
        },
      },
      ...(next ? { fetch: (url, init) => fetch(String(url).replace(hub.url, next().url), init) } : {}),
    });
    const client = new Client(
      { name, version: '1.0.0' },
      { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } },
    );
    await client.connect(transport);
    return new HubMcpClient(client, transport);
  }

  /** Calls a tool; its structured answer. A tool error is thrown with its text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  readonly call = async (name: string, input: object = {}, options: object = {}): Promise<any> => {
    const { structuredContent, isError, content } = await this.client.callTool(
      { name, arguments: { ...input } },
      options,
    );
    if (isError) throw new Error((content as { text: string }[])[0]?.text);
    return structuredContent;
  };

  close(): Promise<void> {
    return this.client.close();
  }
}
