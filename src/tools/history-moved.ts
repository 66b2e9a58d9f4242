/**
 * After a git command of a session: what it took out of history is uncommitted work again, and what it put onto the stash is kept
 * there for it. Both are known from what git notes of its own moves; where git keeps no notes, nothing is known.
 */
import { editsOfCommit, type Here, recordEdits } from '../core/edit.ts';
import type { Running } from '../core/guard-record.ts';
import { recordStash } from '../core/guard-references.ts';
import { limits } from '../core/limits.ts';
import { historiesOf, undoneAuthors } from '../core/own-changes.ts';
import type { CommitFacts, Worktree } from '../core/ports.ts';
import type { Unit } from '../core/unit.ts';
import { readShell } from '../guard/shell/read-shell.ts';
import type { Me, Participant } from './participant.ts';

/** Changes nothing in git and never fails. `command` is what was run; null where that is not known any more. */
export async function noteMovedHistory(caller: Participant, running: Running, command: string | null): Promise<void> {
  try {
    for (const { root } of running.heads.slice(0, limits.headsFollowed)) await noteTakenBack(caller, running, root);
    if (command !== null && makesStash(command, running.root)) await noteStashed(caller, running);
  } catch {
    // The next comparison of the tree finds what is changed, if not by whom.
  }
}

/** Commits that a reset took off the branch: what of them still lies in the working tree belongs to those who had committed it. */
async function noteTakenBack(caller: Participant, { wallAt }: Running, root: string): Promise<void> {
  const { git } = caller.world;
  const moves = (await git.headMoves(root, limits.treeMoves, limits.gitAnswerMs)) ?? [];
  const inSpan = moves.filter(({ at, how }) => at + 1000 > wallAt && /^reset: /.test(how));
  const before = moves[moves.indexOf(inSpan.at(-1) ?? noMove) + 1];
  if (inSpan.length === 0 || before === undefined) return;
  const lost = await git.commitsSinceBase(root, 'HEAD', limits.lostCommitsExamined, limits.gitAnswerMs, before.commit);
  if (!lost || lost.length === 0) return;
  const [changes, tree] = await Promise.all([
    git.changedFiles(root, limits.changedFilesExamined, limits.gitAnswerMs),
    caller.world.worktrees.describe(root),
  ]);
  const changed = new Set(changes?.files);
  await caller.transact((unit, me) => reopened(unit, me, tree, lost, changed));
}

const noMove = { commit: '', at: 0, how: '' };

/** What others had committed stays as it is: a session that lives would have been in the way of the command. */
async function reopened(
  unit: Unit,
  me: Me,
  tree: Worktree,
  lost: readonly string[],
  changed: ReadonlySet<string>,
): Promise<void> {
  const here: Here = { host: me.host, root: tree.root };
  const lists = await Promise.all(lost.map(commit => editsOfCommit(unit.tx, commit, me.id)));
  const paths = [...new Set(lists.flat().flatMap(({ path }) => (changed.has(path) ? [path] : [])))];
  const histories = await historiesOf(unit, paths.slice(0, limits.editsPerCall), here, tree.foldsCase);
  const isLost = new Set(lost);
  const open = [...histories].filter(([, [newest]]) => newest?.commit != null && isLost.has(newest.commit));
  const edits = open.map(([path]) => ({
    path,
    change: 'modified' as const,
    root: tree.root,
    branch: tree.branch,
    foldsCase: tree.foldsCase,
    lines: null,
  }));
  const origin = { source: 'tree', commit: null, intent: null, host: me.host, at: unit.tx.now } as const;
  if (edits.length > 0) await recordEdits(unit, me, edits, origin);
}

function makesStash(command: string, directory: string): boolean {
  if (!/stash/i.test(command)) return false;
  return readShell(command, { directory, home: null }).git.some(({ effects }) => effects.includes('stash-make'));
}

/** The newest entry is the session's if it was made meanwhile: nobody else may make one while its command runs. */
async function noteStashed(caller: Participant, { root, wallAt }: Running): Promise<void> {
  const { git, worktrees } = caller.world;
  const [newest] = (await git.stashes(root, 1, limits.gitAnswerMs)) ?? [];
  const facts = newest === undefined ? undefined : await git.commit(root, newest, limits.gitAnswerMs);
  if (!facts || facts.at + 1000 <= wallAt) return;
  const tree = await worktrees.describe(root);
  await caller.transact((unit, me) => stashed(unit, me, tree, facts));
}

async function stashed(unit: Unit, me: Me, tree: Worktree, { id, at, files }: CommitFacts): Promise<void> {
  // Git's own hook tells better whose it is, where it is installed.
  if ((await editsOfCommit(unit.tx, id, null)).length > 0) return;
  const { root, branch, foldsCase } = tree;
  // What it took away from others along with its own stays theirs, and comes back as theirs.
  const paths = files.map(({ path }) => path).slice(0, limits.editsPerCall);
  const histories = await historiesOf(unit, paths, { host: me.host, root }, foldsCase);
  const undone = [...histories.values()].flatMap(edits => undoneAuthors(edits, { host: me.host, root }));
  if (undone.some(author => author.id !== me.id)) return;
  const here = { host: me.host, root };
  await recordStash(unit, me, { here, branch, foldsCase }, { id, at, files, isFresh: true });
}
