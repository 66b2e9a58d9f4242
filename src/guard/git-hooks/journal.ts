/** What installing changed in a repository, kept in its git folder: with the repository it moves, and with it it goes. */
import { type BlockProgram, type GuardedHook, guardedHooks } from './block.ts';

/** A file of git's configuration before we pointed `core.hooksPath` to a folder of ours, and after. */
export interface ChangedConfig {
  /** As a text of bytes; null for no file. */
  readonly before: string | null;
  readonly mode: number;
  readonly after: string;
  /** The value that stood there; null for none. */
  readonly was: string | null;
  /** The folder that it meant, where that is the same in all checkouts. */
  readonly wasFolder: string | null;
}

/** All paths are named from the folder that the repository's checkouts share. */
export interface Journal {
  readonly version: 1;
  /** What a person asked for. */
  readonly hooks: readonly GuardedHook[];
  readonly program: BlockProgram;
  /** Folders of others into whose hooks our lines were put. */
  readonly folders: readonly string[];
  readonly configs: Readonly<Record<string, ChangedConfig>>;
  /** Folders that were made, each behind the one that it is in. */
  readonly made: readonly string[];
  /** What links said that we keep elsewhere, by the path of the hook. */
  readonly links: Readonly<Record<string, string>>;
}

export function writtenJournal(journal: Journal): Uint8Array {
  const configs = Object.entries(journal.configs).map(([path, { before, after, ...rest }]) => {
    return [path, { before: before === null ? null : btoa(before), after: btoa(after), ...rest }];
  });
  return new TextEncoder().encode(`${JSON.stringify({ ...journal, configs: Object.fromEntries(configs) }, null, 1)}\n`);
}

/** Undefined for what is no journal of this version: what is ours is then found by its looks. */
export function readJournal(bytes: Uint8Array): Journal | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isJournal(value)) return undefined;
    const configs = Object.entries(value.configs).map(([path, config]) => {
      const before = config.before === null ? null : atob(config.before);
      return [path, { ...config, before, after: atob(config.after) }];
    });
    return { ...value, configs: Object.fromEntries(configs) };
  } catch {
    return undefined;
  }
}

/** Whatever lies in a repository may have been put there by anybody. */
function isJournal(value: unknown): value is Journal {
  const journal = value as Partial<Record<keyof Journal, unknown>> | null;
  if (typeof journal !== 'object' || journal?.version !== 1) return false;
  const { hooks, program, folders, configs, made, links } = journal;
  const areTexts = [hooks, folders, made].every(isListOfTexts) && isRecord(links) && Object.values(links).every(isText);
  const areHooks = isListOfTexts(hooks) && hooks.every(hook => (guardedHooks as readonly string[]).includes(hook));
  return areTexts && areHooks && isProgram(program) && isRecord(configs) && Object.entries(configs).every(isConfig);
}

function isProgram(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { node, entry, onFailure } = value;
  return isText(node) && isText(entry) && (onFailure === 'allow' || onFailure === 'block');
}

function isConfig([path, value]: [string, unknown]): boolean {
  if (!isRecord(value) || !/^(?:config|(?:worktrees\/[^/]+\/)?config\.worktree)$/.test(path)) return false;
  const { before, after, was, wasFolder, mode } = value;
  return [before, was, wasFolder].every(isTextOrNull) && isText(after) && typeof mode === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}
