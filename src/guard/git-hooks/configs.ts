/** The configurations by which git finds its hooks: pointed to a folder of ours, and brought back. */
import type { GitHookFiles, HookChange, HookFile, HookPlace, HooksPath } from '../../core/git-hook-files.ts';
import { bytesOfText, textOfBytes } from './bytes.ts';
import { besideFolder } from './folders.ts';
import type { ChangedConfig, Journal } from './journal.ts';
import { foundFrom, joined, namedFrom } from './paths.ts';
import { isSame, nothing } from './stand.ts';

export interface ConfigPlan {
  readonly changes: readonly HookChange[];
  readonly configs: Journal['configs'];
}

/** What is known of the configurations of a repository, by their names from its common folder. */
export interface KnownConfigs {
  readonly files: GitHookFiles;
  readonly place: HookPlace;
  readonly journal: Journal | undefined;
  /** Values of `core.hooksPath` that lead to a folder of ours: a repository that was moved or copied still names the old one. */
  readonly ours: ReadonlySet<string>;
}

export async function knownConfigs(
  files: GitHookFiles,
  place: HookPlace,
  journal: Journal | undefined,
): Promise<KnownConfigs> {
  const former = Object.values(journal?.configs ?? {}).map(({ after }) => files.hooksPathIn(bytesOfText(after)));
  const values = (await Promise.all(former)).filter(value => value !== null);
  return { files, place, journal, ours: new Set([besideFolder(place), ...values]) };
}

/** The value that counts without ours: one that ours stands for is in no configuration any more. */
export function theirSetting(known: KnownConfigs): HooksPath | null {
  const { place, ours } = known;
  const last = place.settings.at(-1);
  if (last !== undefined && ours.has(last.value)) {
    const { was = null, wasFolder = null } = changedConfig(known, configName(place, last.scope)) ?? {};
    if (was !== null) return { scope: last.scope, value: was, folder: wasFolder ?? joined(place.root, was) };
  }
  return place.settings.filter(({ value }) => !ours.has(value)).at(-1) ?? null;
}

function configName({ gitDirectory, commonDirectory }: HookPlace, scope: HooksPath['scope']): string {
  return scope === 'worktree' ? namedFrom(commonDirectory, joined(gitDirectory, 'config.worktree')) : 'config';
}

/** Git copies what one worktree has for itself when it makes another: then that one stands for the same. */
function changedConfig({ journal }: KnownConfigs, name: string): ChangedConfig | undefined {
  const configs = Object.entries(journal?.configs ?? {});
  return journal?.configs[name] ?? configs.find(([other]) => name !== 'config' && other !== 'config')?.[1];
}

/** The configuration that decides where hooks are is pointed to the folder of ours; those of other worktrees are theirs to point. */
export async function configWith(known: KnownConfigs, setting: HooksPath | null): Promise<ConfigPlan> {
  const { files, place, journal } = known;
  const name = configName(place, setting?.scope ?? 'local');
  const target = files.realPath(foundFrom(place.commonDirectory, name));
  const now = files.look(target);
  const isIn = setting?.scope === 'local' || setting?.scope === 'worktree';
  const was = isIn ? setting.value : null;
  const before = await theirConfig(known, now, journal?.configs[name], was);
  const after = await files.configured(before, besideFolder(place));
  const mode = now.kind === 'file' ? now.mode : 0o644;
  const wasFolder = was === null || isNamedFromCheckout(was) ? null : (setting?.folder ?? null);
  const entry: ChangedConfig = {
    before: before && textOfBytes(before),
    mode,
    after: textOfBytes(after),
    was,
    wasFolder,
  };
  const changes = exchanged(target, now, { kind: 'file', bytes: after, mode });
  return { changes, configs: { ...journal?.configs, [name]: entry } };
}

/** All configurations as they would be without us. Where somebody has pointed elsewhere since, nothing of ours is left. */
export async function configsWithout(known: KnownConfigs): Promise<ConfigPlan> {
  const { files, place, journal } = known;
  const worktrees = files
    .names(joined(place.commonDirectory, 'worktrees'))
    .map(name => `worktrees/${name}/config.worktree`);
  const names = new Set([...Object.keys(journal?.configs ?? {}), 'config', 'config.worktree', ...worktrees]);
  const changes: HookChange[] = [];
  for (const name of names) {
    const target = files.realPath(foundFrom(place.commonDirectory, name));
    const now = files.look(target);
    if (now.kind !== 'file') continue;
    const changed = journal?.configs[name];
    const bytes = await theirConfig(known, now, changed, changedConfig(known, name)?.was ?? null);
    const after: HookFile = bytes === null ? nothing : { kind: 'file', bytes, mode: changed?.mode ?? now.mode };
    changes.push(...exchanged(target, now, after));
  }
  return { changes, configs: {} };
}

function exchanged(path: string, before: HookFile, after: HookFile): HookChange[] {
  return isSame(before, after) ? [] : [{ path, before, after, isGitsOwn: true }];
}

/** To the byte, if nobody has written it since; else only our value goes, for the one that it replaced. */
async function theirConfig(
  { files, ours }: KnownConfigs,
  now: HookFile,
  changed: ChangedConfig | undefined,
  was: string | null,
): Promise<Uint8Array | null> {
  if (now.kind !== 'file') return null;
  if (changed && textOfBytes(now.bytes) === changed.after) {
    return changed.before === null ? null : bytesOfText(changed.before);
  }
  const value = await files.hooksPathIn(now.bytes);
  return value !== null && ours.has(value) ? files.configured(now.bytes, was) : now.bytes;
}

/** Whether a value means another folder in each checkout. */
export function isNamedFromCheckout(value: string): boolean {
  return value !== '' && !/^(?:[a-z]:)?[\\/]|^[~%]/i.test(value);
}
