/** What git's hooks ask and tell about references: rewriting, commits that were made, HEAD that moved. */
import { inSameCheckout, spokenFiles, spokenName } from '../core/conflict-kinds.ts';
import { areKin } from '../core/git-head.ts';
import { gitRefusal } from '../core/git-refusal.ts';
import { noteBypass } from '../core/guard-bypass.ts';
import { byMode, editLocksFor, locksOnFiles } from '../core/guard-commit.ts';
import { asWarnings } from '../core/guard-commit-text.ts';
import type { GitObstacle } from '../core/guard-git.ts';
import {
  doneAlready,
  type MadeAt,
  type MadeCommit,
  type Rewriting,
  recordCommits,
  recordStash,
  rewritingObstacles,
  wishOf,
} from '../core/guard-references.ts';
import { limits } from '../core/limits.ts';
import { notify } from '../core/notice.ts';
import { lookAround } from '../core/presence.ts';
import { noteVerdict } from '../core/refusal.ts';
import { quoted } from '../core/text.ts';
import type { Unit } from '../core/unit.ts';
import { hereOf } from './git-check-files.ts';
import { allowed, type GitCall, type GitVerdict, isPerson, noteHeard, refusedOrPassed } from './git-verdict.ts';
import type { Me, Participant } from './participant.ts';

/** Before branches lose commits or a stash goes: not under others who use them. */
export async function checkRewriting(caller: Participant, call: GitCall): Promise<GitVerdict> {
  const { facts, policy } = call;
  if (policy.git === 'off') return allowed();
  const { here, anchor } = await hereOf(caller);
  const { now, person, found } = await caller.read(async (view, me) => {
    const person = isPerson(me, call);
    const found: { rewriting: Rewriting; obstacles: GitObstacle[] }[] = [];
    for (const rewriting of facts.rewritings) {
      const obstacles = await rewritingObstacles(view, me, here, anchor, rewriting, person);
      if (obstacles.length > 0) found.push({ rewriting, obstacles });
    }
    return { now: view.tx.now, person, found };
  });
  const [first] = found;
  if (!first) {
    await noteHeard(caller);
    return allowed();
  }
  const obstacles = found.flatMap(each => each.obstacles);
  const wish = wishOf(first.rewriting, here);
  const refusal = gitRefusal(now, wish, obstacles, person);
  const done = found.flatMap(({ rewriting }) => doneAlready(rewriting));
  const said = { ...refusal, lines: [...refusal.lines.slice(0, -1), ...done, ...refusal.lines.slice(-1)] };
  if (policy.git === 'warn') return allowed(asWarnings(said));
  return refusedOrPassed(caller, call, {
    said,
    what: `git ${wish.words}`,
    concerned: obstacles.flatMap(({ session }) => session ?? []),
    files: obstacles.flatMap(({ files }) => files),
    did: `had git ${wish.words}`,
  });
}

/**
 * After commits were made: they are noted as the session's, and those who had their files locked learn of it. Nothing is refused any more.
 */
export async function noteMade(caller: Participant, call: GitCall): Promise<GitVerdict> {
  const { facts, policy, isStranger } = call;
  const at = await hereOf(caller);
  const own = facts.made.filter(({ isFresh }) => isFresh);
  const { stashed } = facts;
  if (!isStranger && (own.length > 0 || stashed)) {
    await caller.transact(async (unit, me) => {
      await recordCommits(unit, me, at, own);
      if (stashed) await recordStash(unit, me, at, stashed);
    });
  }
  if (facts.isRebase || policy.git === 'off') return allowed();
  for (const commit of facts.made) await tellHolders(caller, call, at, commit);
  return allowed();
}

async function tellHolders(caller: Participant, call: GitCall, at: MadeAt, commit: MadeCommit): Promise<void> {
  const paths = commit.files.map(({ path }) => path);
  const { block, warn } = byMode(call.policy, paths, at.foldsCase);
  const files = { here: at.here, foldsCase: at.foldsCase };
  const meets = (some: string[]) =>
    caller.read((view, me) => locksOnFiles(view, me, { ...files, paths: some }, editLocksFor(isPerson(me, call))));
  const [met, warned] = [await meets(block), await meets(warn)];
  if (met.length + warned.length === 0 || (await isToldAlready(caller, call))) return;
  await caller.transact(async (unit, me) => {
    const did = (some: typeof met) =>
      `committed ${spokenFiles(some.map(({ path }) => path))} in ${commit.id.slice(0, 10)}`;
    for (const { holder } of warned) {
      notify(unit, [holder.id], `${me.handle} ${did(warned)}, which you have locked; policy only warns of that.`);
    }
    if (met.length === 0) return;
    const reason = isPerson(me, call) ? call.bypass : null;
    const about = { files: met.map(({ path }) => path), commit: commit.id, concerned: met.map(({ holder }) => holder) };
    noteBypass(unit, me, { hook: call.hook, did: did(met), reason, ...about });
    if (me.guard.refused?.ring === 'git') await noteIgnored(unit, me);
  });
}

async function noteIgnored({ tx }: Unit, me: Me): Promise<void> {
  tx.put('session', noteVerdict((await tx.get('session', me.id)) ?? me, 'ignored'));
}

/** Whether a person has just gone on in spite of the check before the commit, which has told everybody. */
async function isToldAlready(caller: Participant, call: GitCall): Promise<boolean> {
  if (call.bypass === null) return false;
  const { project } = await caller.place();
  const { sequence, now, me } = await caller.read(async ({ tx }, me) => ({
    sequence: tx.sequence,
    now: tx.now,
    me: me.id,
  }));
  const from = Math.max(0, sequence - limits.eventsRemembered);
  const events = await caller.world.store.eventsAfter(project, from, limits.eventsRemembered);
  return events.some(
    ({ type, at, data }) =>
      type === 'guard.bypassed' && data.hook === 'pre-commit' && data.session === me && now - at < limits.freshCommitMs,
  );
}

/** After another branch or commit was checked out: those who work in the same checkout learn that it changed under them. */
export async function tellMoved(caller: Participant, { facts, policy }: GitCall): Promise<GitVerdict> {
  const { moved } = facts;
  if (moved === null || policy.git === 'off') return allowed();
  const { here } = await hereOf(caller);
  const told = await caller.transact(async (unit, me) => {
    const { live } = await lookAround(unit);
    const company = live.filter(each => each.id !== me.id && inSameCheckout(each, here) && !areKin(me, each));
    const task = me.task ? ` (${quoted(me.task)})` : '';
    const body = `${me.handle}${task} has checked out ${spokenName(moved.to)} in your checkout, where ${spokenName(moved.from)} was: files changed under you. Read again before you edit, and look at \`git status\` before you commit.`;
    notify(
      unit,
      company.map(({ id }) => id),
      body,
    );
    return company.map(({ handle }) => handle);
  });
  if (told.length === 0) return allowed();
  const who = told.slice(0, limits.handlesInError).join(', ');
  return allowed([
    `HEAD moved from ${spokenName(moved.from)} to ${spokenName(moved.to)} under ${who}, who ${told.length > 1 ? 'work in this checkout too and were' : 'works in this checkout too and was'} told.`,
  ]);
}
