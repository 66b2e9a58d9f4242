/** Which of the hooks are really in force: proved by asking the hook that git would run, not by the presence of lines in a file. */
import type { GitHookFiles, HookPlace } from '../../core/git-hook-files.ts';
import { type BlockProgram, blockFor, type GuardedHook, guardedHooks, selfTestLine } from './block.ts';
import { textOfBytes } from './bytes.ts';
import { knownConfigs } from './configs.ts';
import { besideFolder } from './folders.ts';
import type { Journal } from './journal.ts';
import { type Manager, managerOf } from './managers.ts';
import { joined } from './paths.ts';
import { type HookWish, whereabouts } from './plan.ts';
import { blockIn, isWhollyOurs, withoutBlock } from './shape.ts';

export interface HookState {
  readonly hook: GuardedHook;
  readonly path: string;
  /**
   * `live`: the hook that git runs is ours and stopped when it was asked to. `missing`: it has nothing of ours. `unproven`: it
   * has, and does not answer. `broken`: it answers, and what it starts is gone.
   */
  readonly state: 'live' | 'missing' | 'unproven' | 'broken';
  /** Whether `signalbox guard install` would write other lines; of a missing one, whether nobody has asked for it yet. */
  readonly isOutdated: boolean;
  /** Who else writes this hook. */
  readonly manager: Manager | null;
}

export interface GuardStatus {
  /** Whether a person has installed them in this repository. */
  readonly isInstalled: boolean;
  readonly folder: string;
  readonly way: 'inside' | 'beside';
  /** The folder whose hooks go on running; the same as `folder` where ours are put into them. */
  readonly theirs: string;
  /** Whether git takes its hooks from `folder` now. */
  readonly isUsed: boolean;
  readonly hooks: readonly HookState[];
  /** Repositories within this checkout whose git runs none of these hooks, by their paths in it. */
  readonly submodules: readonly string[];
}

/** Runs only hooks that begin with our lines: those of others would do their work. `token` makes each answer one of its own. */
export async function statusOf(
  files: GitHookFiles,
  place: HookPlace,
  journal: Journal | undefined,
  wish: HookWish,
  token: string,
): Promise<GuardStatus> {
  const { way, theirs } = await whereabouts(await knownConfigs(files, place, journal));
  const folder = way === 'inside' ? theirs : besideFolder(place);
  const isUsed = await files.takesFrom(folder, place);
  const wanted = guardedHooks.filter(hook => wish.hooks.includes(hook) || journal?.hooks.includes(hook));
  const hooks: HookState[] = [];
  for (const hook of wanted) {
    const isNew = journal !== undefined && !journal.hooks.includes(hook);
    hooks.push(await stateOf(files, place, { hook, isNew, folder, theirs, isUsed, token }, wish.program));
  }
  const submodules = await files.submodules(place);
  return { isInstalled: journal !== undefined, folder, way, theirs, isUsed, hooks, submodules };
}

interface Asked {
  readonly hook: GuardedHook;
  /** Whether it was not wished for when somebody last installed, by an earlier version perhaps. */
  readonly isNew: boolean;
  readonly folder: string;
  readonly theirs: string;
  readonly isUsed: boolean;
  readonly token: string;
}

async function stateOf(
  files: GitHookFiles,
  place: HookPlace,
  { hook, isNew, folder, theirs, isUsed, token }: Asked,
  program: BlockProgram,
): Promise<HookState> {
  const path = joined(folder, hook);
  const text = textAt(files, path);
  const block = blockIn(text);
  const manager = writerOf(files, joined(theirs, hook));
  const about = { hook, path, manager };
  if (block === undefined) return { ...about, state: 'missing', isOutdated: isNew };
  const isOutdated = !isBlockOf(block, hook, program);
  if (!isUsed || !isFirst(text, block)) return { ...about, state: 'unproven', isOutdated };
  const { code, said } = await files.selfTest(hook, token, place);
  const isProven = code !== 0 && said.split(/\r?\n/).includes(selfTestLine(token));
  if (!isProven) return { ...about, state: 'unproven', isOutdated };
  const isThere = startedBy(block).every(file => files.look(file).kind !== 'nothing');
  return { ...about, state: isThere ? 'live' : 'broken', isOutdated };
}

function writerOf(files: GitHookFiles, path: string): Manager | null {
  const text = textAt(files, path);
  return text === '' || isWhollyOurs(text) ? null : (managerOf(path, withoutBlock(text)) ?? null);
}

function textAt(files: GitHookFiles, path: string): string {
  const found = files.look(path);
  return found.kind === 'file' ? textOfBytes(found.bytes) : '';
}

/** Whether nothing of anybody runs before our lines. */
function isFirst(text: string, block: string): boolean {
  const before = text.slice(0, text.indexOf(block));
  return isWhollyOurs(text) || before === '' || /^#![^\n]*\n$/.test(before);
}

function isBlockOf(block: string, hook: GuardedHook, program: BlockProgram): boolean {
  return [true, false].some(isFollowed =>
    [true, false].some(end => block === blockFor(hook, program, isFollowed, end)),
  );
}

/** What the lines start, as they name it. */
function startedBy(block: string): string[] {
  const words = [...block.matchAll(/^signalbox_(?:node|entry)='(.*)'$/gm)].map(([, word = '']) => word);
  return words.map(word =>
    new TextDecoder().decode(Uint8Array.from(word.replaceAll(`'\\''`, "'"), one => one.charCodeAt(0))),
  );
}
