import * as z from 'zod/v4';
import { checkConflicts, isSafe, movesHead } from '../core/conflict.ts';
import { intentTypes } from '../core/records.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'conflict_check',
  title: 'Check for conflicts',
  set: 'core',
  effect: 'read',
  idempotent: true,
  description:
    'Ask whether an action is safe now, given the locks of others and who shares your checkout and branch. ' +
    'Use before a commit, push, rebase, merge, wide change or build; to protect your own work use lock_acquire. ' +
    'safe is false only when harm is likely. Changes nothing.',
  input: z.strictObject({
    action: z.enum(intentTypes),
    targets: z.array(z.string()).optional().describe('files, folders, globs'),
  }),
  output: z.object({
    safe: z.boolean(),
    conflicts: z.array(
      z.object({
        kind: z.string(),
        severity: z.enum(['low', 'medium', 'high']),
        description: z.string(),
        session: z.string(),
        resource: z.string().optional(),
      }),
    ),
  }),
  cli: { positional: 'action', help: { action: 'what you are about to do' }, refused: out => !out.safe },
  examples: [
    { title: 'Before a rebase', input: { action: 'git_rebase' } },
    { title: 'Before editing a folder', input: { action: 'file_edit', targets: ['src/auth'] } },
  ],
  async run({ caller }, input) {
    const head = movesHead(input.action) ? ['git:head'] : [];
    const named = (input.targets?.length ?? 0) + head.length > 0;
    const targets = named ? await caller.resources(input.targets, head) : [];
    const conflicts = await caller.read((view, me) => checkConflicts(view, me, input.action, targets));
    return {
      safe: isSafe(conflicts),
      conflicts: conflicts.map(({ session, resource, ...conflict }) => ({
        ...conflict,
        session: session.handle,
        ...(resource ? { resource } : {}),
      })),
    };
  },
  text: out =>
    [
      out.safe ? (out.conflicts.length === 0 ? 'Safe: nothing in the way.' : 'Safe, but know this:') : 'Not safe now:',
      ...out.conflicts.map(conflict => `[${conflict.severity}] ${conflict.description}`),
    ].join('\n'),
});
