/** What a machine asks a hub for, in the form that it must have. */
import * as z from 'zod/v4';
import { foreign } from '../../bridge/questions.ts';
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
/** A command of an earlier system, with the folder that it was typed in. */
export const compatForm = z.object({
  clues,
  told: foreign,
  words: z.array(z.string().max(limits.bridgeCommandCharacters)).max(limits.bridgeListed).readonly(),
  folder: text.regex(/^(?:[\\/]|[A-Za-z]:[\\/])/),
});
export type CompatForm = z.output<typeof compatForm>;
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

const pids = z.array(z.number().int()).max(limits.bridgeProcesses);
const commit = z.looseObject({});

/** One of git's, and what was found out about it. */
export const gitTold = z.looseObject({
  ...{ hook: text, bypass: text.nullable(), isPerson: z.boolean(), ancestors: pids, directory: text },
  environment: z.record(z.string(), z.string()),
});
export const gitFacts = z
  .looseObject({
    ...{ staged: z.array(text), isFirst: z.boolean(), isWhole: z.boolean(), folder: text, pushes: z.array(commit) },
    ...{ pushedFiles: z.array(text), rewritings: z.array(commit), made: z.array(commit), isRebase: z.boolean() },
    ...{ stashed: commit.nullable(), moved: commit.nullable(), takesTrailer: z.boolean(), notLookedAt: z.array(text) },
  })
  .partial();

/** Errors: `invalid_input` for what has another form. */
export function formed<Form extends z.ZodType>(form: Form, said: unknown): z.output<Form> {
  const parsed = form.safeParse(said);
  if (parsed.success) return parsed.data;
  throw new SignalboxError('invalid_input', 'The hub does not understand this request.', 'Update both to one version.');
}
