/** Decides what becomes of a repository's hooks, without touching any: where ours go, and what changes for that. */
import type { GitHookFiles, HookChange, HookPlace, HooksPath } from '../../core/git-hook-files.ts';
import { type BlockProgram, type GuardedHook, guardedHooks } from './block.ts';
import { bytesOfText, textOfBytes } from './bytes.ts';
import {
  type ConfigPlan,
  configsWithout,
  configWith,
  isNamedFromCheckout,
  type KnownConfigs,
  knownConfigs,
  theirSetting,
} from './configs.ts';
import { besideFolder, ownFolder } from './folders.ts';
import type { Journal } from './journal.ts';
import { folderOf, foundFrom, isIn, joined, namedFrom } from './paths.ts';
import { isWhollyOurs, standInFile } from './shape.ts';
import { changesWith, changesWithout, executable, isSame, keepingFolder, nothing, standOf } from './stand.ts';

/** What a person asks for. */
export interface HookWish {
  readonly hooks: readonly GuardedHook[];
  readonly program: BlockProgram;
}

export interface HookPlan {
  /** Where git finds ours afterwards; null when nothing of ours is to stay. */
  readonly folder: string | null;
  /** In the order in which they are made. */
  readonly changes: readonly HookChange[];
  /** What the journal says afterwards; null when it is to say nothing any more. */
  readonly journal: Journal | null;
}

/** Whose hooks git would run without us, and where ours go for that. */
export interface Whereabouts {
  /** The folder as it is named, and where that really is. */
  readonly named: string;
  readonly theirs: string;
  /** The value of `core.hooksPath` that leads there; null for the repository's own folder. */
  readonly setting: HooksPath | null;
  /** `inside`: our lines go into those hooks. `beside`: a folder of ours stands before one that is not this repository's alone. */
  readonly way: 'inside' | 'beside';
}

/** The names that managers give to a hook that they found when they came. */
const movedAside = ['.legacy', '.old'] as const;

/** What git runs on behalf of a client or of pushes; those behind the first have an effect by being there, so only what is there is passed on. */
const passedOn = [
  'applypatch-msg',
  'commit-msg',
  'post-applypatch',
  'post-commit',
  'post-index-change',
  'post-merge',
  'post-receive',
  'post-rewrite',
  'post-update',
  'pre-applypatch',
  'pre-auto-gc',
  'pre-merge-commit',
  'pre-receive',
  'sendemail-validate',
  'update',
  ...guardedHooks,
] as const;
const passedOnIfThere = ['proc-receive', 'push-to-checkout', 'fsmonitor-watchman', 'query-watchman'] as const;

/**
 * Only hooks that are this repository's alone, and under nobody's version control, get lines of ours: those in git's folder, and
 * those of a manager that git ignores. A folder of ours that is in use stays it: another checkout may have none of theirs.
 */
export async function whereabouts(known: KnownConfigs): Promise<Whereabouts> {
  const { files, place, ours } = known;
  const { settings, commonDirectory, root } = place;
  const setting = theirSetting(known);
  const named = setting ? setting.folder : joined(commonDirectory, 'hooks');
  const theirs = files.realPath(named);
  const isPointed = setting !== null && ours.has(settings.at(-1)?.value ?? '');
  const isShared = setting !== null && (setting.scope === 'system' || setting.scope === 'global');
  const isOwn = isIn(theirs, commonDirectory) || (isIn(theirs, root) && (await files.isLeftAlone(theirs, place)));
  return { named, theirs, setting, way: isOwn && !isShared && !isPointed ? 'inside' : 'beside' };
}

/** Errors: `unavailable` for what stands in the place of a hook and is none. */
export async function planInstall(
  files: GitHookFiles,
  place: HookPlace,
  journal: Journal | undefined,
  wish: HookWish,
): Promise<HookPlan> {
  const configs = await knownConfigs(files, place, journal);
  const where = await whereabouts(configs);
  const known = foldersIn(journal, place);
  const isInside = where.way === 'inside';
  const inside = isInside ? hooksWith(files, place, where.theirs, journal, wish) : [];
  const left = isInside ? [] : known.flatMap(folder => hooksWithout(files, place, folder, journal));
  const beside = isInside ? besideWithout(files, place) : besideWith(files, place, where, wish);
  const config = isInside ? await configsWithout(configs) : await configWith(configs, where.setting);
  const folder = isInside ? where.theirs : besideFolder(place);
  const changes = isInside ? [...config.changes, ...beside, ...inside] : [...beside, ...config.changes, ...left];
  const folders = isInside ? [...new Set([...known, where.theirs])] : [];
  return { folder, changes, journal: journalAfter(files, place, journal, wish, { folder, folders, config, changes }) };
}

/** Everything of ours goes, as far as it is there. */
export async function planRemoval(
  files: GitHookFiles,
  place: HookPlace,
  journal: Journal | undefined,
): Promise<HookPlan> {
  const configs = await knownConfigs(files, place, journal);
  const { theirs } = await whereabouts(configs);
  const folders = [...new Set([...foldersIn(journal, place), theirs, joined(place.commonDirectory, 'hooks')])];
  const inside = folders.flatMap(folder => hooksWithout(files, place, folder, journal));
  const config = await configsWithout(configs);
  return { folder: null, changes: [...config.changes, ...besideWithout(files, place), ...inside], journal: null };
}

function foldersIn(journal: Journal | undefined, place: HookPlace): string[] {
  return (journal?.folders ?? []).map(folder => foundFrom(place.commonDirectory, folder));
}

function hooksWith(
  files: GitHookFiles,
  place: HookPlace,
  hooks: string,
  journal: Journal | undefined,
  wish: HookWish,
): HookChange[] {
  const { commonDirectory } = place;
  return guardedHooks.flatMap(hook => {
    const stand = standOf(files, { hooks, commonDirectory }, hook, linkIn(journal, place, joined(hooks, hook)));
    if (!wish.hooks.includes(hook)) return changesWithout(stand);
    return [...changesWith(stand, hook, wish.program, commonDirectory), ...asideWithout(files, place, hooks, hook)];
  });
}

function hooksWithout(
  files: GitHookFiles,
  place: HookPlace,
  hooks: string,
  journal: Journal | undefined,
): HookChange[] {
  const { commonDirectory } = place;
  return guardedHooks.flatMap(hook => {
    const stand = standOf(files, { hooks, commonDirectory }, hook, linkIn(journal, place, joined(hooks, hook)));
    return [...changesWithout(stand), ...asideWithout(files, place, hooks, hook)];
  });
}

/** What a manager moved aside when it wrote its own hook, and may run before it: ours would be asked twice. */
function asideWithout(files: GitHookFiles, place: HookPlace, hooks: string, hook: GuardedHook): HookChange[] {
  const { commonDirectory } = place;
  return movedAside.flatMap(ending =>
    changesWithout(standOf(files, { hooks, commonDirectory }, hook, undefined, ending)),
  );
}

function linkIn(journal: Journal | undefined, place: HookPlace, path: string): string | undefined {
  return journal?.links[namedFrom(place.commonDirectory, path)];
}

/** A folder of ours with a file for every hook that git may look for, so that those which appear later are found, too. */
function besideWith(files: GitHookFiles, place: HookPlace, where: Whereabouts, wish: HookWish): HookChange[] {
  const there = files.names(where.theirs);
  const names = new Set<string>([...passedOn, ...passedOnIfThere.filter(name => there.includes(name))]);
  // What is named from the checkout means another folder in each.
  const value = where.setting?.value ?? '';
  const folder = isNamedFromCheckout(value) ? value : where.named;
  const changes = [...names].flatMap(name => {
    const hook = wish.hooks.find(each => each === name) ?? null;
    const text = standInFile(hook, name, { kind: 'folder', folder }, wish.program);
    return to(files, joined(besideFolder(place), name), { kind: 'file', bytes: bytesOfText(text), mode: executable });
  });
  return [...changes, ...besideWithout(files, place, names)];
}

function besideWithout(files: GitHookFiles, place: HookPlace, except: ReadonlySet<string> = new Set()): HookChange[] {
  const folder = besideFolder(place);
  return files
    .names(folder)
    .filter(name => !except.has(name))
    .flatMap(name => {
      const now = files.look(joined(folder, name));
      const isOurs = now.kind === 'file' && isWhollyOurs(textOfBytes(now.bytes));
      return isOurs ? to(files, joined(folder, name), nothing) : [];
    });
}

function to(files: GitHookFiles, path: string, after: HookChange['after']): HookChange[] {
  const before = files.look(path);
  return isSame(before, after) ? [] : [{ path, before, after }];
}

interface Done {
  readonly folder: string;
  readonly folders: readonly string[];
  readonly config: ConfigPlan;
  readonly changes: readonly HookChange[];
}

function journalAfter(
  files: GitHookFiles,
  place: HookPlace,
  journal: Journal | undefined,
  { hooks, program }: HookWish,
  { folder, folders, config, changes }: Done,
): Journal {
  const { commonDirectory } = place;
  const named = (path: string) => namedFrom(commonDirectory, path);
  const needed = [
    ownFolder(place),
    folder,
    ...changes.flatMap(({ path, after }) => (after.kind === 'nothing' ? [] : [folderOf(path)])),
  ];
  const missing = [...new Set(needed)].filter(path => files.look(path).kind === 'nothing');
  const kept = keepingFolder(folder, commonDirectory).path;
  const links = changes.flatMap(({ path, before }) =>
    before.kind === 'link' && folderOf(path) !== kept ? [[named(path), before.to] as const] : [],
  );
  return {
    version: 1,
    hooks,
    program,
    folders: folders.map(named),
    configs: config.configs,
    made: [...new Set([...(journal?.made ?? []), ...missing.sort().map(named)])],
    links: { ...journal?.links, ...Object.fromEntries(links) },
  };
}
