/**
 * Floor: an MCP server that does nothing, on the same SDK and bundled in the same way as the program. One tool with one zod
 * field, served over stdio as the program serves. What it costs, every MCP server on this SDK costs.
 */
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod/v4';

function create(): McpServer {
  const server = new McpServer({ name: 'bare', version: '1.0.0' });
  server.registerTool(
    'noop',
    { description: 'Does nothing.', inputSchema: z.object({ text: z.string().optional() }) },
    async () => ({ content: [{ type: 'text', text: 'ok' }] }),
  );
  return server;
}

serveStdio(create);
