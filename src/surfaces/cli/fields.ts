/** What the command line needs to know of a tool's input, read from its schema. */
import * as z from 'zod/v4';
import type { ToolDefinition } from '../../tools/define-tool.ts';

export interface Field {
  readonly name: string;
  /** `--ttl-seconds` */
  readonly flag: string;
  readonly kind: 'text' | 'number' | 'switch' | 'list';
  readonly help: string;
  readonly choices: readonly string[] | undefined;
  readonly isRequired: boolean;
  readonly fallback: unknown;
  readonly isPositional: boolean;
  /** Takes a session's handle. */
  readonly takesSession: boolean;
}

/** The part of JSON Schema in which inputs are written: flat fields of scalars, enums and lists of them. */
interface FieldSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly items?: FieldSchema;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The fields of a tool in the order of its schema. */
export function fieldsOf(tool: ToolDefinition): Field[] {
  const schema = z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' });
  const required = new Set(schema.required);
  const hints = tool.cli;
  return Object.entries((schema.properties ?? {}) as Record<string, FieldSchema>).map(([name, field]) => ({
    name,
    flag: `--${kebab(name)}`,
    kind: kindOf(field),
    help: [hints?.help?.[name] ?? field.description, boundsOf(field)].filter(Boolean).join(', '),
    choices: field.enum ?? field.items?.enum,
    isRequired: required.has(name),
    fallback: field.default,
    isPositional: [hints?.positional].flat().includes(name),
    takesSession: hints?.sessions?.includes(name) === true,
  }));
}

/** `ttlSeconds` becomes `ttl-seconds`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

function kindOf(schema: FieldSchema): Field['kind'] {
  if (schema.type === 'array') return 'list';
  if (schema.type === 'boolean') return 'switch';
  return schema.type === 'integer' || schema.type === 'number' ? 'number' : 'text';
}

function boundsOf({ minimum, maximum }: FieldSchema): string {
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  if (least !== undefined) return `at least ${least}`;
  return most === undefined ? '' : `at most ${most}`;
}
