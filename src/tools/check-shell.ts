/** Before a shell command: what it would do to files, and to what git shares between sessions. */
import type { EditWish } from '../core/edit-wish.ts';
import { takeForCommand } from '../core/git-command.ts';
import { gitRefusal, heldUpWords, isByCommand } from '../core/git-refusal.ts';
import { type GitFound, type GitWish, nothingFound } from '../core/git-wish.ts';
import { guardEdit } from '../core/guard-edit.ts';
import { type Evasion, refuseEvasion } from '../core/guard-evasion.ts';
import { type GitObstacle, gitObstacles, questionOf } from '../core/guard-git.ts';
import type { Running } from '../core/guard-record.ts';
import { limits } from '../core/limits.ts';
import { notify } from '../core/notice.ts';
import type { Said } from '../core/refusal-text.ts';
import { noteRunning } from '../core/running.ts';
import type { ToolAction } from '../core/tool-action.ts';
import type { Unit } from '../core/unit.ts';
import { readShell } from '../guard/shell/read-shell.ts';
import type { GitEffect, ShellReading } from '../guard/shell/reading.ts';
import type { ToolContext } from './define-tool.ts';
import { gitWishes } from './git-wish.ts';
import { branchesOf, branchOf, judged } from './judged.ts';
import type { Me, Participant } from './participant.ts';
import { gitWrites, shellEdits } from './shell-edits.ts';

type Shell = Extract<ToolAction, { readonly kind: 'shell' }>;

interface Given {
  readonly action: ToolAction | null;
  readonly call: string | null;
  readonly directory: string | null;
}

/** All that is known of a command before the rules are asked. */
interface Command {
  readonly root: string;
  /** What is checked out where its git commands act, by root. */
  readonly branches: ReadonlyMap<string, string | null>;
  readonly evasions: readonly Evasion[];
  readonly git: readonly { readonly wish: GitWish; readonly found: GitFound }[];
  readonly edits: readonly EditWish[];
  readonly commits: NonNullable<Running['commits']>;
}

/** What a refused command is told; null when it may go on, and then it is noted as running. */
export async function checkShell({ caller }: ToolContext, action: Shell, given: Given): Promise<string | null> {
  const from = folderOf(caller, action, given);
  const command = await lookedAt(caller, action.command, from);
  const branch = await branchOf(caller);
  const wallAt = caller.world.clock.now();
  const mode = caller.world.policy.guard.git;
  const text = await caller.transact((unit, me) =>
    judged(unit, me, { ring: 'shell', branch, ...given }, async met => {
      const { refusal, notes } = await gitVerdict(unit, met, command, mode);
      if (refusal) return refusal;
      const refused = await guardEdit(unit, met, command.edits);
      if (refused) return refused;
      await begin(unit, met, { command, call: given.call, wallAt, notes });
      return null;
    }),
  );
  if (text !== null) caller.watchQueue();
  return text;
}

/** The folder that a command runs in, absolute. */
export function folderOf(caller: Participant, { directory }: Shell, given: Pick<Given, 'directory'>): string {
  const base = given.directory ?? caller.directory;
  if (directory === null) return base;
  return /^(?:[a-z]:)?[\\/]/i.test(directory) ? directory : `${base}/${directory}`;
}

async function lookedAt(caller: Participant, text: string, from: string): Promise<Command> {
  const { worktrees } = caller.world;
  const tree = await worktrees.describe(from).catch(() => undefined);
  const root = tree?.root ?? from;
  const reading = await read(caller, text, from, root);
  const wishes = await gitWishes(caller, reading, from);
  const git = await Promise.all(wishes.map(async wish => ({ wish, found: await lookIntoGit(caller, wish) })));
  const branches = await branchesOf(
    worktrees,
    wishes.map(({ here }) => here.root),
  );
  const edits = await shellEdits(caller, [...reading.writes, ...gitWrites(reading.git)], from);
  return { root, branches, evasions: evasionsIn(reading, text), git, edits, commits: commitsOf(reading) };
}

const committing: readonly GitEffect[] = ['commit', 'commit-paths', 'amend', 'move-head', 'rewrite', 'unknown'];

/** What is not read, and programs that are not known, may call git as well as anything. */
function commitsOf({ git, changes }: ShellReading): Command['commits'] {
  if (git.some(({ effects }) => effects.some(effect => committing.includes(effect)))) return 'surely';
  return changes === 'none' ? 'never' : 'perhaps';
}

/** Reads a command; once more with the aliases of the repository where it has verbs that are not git's own. */
async function read(caller: Participant, text: string, directory: string, root: string): Promise<ShellReading> {
  const home = caller.world.home ?? null;
  const reading = readShell(text, { directory, home, root });
  if (reading.unknownVerbs.length === 0) return reading;
  const aliases = await caller.world.git.aliases(root, limits.gitAnswerMs);
  return aliases ? readShell(text, { directory, home, root, aliases }) : reading;
}

function evasionsIn({ evasions }: ShellReading, text: string): Evasion[] {
  const found = evasions.map(({ kind, how }) => ({ isForPeopleOnly: kind === 'bypass', how }));
  const test = /\bsignalbox(?:\.mjs|\.cjs)?\s+guard\s+self-test\b/.exec(text)?.[0];
  return test ? [...found, { isForPeopleOnly: true, isSelfTest: true, how: test }] : found;
}

/** What git tells about what a wish is judged by. */
async function lookIntoGit(caller: Participant, wish: GitWish): Promise<GitFound> {
  const { git } = caller.world;
  const { root } = wish.here;
  const question = await caller.read((view, me) => questionOf(view, me, wish));
  const within = limits.gitAnswerMs;
  if (wish.isNested) return nestedChanges(caller, wish);
  const [changes, staged, lost, stashed] = await Promise.all([
    question.wantsChanges ? git.changedFiles(root, limits.changedFilesExamined, within) : undefined,
    question.wantsStaged ? git.stagedFiles(root, limits.committedFilesExamined, within) : undefined,
    question.wantsHead ? lostCommits(caller, wish) : [],
    question.wantsStash ? entriesTaken(caller, wish) : [],
  ]);
  const only = wish.isStashOnly && stashed.length > 0 ? await filesOf(caller, wish, stashed) : undefined;
  const { files: changed, more: isCut = false, untracked = [] } = changes ?? {};
  return { changed, isCut, untracked, staged: staged ?? [], lost, stashed, ...(only ? { only } : {}) };
}

/** What is changed in a repository within the checkout, under the names that its files have in the checkout. */
async function nestedChanges(caller: Participant, { here, discards }: GitWish): Promise<GitFound> {
  const [inner = ''] = discards;
  const { git } = caller.world;
  const found = await git.changedFiles(`${here.root}/${inner}`, limits.changedFilesExamined, limits.gitAnswerMs);
  if (!found) return nothingFound;
  const named = (paths: readonly string[]) => paths.map(path => `${inner}/${path}`);
  return { ...nothingFound, changed: named(found.files), untracked: named(found.untracked), isCut: found.more };
}

/** The commits that are replaced or go, the newest first. What the base is not known of goes for the newest. */
async function lostCommits({ world: { git } }: Participant, wish: GitWish): Promise<string[]> {
  const { base, rewritesBranch, remakesSince, here } = wish;
  const tip = rewritesBranch === null ? undefined : `refs/heads/${rewritesBranch}`;
  const since = (revision: string) =>
    git.commitsSinceBase(here.root, revision, limits.lostCommitsExamined, limits.gitAnswerMs, tip);
  const known = base === null ? undefined : await since(base);
  const remade = known && remakesSince !== null ? new Set(await since(remakesSince)) : new Set();
  if (known) return known.filter(commit => !remade.has(commit));
  const newest = await git.commit(here.root, tip ?? 'HEAD', limits.gitAnswerMs);
  return newest ? [newest.id] : [];
}

/** The commits of the entries that are taken from the stash or dropped. */
async function entriesTaken(
  { world: { git } }: Participant,
  { here, takesStash }: GitWish,
): Promise<readonly string[]> {
  const entries = (await git.stashes(here.root, limits.stashesExamined, limits.gitAnswerMs)) ?? [];
  return typeof takesStash === 'number' ? entries.slice(takesStash, takesStash + 1) : entries;
}

/** The files that commits change; undefined where git does not tell of all of them. */
async function filesOf(
  { world: { git } }: Participant,
  { here }: GitWish,
  commits: readonly string[],
): Promise<readonly string[] | undefined> {
  const facts = await Promise.all(commits.map(id => git.commit(here.root, id, limits.gitAnswerMs)));
  return facts.includes(undefined) ? undefined : facts.flatMap(each => each?.files.map(({ path }) => path) ?? []);
}

/** The first refusal that git's part of a command meets; where policy only warns, what it would have been. */
async function gitVerdict(
  unit: Unit,
  me: Me,
  { evasions, git }: Command,
  mode: 'block' | 'warn' | 'off',
): Promise<{ refusal: Said | null; notes: readonly string[] }> {
  if (mode === 'off') return { refusal: null, notes: [] };
  const evasion = await refuseEvasion(unit, me, evasions);
  if (evasion && mode === 'block') return { refusal: evasion, notes: [] };
  const notes: string[] = [];
  for (const { wish, found } of git) {
    const against = await gitObstacles(unit, me, wish, found);
    if (against.length === 0) continue;
    const said = gitRefusal(unit.tx.now, wish, against);
    if (mode === 'block') {
      tellOnce(unit, me, wish, against);
      return { refusal: said, notes: [] };
    }
    notes.push(said.lines.slice(1, -1).join(' '));
  }
  return { refusal: null, notes };
}

/** Those whose work holds a command up learn of it, once for each attempt that is new. */
function tellOnce(unit: Unit, me: Me, wish: GitWish, against: Awaited<ReturnType<typeof gitObstacles>>): void {
  const { refused } = me.guard;
  const isRetry = refused?.ring === 'shell' && unit.tx.now - refused.at < limits.refusedAgainMs;
  if (isRetry) return;
  const concerned = against.filter(({ kind, lock }) => told.includes(kind) || (lock && !isByCommand(lock)));
  for (const obstacle of new Map(concerned.map(each => [each.session?.id, each])).values())
    if (obstacle.session) notify(unit, [obstacle.session.id], heldUpWords(me, wish, obstacle), 'normal');
}

const told: readonly GitObstacle['kind'][] = ['uncommitted', 'editing', 'working', 'underway'];

interface Begun {
  readonly command: Command;
  readonly call: string | null;
  readonly wallAt: number;
  readonly notes: readonly string[];
}

/** Notes that a command runs, with what it needs of git for itself. */
async function begin(unit: Unit, session: Me, { command, call, wallAt, notes }: Begun): Promise<void> {
  const wishes = command.git.map(({ wish }) => wish);
  const { ticket, heads: roots, indexes } = await takeForCommand(unit, session, wishes);
  const heads = roots.map(root => ({ root, branch: command.branches.get(root) ?? null }));
  const { root, commits } = command;
  const at = { wallAt, at: unit.tx.now };
  const begun = { call, isEndUntold: false, root, commits, ticket, heads, indexes, notes, ...at };
  await noteRunning(unit, session, begun);
}
