/**
 * Before git moves references, and after: history that others stand on is not rewritten under them, and every commit that is made is
 * known as its session's, also one that went round the checks before it.
 */
import { authorsOfCommits } from './commit-authors.ts';
import { inSameCheckout } from './conflict-kinds.ts';
import { type Edit, editsOfCommit, type Here, isRecordable, recordEdits } from './edit.ts';
import { areKin } from './git-head.ts';
import { type GitWish, nothingFound, noWish } from './git-wish.ts';
import { type GitObstacle, gitObstacles, isWorking } from './guard-git.ts';
import { limits } from './limits.ts';
import { authorsOf, historiesOf, standingOf } from './own-changes.ts';
import { lookAround } from './presence.ts';
import type { SessionRecord } from './records.ts';
import type { Unit, View } from './unit.ts';

/** A branch that would lose commits, or a stash that would go. */
export interface Rewriting {
  /** `rebase`: all of it is still to come, from the first step to the move of the branch at its end. */
  readonly kind: 'branch' | 'rebase' | 'stash';
  /** The branch, short; empty for the stash, and for a rebase without one. */
  readonly branch: string;
  readonly from: string;
  /** Null for one that is deleted, and for a rebase onto nothing. */
  readonly to: string | null;
  /** Commits that the branch has now and would not have afterwards, the newest first; for the stash what is dropped. */
  readonly lost: readonly string[];
  /** Whether the one commit that is lost is made anew on the same parents. */
  readonly isAmend: boolean;
  /** Whether the branch is checked out here. */
  readonly isHere: boolean;
  /** Whether it goes because it gets another name: its commits stay. */
  readonly isRename: boolean;
  /** Whether it goes back to where something began that stopped in the middle: it ends in no other way. */
  readonly isAbort: boolean;
  /**
   * What git did before it asked: set index or files to the new commit, as `reset` does, or put aside what is changed, as a rebase
   * with an autostash does. Nothing can be prevented there any more.
   */
  readonly done: 'nothing' | 'index' | 'files' | 'autostash';
}

/** A branch at a remote that loses commits, or goes whole. */
interface ForcedPush {
  readonly branch: string;
  /** Commits that no branch of the remote would have any more, as far as that is known here. */
  readonly lost: readonly string[];
}

/** Others who use what would be rewritten; none where the caller is the only one. A person is told apart by `isPerson`. */
export async function rewritingObstacles(
  view: View,
  me: SessionRecord,
  here: Here,
  anchor: string,
  rewriting: Rewriting,
  isPerson = false,
): Promise<GitObstacle[]> {
  const others = await othersThan(view, me);
  if (others.length === 0) return [];
  const { kind, isHere, isAmend, isRename, isAbort } = rewriting;
  if (isRename) return renamingObstacles(view, me, here, anchor, rewriting, others);
  const takesCheckout = kind === 'stash' || (isHere && !isAmend && !isAbort);
  const wish = { ...wishOf(rewriting, here), takesCheckout };
  // A rebase makes commits anew, whosever they are; if it drops some after all, that is seen when the branch moves.
  const owned = kind === 'rebase' ? [] : await ownersOfLost(view, me, others, rewriting);
  // Whoever made the stash may drop it, whatever others do here: it has nothing of theirs.
  const isMine = kind === 'stash' && owned === 'mine';
  const found = takesCheckout && !isMine ? await gitObstacles(view, me, wish, nothingFound) : [];
  const inCheckout = isPerson ? found.filter(isNoLeftover) : found;
  return [...inCheckout, ...(owned === 'mine' ? [] : owned), ...onBranch(others, me, here, anchor, rewriting)];
}

/** Everybody else who lives in the project, people too. */
async function othersThan(view: View, me: SessionRecord): Promise<SessionRecord[]> {
  const { live } = await lookAround(view);
  return live.filter(session => session.id !== me.id && !areKin(me, session));
}

/** What a session left when its turn ended is no obstacle to a person. */
function isNoLeftover({ kind, session }: GitObstacle): boolean {
  return !(kind === 'uncommitted' || kind === 'editing') || session === null || session.restingSince === null;
}

/** A name is relied on by those who have the branch checked out elsewhere, and by those in the middle of their turn here. */
async function renamingObstacles(
  view: View,
  me: SessionRecord,
  here: Here,
  anchor: string,
  rewriting: Rewriting,
  others: readonly SessionRecord[],
): Promise<GitObstacle[]> {
  const company = rewriting.isHere ? others.filter(session => inSameCheckout(session, here)) : [];
  const working = company.filter(session => isWorking(session, view.tx.now));
  const obstacles = working.map(session => ({ kind: 'working', session, files: [] }) as const);
  return [...obstacles, ...onBranch(others, me, here, anchor, rewriting)];
}

/** The same in the words of the rule for shell commands. */
export function wishOf(rewriting: Rewriting, here: Here): GitWish {
  const { kind, from, to, isAmend } = rewriting;
  const words = wordsOf(rewriting);
  const base = isAmend ? null : (to ?? from);
  return { ...noWish, words, here, rewritesHead: kind !== 'stash', base, takesStash: kind === 'stash' ? 0 : null };
}

function wordsOf({ kind, branch, from, to, isRename }: Rewriting): string {
  const [old, fresh] = [from.slice(0, 10), to?.slice(0, 10)];
  if (kind === 'stash') return `drop the stash ${old}`;
  if (kind === 'rebase') return `rebase ${branch || old}`;
  if (isRename) return `rename the branch ${branch}`;
  return fresh === undefined
    ? `delete the branch ${branch}`
    : `move ${branch} from ${old} to ${fresh}, off its commits`;
}

/** What git has done already when it asks about a branch, and how that is undone without losing anything; none where it is as it was. */
export function doneAlready({ to, done }: Rewriting): string[] {
  if (done === 'autostash') {
    return [
      'Git had put aside what is changed and not committed, which others may miss: `git rebase --quit`, then `git stash pop` bring it back.',
    ];
  }
  if (to === null || done === 'nothing') return [];
  const fresh = to.slice(0, 10);
  if (done === 'index') return [`Git had set the index to ${fresh} before it asked; \`git reset -q\` sets it back.`];
  return [
    `Git had set the files to ${fresh} before it asked: what was changed in them and not committed, \`reset --hard\` has thrown away. \`git read-tree -m -u ${fresh} HEAD\` puts the files back, and stops where that would lose something.`,
  ];
}

/** Living sessions that made what would be lost; `mine` where none did, and the caller made some of it. One with a part of its own is its own. */
async function ownersOfLost(
  { tx }: View,
  me: SessionRecord,
  others: readonly SessionRecord[],
  { kind, lost }: Rewriting,
): Promise<readonly GitObstacle[] | 'mine'> {
  const foreign = await authorsOfCommits(tx, lost, [me.id, me.parentSession]);
  const owners = others.filter(({ id }) => foreign.has(id));
  if (owners.length === 0) return (await authorsOfCommits(tx, lost)).has(me.id) ? 'mine' : [];
  return owners.map(session => ({ kind: kind === 'stash' ? 'stash' : 'commit', session, files: [] }));
}

/** A forced push and those it takes something from. */
export interface PushObstacle {
  readonly branch: string;
  /** They have the branch in another checkout, on whatever machine: what they have is not what is there any more. */
  readonly workers: readonly SessionRecord[];
  /** They made commits that would go. */
  readonly owners: readonly SessionRecord[];
}

/** Whoever shares the checkout shares the branch that is pushed from it: from those a push takes only commits of theirs. */
export async function pushObstacles(
  view: View,
  me: SessionRecord,
  here: Here,
  forced: readonly ForcedPush[],
): Promise<PushObstacle[]> {
  if (forced.length === 0) return [];
  const others = await othersThan(view, me);
  const found: PushObstacle[] = [];
  for (const { branch, lost } of others.length > 0 ? forced : []) {
    const workers = others.filter(session => session.branch === branch && !inSameCheckout(session, here));
    const authors = await authorsOfCommits(view.tx, lost, [me.id, me.parentSession]);
    const owners = others.filter(session => authors.has(session.id) && !workers.includes(session));
    if (workers.length + owners.length > 0) found.push({ branch, workers, owners });
  }
  return found;
}

/** Those who have the branch checked out elsewhere, in the same repository. */
function onBranch(
  others: readonly SessionRecord[],
  me: SessionRecord,
  here: Here,
  anchor: string,
  { kind, branch }: Rewriting,
): GitObstacle[] {
  if (kind === 'stash') return [];
  return others
    .filter(session => session.branch === branch && session.id !== me.id && !inSameCheckout(session, here))
    .filter(session => session.host === here.host && session.anchor === anchor)
    .map(session => ({ kind: 'branch', session, files: [] }));
}

/** A commit that has just come to a branch. */
export interface MadeCommit {
  readonly id: string;
  /** Epoch milliseconds, as git keeps it. */
  readonly at: number;
  readonly files: readonly { readonly path: string; readonly change: 'created' | 'modified' | 'deleted' }[];
  /** Whether it was made here and now, and does not carry over a commit that was there before, as a rebase does. */
  readonly isFresh: boolean;
}

/** Where a commit was made. */
export interface MadeAt {
  readonly here: Here;
  readonly branch: string | null;
  readonly foldsCase: boolean;
}

/**
 * Notes in the ledger that a session made commits, each once; returns how many were new to it. Their files are no longer uncommitted
 * changes of anybody.
 */
export async function recordCommits(
  unit: Unit,
  me: SessionRecord,
  { here, branch, foldsCase }: MadeAt,
  commits: readonly MadeCommit[],
): Promise<number> {
  let recorded = 0;
  for (const { id, at, files } of commits) {
    if ((await editsOfCommit(unit.tx, id, me.id)).length > 0) continue;
    const named = files.filter(({ path }) => isRecordable(path));
    const edits: Edit[] = named.slice(0, limits.editsPerCall).map(({ path, change }) => ({
      path,
      change,
      foldsCase,
      root: here.root,
      branch,
      lines: null,
    }));
    await recordEdits(unit, me, edits, { source: 'commit', commit: id, intent: null, host: here.host, at });
    recorded += 1;
  }
  return recorded;
}

/**
 * The same of what a session has put onto the stash. Git's entry holds all that is staged, also where only some files were put away:
 * what only others have changed is not the session's to have there, and stays their uncommitted work.
 */
export async function recordStash(unit: Unit, me: SessionRecord, at: MadeAt, stash: MadeCommit): Promise<number> {
  const { here, foldsCase } = at;
  const paths = stash.files.map(({ path }) => path);
  const authors = await authorsOf(unit, await historiesOf(unit, paths, here, foldsCase), here, new Map());
  const files = stash.files.filter(({ path }) => standingOf(authors.get(path) ?? [], me.id) !== 'others');
  return recordCommits(unit, me, at, files.length > 0 ? [{ ...stash, files }] : []);
}
