/** What is known of a shell at one place of its commands: where it is, what its variables hold, what has been defined. */
import { limits } from '../../core/limits.ts';
import { isWithin } from './paths.ts';
import type { MadeFolder, OtherFolder, ShellPlace } from './reading.ts';
import type { Node } from './syntax/nodes.ts';
import { hole, unknownWords, type Word } from './words/word.ts';

export interface Value {
  /** One for a plain variable, any number for an array. */
  readonly words: readonly Word[];
  /** Whether the programs that are started get it. */
  readonly exported: 'yes' | 'no' | 'maybe';
}

export interface State {
  /** Where the shell may be. The first is where it is if all went well. Never empty. */
  readonly places: readonly OtherFolder[];
  /** What `cd -` goes back to. */
  readonly before: string | null;
  /** What `popd` goes back to. */
  readonly stack: readonly (string | null)[];
  /** Those that the text sets. All others are unknown. */
  readonly variables: ReadonlyMap<string, Value>;
  /** Each with the bodies that it may have, depending on what was run before. */
  readonly functions: ReadonlyMap<string, readonly Node[]>;
  readonly shellAliases: ReadonlyMap<string, string>;
  /** By name in small letters. */
  readonly gitAliases: ReadonlyMap<string, string>;
  /** Folders that the text has made, by their absolute path. */
  readonly made: ReadonlyMap<string, MadeFolder['kind'] | 'folder'>;
  /** What the text has written into files, by their absolute path: it may run them afterwards. */
  readonly files: ReadonlyMap<string, string>;
  readonly stopsOnError: boolean;
  readonly exportsAll: boolean;
}

export function initialState(place: ShellPlace): State {
  const gitAliases = Object.entries(place.aliases ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    places: [{ directory: place.directory, unlessThere: null }],
    before: null,
    stack: [],
    variables: new Map(),
    functions: new Map(),
    shellAliases: new Map(Object.entries(place.shellAliases ?? {})),
    gitAliases: new Map(gitAliases),
    made: new Map(),
    files: new Map(),
    stopsOnError: false,
    exportsAll: false,
  };
}

/** Where the shell is if all went well. */
export function directoryOf(state: State): string | null {
  return state.places[0]?.directory ?? null;
}

/** Where the shell is, whatever went wrong before; null if that is not certain. */
export function certainDirectoryOf(state: State): string | null {
  return state.places.length === 1 ? directoryOf(state) : null;
}

/** The state behind a branch: what holds on either way. Gives back `first` itself if the other adds nothing. */
export function joined(first: State | null, other: State | null): State | null {
  if (first === null || other === null || first === other) return first ?? other;
  const merged: State = {
    places: joinedPlaces(first.places, other.places),
    before: first.before === other.before ? first.before : null,
    // Where they differ one of them failed, and the folder that it failed to go to is not gone back from.
    stack: first.stack,
    variables: joinedVariables(first.variables, other.variables),
    functions: joinedFunctions(first.functions, other.functions),
    shellAliases: withAll(first.shellAliases, other.shellAliases),
    gitAliases: withAll(first.gitAliases, other.gitAliases),
    made: inBoth(first.made, other.made),
    // A script that may have been written may be run as well.
    files: withAll(first.files, other.files),
    stopsOnError: first.stopsOnError && other.stopsOnError,
    exportsAll: first.exportsAll || other.exportsAll,
  };
  const keys = Object.keys(merged) as (keyof State)[];
  return keys.every(key => merged[key] === first[key]) ? first : merged;
}

export const unknownFolder: OtherFolder = { directory: null, unlessThere: null };

/** The shell where it was, or anywhere else. */
export function anywhere(state: State): State {
  return { ...state, places: joinedPlaces(state.places, [unknownFolder]) };
}

/** The places of both, each once; too many of them, and the last is an unknown one. */
export function joinedPlaces(first: readonly OtherFolder[], other: readonly OtherFolder[]): readonly OtherFolder[] {
  const added = other.filter(place => !first.some(known => isSamePlace(known, place)));
  if (added.length === 0) return first;
  const all = [...first, ...added];
  if (all.length <= limits.shellFolders) return all;
  return [...all.slice(0, limits.shellFolders - 1), unknownFolder];
}

function isSamePlace(known: OtherFolder, place: OtherFolder): boolean {
  return known.directory === place.directory && (known.unlessThere === null || known.unlessThere === place.unlessThere);
}

/** A variable that is not the same on both ways is unknown. */
function joinedVariables(
  first: ReadonlyMap<string, Value>,
  other: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  if (first === other) return first;
  const names = new Set([...first.keys(), ...other.keys()]);
  const differing = [...names].filter(name => !isSameValue(first.get(name), other.get(name)));
  if (differing.length === 0) return first;
  const merged = new Map(first);
  for (const name of differing) merged.set(name, unknownValue(exportedInBoth(first.get(name), other.get(name))));
  return merged;
}

function exportedInBoth(first: Value | undefined, other: Value | undefined): Value['exported'] {
  const [one, another] = [first?.exported ?? 'no', other?.exported ?? 'no'];
  return one === another ? one : 'maybe';
}

function isSameValue(first: Value | undefined, other: Value | undefined): boolean {
  if (first === other) return true;
  if (!first || !other || first.exported !== other.exported) return false;
  return (
    first.words.length === other.words.length &&
    first.words.every((word, at) => word.text === other.words[at]?.text && word.isMany === other.words[at]?.isMany)
  );
}

function withAll<V>(first: ReadonlyMap<string, V>, other: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  if (first === other || [...other].every(([name, value]) => first.get(name) === value)) return first;
  return new Map([...first, ...other]);
}

/** What was made on one way only may not be there. */
function inBoth<V>(first: ReadonlyMap<string, V>, other: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  if (first === other || [...first].every(([name, value]) => other.get(name) === value)) return first;
  return new Map([...first].filter(([name, value]) => other.get(name) === value));
}

function joinedFunctions(first: State['functions'], other: State['functions']): State['functions'] {
  if (first === other) return first;
  const all = new Map(first);
  for (const [name, bodies] of other) all.set(name, [...new Set([...(first.get(name) ?? []), ...bodies])]);
  return [...all].every(([name, bodies]) => first.get(name)?.length === bodies.length) ? first : all;
}

export function unknownValue(exported: Value['exported'] = 'no'): Value {
  return { words: [unknownWords], exported };
}

export function withVariable(state: State, name: string, value: Value): State {
  const isExported = value.exported === 'yes' || state.exportsAll;
  const exported = isExported ? 'yes' : (state.variables.get(name)?.exported ?? value.exported);
  return { ...state, variables: new Map(state.variables).set(name, { ...value, exported }) };
}

/** What a shell of its own begins with: of all variables only the exported ones, and arguments. */
export function startedState(state: State, words: readonly Word[]): State {
  const exported = [...state.variables].filter(([, value]) => value.exported === 'yes');
  return { ...state, variables: new Map(exported).set('@', { words, exported: 'no' }) };
}

/** What a variable holds for the programs that are started: null when it is not set by the text, or not for them. */
export function exportedText(state: State, name: string): string | null {
  const value = state.variables.get(name);
  if (!value || value.exported === 'no') return null;
  return value.exported === 'yes' ? (value.words[0]?.text ?? '') : hole;
}

/** What is known of a file's contents after something was written to it; null if it is unknown. */
export function withFile(state: State, path: string, text: string | null, isAppended: boolean): State {
  const before = isAppended ? (state.files.get(path) ?? '') : '';
  const files = new Map(state.files);
  if (text !== null && before.length + text.length <= limits.shellWordCharacters) files.set(path, before + text);
  else if (!isAppended) files.delete(path);
  return { ...state, files };
}

export function withMade(state: State, path: string | null, kind: MadeFolder['kind'] | 'folder'): State {
  if (path === null || state.made.get(path) === kind) return state;
  return { ...state, made: new Map(state.made).set(path, kind) };
}

/** The repository or worktree, made by the text itself, that a path is in; null for any other path. */
export function madeAround(state: State, path: string | null): MadeFolder | null {
  if (path === null) return null;
  let nearest: MadeFolder | null = null;
  for (const [root, kind] of state.made) {
    const isNearer = isWithin(path, root) && root.length >= (nearest?.root.length ?? 0);
    if (isNearer) nearest = kind === 'folder' ? nearest : { root, kind };
  }
  return nearest;
}
