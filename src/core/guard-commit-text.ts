/** What is said before a commit or a push: what speaks against it, whose it is, one next step. */
import { commitByName, commitCommand, fromRoot, inShell } from './commit-command.ts';
import { allOf, spokenFiles, spokenName } from './conflict-kinds.ts';
import { isEdit } from './edit-lock.ts';
import type { CommitObstacles, FileLock, ForeignFile } from './guard-commit.ts';
import type { PushObstacle } from './guard-references.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';
import { type Said, staleWords } from './refusal-text.ts';
import { quoted, spokenDuration } from './text.ts';

/** How somebody commits: what there is to say depends on what they can do instead. */
export interface Committing {
  readonly isPerson: boolean;
  /** There is no commit yet. */
  readonly isFirst: boolean;
  /** Git commits everything that is staged, or nothing: the outcome of a merge, or of a commit that is carried over. */
  readonly isWhole: boolean;
  /** Where the shell stands, from the root of the checkout. */
  readonly folder: string;
}

/** Null when nothing speaks against the commit. */
export function commitRefusal(now: number, found: CommitObstacles, committing: Committing): Said | null {
  const { locked, foreign, stale, own } = found;
  const files = [...new Set([...locked, ...foreign].map(({ path }) => path))];
  if (files.length + stale.length === 0) return null;
  const facts = [...locked.map(lock => lockFact(now, lock)), ...foreignFacts(now, foreign)];
  const holders = handlesOf(found);
  const told = stale.length === 0 ? [] : [`Since you last changed them, ${staleWords(now, stale)}.`];
  const next = files.length > 0 ? `Next: ${nextStep(files, found, committing)}` : '';
  const byName = own.length > 0 && canCommitByName(committing) ? ` Commit yours by name: ${commitByName}.` : '';
  const look = 'Next: look at them with `git diff --cached`; if all of it is to be committed, commit again.';
  return {
    lines: [`not committed.`, ...shortened(facts), ...told, next || look],
    brief:
      files.length > 0
        ? `not committed: ${spokenFiles(files)} ${files.length === 1 ? 'is' : 'are'} still ${allOf(holders)}'s.${byName}`
        : 'not committed: look at what others changed first.',
  };
}

/** A push that carries what others have locked, or would throw away what they stand on. */
export function pushRefusal(now: number, locked: readonly FileLock[], forced: readonly PushObstacle[]): Said | null {
  if (locked.length + forced.length === 0) return null;
  const facts = [...locked.map(lock => lockFact(now, lock)), ...forced.flatMap(forcedFacts)];
  const sessions = [
    ...locked.map(({ holder }) => holder),
    ...forced.flatMap(({ workers, owners }) => [...workers, ...owners]),
  ];
  const holders = [...new Set(sessions.map(({ handle }) => handle))];
  const next =
    forced.length > 0
      ? 'push to a branch of your own, or take their commits in first (git pull --rebase)'
      : 'push again when that is free';
  return {
    lines: ['not pushed.', ...shortened(facts), `Next: ${next}, or ask ${allOf(holders)}.`],
    brief: `not pushed: still held up by ${allOf(holders)}.`,
  };
}

function forcedFacts({ branch, workers, owners }: PushObstacle): string[] {
  const name = spokenName(branch);
  return [
    ...workers.map(session => `${named(session)} works on ${name}, and this push takes commits away from it.`),
    ...owners.map(session => `This push takes commits of ${named(session)} off ${name}.`),
  ];
}

/** What is worth a word and stops nothing. */
export function commitWarnings(found: CommitObstacles): string[] {
  const by = new Map<string, ForeignFile[]>();
  for (const file of found.left) by.set(file.author.handle, [...(by.get(file.author.handle) ?? []), file]);
  const left = [...by].map(([handle, files]) => {
    const whose = files[0]?.author.isHere ? `of ${handle}` : `of ${handle}, whose session has ended`;
    return `This commit takes along changes ${whose}: ${spokenFiles(files.map(({ path }) => path))}.`;
  });
  const mixed = found.mixed.map(
    ({ path, author }) =>
      `${spokenName(path)} holds changes of ${author.handle} as well: they are committed with yours.`,
  );
  return [...shortened(left), ...shortened(mixed)];
}

/** The same facts where policy only warns. */
export function asWarnings(said: Said | null): string[] {
  return said === null ? [] : said.lines.slice(1).filter(line => !line.startsWith('Next:'));
}

/** `src/a.ts is locked by swift-heron, for "refactor", last active 3 s ago, for 12 min still unless released or renewed.` */
function lockFact(now: number, { path, lock, holder }: FileLock): string {
  const purpose = lock.reason ?? holder.task;
  const what = purpose ? `, for ${quoted(purpose)}` : '';
  const verb = isEdit(lock) ? 'is being edited' : 'is locked';
  const around = lock.name === `file:${path}` ? '' : ` (${lock.name})`;
  const left = isEdit(lock)
    ? 'until its turn ends'
    : `for ${spokenDuration(lock.expiresAt - now)} still unless released before`;
  const active = `last active ${spokenDuration(now - holder.lastSeenAt)} ago`;
  return `${spokenName(path)} ${verb}${around} by ${holder.handle}${what}, ${left}; ${active}.`;
}

function foreignFacts(now: number, foreign: readonly ForeignFile[]): string[] {
  const bySession = new Map<SessionRecord, string[]>();
  for (const { path, session } of foreign) {
    if (session) bySession.set(session, [...(bySession.get(session) ?? []), path]);
  }
  return [...bySession].map(
    ([session, paths]) =>
      `${named(session)} changed ${spokenFiles(paths)} here and has not committed it; last active ${spokenDuration(now - session.lastSeenAt)} ago.`,
  );
}

function handlesOf({ locked, foreign }: CommitObstacles): string[] {
  return [...new Set([...locked.map(({ holder }) => holder.handle), ...foreign.map(({ author }) => author.handle)])];
}

function named(session: SessionRecord): string {
  return session.task ? `${session.handle} (${quoted(session.task)})` : session.handle;
}

function shortened(facts: readonly string[]): string[] {
  const more = facts.length - limits.factsInRefusal;
  return more > 0 ? [...facts.slice(0, limits.factsInRefusal), `${more} more speak against it.`] : [...facts];
}

/** A person knows what is in the index; a session may not know that others use it, too. */
function canCommitByName({ isPerson, isWhole }: Committing): boolean {
  return !isPerson && !isWhole;
}

/** Sessions that each undo what the other has staged would never come to an end: a session commits its own and leaves the index alone. */
function nextStep(files: readonly string[], found: CommitObstacles, committing: Committing): string {
  const { isPerson, isFirst, folder } = committing;
  const holders = allOf(handlesOf(found));
  if (!canCommitByName(committing)) {
    return `${unstaging(files, isFirst)}, or ask ${holders}${isPerson ? '' : ' with message_send'}.`;
  }
  if (found.own.length > 0) {
    return `commit exactly your own by name, and leave the rest staged: ${commitCommand(found.own, folder)}`;
  }
  if (found.nobodys.length > 0) {
    const isOne = found.nobodys.length === 1;
    return `if ${spokenFiles(found.nobodys)} ${isOne ? 'is' : 'are'} yours, commit ${isOne ? 'it' : 'them'} by name, and leave the rest staged: ${commitCommand(found.nobodys, folder)}`;
  }
  return `leave the index as it is, and ask ${holders} with message_send: nothing that is staged is yours to commit.`;
}

/** The command that leaves the files as they are and out of the commit. */
function unstaging(files: readonly string[], isFirst: boolean): string {
  const shown = files
    .slice(0, limits.filesNamed)
    .map(path => inShell(fromRoot(path)))
    .join(' ');
  const more = files.length > limits.filesNamed ? ` and the ${files.length - limits.filesNamed} others` : '';
  return `leave them out: ${isFirst ? 'git rm --cached --' : 'git restore --staged --'} ${shown}${more}`;
}
