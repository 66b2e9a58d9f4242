/** A small MCP server that gives back what it is told, to see that a client reaches one at all. */
import { McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod/v4';

const server = new McpServer({ name: 'echo', version: '1.0.0' });
const inputSchema = z.object({ text: z.string() });
server.registerTool('say', { description: 'Gives a text back.', inputSchema }, async ({ text }) => ({
  content: [{ type: 'text', text: `heard ${text}` }],
}));
await server.connect(new StdioServerTransport());
