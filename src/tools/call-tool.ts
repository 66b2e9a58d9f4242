/** The only way to a tool: find, parse, run, check the answer, record. All surfaces go through it, so none has rules of its own. */
import type * as z from 'zod/v4';
import { SignalboxError, toSignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { cleanText, cleanTexts } from '../core/text.ts';
import { CallOf } from './call-of.ts';
import type { ToolContext, ToolDefinition } from './define-tool.ts';

export interface ToolAnswer {
  readonly output: Record<string, unknown>;
  readonly text: string;
}

/** As `callTool`, or what stands in its place where calls are allowed and noted first. */
export type CallTool = typeof callTool;

/**
 * Calls a tool with raw input. Throws only `SignalboxError`. Simple slips of a model are forgiven (a single text where a
 * list belongs, a number as text); everything else that does not fit is `invalid_input` and names the field.
 */
export async function callTool(
  offered: readonly ToolDefinition[],
  name: string,
  raw: unknown,
  context: ToolContext,
): Promise<ToolAnswer> {
  const tool = findTool(offered, name);
  const { log, clock } = context.caller.world;
  const begin = clock.elapsed();
  try {
    const output = cleanTexts(
      tool.output.parse(await tool.run({ ...context, caller: new CallOf(context.caller) }, parseInput(tool, raw))),
    ) as Record<string, unknown>;
    log.debug('call', { tool: name, ms: Math.round(clock.elapsed() - begin) });
    return { output, text: tool.text(output) };
  } catch (error) {
    const known = toSignalboxError(error);
    const details = { tool: name, code: known.code, message: known.message };
    if (known.code === 'internal')
      log.error('call failed', { ...details, cause: String((known.cause as Error)?.stack ?? known.cause) });
    else log.debug('call refused', details);
    throw new SignalboxError(known.code, cleanText(known.message).text, cleanText(known.next).text, {
      cause: known.cause,
    });
  }
}

function findTool(offered: readonly ToolDefinition[], name: string): ToolDefinition {
  const tool = offered.find(candidate => candidate.name === name);
  if (tool) return tool;
  throw new SignalboxError(
    'not_found',
    `There is no tool "${name.slice(0, limits.handleCharacters)}" here.`,
    `Tools: ${offered.map(candidate => candidate.name).join(', ')}.`,
  );
}

function parseInput(tool: ToolDefinition, raw: unknown): z.output<ToolDefinition['input']> {
  const given = raw === undefined || raw === null ? {} : raw;
  if (typeof given !== 'object' || Array.isArray(given)) throw invalid(tool, 'The arguments are not an object.');
  const parsed = tool.input.safeParse(forgiven(tool, given as Record<string, unknown>));
  if (parsed.success) return parsed.data;
  throw invalid(tool, spokenIssues(parsed.error.issues));
}

/** What does not fit, field by field, in one or more sentences. */
export function spokenIssues(issues: readonly z.core.$ZodIssue[]): string {
  const problems = issues.slice(0, 5).map(issue => {
    const field = issue.path.join('.');
    return field ? `${field}: ${issue.message}` : issue.message;
  });
  return `${problems.join('. ')}.`.replace('..', '.');
}

function invalid(tool: ToolDefinition, message: string): SignalboxError {
  const fields = Object.keys(tool.input.shape).join(', ') || 'none';
  const [example] = tool.examples;
  const shown = example ? ` Example: ${JSON.stringify(example.input)}.` : '';
  return new SignalboxError('invalid_input', message, `Fields of ${tool.name}: ${fields}.${shown}`);
}

/** Puts right what models often get slightly wrong, field by field, without guessing at meaning. */
function forgiven(tool: ToolDefinition, given: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(given)) {
    // A name such as `constructor` is known to every object, and to no tool.
    const schema = Object.hasOwn(tool.input.shape, field) ? tool.input.shape[field] : undefined;
    const kind = schema && kindOf(schema as z.ZodType);
    // Where any value is taken, null is one; elsewhere it is a clumsy way to leave a field out.
    if (value === null && kind !== 'unknown') continue;
    result[field] = kind && typeof value === 'string' ? forgivenText(kind, value) : value;
  }
  return result;
}

function forgivenText(kind: string, value: string): unknown {
  if (kind === 'array') return asList(value);
  if ((kind === 'number' || kind === 'int') && /^-?\d+(\.\d+)?$/.test(value.trim())) return Number(value);
  if (kind === 'boolean' && /^(true|false)$/i.test(value.trim())) return value.trim().toLowerCase() === 'true';
  return value;
}

function asList(value: string): unknown {
  if (value.trimStart().startsWith('[')) {
    try {
      const list: unknown = JSON.parse(value);
      if (Array.isArray(list)) return list;
    } catch {
      // A path may begin with a bracket: then it is one path.
    }
  }
  return [value];
}

/** The type a field has inside its `optional` and `default` wrappers. */
export function kindOf(schema: z.ZodType): string {
  const { type, innerType } = schema.def as { type: string; innerType?: z.ZodType };
  return innerType ? kindOf(innerType) : type;
}
