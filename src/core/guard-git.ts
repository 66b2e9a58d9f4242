/**
 * Before a git command of a session: what acts on a whole checkout, or on what all checkouts share, must not take along, move away
 * or rewrite the work of another session. Where nobody else works, nothing is refused.
 */

import { locksOf } from './blocking.ts';
import { companyIn, type IsAt } from './checkout-company.ts';
import { authorsOfCommits } from './commit-authors.ts';
import { inSameCheckout } from './conflict-kinds.ts';
import { knownEdits } from './conflict-plan.ts';
import type { Here } from './edit.ts';
import { isEdit, isKept, seatOf } from './edit-lock.ts';
import { areKin, type GitHolder, gitHeadOf, gitHolder, gitIndexOf, heldByName } from './git-head.ts';
import { beginnerOf, hasBegun } from './git-unfinished.ts';
import { type GitFound, type GitWish, isDiscarded, isDiscarding, isUnder } from './git-wish.ts';
import { limits } from './limits.ts';
import { lookAround } from './presence.ts';
import type { LockRecord, SessionRecord } from './records.ts';
import type { View } from './unit.ts';

/** What git has to be asked about a wish. */
export interface GitQuestion {
  readonly wantsChanges: boolean;
  readonly wantsStaged: boolean;
  readonly wantsHead: boolean;
  readonly wantsStash: boolean;
}

/** Why a wish cannot be granted: whose work it would touch. */
export interface GitObstacle {
  readonly kind:
    | 'busy'
    | 'underway'
    | 'uncommitted'
    | 'editing'
    | 'working'
    | 'foreign'
    | 'staged'
    | 'unknown'
    | 'commit'
    | 'branch'
    | 'stash'
    | 'inside';
  readonly session: SessionRecord | null;
  readonly files: readonly string[];
  readonly lock?: GitHolder;
  /** Of a commit: what is staged of the session's own. */
  readonly own?: readonly string[];
  /** Whether the session itself began what is under way there. */
  readonly hasBegun?: boolean;
  /** It is the session itself that stands in its way. */
  readonly isSelf?: boolean;
}

/** Others that live in the project, as far as they may stand in the session's way. */
async function othersOf(view: View, me: SessionRecord): Promise<SessionRecord[]> {
  const { live } = await lookAround(view);
  return live.filter(session => session.id !== me.id && session.kind === 'agent' && !areKin(me, session));
}

/** Whether git has to be asked anything before the wish can be judged: nothing where nobody else is there. */
export async function questionOf(view: View, me: SessionRecord, wish: GitWish): Promise<GitQuestion> {
  const others = await othersOf(view, me);
  const isShared = (await companyIn(view, others, place => inSameCheckout(place, wish.here))).length > 0;
  return {
    wantsChanges:
      isShared &&
      !wish.isNested &&
      (wish.takesCheckout || wish.sweeps || wish.ends === 'reset' || wish.stages.length > 0 || isDiscarding(wish)),
    wantsStaged: isShared && (wish.commits || wish.ends !== null || wish.stashesIndex || wish.unstages.length > 0),
    wantsHead: others.length > 0 && wish.rewritesHead,
    wantsStash: others.length > 0 && wish.takesStash !== null,
  };
}

/** Everything that speaks against a wish, the gravest first; nothing means that it may go on. */
export async function gitObstacles(
  view: View,
  me: SessionRecord,
  wish: GitWish,
  found: GitFound,
): Promise<GitObstacle[]> {
  const others = await othersOf(view, me);
  const company = await companyIn(view, others, place => inSameCheckout(place, wish.here));
  return [
    ...unfinished(me, wish, others),
    ...(await inUse(view, me, wish)),
    ...(await inCheckout(view, me, wish, found, company)),
    ...(wish.rewritesHead ? await ownersOf(view, me, others, found.lost, 'commit') : []),
    ...(wish.takesStash !== null ? await ownersOf(view, me, others, found.stashed, 'stash') : []),
    ...branchObstacles(wish, others),
    ...(await insiders(view, wish, others, me)),
  ];
}

/** Whose operation stopped in the middle there: what is committed, staged, moved or ended meanwhile would be part of it. */
function unfinished(me: SessionRecord, wish: GitWish, others: readonly SessionRecord[]): GitObstacle[] {
  const { underway, here } = wish;
  const isCommitted = wish.usesIndex || wish.stages.length > 0 || wish.sweeps;
  const isPart = isCommitted || wish.takesCheckout || wish.ends !== null || wish.rewritesHead;
  const beginner = underway && isPart ? beginnerOf(me, others, here, underway) : undefined;
  return beginner ? [{ kind: 'underway', session: beginner, files: [] }] : [];
}

/** Who has HEAD or the index of the checkout to itself now, by name or for a command that runs. */
async function inUse(view: View, me: SessionRecord, wish: GitWish): Promise<GitObstacle[]> {
  const resources = [
    ...(wish.takesCheckout || wish.sweeps ? [gitHeadOf(wish.here)] : []),
    ...(wish.usesIndex ? [gitIndexOf(wish.here)] : []),
  ];
  const holders = await Promise.all(resources.map(resource => gitHolder(view, me, resource)));
  const [holder] = holders.filter(each => each !== undefined);
  return holder ? [{ kind: 'busy', session: holder.holder, files: [], lock: holder }] : [];
}

/** What others have in the checkout, or are at there. */
async function inCheckout(
  view: View,
  me: SessionRecord,
  wish: GitWish,
  found: GitFound,
  company: readonly SessionRecord[],
): Promise<GitObstacle[]> {
  if (company.length === 0) return [];
  const seat = { ...me, host: wish.here.host, root: wish.here.root };
  const authors = await knownEdits(view, seat, company);
  const { only } = found;
  const kept = wish.deletes ? await Promise.all(company.map(session => editedBy(view, session, wish.here))) : [];
  const isReached = (path: string) =>
    (only === undefined || only.includes(path)) && !kept.some(has => has.includes(path));
  const files = fileObstacles(me, wish, found, company, authors).flatMap(obstacle => {
    const reached = obstacle.files.filter(isReached);
    return reached.length > 0 ? [{ ...obstacle, files: reached }] : [];
  });
  if (!wish.takesCheckout) return files;
  const isChanged = (path: string, { id }: SessionRecord) =>
    found.changed && found.isCut !== true ? found.changed.includes(path) : authors.get(path)?.has(id) === true;
  const named = new Set(files.flatMap(({ session }) => (session ? [session.id] : [])));
  // Who is named with its changes is named once.
  const atWork = await workers(view, me, wish, company, { isChanged, isReached, isPartial: only !== undefined });
  return [...files, ...atWork.filter(({ session }) => !named.has(session?.id ?? ''))];
}

/** The files of a checkout that a session has locked by editing them. */
async function editedBy(view: View, { id }: SessionRecord, here: Here): Promise<string[]> {
  const locks = await locksOf(view.tx, id);
  const isOurs = (lock: LockRecord) => isEdit(lock) && lock.checkout === seatOf(here) && lock.expiresAt > view.tx.now;
  return locks.filter(isOurs).map(({ name }) => name.slice('file:'.length));
}

/** Whose uncommitted changes it would touch. */
function fileObstacles(
  me: SessionRecord,
  wish: GitWish,
  { changed, isCut = false, untracked, staged }: GitFound,
  company: readonly SessionRecord[],
  authors: ReadonlyMap<string, ReadonlySet<string>>,
): GitObstacle[] {
  const isUntracked = new Set(untracked);
  // Where git did not tell, or not all, what the ledger knows to be uncommitted counts as changed.
  const known = wish.commits || wish.ends !== null ? [...new Set([...(changed ?? []), ...staged])] : changed;
  const recorded = [...authors.keys()].filter(path => (authors.get(path)?.size ?? 0) > 0);
  const files = known && !isCut ? known : [...new Set([...(known ?? []), ...recorded])];
  const obstacles: GitObstacle[] = [];
  for (const session of company) {
    const isTheirs = (path: string) => authors.get(path)?.has(session.id) === true;
    const isMine = (path: string) => authors.get(path)?.has(me.id) === true;
    const touched = files.filter(path => isTheirs(path) && touches(wish, path, isMine(path), staged, isUntracked));
    const own = wish.commits ? { own: [...new Set([...wish.stagedBefore, ...staged.filter(isMine)])] } : {};
    const begun = wish.underway && hasBegun(me, wish.here, wish.underway) ? { hasBegun: true } : {};
    if (touched.length > 0)
      obstacles.push({
        kind: wish.takesCheckout ? 'uncommitted' : 'foreign',
        session,
        files: touched,
        ...own,
        ...begun,
      });
    const isTaken = (path: string) => wish.stashesIndex || isUnder(path, wish.unstages);
    const unstaged = staged.filter(path => isTheirs(path) && !isMine(path) && isTaken(path));
    if (unstaged.length > 0 && touched.length === 0) obstacles.push({ kind: 'staged', session, files: unstaged });
  }
  const isNobodys = (path: string) => (authors.get(path)?.size ?? 0) === 0;
  const nobodys = files.filter(path => isNobodys(path) && isDestroyed(wish, path, isUntracked));
  return [...obstacles, ...(nobodys.length > 0 ? [{ kind: 'unknown', session: null, files: nobodys } as const] : [])];
}

/** Whether a wish does something to another's changed file. One that both have changed is staged by name on purpose. */
function touches(
  wish: GitWish,
  path: string,
  isMineToo: boolean,
  staged: readonly string[],
  untracked: ReadonlySet<string>,
): boolean {
  if (wish.sweeps) return !(wish.sweepsTracked && untracked.has(path));
  if (wish.ends !== null) return endTouches(wish.ends, path, staged, untracked);
  if (wish.takesCheckout) return !wish.leavesHead || isDestroyed(wish, path, untracked);
  if (isDiscarded(wish, path)) return wish.destroys === 'nothing' || isDestroyed(wish, path, untracked);
  if (wish.commits && staged.includes(path) && !isMineToo) return true;
  return isUnder(path, wish.stages) && !isMineToo;
}

/** What both have staged is gone as well where it is taken back; where it is committed, it is on purpose. */
function endTouches(
  ends: 'continue' | 'abort' | 'reset',
  path: string,
  staged: readonly string[],
  untracked: ReadonlySet<string>,
): boolean {
  return staged.includes(path) || (ends === 'reset' && !untracked.has(path));
}

/** Whether what is changed in a file may be gone afterwards, though nobody named the file. */
function isDestroyed(wish: GitWish, path: string, untracked: ReadonlySet<string>) {
  const { takesCheckout, destroys } = wish;
  if (destroys === 'nothing' || !(takesCheckout || isDiscarded(wish, path))) return false;
  return destroys === 'both' || untracked.has(path) === (destroys === 'untracked');
}

interface Reach {
  readonly isChanged: (path: string, session: SessionRecord) => boolean;
  readonly isReached: (path: string) => boolean;
  /** Whether there are files that are not. */
  readonly isPartial: boolean;
}

/**
 * Others that are in the middle of something in the checkout, even without a change of theirs that is known. What a session that
 * rests has still locked, and has committed, is no work under way.
 */
async function workers(
  view: View,
  me: SessionRecord,
  { here }: GitWish,
  company: readonly SessionRecord[],
  { isChanged, isReached, isPartial }: Reach,
): Promise<GitObstacle[]> {
  const obstacles: GitObstacle[] = [];
  const isMine = (await heldByName(view, me, gitHeadOf(here))) !== undefined;
  for (const session of company) {
    const all = (await locksOf(view.tx, session.id)).filter(lock => lock.expiresAt > view.tx.now);
    // What is only kept for one that waited has nothing of it yet.
    const locks = all.filter(lock => isEdit(lock) && lock.checkout === seatOf(here) && !isKept(lock));
    const isAtWork = isWorking(session, view.tx.now);
    const pathsOf = (some: readonly LockRecord[]) =>
      some.map(({ name }) => name.slice('file:'.length)).filter(isReached);
    const changed = pathsOf(locks).filter(path => isChanged(path, session));
    // An edit that is about to be made has changed nothing yet.
    const begun = locks.filter(lock => isAtWork || lock.expiresAt - lock.ttlMs >= (session.restingSince ?? Infinity));
    const files = changed.length > 0 ? changed : pathsOf(begun);
    if (files.length > 0) obstacles.push({ kind: 'editing', session, files });
    else if (!isMine && isAtWork && !isPartial) obstacles.push({ kind: 'working', session, files: [] });
  }
  return obstacles;
}

/** Whether a session is in the middle of a turn, as far as its hooks or calls tell. */
export function isWorking(session: SessionRecord, now: number): boolean {
  return session.restingSince === null && now - session.lastSeenAt < limits.idleAfterMs;
}

/** Living sessions, other than this one, that made commits; none for those the ledger does not know, or the session took part in. */
async function ownersOf(
  { tx }: View,
  me: SessionRecord,
  others: readonly SessionRecord[],
  commits: readonly string[],
  kind: 'commit' | 'stash',
): Promise<GitObstacle[]> {
  const owners = await authorsOfCommits(tx, commits, [me.id, me.parentSession]);
  return others.filter(({ id }) => owners.has(id)).map(session => ({ kind, session, files: [] }));
}

/** Those who work on a branch that is overwritten, wherever their checkout is. */
function branchObstacles(wish: GitWish, others: readonly SessionRecord[]): GitObstacle[] {
  const { forces, forcesRemote, here } = wish;
  const isConcerned = (session: SessionRecord) =>
    session.branch !== null &&
    (session.branch === forces || (session.branch === forcesRemote && !inSameCheckout(session, here)));
  return others.filter(isConcerned).map(session => ({ kind: 'branch', session, files: [] }));
}

/** Those who live in a folder that is removed. The session itself may be one of them: it would stand nowhere then. */
async function insiders(
  view: View,
  { removes, here }: GitWish,
  others: readonly SessionRecord[],
  me: SessionRecord,
): Promise<GitObstacle[]> {
  if (removes === null) return [];
  const folder = removes.replace(/\/$/, '');
  const isInside: IsAt = ({ host, root }) => host === here.host && (root === folder || root.startsWith(`${folder}/`));
  const inside = [...(await companyIn(view, others, isInside)), ...(isInside(me) ? [me] : [])];
  return inside.map(session => ({
    kind: 'inside',
    session,
    files: [],
    ...(session.id === me.id ? { isSelf: true } : {}),
  }));
}
