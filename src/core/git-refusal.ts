/** What is said when a git command is refused: whose work it would touch, and the one way round that touches nobody's. */
import { commitByName, commitCommand } from './commit-command.ts';
import { allOf, spokenFiles, spokenName } from './conflict-kinds.ts';
import type { GitHolder } from './git-head.ts';
import { type GitWish, isDiscarding } from './git-wish.ts';
import type { GitObstacle } from './guard-git.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';
import type { Said } from './refusal-text.ts';
import { quoted, spokenDuration } from './text.ts';

/** A person is told nothing that only a session can do. */
export function gitRefusal(now: number, wish: GitWish, obstacles: readonly GitObstacle[], isPerson = false): Said {
  const shown = obstacles.slice(0, limits.factsInRefusal).map(obstacle => `${fact(now, wish, obstacle)}.`);
  const more = obstacles.length > shown.length ? [`${obstacles.length - shown.length} more speak against it.`] : [];
  const handles = [
    ...new Set(obstacles.flatMap(({ session, isSelf }) => (session && !isSelf ? [session.handle] : []))),
  ];
  const whom = handles.length > 0 ? allOf(handles) : 'whoever changed them';
  const next = nextStep(wish, obstacles, isPerson ? whom : `${whom} with message_send`, isPerson);
  return {
    lines: [`not run: ${quoted(wish.words)}.`, ...shown, ...more, `Next: ${next}`],
    why: [...kindsOf(obstacles), ...handles].join(' '),
    // A commit has a way round that can be gone at once.
    brief: `${quoted(wish.words)} is still held up by ${whom}. ${wish.commits ? `Next: ${next}` : 'Do something else first.'}`,
  };
}

/** `swift-heron has uncommitted edits in 3 files (a.ts, b.ts, c.ts)`. */
function fact(now: number, wish: GitWish, { kind, session, files, lock, isSelf }: GitObstacle): string {
  const who = session ? named(session) : '';
  const whose = session ? `${session.handle}'s${session.task ? `, who is at ${quoted(session.task)}` : ''}` : '';
  const count = `${files.length} ${files.length === 1 ? 'file' : 'files'} (${spokenFiles(files)})`;
  switch (kind) {
    case 'busy':
      return lock ? busy(who, lock) : who;
    case 'underway':
      return `${who} is in the middle of a ${wish.underway} in this checkout`;
    case 'uncommitted':
      return `${who} has uncommitted edits in ${count} here`;
    case 'foreign':
      if (wish.ends === 'abort' || wish.ends === 'reset' || (isDiscarding(wish) && wish.stages.length === 0))
        return `uncommitted edits of ${who} in ${count} here would be lost`;
      return `It would take along uncommitted edits of ${who} in ${count}`;
    case 'staged':
      return wish.stashesIndex
        ? `${who} has staged ${count}, which git would put into your entry of the stash as well: you could not take that back`
        : `${who} has staged ${count}, which it would take out of the index`;
    case 'editing':
      return `${who} is editing ${count} here`;
    case 'working':
      return `${who} is in the middle of its turn in this checkout, last active ${spokenDuration(now - (session?.lastSeenAt ?? now))} ago`;
    case 'unknown':
      return `${count} here: changed and not committed, by nobody who is known to be here; it would be lost`;
    case 'commit':
      return wish.base === null
        ? `The commit that it replaces is ${whose}`
        : `Among the commits that it replaces or loses are ${whose}`;
    case 'stash':
      return wish.takesStash === 'all' ? `Entries of the stash are ${whose}` : `That stash is ${whose}`;
    case 'branch':
      return `${who} works on ${spokenName(session?.branch ?? '')} in ${spokenName(session?.root ?? '')}`;
    case 'inside':
      return isSelf
        ? `You work in ${spokenName(session?.root ?? '')} yourself, which it would remove`
        : `${who} works in ${spokenName(session?.root ?? '')}, which it would remove`;
  }
}

/** By name it is held for something; for a command, until that has ended. */
function busy(who: string, { lock, holder }: GitHolder): string {
  const reason = lock.reason === null ? '' : quoted(lock.reason);
  if (lock.name === 'git:index' && isByCommand({ lock, holder }))
    return `${who} is about to commit what is staged in this checkout, by ${reason}`;
  return `${who} has ${lock.name} of this checkout${reason ? ` for ${reason}` : ''}`;
}

function named(session: SessionRecord): string {
  return session.task ? `${session.handle} (${quoted(session.task)})` : session.handle;
}

function kindsOf(obstacles: readonly GitObstacle[]): ReadonlySet<GitObstacle['kind']> {
  return new Set(obstacles.map(({ kind }) => kind));
}

/** The one best way on. */
function nextStep(wish: GitWish, obstacles: readonly GitObstacle[], whom: string, isPerson: boolean): string {
  const kinds = kindsOf(obstacles);
  if (kinds.has('underway'))
    return `ask ${whom} to end the ${wish.underway} first (--continue or --abort). Edits go on, and commits do in a checkout of your own (git worktree add ../NAME BRANCH).`;
  const [busyWith] = obstacles.flatMap(({ lock }) => lock ?? []);
  if (busyWith) return whenFree(busyWith, whom, isPerson);
  if (obstacles.every(({ isSelf }) => isSelf)) return 'leave it as it is: you work there.';
  if (wish.removes !== null) return `leave it, or ask ${whom} to finish there first.`;
  if (kinds.has('staged') && wish.stashesIndex)
    return `put yours aside as a patch (git diff HEAD -- FILES > PATCH, then git restore -- FILES), or ask ${whom} to commit first.`;
  if (kinds.has('staged')) return 'unstage files of your own by name: git restore --staged -- FILES.';
  if (kinds.has('stash')) return `name a stash of your own (git stash list), or ask ${whom}.`;
  if (kinds.has('commit')) return `add a commit of your own instead, or ask ${whom}.`;
  if (kinds.has('branch'))
    return `${wish.forcesRemote === null ? 'take another name' : 'push without force to a branch of your own'}, or ask ${whom}.`;
  if (wish.isWhole && wish.commits && !obstacles.some(({ hasBegun }) => hasBegun))
    return `leave that to whoever began the ${wish.underway}, which this would end: ask ${whom}; or commit in a checkout of your own (git worktree add ../NAME BRANCH).`;
  if (wish.ends === 'continue' || (wish.commits && wish.isWhole))
    return `take out of the index what is not your own, by name: git restore --staged -- FILES (the changes stay in the files); or ask ${whom}.`;
  if (wish.ends !== null)
    return `ask ${whom} to put those changes aside first (git diff HEAD -- FILES > PATCH), then run it again; or go on with --quit, which leaves the files alone.`;
  if (isDiscarding(wish) && !wish.takesCheckout) return `leave what is not your own, or ask ${whom} to commit first.`;
  if (wish.commits && !wish.sweeps) {
    const before = wish.stagedBefore.length > 0 ? 'run what comes before the commit by itself, then ' : '';
    return `${before}commit only files of your own by name: ${byName(wish, obstacles)}.`;
  }
  if (wish.sweeps || wish.stages.length > 0) {
    return 'run `signalbox stage`, which stages exactly your own files, then git commit without -a.';
  }
  if (wish.destroys !== 'nothing')
    return `commit your own files (\`signalbox stage\`, git commit) instead, or ask ${whom} to commit first.`;
  if (wish.rewritesHead) return `ask ${whom} to commit or pause first.`;
  return `work in a checkout of your own (git worktree add ../NAME BRANCH, or -b BRANCH for a new one), or ask ${whom} to commit and pause first.`;
}

/** What a command has for itself is free when that has ended; what a session has by name, when it is given back. */
function whenFree({ lock, holder }: GitHolder, whom: string, isPerson: boolean): string {
  if (isByCommand({ lock, holder })) return 'try again in a moment.';
  if (isPerson) return `ask ${whom} to release it.`;
  return `ask ${whom} to release it, or wait in line: lock_acquire with resources ["${lock.name}"], waitSeconds 45 and ttlSeconds 60, and lock_release when your command is done.`;
}

/** Whether a lock is held for a command that runs, and not by name. */
export function isByCommand({ lock, holder }: GitHolder): boolean {
  return lock.tickets.every(ticket => holder.guard.running.some(each => each.ticket === ticket));
}

/** With the names, where they are known and nothing else is asked of git than a commit. */
function byName({ folder, rewritesHead }: GitWish, obstacles: readonly GitObstacle[]): string {
  const own = obstacles.find(each => each.own !== undefined)?.own ?? [];
  return folder === null || rewritesHead || own.length === 0 ? commitByName : commitCommand(own, folder);
}

/** What those are told whose work held a command up. */
export function heldUpWords(me: SessionRecord, wish: GitWish, obstacle: GitObstacle): string {
  const task = me.task ? ` (${quoted(me.task)})` : '';
  const [why, what] = heldUpBy(wish, obstacle);
  return `${me.handle}${task} wanted to run ${quoted(wish.words)} in your checkout and was held up, because ${why}. ${what}, and tell ${me.handle}.`;
}

/** The reason, and what to do about it. */
function heldUpBy({ underway }: GitWish, { kind, files, lock }: GitObstacle): [string, string] {
  if (kind === 'underway')
    return [`your ${underway} there is not ended`, 'End it when you can (--continue or --abort)'];
  if (lock)
    return [`you have ${lock.lock.name} of it`, 'Give it back with lock_release when you do not need it any more'];
  const commit = 'Commit your own files when they are ready (`signalbox stage`, git commit)';
  if (files.length === 0) return ['you work in that checkout', commit];
  return [`your ${kind === 'editing' ? 'edits' : 'uncommitted edits'} in ${spokenFiles(files)}`, commit];
}
