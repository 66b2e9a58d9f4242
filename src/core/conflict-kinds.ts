/** What all parts of the conflict check share: what is asked, what is answered, and the words for it. */
import { limits } from './limits.ts';
import type { IntentType, Resource, SessionRecord } from './records.ts';

export type Severity = 'low' | 'medium' | 'high';

export type ConflictKind = 'lock' | 'queue' | 'intent' | 'checkout' | 'branch' | 'uncommitted' | 'git' | 'merge';

export interface Conflict {
  readonly kind: ConflictKind;
  readonly severity: Severity;
  /** Who, what, why it matters, what to do; on one line. */
  readonly description: string;
  /** Whose doing it is; null where that is not known. */
  readonly session: SessionRecord | null;
  readonly resource: string | null;
}

export interface GitVerdict {
  readonly conflicts: readonly Conflict[];
  /** Whole sentences on what could not be examined. */
  readonly notLookedAt: readonly string[];
}

/** What somebody is about to do. */
export interface Action {
  readonly type: IntentType;
  /** Files, folders, globs and free names. */
  readonly targets: readonly Resource[];
  readonly branches: readonly string[];
}

/** Whether an action writes to what all checkouts of a repository share, or moves a branch. */
export function isGitAction(type: IntentType): boolean {
  return type.startsWith('git_');
}

/** Git actions that move HEAD and the index; whoever holds `git:head` of this checkout must be asked first. */
export function movesHead(type: IntentType): boolean {
  return type === 'git_commit' || type === 'git_rebase' || type === 'git_merge';
}

const filePrefix = 'file:';

export function isFile(resource: Resource): boolean {
  return resource.name.startsWith(filePrefix);
}

/** Whether two stand in the same working tree. */
export function inSameCheckout(
  one: { readonly host: string; readonly root: string },
  other: { readonly host: string; readonly root: string },
): boolean {
  return one.host === other.host && one.root === other.root;
}

/** `a.ts, b.ts and 3 more`; names that hold more than plain characters are quoted, so that each is seen whole. */
export function spokenFiles(files: readonly string[]): string {
  const named = files.slice(0, limits.filesNamed).map(spokenName).join(', ');
  const more = files.length - limits.filesNamed;
  return more > 0 ? `${named} and ${more} more` : named;
}

/** The resource of a conflict over files: none where there are several, which the description names. */
export function onlyFile(files: readonly string[]): string | null {
  return files.length === 1 ? `${filePrefix}${files[0]}` : null;
}

/** The name of a file or branch as it can stand within a sentence. */
export function spokenName(name: string): string {
  return /^[^\s"'\p{Cc}]+$/u.test(name) ? name : JSON.stringify(name);
}

/** `otter, heron or wren`; of many only the first. */
export function oneOf(names: readonly string[]): string {
  return listed(names, 'or');
}

/** `otter, heron and wren`; of many only the first. */
export function allOf(names: readonly string[]): string {
  return listed(names, 'and');
}

function listed(names: readonly string[], word: string): string {
  const shown = names.slice(0, limits.handlesInError);
  if (names.length > shown.length) shown.push(`${names.length - shown.length} more`);
  return shown.length < 2 ? shown.join() : `${shown.slice(0, -1).join(', ')} ${word} ${shown[shown.length - 1]}`;
}

/** `otter`, or `otter (its task)`. */
export function withTask(session: SessionRecord): string {
  return session.task ? `${session.handle} (${session.task})` : session.handle;
}

const rank: Record<Severity, number> = { high: 0, medium: 1, low: 2 };

/** The worst first; of the same severity in the order given. */
export function worstFirst<T extends { readonly severity: Severity }>(conflicts: readonly T[]): T[] {
  return [...conflicts].sort((a, b) => rank[a.severity] - rank[b.severity]);
}

/** Only what would really do harm makes an action unsafe. */
export function isSafe(conflicts: readonly Conflict[]): boolean {
  return conflicts.every(conflict => conflict.severity !== 'high');
}
