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

/**
 * The JSON Schema in brief. Every session pays for this text, so what the call checks anyway (bounds, unknown fields) is left
 * out, and so is what the objects and lists inside an answer hold: the answer itself says it, and `docs/tools/` has it in full.
 */
export function schemaOf(schema: z.ZodObject, io: 'input' | 'output'): Json {
  const full = z.toJSONSchema(schema, { io }) as Json;
  return brief(full, io, 0) as Json;
}

/** What an input is checked for anyway; of the bounds only the upper ones help a caller. */
const silent = ['$schema', 'additionalProperties', 'minimum', 'minLength', 'maxLength', 'minItems', 'maxItems'];

function brief(node: unknown, io: 'input' | 'output', depth: number): unknown {
  if (Array.isArray(node)) return node.map(item => brief(item, io, depth));
  if (typeof node !== 'object' || node === null) return node;
  const schema = node as Json;
  if (io === 'output' && depth > 0 && (schema.type === 'object' || schema.type === 'array'))
    return { type: schema.type };
  const dropped = io === 'output' ? [...silent, 'required', 'enum'] : silent;
  const kept = Object.entries(schema).filter(([key, value]) => !dropped.includes(key) && !saysNothing(key, value));
  return Object.fromEntries(kept.map(([key, value]) => [key, brief(value, io, depth + 1)]));
}

/** A bound no number reaches, and a default that everybody would assume. */
function saysNothing(key: string, value: unknown): boolean {
  return (
    (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) || (key === 'default' && (value === false || value === 0))
  );
}
