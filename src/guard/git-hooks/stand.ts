/** One hook of others: what stands there, what would stand there without us, and what is to stand there with us. */
import { SignalboxError } from '../../core/errors.ts';
import type { GitHookFiles, HookChange, HookFile } from '../../core/git-hook-files.ts';
import type { BlockProgram, GuardedHook } from './block.ts';
import { bytesOfText, isSameBytes, textOfBytes } from './bytes.ts';
import { folderOf, joined, nameOf } from './paths.ts';
import { hasNext, isShell, isWhollyOurs, ownFile, standInFile, withBlock, withoutBlock } from './shape.ts';

export const nothing: HookFile = { kind: 'nothing' };
export const executable = 0o755;

export interface Stand {
  readonly path: string;
  readonly now: HookFile;
  /** As it would be without us. */
  readonly theirs: HookFile;
  /** Where theirs is kept while ours stands in for it, and what lies there. */
  readonly kept: { readonly path: string; readonly now: HookFile };
}

/** Where hooks are kept aside, and how that folder and the hooks' own are named from each other. */
interface KeepingFolder {
  readonly path: string;
  readonly fromHooks: string;
  readonly toHooks: string;
}

/**
 * Beside the repository's own folder of hooks: a hook that goes by its place finds everything as many folders above as before. In
 * other folders nothing is known of what lies around them.
 */
export function keepingFolder(hooks: string, commonDirectory: string): KeepingFolder {
  const name = 'signalbox-kept';
  if (folderOf(hooks) === commonDirectory) {
    return { path: joined(commonDirectory, name), fromHooks: `../${name}`, toHooks: `../${nameOf(hooks)}` };
  }
  return { path: joined(hooks, name), fromHooks: name, toHooks: '..' };
}

/**
 * The hook of a name in a folder; `ending` is what a manager has put behind it when it moved it aside. `link` is what the journal
 * remembers of a link that is kept.
 */
export function standOf(
  files: GitHookFiles,
  { hooks, commonDirectory }: { readonly hooks: string; readonly commonDirectory: string },
  hook: GuardedHook,
  link?: string,
  ending = '',
): Stand {
  const keeping = keepingFolder(hooks, commonDirectory);
  const path = joined(hooks, hook + ending);
  const kept = { path: joined(keeping.path, hook), now: files.look(joined(keeping.path, hook)) };
  const now = files.look(path);
  return { path, now, theirs: withoutUs(now, kept.now, keeping, link), kept };
}

function withoutUs(now: HookFile, kept: HookFile, { toHooks }: KeepingFolder, link: string | undefined): HookFile {
  if (now.kind !== 'file') return now;
  const text = textOfBytes(now.bytes);
  if (!isWhollyOurs(text)) return { ...now, bytes: bytesOfText(withoutBlock(text)) };
  if (!hasNext(text)) return nothing;
  if (kept.kind !== 'link') return kept;
  const prefix = `${toHooks}/`;
  return { kind: 'link', to: link ?? (kept.to.startsWith(prefix) ? kept.to.slice(prefix.length) : kept.to) };
}

/**
 * The changes that put our lines into a hook, in the order in which nothing is ever missing: a shell hook takes them, a missing one
 * is made, and for a link, a program or a hook that is switched off a file of ours stands in. Errors: `unavailable` for what is none of these.
 */
export function changesWith(
  stand: Stand,
  hook: GuardedHook,
  program: BlockProgram,
  commonDirectory: string,
): HookChange[] {
  const { path, now, theirs, kept } = stand;
  const hooks = folderOf(path);
  const ours = (text: string): HookFile => {
    const mode = now.kind === 'file' ? now.mode : executable;
    return { kind: 'file', bytes: bytesOfText(text), mode: now.kind === 'file' && isRunnable(now) ? mode : executable };
  };
  if (theirs.kind === 'nothing')
    return changed([
      [path, now, ours(ownFile(hook, program))],
      [kept.path, kept.now, nothing],
    ]);
  if (theirs.kind === 'file' && isRunnable(theirs) && isShell(textOfBytes(theirs.bytes))) {
    const bytes = bytesOfText(withBlock(textOfBytes(theirs.bytes), hook, program));
    return changed([
      [path, now, { ...theirs, bytes }],
      [kept.path, kept.now, nothing],
    ]);
  }
  if (theirs.kind === 'other') throw notAHook(path);
  const keeping = keepingFolder(hooks, commonDirectory);
  const standIn = standInFile(hook, nameOf(path), { kind: 'kept', folder: keeping.fromHooks }, program);
  const aside: HookFile = theirs.kind === 'link' ? { kind: 'link', to: moved(theirs.to, keeping) } : theirs;
  const main: HookFile = { kind: 'file', bytes: bytesOfText(standIn), mode: executable };
  return changed([
    [kept.path, kept.now, aside],
    [path, now, main],
  ]);
}

/** The changes after which nothing of ours is there. */
export function changesWithout(stand: Stand): HookChange[] {
  return changed([[stand.path, stand.now, stand.theirs], ...noLongerKept(stand)]);
}

/** What lies there while the hook is somebody else's by now is the only copy of somebody's file, and stays. */
function noLongerKept({ now, kept }: Stand): Step[] {
  return now.kind === 'file' && hasNext(textOfBytes(now.bytes)) ? [[kept.path, kept.now, nothing]] : [];
}

/** A link that is named from its own folder leads to the same place from another one. */
function moved(to: string, { toHooks }: KeepingFolder): string {
  return to.startsWith('/') ? to : `${toHooks}/${to}`;
}

function isRunnable(file: Extract<HookFile, { readonly kind: 'file' }>): boolean {
  return (file.mode & 0o111) !== 0;
}

type Step = readonly [path: string, before: HookFile, after: HookFile];

function changed(steps: readonly Step[]): HookChange[] {
  return steps.flatMap(([path, before, after]) => (isSame(before, after) ? [] : [{ path, before, after }]));
}

export function isSame(one: HookFile, other: HookFile): boolean {
  if (one.kind === 'file' && other.kind === 'file')
    return one.mode === other.mode && isSameBytes(one.bytes, other.bytes);
  if (one.kind === 'link' && other.kind === 'link') return one.to === other.to;
  return one.kind === other.kind && one.kind !== 'other';
}

function notAHook(path: string): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `${path} is no file, so it can be no hook.`,
    'Move it away, then run the command again.',
  );
}
