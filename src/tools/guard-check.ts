import * as z from 'zod/v4';
import { guardEdit, guardEditAsks, hasAll } from '../core/guard-edit.ts';
import { mayChangePolicy, notePolicy } from '../core/guard-policy-change.ts';
import { limits } from '../core/limits.ts';
import { isNewlyHeard } from '../core/refusal.ts';
import { noteRunning } from '../core/running.ts';
import { cleanLine } from '../core/text.ts';
import type { ToolAction } from '../core/tool-action.ts';
import type { View } from '../core/unit.ts';
import { checkShell } from './check-shell.ts';
import { defineTool, type ToolContext } from './define-tool.ts';
import { placedEdit } from './edit-wish.ts';
import { gitFilesRefusal, selfTestRefusal } from './git-files.ts';
import { branchOf, isTouched, judged } from './judged.ts';
import type { Me, Participant } from './participant.ts';
import { toolFields } from './tool-action.ts';

const input = z.strictObject({
  ...toolFields,
  /** The folder from which relative paths start. */
  directory: z.string().nullable().default(null),
});

type Given = z.output<typeof input>;
type Edit = Extract<ToolAction, { readonly kind: 'edit' }>;

export default defineTool({
  name: 'guard_check',
  title: 'Ask whether a tool may run',
  set: 'hook',
  effect: 'write',
  idempotent: false,
  description:
    'What the hooks of an AI client ask before a tool changes files or git: the locks it needs are taken for the session, or it is refused ' +
    'with who has them, what for, how long still, and one next step. Models never call it.',
  input,
  output: z.object({ refused: z.boolean(), text: z.string() }),
  examples: [
    {
      title: 'Before an edit',
      input: { action: { kind: 'edit', files: [{ path: 'src/auth.ts', change: 'modified' }] } },
    },
  ],
  async run(context, given) {
    const { action } = given;
    const text =
      action?.kind === 'edit'
        ? await checkEdit(context, given, action)
        : action?.kind === 'shell'
          ? await checkShell(context, action, given)
          : action?.kind === 'unreadable'
            ? await checkUnreadable(context, given, action.why)
            : null;
    if (text === null && mayChangePolicy(action)) await notePolicyOf(context.caller);
    return { refused: text !== null, text: text ?? '' };
  },
  text: out => out.text,
});

/** What holds before it is changed, to be compared with what holds then. */
async function notePolicyOf(caller: Participant): Promise<void> {
  const { guardPolicy, policy } = caller.world;
  const before = guardPolicy?.refreshed() ?? policy.guard;
  await caller.transact((unit, me) => notePolicy(unit, me, before));
}

/** What a refused edit is told; null when it may go on. */
async function checkEdit({ caller }: ToolContext, given: Given, action: Edit): Promise<string | null> {
  const paths = action.files.map(({ path }) => path);
  const { wishes, inGit } = await placedEdit(caller, paths, given.directory);
  const refusal = selfTestRefusal(paths) ?? gitFilesRefusal(caller.world.policy.guard, inGit);
  if (wishes.length + inGit.length === 0 && refusal === null) return null;
  const isDone = (view: View, me: Me) => hasAll(view, me, wishes);
  const isEndUntold = action.isEndUntold === true;
  // Most edits are of a file that the session has already: then nothing is written.
  const quick = async (view: View, me: Me) =>
    refusal === null &&
    !isEndUntold &&
    !isNewlyHeard(me, 'edit', view.tx.now) &&
    isTouched(view, me) &&
    (await isDone(view, me));
  if (await caller.read(quick)) return null;
  const branch = await branchOf(caller);
  const root = wishes[0]?.here.root ?? caller.directory;
  const wallAt = caller.world.clock.now();
  const begun = { call: given.call, isEndUntold, root, ticket: null, heads: [], notes: [], wallAt };
  const text = await caller.transact(
    (unit, me) =>
      judged(unit, me, { ring: 'edit', branch, ...given }, async met => {
        const said = refusal ?? (await guardEdit(unit, met, wishes));
        if (said === null && isEndUntold) await noteRunning(unit, met, { ...begun, at: unit.tx.now });
        return said;
      }),
    me => guardEditAsks(me, wishes),
  );
  if (text !== null) caller.watchQueue();
  return text;
}

/** An edit of which nobody can tell what it changes is one that cannot be checked: policy has a word for those. */
async function checkUnreadable({ caller }: ToolContext, given: Given, why: string): Promise<string | null> {
  const branch = await branchOf(caller);
  const isRefused = caller.world.policy.guard.onFailure === 'block';
  const said = {
    lines: [
      `not edited: which files it would change cannot be told, because ${cleanLine(why.slice(0, limits.commandShownCharacters), 'why', limits.reasonCharacters)}.`,
      'Next: make the edit in a plainer form, one file at a time.',
    ],
    brief: 'it still cannot be told which files that would change: make the edit in a plainer form.',
  };
  return caller.transact((unit, me) =>
    judged(unit, me, { ring: 'edit', branch, ...given }, async () => (isRefused ? said : null)),
  );
}
