import * as z from 'zod/v4';
import { newestOfEach, recordEdits } from '../core/edit.ts';
import { meetings, tellMeetings } from '../core/edit-done.ts';
import { isNewsOf } from '../core/edit-uncommitted.ts';
import type { EditWish } from '../core/edit-wish.ts';
import { mayChangePolicy, tellPolicyChange } from '../core/guard-policy-change.ts';
import type { ToldFile } from '../core/tool-action.ts';
import { defineTool, type ToolContext } from './define-tool.ts';
import { placedEdit } from './edit-wish.ts';
import { branchesOf } from './judged.ts';
import { mergeNews } from './merge-news.ts';
import type { Participant } from './participant.ts';
import { shellDone, untoldDone } from './shell-done.ts';
import { toolFields } from './tool-action.ts';
import { uncommittedNews } from './uncommitted-news.ts';

const input = z.strictObject({
  ...toolFields,
  directory: z.string().nullable().default(null),
});

type Given = z.output<typeof input>;

export default defineTool({
  name: 'guard_done',
  title: 'Tell what a tool has done',
  set: 'hook',
  effect: 'write',
  idempotent: false,
  description:
    'What the hooks of an AI client tell after a tool changed files or ran a command: the edits are recorded, and the answer is what the ' +
    'session has to know of others whom it met. Without an action, what is over although nothing told it. Models never call it.',
  input,
  output: z.object({ text: z.string() }),
  examples: [
    {
      title: 'After an edit',
      input: { action: { kind: 'edit', files: [{ path: 'src/auth.ts', change: 'modified' }] } },
    },
  ],
  async run(context, given) {
    const lines = await linesOf(context, given);
    const changed = (await mayHaveChanged(context.caller, given)) ? await policyNews(context.caller) : [];
    return { text: said([...lines, ...changed]) };
  },
  text: out => out.text,
});

async function linesOf(context: ToolContext, given: Given): Promise<string[]> {
  const { action, hasFailed, directory } = given;
  if (action?.kind === 'edit' && !hasFailed) return editDone(context, action.files, directory);
  if (action?.kind === 'shell') return shellDone(context, action, given);
  return action === null ? untoldDone(context.caller) : [];
}

/** Without an action it may have been done by what nothing told the end of. */
async function mayHaveChanged(caller: Participant, { action }: Given): Promise<boolean> {
  if (action !== null) return mayChangePolicy(action);
  return caller.read(async (_view, me) => me.guard.policyBefore !== undefined);
}

async function policyNews(caller: Participant): Promise<string[]> {
  const { guardPolicy, policy } = caller.world;
  const now = guardPolicy?.refreshed() ?? policy.guard;
  const told = await caller.transact((unit, me) => tellPolicyChange(unit, me, now));
  return told === null ? [] : [told];
}

function said(lines: readonly string[]): string {
  return lines.map(line => `Signalbox: ${line}`).join('\n');
}

async function editDone(
  { caller }: ToolContext,
  files: readonly ToldFile[],
  directory: string | null,
): Promise<string[]> {
  const placed = await Promise.all(
    files.map(async file => ({ file, at: await placedEdit(caller, [file.path], directory) })),
  );
  const done = placed.flatMap(({ file, at }) => at.wishes.map(wish => ({ wish, change: file.change })));
  if (done.length === 0) return [];
  const branches = await branchesOf(
    caller.world.worktrees,
    done.map(({ wish }) => wish.here.root),
  );
  const wishes = done.map(({ wish }) => wish);
  const { lines, met, news } = await caller.transact(async (unit, me) => {
    const newest = await newestOfEach(unit.tx, wishes);
    const edits = done.map(({ wish, change }) => editOf(wish, change, branches.get(wish.here.root) ?? null));
    const origin = { source: 'hook', commit: null, intent: null, host: wishes[0]?.here.host ?? me.host } as const;
    await recordEdits(unit, me, distinct(edits), origin);
    const met = await meetings(unit, me, wishes);
    // Of a file in which it met somebody it is told already whose work is in it.
    const isMet = ({ path }: EditWish) => met.some(meeting => meeting.path === path);
    const news = wishes.filter((wish, at) => isNewsOf(me, newest[at]) && !isMet(wish));
    return { met, news, lines: tellMeetings(unit, me, met) };
  });
  const left = news.length > 0 ? await uncommittedNews(caller, news) : [];
  return [...lines, ...left, ...(await mergeNews(caller, met))];
}

function editOf({ path, resource, here }: EditWish, change: ToldFile['change'], branch: string | null) {
  return { path, foldsCase: resource.foldsCase, root: here.root, branch, change, lines: null };
}

function distinct<T extends { readonly root: string; readonly path: string }>(edits: readonly T[]): T[] {
  return [...new Map(edits.map(edit => [`${edit.root}|${edit.path}`, edit])).values()];
}
