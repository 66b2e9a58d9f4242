import * as z from 'zod/v4';
import { surveyAction } from '../core/conflict.ts';
import { intentTypes } from '../core/records.ts';
import { actionFor } from './action-targets.ts';
import { branchesNow, conflictAnswer, conflictShape, spokenConflicts, standing } from './conflict-answer.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'conflict_check',
  title: 'Check for conflicts',
  set: 'core',
  effect: 'read',
  idempotent: true,
  description:
    "Ask if an action is safe now: others' locks, intents, uncommitted files, git state, trial merges. " +
    'Use before a commit, push, merge or wide change; to protect your work use lock_acquire. ' +
    'safe is false only if harm is likely.',
  input: z.strictObject({
    action: z.enum(intentTypes),
    targets: z.array(z.string()).optional().describe('paths, globs, branch:x'),
  }),
  output: z.object({
    safe: z.boolean(),
    conflicts: z.array(conflictShape),
    notLookedAt: z.array(z.string()).optional(),
  }),
  cli: {
    positional: 'action',
    help: {
      action: 'what you are about to do',
      targets: 'files, folders, globs, free names such as port:3000, or branches as branch:name',
    },
    refused: out => !out.safe,
  },
  examples: [
    { title: 'Before a rebase', input: { action: 'git_rebase' } },
    { title: 'Before editing a folder', input: { action: 'file_edit', targets: ['src/auth'] } },
    { title: 'Before a merge', input: { action: 'git_merge', targets: ['branch:feature/login'] } },
  ],
  async run({ caller }, input) {
    const [action, here, branches] = await Promise.all([
      actionFor(caller, input.action, input.targets),
      standing(caller),
      branchesNow(caller),
    ]);
    const survey = await caller.read((view, me) => surveyAction(view, here(me), action, branches));
    return conflictAnswer(caller, survey);
  },
  text: out =>
    [
      out.safe ? (out.conflicts.length === 0 ? 'Safe: nothing in the way.' : 'Safe, but know this:') : 'Not safe now:',
      ...spokenConflicts(out),
    ].join('\n'),
});
