/** Compares the working tree after a shell command: what it changed goes into the ledger, and those concerned are told. */

import { type Edit, editsOfCommit, type Here, isRecordable, recordEdits, recordUnsure } from '../core/edit.ts';
import { mayBeOwn, recordCommit } from '../core/edit-commit.ts';
import type { EditRecord } from '../core/edit-record.ts';
import type { Running } from '../core/guard-record.ts';
import { limits } from '../core/limits.ts';
import {
  authorsOf,
  type FileCommits,
  type Histories,
  historiesOf,
  isOwn,
  openSince,
  undoneAuthors,
} from '../core/own-changes.ts';
import type { CommitFacts, Worktree } from '../core/ports.ts';
import {
  type Candidate,
  candidates,
  formerlyDirty,
  isOwnCommit,
  judged,
  type Look,
  movesInSpan,
  type Suspect,
  type TreeChange,
} from '../core/tree-change.ts';
import { type Company, companyOf, type Inquiry, locksAgainst, locksOn } from '../core/tree-company.ts';
import { type AuthorsByPath, harmsIn, harmsOf, spokenDoubt, spokenHarms, tellHarmed } from '../core/tree-harm.ts';
import type { Unit } from '../core/unit.ts';
import type { Me, Participant } from './participant.ts';
import { type Remembered, treesSeen } from './trees-seen.ts';

export interface TreeNews {
  readonly recorded: EditRecord[];
  /** Whole sentences for the model whose command it was. */
  readonly told: string[];
}

const nothing: TreeNews = { recorded: [], told: [] };

/**
 * Looks what a shell command has changed in its checkout, records it and tells those whose work it touched. Costs one question to
 * git when nothing changed, and gives up after `limits.treeLookMs`, then for `limits.treePauseMs`. Call it before the command is
 * taken off the list of those that run: two that end at once could each take the other's changes for its own otherwise.
 */
export async function lookAfterShell(caller: Participant, running: Running): Promise<TreeNews> {
  const { world } = caller;
  const tree = await checkoutOf(caller, running.root);
  const seen = treesSeen(world);
  if (!tree || seen.isPaused(tree.root)) return nothing;
  const here = { host: world.processes.self().host, root: tree.root };
  const scene = { caller, running, tree, here, earlier: seen.before(tree.root, running.wallAt) };
  const found = await looked(scene);
  if (found === undefined) return nothing;
  const { look, own, before } = found;
  const changed = candidates(look).filter(({ path }) => isRecordable(path));
  const { to: at, lookedAt: doneAt, storeAhead } = look.span;
  seen.remember(tree.root, { ...look.tree, at, doneAt, storeAt: at + storeAhead });
  const cut = spokenCut(look, scene.earlier);
  if (changed.length === 0 && own.length === 0) return { ...nothing, told: cut };
  const news: TreeNews[] = [];
  for (const [index, part] of inParts(changed, look, running).entries()) {
    const found = { look, own: index === 0 ? own : [], before };
    const commits = await commitsOf(scene, look, part, found.own);
    news.push(await caller.transact((unit, me) => noted(unit, me, scene, { ...found, commits, part })));
  }
  return { recorded: news.flatMap(({ recorded }) => recorded), told: [...news.flatMap(({ told }) => told), ...cut] };
}

/** As many at a time as one unit of work may record; first of all those that were different before, which may be somebody's work. */
function inParts(changed: readonly Candidate[], { newest, earlier }: Look, { at }: Running): (readonly Candidate[])[] {
  const isKnown = ({ path }: Candidate) => earlier?.files.has(path) === true || (newest.get(path)?.at ?? at) < at;
  const ordered = [...changed.filter(isKnown), ...changed.filter(item => !isKnown(item))];
  const parts = [ordered.slice(0, limits.editsPerCall)];
  for (let from = limits.editsPerCall; from < ordered.length; from += limits.editsPerCall)
    parts.push(ordered.slice(from, from + limits.editsPerCall));
  return parts;
}

/** That a checkout differs from HEAD in more files than are looked at, said by the first look that finds it so. */
function spokenCut({ tree }: Look, earlier: Remembered | null): string[] {
  if (!tree.more || earlier?.more) return [];
  return [
    `More than ${limits.treeFiles} files differ from HEAD here: the others were not looked at, and it is not recorded whose they are. Commit, or have git ignore what is generated.`,
  ];
}

/**
 * Looks at a checkout, the caller's own if none is named, to know it from before: without that, nothing tells when a file went that
 * is gone after a command. Changes nothing, never fails; once a turn is enough.
 */
export async function rememberTree(caller: Participant, checkout?: string): Promise<void> {
  const { clock, git } = caller.world;
  try {
    const root = checkout ?? (await caller.place()).root;
    const seen = treesSeen(caller.world);
    const at = clock.now();
    const storeAt = await caller.observe(async view => view.tx.now);
    if (storeAt === undefined || seen.isPaused(root)) return;
    const tree = await git.changedTree(root, limits.treeFiles, limits.treeLookMs);
    if (tree) seen.remember(root, { ...tree, at, storeAt, doneAt: clock.now() });
  } catch {
    // What is not known from before is said to be unsure.
  }
}

/**
 * After a command that has changed nothing. Nobody waits for git; what is remembered of the checkout is renewed meanwhile, because
 * others may change it, and what they did must not be taken for the doing of the next command.
 */
export async function passOver(caller: Participant, { root }: Running): Promise<void> {
  await treesSeen(caller.world).renew(root, () => rememberTree(caller, root));
}

interface Scene {
  readonly caller: Participant;
  readonly running: Running;
  readonly tree: Worktree;
  readonly here: Here;
  readonly earlier: Remembered | null;
}

/** A commit that was made while the command ran, perhaps by it. */
interface MadeCommit {
  readonly facts: CommitFacts;
  readonly madeAt: number;
}

interface Found {
  readonly look: Look;
  readonly own: readonly MadeCommit[];
  /** Who was at work when the look began. */
  readonly before: readonly Suspect[];
}

/** The checkout of a command, if it belongs to the caller's project and is there still. */
async function checkoutOf(caller: Participant, root: string): Promise<Worktree | undefined> {
  const { worktrees } = caller.world;
  const [own, tree] = await Promise.all(
    [caller.directory, root].map(folder => worktrees.describe(folder).catch(() => undefined)),
  );
  return own && tree && tree.project === own.project ? tree : undefined;
}

function inquiryOf(me: Me, { running, here, earlier }: Scene): Inquiry {
  return { me, here, running, knownSince: earlier?.storeAt ?? null };
}

/** Everything that the store and git tell; undefined when git does not. */
async function looked(scene: Scene): Promise<Found | undefined> {
  const { caller, running, here, earlier } = scene;
  const { clock, git } = caller.world;
  const to = clock.now();
  const { company, storeAhead } = await caller.read(async (view, me) => ({
    company: await companyOf(view, inquiryOf(me, scene), []),
    storeAhead: view.tx.now - to,
  }));
  const begun = clock.elapsed();
  const asked = formerlyDirty(earlier, company.newest);
  const tree = await git.changedTree(here.root, limits.treeFiles, limits.treeLookMs, asked);
  if (!tree) {
    if (clock.elapsed() - begun >= limits.treeLookMs) treesSeen(caller.world).pause(here.root);
    return undefined;
  }
  const span = { from: running.wallAt, to, lookedAt: clock.now(), storeAhead };
  const look = { span, tree, earlier, newest: company.newest, committed: new Set<string>() };
  const made = await commitsMade(scene, look);
  const committed = new Set(made.flatMap(({ facts }) => facts.files.map(({ path }) => path.normalize('NFC'))));
  return { look: { ...look, committed }, own: made.filter(({ isOwn }) => isOwn), before: company.suspects };
}

/** The commits that HEAD became meanwhile, the oldest first. */
async function commitsMade({ caller, here, earlier }: Scene, look: Look): Promise<(MadeCommit & { isOwn: boolean })[]> {
  const { git } = caller.world;
  const { headMovedAt, head } = look.tree;
  const hasMoved = (headMovedAt ?? 0) + limits.fileTimeLagMs >= look.span.from || (earlier && earlier.head !== head);
  if (!hasMoved) return [];
  const moves = (await git.headMoves(here.root, limits.treeMoves, limits.gitAnswerMs)) ?? [];
  const inSpan = movesInSpan(moves, look).filter(isOwnCommit).reverse();
  const made = await Promise.all(
    inSpan.map(async move => {
      const facts = await git.commit(here.root, move.commit, limits.gitAnswerMs);
      return facts ? [{ facts, madeAt: move.at, isOwn: move.isSure }] : [];
    }),
  );
  return made.flat();
}

/** When the files were committed before, as far as it matters whose uncommitted changes the command touched; null when git does not tell. */
async function commitsOf(
  { caller, here, tree }: Scene,
  look: Look,
  changed: readonly Candidate[],
  own: readonly MadeCommit[],
): Promise<FileCommits | null> {
  const paths = pathsIn(changed, own);
  const histories = await caller.read((view, me) =>
    historiesOf(view, paths, here, tree.foldsCase).then(
      found => new Map([...found].filter(([, edits]) => edits.some(edit => edit.session !== me.id))),
    ),
  );
  const open = openSince(histories, here);
  if (open === null || look.tree.head === null) return new Map();
  const names = new Map([...look.tree.files, ...look.tree.same].map(file => [file.path, file.name]));
  const asked = open.paths.map(path => names.get(path) ?? path);
  const found = await caller.world.git.commitsSince(here.root, open.at, asked, limits.gitAnswerMs);
  if (!found) return null;
  const justMade = new Set(own.map(({ facts }) => facts.id));
  return new Map([...found].map(([path, commits]) => [path, commits.filter(({ id }) => !justMade.has(id))]));
}

function pathsIn(changed: readonly Candidate[], own: readonly MadeCommit[]): string[] {
  const committed = own.flatMap(({ facts }) => facts.files.map(({ path }) => path.normalize('NFC')));
  return [...new Set([...changed.map(({ path }) => path), ...committed])].slice(0, limits.editsPerCall);
}

/** Judges, records and tells, in one unit: with what the store knows by now. */
async function noted(
  unit: Unit,
  me: Me,
  scene: Scene,
  {
    look,
    own,
    before,
    commits,
    part,
  }: Found & { readonly commits: FileCommits | null; readonly part: readonly Candidate[] },
): Promise<TreeNews> {
  const { here, tree } = scene;
  const paths = pathsIn(part, own);
  const inPart = new Set(part.map(({ path }) => path));
  const locks = await locksAgainst(unit, me, here, paths);
  const company = withBefore(await companyOf(unit, inquiryOf(me, scene), locks), before);
  const histories = await historiesOf(unit, paths, here, tree.foldsCase);
  const changes = judged(candidates({ ...look, newest: company.newest }), company.suspects)
    .filter(({ path }) => inPart.has(path))
    .map(change => withUndone(change, histories, me, here));
  // Where git does not tell what was committed since, nobody is said to have lost anything.
  const authors: AuthorsByPath = commits ? await authorsOf(unit, histories, here, commits) : new Map();
  const edits = await recordChanges(unit, me, scene, look, changes);
  const made = await recordCommits(unit, me, scene, own, company.suspects, authors);
  const news = new Set(edits.map(edit => edit.path));
  const isTheirs = ({ path }: TreeChange) =>
    authors.get(path)?.some(({ id }) => id !== me.id) === true || locksOn(locks, path, here).length > 0;
  const told = changes.filter(({ path }) => news.has(path)).sort((a, b) => Number(isTheirs(b)) - Number(isTheirs(a)));
  const harms = [
    ...(await harmsOf(unit, me, here, told, authors, locks)),
    ...made.flatMap(({ facts }) => harmsIn(facts, me, authors)),
  ];
  tellHarmed(unit, me, here, harms);
  return {
    recorded: [...edits, ...made.flatMap(({ records }) => records)],
    told: [...spokenHarms(harms), ...spokenDoubt(told)],
  };
}

/** What somebody's changes were taken out of a file before, it may get back now. */
function withUndone(change: TreeChange, histories: Histories, me: Me, here: Here): TreeChange {
  if (change.change !== 'created' && change.change !== 'modified') return change;
  const known = new Set([me.id, ...change.others.map(({ id }) => id)]);
  const undone = undoneAuthors(histories.get(change.path) ?? [], here).filter(({ id }) => !known.has(id));
  return { ...change, others: [...change.others, ...undone] };
}

/** One whose command had not ended when the look began was at work then, even if it has ended by now. */
function withBefore(company: Company, before: readonly Suspect[]): Company {
  const then = new Map(before.map(suspect => [suspect.id, suspect]));
  const suspects = company.suspects.map(suspect =>
    suspect.runningSince !== null ? suspect : { ...suspect, runningSince: then.get(suspect.id)?.runningSince ?? null },
  );
  return { ...company, suspects };
}

/** Entries for what the command changed, and for what nobody knows for sure. */
async function recordChanges(
  unit: Unit,
  me: Me,
  { here, tree }: Scene,
  { span }: Look,
  changes: readonly TreeChange[],
): Promise<EditRecord[]> {
  const origin = {
    source: 'tree',
    commit: null,
    intent: null,
    host: here.host,
    at: span.to + span.storeAhead,
  } as const;
  const editOf = ({ path, change }: TreeChange): Edit => {
    const { root, branch, foldsCase } = tree;
    return { path, change, root, branch, foldsCase, lines: null };
  };
  const groups = new Map<string, TreeChange[]>();
  for (const change of changes) {
    const key = change.others.map(({ id }) => id).join(' ');
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  const records: EditRecord[] = [];
  for (const group of groups.values()) {
    const others = group[0]?.others ?? [];
    const recorded =
      others.length === 0
        ? await recordEdits(unit, me, group.map(editOf), origin)
        : await recordUnsure(unit, [me, ...others], group.map(editOf), origin);
    records.push(...recorded.records);
  }
  return records;
}

/** Commits that nobody has recorded and nobody else can have made. Git's own hook tells better whose they are, where it is installed. */
async function recordCommits(
  unit: Unit,
  me: Me,
  { here, tree, running: { commits = 'perhaps' } }: Scene,
  own: readonly MadeCommit[],
  suspects: readonly Suspect[],
  authors: AuthorsByPath,
): Promise<{ facts: CommitFacts; records: EditRecord[] }[]> {
  const made: { facts: CommitFacts; records: EditRecord[] }[] = [];
  for (const { facts, madeAt } of own) {
    const isDoubtful =
      suspects.some(suspect => mayHaveCommitted(suspect, commits, madeAt)) &&
      !(commits === 'surely' && isOfOwn(facts, me, authors));
    const isKnown = (await editsOfCommit(unit.tx, facts.id, null)).length > 0;
    if (commits === 'never' || isDoubtful || isKnown || !mayBeOwn(me, facts)) continue;
    const { records } = await recordCommit(unit, me, facts, tree, { intent: null, host: here.host });
    made.push({ facts, records });
  }
  return made;
}

/**
 * Whether a commit may be another's, too. A command that says so makes it, where no other one that says so ran in that second; one
 * that might have, as tests or a script, is believed only where nobody else was at work.
 */
function mayHaveCommitted(suspect: Suspect, commits: 'surely' | 'perhaps' | 'never', madeAt: number): boolean {
  const ran = suspect.runningSince !== null && suspect.runningSince < madeAt + 1000;
  if (suspect.isUnseen) return true;
  return suspect.committedIn(madeAt) || (commits !== 'surely' && (ran || suspect.isAwake));
}

/** Whether all that is in a commit was changed by the session, or its kin: where several committed at once that tells whose it is. */
function isOfOwn({ files }: CommitFacts, me: Me, authors: AuthorsByPath): boolean {
  const isMine = (path: string) =>
    authors.get(path.normalize('NFC'))?.some(author => isOwn(author, me.id) || author.id === me.parentSession) === true;
  return files.length > 0 && files.every(({ path }) => isMine(path));
}
