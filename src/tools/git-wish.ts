/** What the git commands of a shell command are about to do, in the terms of the rule: in which checkout, to which of its files. */
import { type GitWish, noWish } from '../core/git-wish.ts';
import { limits } from '../core/limits.ts';
import type { Worktree } from '../core/ports.ts';
import { maskSecrets } from '../core/secrets.ts';
import type { FileWrite, GitEffect, GitUse, OtherFolder, ShellReading } from '../guard/shell/reading.ts';
import type { Participant } from './participant.ts';

/** Effects that get in nobody's way: they read, make something beside what is there, or are looked at by git's own hooks. */
const harmless: readonly GitEffect[] = [
  'read',
  'fetch',
  'create',
  'upkeep',
  'push',

  'write-files',
  'config-shared',
];

const moving: readonly GitEffect[] = ['move-head', 'unknown'];
/** By these an operation of git that stopped in the middle is ended. */
const endings: readonly string[] = ['--abort', '--continue', '--skip', '--quit'];
/** While one of these is under way, git commits no part of what is staged. */
const wholes: readonly string[] = ['merge', 'cherry-pick', 'revert'];
const sweeping: readonly GitEffect[] = ['discard-all', 'stash-make'];

/** The wishes of a command that others may be concerned by. `from` is the folder it starts in. */
export async function gitWishes(caller: Participant, reading: ShellReading, from: string): Promise<GitWish[]> {
  const scene = await sceneOf(caller, from);
  const wishes: GitWish[] = [];
  for (const use of reading.git.slice(0, limits.gitUsesExamined)) {
    const before = (root: string) => wishes.filter(({ here }) => here.root === root).flatMap(({ stages }) => stages);
    const found = await wishesOf(scene, use);
    wishes.push(...found.map(wish => (wish.commits ? { ...wish, stagedBefore: before(wish.here.root) } : wish)));
  }
  for (const write of reading.writes.slice(0, limits.gitUsesExamined)) {
    const wish = await removalOf(scene, write);
    if (wish) wishes.push(wish);
  }
  return [...wishes, ...(await deletionsOf(scene, reading.writes))];
}

interface Scene {
  readonly caller: Participant;
  readonly from: string;
  /** The project of the session as git tells it; commands in other repositories are not looked at. */
  readonly project: string;
  readonly host: string;
}

async function sceneOf(caller: Participant, from: string): Promise<Scene> {
  const { worktrees, processes } = caller.world;
  const { project } = await worktrees.describe(caller.directory);
  return { caller, from, project, host: processes.self().host };
}

/** One wish for each checkout that a use of git may act in. */
async function wishesOf(scene: Scene, use: GitUse): Promise<GitWish[]> {
  const effects = await effectsOf(scene, use);
  if (effects.every(effect => harmless.includes(effect)) || (await isOwnMaking(scene, use))) return [];
  const others = await Promise.all(use.otherDirectories.map(other => mayBeElsewhere(scene, other)));
  const elsewhere = use.otherDirectories.filter((_, at) => others[at]);
  const named = [use.directory, ...elsewhere.map(({ directory }) => directory)];
  const folders = [...new Set(named.map(folder => folder ?? scene.from))];
  const trees = await Promise.all(folders.map(folder => treeAt(scene, folder)));
  const distinct = new Map(trees.flatMap(tree => (tree ? [[tree.root, tree]] : [])));
  const within = folders.filter((_, at) => trees[at] === undefined);
  const nested = await Promise.all(within.map(folder => wishNested(scene, folder, use, effects)));
  const own = await Promise.all([...distinct.values()].map(tree => wishIn(scene, tree, use, effects)));
  return [...own, ...nested.filter(wish => wish !== null)];
}

/** Whether it may act there after all: not where only a missing folder would lead to it, and that folder is there. */
async function mayBeElsewhere({ caller }: Scene, { unlessThere }: OtherFolder): Promise<boolean> {
  if (unlessThere === null) return true;
  return (await caller.world.worktrees.describe(unlessThere).catch(() => undefined)) === undefined;
}

/** A repository within a checkout of ours: to those who work in the checkout it is a folder with files that may be gone. */
async function wishNested(
  scene: Scene,
  folder: string,
  use: GitUse,
  effects: readonly GitEffect[],
): Promise<GitWish | null> {
  const { worktrees } = scene.caller.world;
  const inner = await worktrees.describe(folder).catch(() => undefined);
  const spot = await worktrees.placeOf(inner?.root ?? folder, scene.from, scene.project);
  const grave: readonly GitEffect[] = [...moving, ...sweeping, 'rewrite', 'stash-take', 'discard-paths'];
  const isGrave = grave.some(effect => effects.includes(effect));
  if (spot.where !== 'project' || spot.resolved.path === '' || !isGrave) return null;
  const here = { host: scene.host, root: spot.tree.root };
  return plainWish(wordsOf(use), here, { discards: [spot.resolved.path], isNested: true });
}

/** A wish of nothing but what is said. */
function plainWish(words: string, here: GitWish['here'], more: Partial<GitWish>): GitWish {
  return { ...noWish, words, here, ...more };
}

/** What it does when a file of that name is there, or is not. */
async function effectsOf(scene: Scene, { effects, ifThere }: GitUse): Promise<readonly GitEffect[]> {
  if (ifThere === null) return effects;
  const spot = await scene.caller.world.worktrees.placeOf(ifThere.path, scene.from, scene.project);
  return spot.where === 'project' && spot.resolved.isFolder !== undefined ? ifThere.effects : effects;
}

/** Whether it acts in a repository that the same command makes, and that is not there yet. */
async function isOwnMaking(scene: Scene, { made }: GitUse): Promise<boolean> {
  if (made === null) return false;
  return (await treeAt(scene, made.root))?.root !== made.root;
}

async function treeAt({ caller, project }: Scene, folder: string): Promise<Worktree | undefined> {
  const tree = await caller.world.worktrees.describe(folder).catch(() => undefined);
  return tree?.project === project ? tree : undefined;
}

async function wishIn(scene: Scene, tree: Worktree, use: GitUse, effects: readonly GitEffect[]): Promise<GitWish> {
  const has = (...some: readonly GitEffect[]) => some.some(effect => effects.includes(effect));
  const paths = await pathsIn(scene, tree, use.paths);
  const isOwnIndex = use.indexFile !== null;
  // What is under way already can only be ended by going on, or back: refusing that would leave everybody stuck.
  const goesOn = use.words.some(word => endings.includes(word));
  // What names nothing in this checkout, or its root, and is to discard something, means all that is in it.
  const reachesAll = use.reachesAll || paths.length === 0 || paths.includes('');
  const movesHead = has(...moving);
  // Other branches are what is checked out elsewhere, if anywhere.
  const rewrites = has('rewrite') && !has('refs');
  // An entry of the stash that is only dropped does nothing to the checkout.
  const takesOut = rewrites || (has('stash-take') && has('write-files'));
  const stages = has('stage', 'commit-paths', 'stage-all') && !isOwnIndex ? paths : [];
  const folder = use.directory ?? (use.otherDirectories.length === 0 ? scene.from : null);
  const underway = (await scene.caller.world.git.state(tree.root))?.operation ?? null;
  return {
    ...noWish,
    words: wordsOf(use),
    here: { host: scene.host, root: tree.root },
    folder: has('commit') && folder !== null ? ((await pathsIn(scene, tree, [folder]))[0] ?? null) : null,
    takesCheckout: !goesOn && (movesHead || takesOut || (has(...sweeping) && reachesAll)),
    leavesHead: !movesHead && !takesOut,
    destroys: goesOn || !has('unknown', 'discard-all') ? 'nothing' : has('unknown') ? 'both' : use.concerns,
    ends: goesOn ? endOf(use) : null,
    underway,
    isWhole: wholes.includes(underway ?? ''),
    // What is in an index of its own, nobody knows: it may be everything.
    sweepsTracked: !isOwnIndex && use.concerns === 'tracked',
    sweeps: isOwnIndex ? has('commit', 'amend') : has('stage-all') && reachesAll,
    commits: has('commit', 'amend') && !isOwnIndex,
    usesIndex: has('commit', 'amend', 'stage', 'stage-all', 'unstage', 'unstage-all') && !isOwnIndex,
    stages,
    discards: has('discard-paths', 'discard-all', 'stash-make') ? paths : [],
    stashesIndex: has('stash-make') && !reachesAll,
    // What moves HEAD anyway, or discards, is judged by that.
    unstages: has('unstage-all') && !movesHead && !has(...sweeping) && !isOwnIndex ? (reachesAll ? [''] : paths) : [],
    rewritesHead: !goesOn && (has('amend') || (rewrites && !use.keepsCommits)),
    base: has('amend') ? null : use.base,
    rewritesBranch: use.branch === tree.branch ? null : use.branch,
    remakesSince: use.remakesSince,
    forces: has('refs') && use.target !== null ? branchOf(use.target, tree) : null,
    forcesRemote: has('push-force') ? branchOf(use.target, tree) : null,
    takesStash: has('stash-take') ? entryOf(use) : null,
    isStashOnly: has('stash-take') && !movesHead && !rewrites && !has(...sweeping),
    removes: has('worktree-remove') ? use.target : null,
  };
}

/** A rebase is taken back by a hard reset, a merge and its like by one that spares what is not staged. */
function endOf({ verb, words }: GitUse): GitWish['ends'] {
  if (words.includes('--continue')) return 'continue';
  if (words.includes('--quit')) return null;
  return verb === 'rebase' ? 'reset' : 'abort';
}

/** `stash@{2}` and `2` are the third; without a name it is the newest, and a name that is unknown may be any. */
function entryOf({ isEveryEntry, target, words }: GitUse): number | 'all' {
  if (isEveryEntry) return 'all';
  const named = target === null ? undefined : /^(?:(?:refs\/)?stash@\{(\d{1,6})\}|(\d{1,6}))$/.exec(target);
  if (named) return Number(named[1] ?? named[2]);
  return target === null && !words.includes('…') ? 0 : 'all';
}

/** Paths within a checkout, repo-relative. */
async function pathsIn(scene: Scene, tree: Worktree, paths: readonly string[]): Promise<string[]> {
  const spots = await Promise.all(
    paths.map(path => scene.caller.world.worktrees.placeOf(path, scene.from, scene.project)),
  );
  return spots.flatMap(spot => (spot.where === 'project' && spot.tree.root === tree.root ? [spot.resolved.path] : []));
}

/** The branch that is meant: named with its remote or as a ref, or the one that is checked out. */
function branchOf(target: string | null, tree: Worktree): string | null {
  if (target === null || target === 'HEAD') return tree.branch;
  return target.replace(/^refs\/(?:heads|remotes\/[^/]+)\//, '').replace(/^(?:origin|upstream)\//, '');
}

function wordsOf({ program, verb, words }: GitUse): string {
  // The address of a remote repository may have a token in it.
  const { text: shown } = maskSecrets(words.length > 0 ? words.join(' ') : verb);
  const text = `${program} ${shown}`.replace(/\s+/g, ' ').trim();
  const most = limits.commandShownCharacters;
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}

/** A folder that a plain command removes or moves away, with all that is in it. */
async function removalOf(scene: Scene, write: FileWrite): Promise<GitWish | null> {
  const isRemoval = write.how === 'delete' || write.how === 'move-from';
  if (!isRemoval || write.path === null || write.extent !== 'all') return null;
  const spot = await scene.caller.world.worktrees.placeOf(write.path, scene.from, scene.project);
  // `mv` takes a folder as it takes a file; what lies outside may hold a worktree.
  const isThere = spot.where === 'project' ? spot.resolved.isFolder === true : spot.where === 'outside';
  if (write.isPattern || (!write.isFolder && !(write.how === 'move-from' && isThere))) return null;
  const root = spot.where === 'outside' ? scene.from : spot.tree.root;
  const path = spot.where === 'project' ? spot.resolved.path : '';
  const words = `${write.how === 'delete' ? 'rm -r' : 'mv'} ${write.path}`.slice(0, limits.commandShownCharacters);
  const discards = spot.where === 'project' ? [path] : [];
  return plainWish(words, { host: scene.host, root }, { discards, removes: write.path });
}

/** Files that plain commands delete, as one wish for each checkout: git shows who loses work that no commit has. */
async function deletionsOf(scene: Scene, writes: readonly FileWrite[]): Promise<GitWish[]> {
  const plain = writes.filter(({ how, isFolder, extent }) => how === 'delete' && !isFolder && extent !== 'perhaps');
  const found = new Map<string, Deleted[]>();
  for (const write of plain.slice(0, limits.shellWritesExamined)) {
    const deleted = await deletedBy(scene, write);
    if (deleted) found.set(deleted.root, [...(found.get(deleted.root) ?? []), deleted]);
  }
  return [...found].map(([root, all]) => {
    const words = `rm ${all.map(({ name }) => name).join(' ')}`.slice(0, limits.commandShownCharacters);
    const discards = all.flatMap(({ name, isPattern }) => (isPattern ? [] : [name]));
    const discardPatterns = all.flatMap(({ name, isPattern }) => (isPattern ? [name] : []));
    return plainWish(words, { host: scene.host, root }, { discards, discardPatterns, deletes: true });
  });
}

/** A file or a pattern, repo-relative. */
interface Deleted {
  readonly root: string;
  readonly name: string;
  readonly isPattern: boolean;
}

async function deletedBy(scene: Scene, { path, isPattern, pattern }: FileWrite): Promise<Deleted | undefined> {
  if (path === null || (isPattern && pattern === null)) return undefined;
  const spot = await scene.caller.world.worktrees.placeOf(path, scene.from, scene.project);
  if (spot.where !== 'project') return undefined;
  const { root } = spot.tree;
  const folder = spot.resolved.path;
  if (pattern !== null) {
    const name = pattern.slice(path.length).replace(/^\//, '');
    return { root, name: folder === '' ? name : `${folder}/${name}`, isPattern };
  }
  return folder === '' || spot.resolved.isFolder ? undefined : { root, name: folder, isPattern };
}
