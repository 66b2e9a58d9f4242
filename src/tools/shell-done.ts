/** After a shell command: what it let go of, what it did to the working tree, and what of that others have to know. */
import { inSameCheckout, spokenName } from '../core/conflict-kinds.ts';
import { giveBack } from '../core/git-command.ts';
import { areKin } from '../core/git-head.ts';
import { withUnfinished } from '../core/git-unfinished.ts';
import type { Running } from '../core/guard-record.ts';
import { limits } from '../core/limits.ts';
import { notify } from '../core/notice.ts';
import { lookAround } from '../core/presence.ts';
import { endedUntold, runningCall } from '../core/running.ts';
import { withToldUnsure } from '../core/stale-edits.ts';
import type { ToolAction } from '../core/tool-action.ts';
import type { Unit } from '../core/unit.ts';
import { readShell } from '../guard/shell/read-shell.ts';
import type { ToolContext } from './define-tool.ts';
import { noteMovedHistory } from './history-moved.ts';
import { branchesOf } from './judged.ts';
import type { Me, Participant } from './participant.ts';
import { lookAfterShell, passOver, type TreeNews } from './tree-look.ts';
import { treesSeen } from './trees-seen.ts';

type Shell = Extract<ToolAction, { readonly kind: 'shell' }>;

/** What the session is told: what policy let through with a word, and what the command did that it may not know. */
export async function shellDone(
  { caller }: ToolContext,
  action: Shell,
  { call }: { readonly call: string | null },
): Promise<string[]> {
  const running = await caller.read(async (_view, me) => runningCall(me, call));
  if (running === null) return [];
  // As long as it stands on the list, no other command takes its changes for its own.
  const { told, recorded } = await lookedAfter(caller, running, action);
  await noteMovedHistory(caller, running, action.command);
  const { clock, worktrees } = caller.world;
  const left = await leftBy(caller, running);
  const roots = [running.root, ...running.heads.map(({ root }) => root)];
  const branches = await branchesOf(worktrees, roots);
  await caller.transact(async (unit, session) => {
    const me = await keeping(unit, withToldUnsure(session, recorded), left);
    return endRunning(unit, me, runningCall(me, call), clock.now(), root => branches.get(root) ?? null);
  });
  return [...running.notes, ...told];
}

/** What the command did to the working tree. Git is not waited for after one that is known to have changed nothing. */
async function lookedAfter(caller: Participant, running: Running, { command }: Shell): Promise<TreeNews> {
  const seen = treesSeen(caller.world);
  const { directory } = caller;
  const { changes } = readShell(command, { directory, home: caller.world.home ?? null });
  if (changes === 'later') seen.unsettle(running.root);
  if (changes !== 'none' || running.heads.length > 0 || seen.isUnsettled(running.root))
    return lookAfterShell(caller, running);
  void passOver(caller, running);
  return { recorded: [], told: [] };
}

/** The same for what no event told the end of. */
export async function untoldDone(caller: Participant): Promise<string[]> {
  const over = await caller.read(async (_view, me) => endedUntold(me));
  const lines: string[] = [];
  for (const running of over) {
    lines.push(...(await lookAfterShell(caller, running)).told);
    await noteMovedHistory(caller, running, null);
    const left = await leftBy(caller, running);
    await caller.transact(async (unit, session) => {
      const me = await keeping(unit, session, left);
      return endRunning(unit, me, runningCall(me, running.call), caller.world.clock.now(), () => null);
    });
  }
  return lines;
}

/** What is under way now in the checkouts whose HEAD a command may have moved. */
function leftBy({ world: { git } }: Participant, { heads }: Running) {
  return Promise.all(heads.map(async ({ root }) => ({ root, operation: (await git.state(root))?.operation ?? null })));
}

/** The session with what its command left in the middle as its own. */
async function keeping(unit: Unit, me: Me, left: Awaited<ReturnType<typeof leftBy>>): Promise<Me> {
  return left.length === 0 ? me : withUnfinished(me, (await lookAround(unit)).live, left);
}

/** Takes a command off the list of those that run, and gives back what was held for it. */
async function endRunning(
  unit: Unit,
  me: Me,
  ended: Running | null,
  wallNow: number,
  branches: (root: string) => string | null,
): Promise<void> {
  if (ended === null) return;
  const running = me.guard.running.filter(each => each !== ended);
  const committed = [...(me.guard.committed ?? []), { root: ended.root, from: ended.wallAt, to: wallNow }];
  const last = ended.commits === 'surely' ? { committed: committed.slice(-limits.commandsRemembered) } : {};
  unit.tx.put('session', { ...me, guard: { ...me.guard, running, ...last } });
  await giveBack(unit, me, ended);
  for (const head of ended.heads) await tellMoved(unit, me, head, branches(head.root));
}

/** HEAD was moved: the others of that checkout stand on another branch now. */
async function tellMoved(unit: Unit, me: Me, head: Running['heads'][number], branch: string | null): Promise<void> {
  if (branch === head.branch || branch === null) return;
  const { live } = await lookAround(unit);
  const others = live.filter(
    other => other.id !== me.id && inSameCheckout(other, { ...me, root: head.root }) && !areKin(me, other),
  );
  const from = head.branch === null ? '' : ` from ${spokenName(head.branch)}`;
  const body = `${me.handle} has switched this checkout${from} to ${spokenName(branch)}: read files again before you edit, and look where your next commit would go.`;
  notify(
    unit,
    others.map(({ id }) => id),
    body,
  );
}
