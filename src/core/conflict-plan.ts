/** What git is to be asked about an action, and what is known beforehand that its answers will be held against. */
import { type Action, allOf, inSameCheckout, isFile, isGitAction, movesHead } from './conflict-kinds.ts';
import { globBase, isPattern } from './glob.ts';
import { formerChildrenOf } from './lease.ts';
import { limits } from './limits.ts';
import type { GitState } from './ports.ts';
import { inOrder, type Resource, type SessionRecord } from './records.ts';
import type { View } from './unit.ts';

/** A checkout in which others work, on this host. */
export interface OtherCheckout {
  readonly root: string;
  readonly sessions: readonly SessionRecord[];
}

/** A merge of HEAD here with another commit, that is only tried. */
export interface TrialMerge {
  /** What git is asked to merge; the commit checked out at `head` where the branch belongs to another repository. */
  readonly theirs: string;
  /** The root of a checkout in another repository whose commit may exist here as well. */
  readonly head: string | null;
  readonly branch: string;
  /** Whose branch it is; null for one that was named as target. */
  readonly session: SessionRecord | null;
}

export interface GitPlan {
  readonly action: Action;
  /** Who asks, where it stands. */
  readonly me: SessionRecord;
  /** Whether git is to be asked anything at all. */
  readonly concernsGit: boolean;
  /** Others in the same checkout. */
  readonly company: readonly SessionRecord[];
  readonly elsewhere: readonly OtherCheckout[];
  /** Whether the files changed in this checkout matter. */
  readonly wantsOwnChanges: boolean;
  /** The only paths at or below which changed files matter; empty when all do. */
  readonly under: readonly string[];
  readonly merges: readonly TrialMerge[];
  /** By path: the ids of the sessions known to have changed the file in this checkout since it was last committed there. */
  readonly edits: ReadonlyMap<string, ReadonlySet<string>>;
  readonly notLookedAt: readonly string[];
}

export interface ChangedFiles {
  readonly files: readonly string[];
  readonly more: boolean;
}

/** The files in conflict, or which of the two has no commit. Undefined when git could not tell. */
export type TriedMerge = readonly string[] | 'ours' | 'theirs' | undefined;

/** What git said. Undefined stands for what it could not tell in time. */
export interface GitFindings {
  readonly state: GitState | undefined;
  /** By root of the checkout. */
  readonly changes: ReadonlyMap<string, ChangedFiles | undefined>;
  /** In the order of the plan. */
  readonly merges: readonly TriedMerge[];
}

/** Whether an action touches files that others may have changed without committing. */
export function touchesFiles({ type, targets }: Action): boolean {
  if (type === 'build' || type === 'test' || type === 'git_push') return false;
  return comparesAll(type) || targets.some(isFile);
}

/** Actions on the whole checkout: without a target that is a file, whatever was changed matters. */
function comparesAll(type: Action['type']): boolean {
  return movesHead(type) || type === 'refactor';
}

/** What git must be asked, given the other living sessions; nothing when the action has to do with neither files nor history. */
export async function planGitLook(
  view: View,
  me: SessionRecord,
  action: Action,
  others: readonly SessionRecord[],
): Promise<GitPlan> {
  const touches = touchesFiles(action);
  const isGit = isGitAction(action.type);
  const company = others.filter(session => inSameCheckout(session, me));
  const checkouts = touches ? checkoutsOf(others, me) : [];
  const elsewhere = checkouts.slice(0, limits.checkoutsExamined);
  const hasFileTargets = action.targets.some(isFile);
  const wantsOwnChanges = touches && (company.length > 0 || (!hasFileTargets && elsewhere.length > 0));
  const merges = isGit ? mergesFor(me, action, others) : [];
  return {
    action,
    me,
    concernsGit: isGit || wantsOwnChanges || elsewhere.length > 0 || (touches && company.length > 0),
    company,
    elsewhere,
    wantsOwnChanges,
    under: placesOf(action.targets.filter(isFile)),
    merges: merges.slice(0, limits.mergesTried),
    edits: wantsOwnChanges && company.length > 0 ? await knownEdits(view, me, company) : new Map(),
    notLookedAt: [
      ...unseen(others, me, touches, isGit),
      ...beyond(checkouts.slice(limits.checkoutsExamined), merges.slice(limits.mergesTried)),
    ],
  };
}

/**
 * Where everything lies that targets can mean: themselves, and of patterns the folder before the first wildcard. Git compares
 * bytes, so where a name may be spelled in another way there, all files are asked for.
 */
function placesOf(targets: readonly Resource[]): string[] {
  const places = targets.map(({ name }) => {
    const path = name.slice('file:'.length);
    return isPattern(path) ? globBase(path).replace(/\/$/, '') : path;
  });
  const isExact = targets.every(target => !target.foldsCase) && places.every(path => /^[\x20-\x7e]+$/.test(path));
  return isExact ? [...new Set(places)] : [];
}

function checkoutsOf(others: readonly SessionRecord[], me: SessionRecord): OtherCheckout[] {
  const byRoot = new Map<string, SessionRecord[]>();
  for (const session of others) {
    if (session.host !== me.host || session.root === me.root || session.root === '') continue;
    byRoot.set(session.root, [...(byRoot.get(session.root) ?? []), session]);
  }
  return [...byRoot].map(([root, sessions]) => ({ root, sessions }));
}

/**
 * The branches named as targets, then one merge for each other branch that somebody on this host works on. A branch is one of its
 * repository: that of the same name in another clone is another one.
 */
function mergesFor(me: SessionRecord, action: Action, others: readonly SessionRecord[]): TrialMerge[] {
  const named = action.type === 'git_merge' || action.type === 'git_rebase' ? action.branches : [];
  const merges = named.map(branch => ({ theirs: branch, head: null, branch, session: null }) as TrialMerge);
  const seen = new Set([me.branch, ...named].map(branch => `${me.anchor}\0${branch}`));
  for (const session of others) {
    const { branch } = session;
    const key = `${session.anchor}\0${branch}`;
    if (session.host !== me.host || session.root === me.root || branch === null || seen.has(key)) continue;
    seen.add(key);
    const detached = /^\(([0-9a-f]{7,64})\)$/.exec(branch)?.[1];
    const isSameRepository = session.anchor === me.anchor;
    merges.push({
      theirs: detached ?? `refs/heads/${branch}`,
      head: isSameRepository ? null : session.root,
      branch,
      session,
    });
  }
  return merges;
}

function unseen(others: readonly SessionRecord[], me: SessionRecord, touches: boolean, isGit: boolean): string[] {
  const remote = others.filter(session => session.host !== me.host).map(session => session.handle);
  if (remote.length === 0 || !(touches || isGit)) return [];
  const what = [...(touches ? ['the files they have changed'] : []), ...(isGit ? ['their branches'] : [])].join(
    ' and ',
  );
  return [`Others work on another machine (${allOf(remote)}): ${what} cannot be seen from here.`];
}

function beyond(checkouts: readonly OtherCheckout[], merges: readonly TrialMerge[]): string[] {
  const left = [
    ...checkouts.flatMap(({ sessions }) => sessions.map(session => session.handle)),
    ...merges.map(merge => merge.session?.handle ?? merge.branch),
  ];
  if (left.length === 0) return [];
  return [
    `There are more checkouts and branches than are examined: nothing was looked at of ${allOf([...new Set(left)])}.`,
  ];
}

/**
 * Who of those that live in this checkout has changed which file there since its last commit, as far as the ledger knows. What a
 * sub-agent that has ended left behind is its session's.
 */
export async function knownEdits(
  view: View,
  me: SessionRecord,
  company: readonly SessionRecord[],
): Promise<Map<string, ReadonlySet<string>>> {
  const page = { limit: limits.editsExamined, reverse: true };
  const looked = [me, ...company.slice(0, limits.companyExamined)];
  const former = await Promise.all(
    looked.map(({ id }) => formerChildrenOf(view.tx, id, limits.formerChildrenExamined)),
  );
  const heirs = new Map(looked.map(({ id }) => [id, id]));
  for (const [at, { id }] of looked.entries()) for (const child of former[at] ?? []) heirs.set(child.id, id);
  const lists = await Promise.all(
    [...heirs.keys()].map(id => view.tx.list('edit', 'session', { prefix: inOrder(id) }, page)),
  );
  const authors = new Map<string, Set<string>>();
  const edits = lists.flat().filter(edit => inSameCheckout(edit, me));
  for (const edit of edits.sort((a, b) => a.sequence - b.sequence)) {
    // Committed, or as HEAD has it again: what was before is over.
    const isOver = edit.source === 'commit' || edit.change === 'reverted';
    const known = isOver ? undefined : authors.get(edit.path);
    authors.set(edit.path, new Set([...(known ?? []), ...(isOver ? [] : [heirs.get(edit.session) ?? edit.session])]));
  }
  return authors;
}
