/** Carries a plan out: all of it or nothing, noted before it is done and forgotten after it is undone. */
import { SignalboxError } from '../../core/errors.ts';
import type { GitHookFiles, HookChange, HookFile, HookPlace } from '../../core/git-hook-files.ts';
import { journalPath, ownFolder } from './folders.ts';
import { type Journal, readJournal, writtenJournal } from './journal.ts';
import { folderOf, foundFrom, joined } from './paths.ts';
import type { HookPlan } from './plan.ts';
import { isSame, keepingFolder } from './stand.ts';

const noteMode = 0o644;

/** What a repository says of itself; undefined where nobody has installed anything, or what is said cannot be read. */
export function journalOf(files: GitHookFiles, place: HookPlace): Journal | undefined {
  const found = files.look(journalPath(place));
  return found.kind === 'file' ? readJournal(found.bytes) : undefined;
}

/** Whether the plan changes anything. */
export function isChange(files: GitHookFiles, place: HookPlace, plan: HookPlan): boolean {
  return plan.changes.length > 0 || !isSame(files.look(journalPath(place)), noted(plan.journal));
}

/**
 * Errors: `conflict` when somebody changed something meanwhile, `unavailable` for what cannot be written or has no effect; nothing is changed then.
 */
export async function carryOut(files: GitHookFiles, place: HookPlace, plan: HookPlan): Promise<void> {
  const known = journalOf(files, place);
  const path = journalPath(place);
  const note: HookChange = { path, before: files.look(path), after: noted(plan.journal) };
  const steps = plan.journal ? [note, ...plan.changes] : [...plan.changes, note];
  const done: HookChange[] = [];
  const made: string[] = [];
  try {
    for (const step of steps) {
      if (isSame(step.before, step.after)) continue;
      if (step.after.kind !== 'nothing') made.push(...files.makeFolder(folderOf(step.path)));
      files.exchange(step);
      done.push(step);
    }
    if (plan.folder !== null && !(await files.takesFrom(plan.folder, place))) throw withoutEffect(plan.folder);
  } catch (error) {
    for (const step of done.toReversed()) putBack(files, step);
    files.removeEmptyFolders(made);
    throw error;
  }
  files.removeEmptyFolders(emptied(place, known, plan));
}

function noted(journal: Journal | null): HookFile {
  return journal === null ? { kind: 'nothing' } : { kind: 'file', bytes: writtenJournal(journal), mode: noteMode };
}

/** Folders of ours in which nothing may be left: those that were made, and those in which only we put anything. */
function emptied(place: HookPlace, known: Journal | undefined, plan: HookPlan): string[] {
  const { commonDirectory } = place;
  const keeping = (known?.folders ?? []).map(folder =>
    keepingFolder(foundFrom(commonDirectory, folder), commonDirectory),
  );
  const own = [ownFolder(place), joined(ownFolder(place), 'hooks'), ...keeping.map(({ path }) => path)];
  const made = plan.journal === null ? (known?.made ?? []).map(folder => foundFrom(commonDirectory, folder)) : [];
  return [...new Set([...own, ...made])].sort();
}

function putBack(files: GitHookFiles, { path, before, after, ...rest }: HookChange): void {
  try {
    if (before.kind !== 'nothing') files.makeFolder(folderOf(path));
    files.exchange({ path, before: after, after: before, ...rest });
  } catch {
    // Somebody has changed it since. What of ours is in it is found by its looks.
  }
}

function withoutEffect(folder: string): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `Git would not take its hooks from ${folder}: another file of its configuration decides that.`,
    'Look at `git config --show-origin --get-all core.hooksPath`, then run the command again.',
  );
}
