/** How answers of claude-session-coordinator are packed: as the library of the old program packed what its functions returned. */
import type * as z from 'zod/v4';
import { SignalboxError, toSignalboxError } from '../../core/errors.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { type Answer, type ForeignTool, foreignTool, said } from '../define-profile.ts';

type Dictionary = Readonly<Record<string, unknown>>;

/** One text for each element of a list, also of lists in it; nothing for null; a text as it is, anything else as JSON. */
export function texts(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(texts);
  return [typeof value === 'string' ? value : JSON.stringify(value, null, 2)];
}

/** A value in texts alone. */
export function bare(value: unknown): Answer {
  return { content: texts(value).map(text => ({ type: 'text', text })) };
}

/** A value in texts, and under `result` for programs. */
export function result(value: unknown): Answer {
  return { ...bare(value), structured: { result: value } };
}

/** A dictionary as JSON, and as it is for programs. */
export function dictionary(value: Dictionary): Answer {
  return { ...bare(value), structured: value };
}

/** The schema of answers that are one value of a type. */
export function resultOf(type: Dictionary): NonNullable<ForeignTool['output']> {
  return { type: 'object', properties: { result: type }, required: ['result'] };
}

/** The schema of answers that are a dictionary. */
export const openObject = { type: 'object', additionalProperties: true } as const;

export function wrong(text: string): Answer {
  return { ...said(text), isError: true };
}

/** How every failure of a tool begins. */
export function failing(tool: string): string {
  return `Error executing tool ${tool}: `;
}

/** A tool whose failures begin with its name. */
export function coordinatorTool<I extends z.ZodObject>(tool: {
  readonly name: string;
  readonly description: string;
  readonly input: I;
  readonly output?: ForeignTool['output'];
  run(desk: ForeignDesk, input: z.output<I>): Promise<Answer>;
}): ForeignTool {
  return foreignTool({
    ...tool,
    async run(desk, input) {
      try {
        return await tool.run(desk, input);
      } catch (error) {
        const { code, message, next, cause } = toSignalboxError(error);
        throw new SignalboxError(code, failing(tool.name) + message, next, { cause });
      }
    },
  });
}

/** What is read by resources and prompts, whose failures have one text: what is wrong, and what to do. */
export async function toldWhole<T>(reading: () => Promise<T>): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    const { code, message, next, cause } = toSignalboxError(error);
    throw new SignalboxError(code, [message, next].filter(part => part !== '').join(' '), '', { cause });
  }
}

/** Arguments that do not fit, a paragraph for each of them. */
export function invalid(tool: string, { issues }: z.ZodError): Answer {
  const paragraphs = issues.map(({ path, message, code }) => {
    const isMissing = code === 'custom' || /received undefined/.test(message);
    return `${path.join('.')}\n  ${isMissing ? 'Field required' : message}`;
  });
  const count = `${issues.length} validation error${issues.length === 1 ? '' : 's'}`;
  return wrong(`${failing(tool)}${count} for ${tool}Arguments\n${paragraphs.join('\n')}`);
}
