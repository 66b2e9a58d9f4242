/** Configuration files in memory, and ways in which they can get in the way. */
import { SignalboxError } from '../../src/core/errors.ts';
import type { FileChange, SeenFile, SetupFiles } from '../../src/core/setup-files.ts';

/** All paths are absolute, with `/` between names; a file's folders count as there once it is put there. */
export class FakeSetupFiles implements SetupFiles {
  readonly texts = new Map<string, string>();
  readonly modes = new Map<string, number>();
  readonly folders = new Set<string>(['/']);
  readonly links = new Map<string, string>();
  readonly programs = new Set<string>();
  /** Files that cannot be written. */
  readonly protectedFiles = new Set<string>();
  /** Runs before a file is exchanged. */
  beforeReplace: (target: string) => void = () => {};
  writes = 0;

  put(path: string, text: string, mode = 0o644): void {
    this.texts.set(path, text);
    this.modes.set(path, mode);
    for (const folder of above(path)) this.folders.add(folder);
  }

  look(path: string): SeenFile {
    const target = this.links.get(path) ?? path;
    const text = this.texts.get(target);
    return {
      target,
      bytes: text === undefined ? null : new TextEncoder().encode(text),
      mode: text === undefined ? null : (this.modes.get(target) ?? 0o644),
      isLinked: this.links.has(path),
      missingFolders: above(target).filter(folder => !this.folders.has(folder)),
    };
  }

  exists(path: string): boolean {
    return this.texts.has(path) || this.folders.has(path);
  }

  hasProgram(names: readonly string[]): boolean {
    return names.some(name => this.programs.has(name));
  }

  replace({ target, expected, bytes, mode }: FileChange): void {
    this.beforeReplace(target);
    if (this.protectedFiles.has(target))
      throw new SignalboxError('unavailable', `${target} is protected.`, 'Stop that.');
    const now = this.texts.get(target) ?? null;
    if (now !== (expected && decoded(expected)))
      throw new SignalboxError('conflict', `${target} was changed.`, 'Again.');
    if (above(target).some(folder => !this.folders.has(folder))) throw new Error(`no folder for ${target}`);
    this.writes += 1;
    if (bytes === null) this.texts.delete(target);
    else this.texts.set(target, decoded(bytes));
    this.modes.set(target, mode);
  }

  makeFolders(folders: readonly string[]): void {
    for (const folder of folders) this.folders.add(folder);
  }

  removeEmptyFolders(folders: readonly string[]): void {
    for (const folder of folders.toReversed()) {
      const inside = [...this.texts.keys(), ...this.folders].some(path => path.startsWith(`${folder}/`));
      if (!inside) this.folders.delete(folder);
    }
  }

  fingerprint(bytes: Uint8Array): string {
    return `#${decoded(bytes)}`;
  }

  /** Everything that is there, to be compared. */
  state(): object {
    return { texts: Object.fromEntries([...this.texts].sort()), folders: [...this.folders].sort() };
  }
}

function above(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return ['/', ...parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`)];
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
