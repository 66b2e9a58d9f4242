/** How a tool definition looks in `tools/list`: everything a client needs in as few bytes as it takes. */
import type { Tool } from '@modelcontextprotocol/server';
import * as z from 'zod/v4';
import type { ToolDefinition } from '../../tools/define-tool.ts';

type Json = { [key: string]: unknown };

/** The MCP listing of a tool. All four annotations are set, because their defaults say the opposite of most of ours. */
export function listedTool(tool: ToolDefinition): Tool {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: schemaOf(tool.input, 'input') as Tool['inputSchema'],
    outputSchema: schemaOf(tool.output, 'output') as Tool['outputSchema'],
    annotations: {
      readOnlyHint: tool.effect === 'read',
      destructiveHint: tool.effect === 'destroy',
      idempotentHint: tool.idempotent,
      openWorldHint: false,
    },
  };
}

/** A JSON Schema without what says nothing: the dialect is the protocol's default, and unknown fields are refused by the call. */
export function schemaOf(schema: z.ZodObject, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...full } = z.toJSONSchema(schema, { io }) as Json;
  return slim(full) as Json;
}

function slim(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(slim);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(
    ([key, value]) => key !== 'additionalProperties' && !(key === 'maximum' && value === Number.MAX_SAFE_INTEGER),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, slim(value)]));
}
