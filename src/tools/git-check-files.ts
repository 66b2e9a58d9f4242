/** What git's hooks ask before a commit and before a push: about files. */
import { spokenFiles } from '../core/conflict-kinds.ts';
import type { Here } from '../core/edit.ts';
import { gitRefusal } from '../core/git-refusal.ts';
import { beginnerOf, type GitOperation } from '../core/git-unfinished.ts';
import { type GitWish, noWish } from '../core/git-wish.ts';
import {
  among,
  byMode,
  type CommitObstacles,
  commitObstacles,
  type FilesAt,
  type KnownOfFiles,
  locksOnFiles,
} from '../core/guard-commit.ts';
import { asWarnings, commitRefusal, commitWarnings, pushRefusal } from '../core/guard-commit-text.ts';
import { pushObstacles } from '../core/guard-references.ts';
import { limits } from '../core/limits.ts';
import { historiesOf, openSince } from '../core/own-changes.ts';
import { lookAround } from '../core/presence.ts';
import type { SessionRecord } from '../core/records.ts';
import {
  allowed,
  type GitCall,
  type GitVerdict,
  isPerson,
  noteHeard,
  type Refusing,
  refusedOrPassed,
} from './git-verdict.ts';
import type { Participant } from './participant.ts';

/** Where the caller stands, as the rules name it. */
export async function hereOf(
  caller: Participant,
): Promise<{ here: Here; foldsCase: boolean; branch: string | null; anchor: string }> {
  const { root, foldsCase, branch, anchor } = await caller.place();
  return { here: { host: caller.world.processes.self().host, root }, foldsCase, branch, anchor };
}

/** Before a commit: what others have locked or changed stays out of it. */
export async function checkCommit(caller: Participant, call: GitCall): Promise<GitVerdict> {
  const { facts, policy } = call;
  const { here, foldsCase } = await hereOf(caller);
  const underway = (await caller.world.git.state(here.root))?.operation ?? null;
  const part = underway === null || policy.git !== 'block' ? undefined : await partOf(caller, here, underway);
  if (part) return refusedOrPassed(caller, call, part);
  const { block, warn } = byMode(policy, facts.staged, foldsCase);
  const files = { here, foldsCase, paths: [...block, ...warn] };
  if (files.paths.length === 0) return allowed();
  const known = await knownOf(caller, files);
  const { now, found, person } = await caller.read(async (view, me) => {
    const person = isPerson(me, call);
    return {
      now: view.tx.now,
      person,
      found: await commitObstacles(view, { me, isPerson: person }, files, known),
    };
  });
  const { isFirst, isWhole, folder } = facts;
  const committing = { isPerson: person, isFirst, isWhole, folder };
  const warnings = [
    ...commitWarnings(found),
    ...asWarnings(commitRefusal(now, among(found, warn), committing)),
    ...facts.notLookedAt,
  ];
  const blocking = among(found, block);
  const said = commitRefusal(now, blocking, committing);
  if (said === null) {
    await noteHeard(caller);
    return allowed(warnings);
  }
  const paths = [...new Set([...blocking.locked, ...blocking.foreign].map(({ path }) => path))];
  const verdict = await refusedOrPassed(caller, call, {
    said,
    // Another set of files of its own is another commit: then it is told anew how to make that.
    what: `commit ${[...paths, ...blocking.stale.map(({ path }) => path)].sort().join('\n')} of ${[...found.own, ...found.nobodys].join('\n')}`,
    concerned: concernedBy(blocking),
    files: paths,
    did: `committed ${spokenFiles(paths)}`,
    told: (me, { tx }) =>
      blocking.stale.length > 0 ? { ...me, guard: { ...me.guard, toldEditsTo: tx.sequence } } : me,
  });
  return { ...verdict, warnings: [...verdict.warnings, ...warnings] };
}

/** A commit would be part of what another session has stopped in the middle; undefined where it would not. */
async function partOf(caller: Participant, here: Here, underway: GitOperation): Promise<Refusing | undefined> {
  return caller.read(async (view, me) => {
    const { live } = await lookAround(view);
    const others = live.filter(({ id }) => id !== me.id);
    const session = beginnerOf(me, others, here, underway);
    if (!session) return undefined;
    const wish: GitWish = { ...noWish, words: 'git commit', here, underway, commits: true };
    const said = gitRefusal(view.tx.now, wish, [{ kind: 'underway', session, files: [] }], me.kind === 'operator');
    const did = `committed in the middle of a ${underway}`;
    return { said, what: `commit within ${underway}`, concerned: [session], files: [], did };
  });
}

/** What the ledger knows of the files, held against the commits that git knows. */
async function knownOf(caller: Participant, { here, foldsCase, paths }: FilesAt): Promise<KnownOfFiles> {
  const looked = paths.slice(0, limits.committedFilesLooked);
  const histories = await caller.read(view => historiesOf(view, looked, here, foldsCase));
  const open = openSince(histories, here);
  const { git } = caller.world;
  const commits = open ? await git.commitsSince(here.root, open.at, open.paths, limits.gitAnswerMs) : undefined;
  return { histories, commits: commits ?? new Map() };
}

function concernedBy({ locked, foreign }: CommitObstacles): SessionRecord[] {
  return [...locked.map(({ holder }) => holder), ...foreign.flatMap(({ session }) => session ?? [])];
}

/** Before a push: what others have locked by name is not published, and no branch of theirs is overwritten. */
export async function checkPush(caller: Participant, call: GitCall): Promise<GitVerdict> {
  const { facts, policy } = call;
  if (policy.git === 'off') return allowed();
  const { here, foldsCase } = await hereOf(caller);
  const { block, warn } = byMode(policy, facts.pushedFiles, foldsCase);
  const forced = facts.pushes.flatMap(({ branch, isForced, lost }) => (isForced && branch ? [{ branch, lost }] : []));
  const found = await caller.read(async (view, me) => ({
    now: view.tx.now,
    blocked: await locksOnFiles(view, me, { here, foldsCase, paths: block }, 'none'),
    warned: await locksOnFiles(view, me, { here, foldsCase, paths: warn }, 'none'),
    forced: await pushObstacles(view, me, here, forced),
  }));
  const isBlocking = policy.git === 'block';
  const warnings = [
    ...asWarnings(pushRefusal(found.now, found.warned, isBlocking ? [] : found.forced)),
    ...facts.notLookedAt,
  ];
  const said = pushRefusal(found.now, found.blocked, isBlocking ? found.forced : []);
  if (said === null) {
    await noteHeard(caller);
    return allowed(warnings);
  }
  const paths = found.blocked.map(({ path }) => path);
  const branches = found.forced.map(({ branch }) => branch);
  const verdict = await refusedOrPassed(caller, call, {
    said,
    what: `push ${[...branches, ...paths].sort().join('\n')}`,
    concerned: [
      ...found.blocked.map(({ holder }) => holder),
      ...found.forced.flatMap(({ workers, owners }) => [...workers, ...owners]),
    ],
    files: paths,
    did: `pushed ${[...(paths.length > 0 ? [spokenFiles(paths)] : []), ...branches.map(branch => `${branch} by force`)].join(' and ')}`,
  });
  return { ...verdict, warnings: [...verdict.warnings, ...warnings] };
}
