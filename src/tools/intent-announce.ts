import * as z from 'zod/v4';
import { surveyAction } from '../core/conflict.ts';
import { announce } from '../core/intent.ts';
import { limits } from '../core/limits.ts';
import { intentTypes } from '../core/records.ts';
import { actionFor } from './action-targets.ts';
import { branchesNow, conflictAnswer, conflictShape, spokenConflicts, standing } from './conflict-answer.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'intent_announce',
  title: 'Announce an operation',
  set: 'core',
  effect: 'write',
  idempotent: true,
  description:
    'Tell others what you are about to do; answers conflicts. Use before git operations and wide edits; ' +
    `to keep others out use lock_acquire. Ends after ${limits.intentKeptMs / 3_600_000} h.`,
  input: z.strictObject({
    type: z.enum(intentTypes),
    targets: z.array(z.string()).optional(),
    description: z.string().optional(),
  }),
  output: z.object({
    intent: z.string(),
    conflicts: z.array(conflictShape),
    notLookedAt: z.array(z.string()).optional(),
  }),
  cli: {
    positional: 'type',
    help: {
      type: 'what you are about to do',
      targets: 'files, folders, globs, free names such as port:3000, or branches as branch:name',
      description: 'what for, in one line',
    },
  },
  examples: [
    { title: 'Before a rebase', input: { type: 'git_rebase', targets: ['branch:feature/auth'] } },
    {
      title: 'Before a wide change',
      input: { type: 'refactor', targets: ['src/auth/**'], description: 'rename User to Account' },
    },
  ],
  async run({ caller }, input) {
    const [action, here, branches] = await Promise.all([
      actionFor(caller, input.type, input.targets),
      standing(caller),
      branchesNow(caller),
    ]);
    const { intent, survey } = await caller.transact(async (unit, me) => {
      const request = {
        type: action.type,
        resources: action.targets,
        branches: action.branches,
        description: input.description,
      };
      const intent = await announce(unit, here(me), request);
      return { intent, survey: await surveyAction(unit, here(me), action, branches) };
    });
    // It stands from here on: what git has to say comes after it, so that nobody is kept waiting.
    const { conflicts, notLookedAt } = await conflictAnswer(caller, survey);
    return {
      intent: intent.id,
      conflicts,
      ...(notLookedAt ? { notLookedAt } : {}),
    };
  },
  text: out =>
    [
      `Announced as ${out.intent}.${out.conflicts.length === 0 ? ' Nothing speaks against it.' : ''}`,
      ...spokenConflicts(out),
    ].join('\n'),
});
