/** What hooks tell of a tool, as an input. */
import * as z from 'zod/v4';

const file = z.strictObject({ path: z.string(), change: z.enum(['created', 'modified', 'deleted']) });

export const toolAction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('edit'), files: z.array(file), isEndUntold: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('shell'), command: z.string(), directory: z.string().nullable() }),
  z.strictObject({ kind: z.literal('unreadable'), why: z.string() }),
]);

/** The fields by which an event, before or after a tool, tells what it is about. */
export const toolFields = {
  action: toolAction.nullable().default(null),
  /** The client's id of the call. */
  call: z.string().nullable().default(null),
  hasFailed: z.boolean().default(false),
};
