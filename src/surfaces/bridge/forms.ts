/** What a machine asks a hub for, in the form that it must have. */
import * as z from 'zod/v4';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';

const text = z.string().max(limits.bridgeTextCharacters);
const pid = z.number().int();

/** What is known of the session in whose shell a command runs. */
export const clues = z.object({
  session: text.nullable(),
  conversation: text.nullable(),
  pid: pid.nullable(),
  isMarked: z.boolean(),
  /** The processes above the command, the nearest first. */
  ancestors: z.array(pid).max(limits.bridgeProcesses).readonly(),
});
export type Clues = z.output<typeof clues>;

export const commandForm = z.object({ clues, tool: text, input: z.unknown() });
export const statusForm = z.object({ clues });
export const directHookForm = z.object({
  pid,
  call: z.object({
    client: text,
    event: text,
    input: z.record(z.string(), z.unknown()),
    teller: text,
    failsClosed: z.boolean().optional(),
  }),
});
export const hookForm = z.object({ request: z.record(z.string(), z.unknown()) });

/** Errors: `invalid_input` for what has another form. */
export function formed<Form extends z.ZodType>(form: Form, said: unknown): z.output<Form> {
  const parsed = form.safeParse(said);
  if (parsed.success) return parsed.data;
  throw new SignalboxError('invalid_input', 'The hub does not understand this request.', 'Update both to one version.');
}
