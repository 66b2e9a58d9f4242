/** How locks are held up, as a settings file declares it: read and checked. */
import { SignalboxError } from './errors.ts';
import { patternProblem } from './glob.ts';
import { limits } from './limits.ts';
import type { GuardMode, GuardPolicy } from './policy.ts';
import { likeliest } from './suggestion.ts';
import { cleanText } from './text.ts';

/** Where something is declared, for its errors. */
interface Place {
  readonly file: string;
  /** As it is written there: `guard.edits`. */
  readonly key: string;
}

type Readers = { readonly [K in keyof GuardPolicy]: (value: unknown, place: Place) => GuardPolicy[K] };

/** Every key and how it is read, in the order in which they are shown. */
const readers: Readers = {
  edits: modeOf,
  paths: pathsOf,
  git: modeOf,
  onFailure: (value, place) => oneOf(['allow', 'block'], value, place),
  graceSeconds: secondsOf,
  commitTrailer: switchOf,
};

/** The keys of a policy, in the order in which they are shown. */
export const guardKeys = Object.keys(readers) as readonly (keyof GuardPolicy)[];

const modes: readonly GuardMode[] = ['block', 'warn', 'off'];
const example = '{ "guard": { "edits": "block", "git": "block", "paths": { "docs/**": "warn" } } }';

/**
 * What a file's `guard` says, and nothing about the keys it leaves out. A misspelled key would be a rule that nobody obeys, so
 * unlike a setting an unknown one is an error. Errors: `invalid_input` names the file, the key and what to write.
 */
export function declaredGuard(declared: unknown, file: string): Partial<GuardPolicy> {
  if (!isObject(declared)) throw wrong({ file, key: 'guard' }, 'is not an object', `Write ${example}.`);
  return Object.fromEntries(
    Object.entries(declared).map(([key, value]) => {
      const read = guardKeys.includes(key as keyof GuardPolicy) ? readers[key as keyof GuardPolicy] : undefined;
      if (read === undefined) throw unknownKey(key, file);
      return [key, read(value, { file, key: `guard.${key}` })];
    }),
  );
}

function unknownKey(key: string, file: string): SignalboxError {
  const meant = likeliest(key, guardKeys);
  const all = `It takes ${guardKeys.join(', ')}.`;
  return wrong(
    { file, key: 'guard' },
    `has the unknown key ${quoted(key)}`,
    meant ? `Did you mean "${meant}"? ${all}` : all,
  );
}

function modeOf(value: unknown, place: Place): GuardMode {
  return oneOf(modes, value, place);
}

function oneOf<T extends string>(words: readonly T[], value: unknown, place: Place): T {
  const found = words.find(word => word === value);
  if (found !== undefined) return found;
  const spelled = words.map(word => `"${word}"`);
  const meant = typeof value === 'string' ? likeliest(value, words) : undefined;
  const next = `Write ${spelled.slice(0, -1).join(', ')} or ${spelled.at(-1)}.`;
  throw wrong(place, `is ${shown(value)}`, meant ? `Did you mean "${meant}"? ${next}` : next);
}

function secondsOf(value: unknown, place: Place): number {
  const most = limits.guardGraceMaxSeconds;
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) return value as number;
  throw wrong(place, `is ${shown(value)}`, `Write a whole number of seconds from 0 to ${most}, without quotes.`);
}

function switchOf(value: unknown, place: Place): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(place, `is ${shown(value)}`, 'Write true or false, without quotes.');
}

function pathsOf(value: unknown, place: Place): GuardPolicy['paths'] {
  if (!isObject(value)) throw wrong(place, 'is not an object', 'Write { "docs/**": "warn", "dist/**": "off" }.');
  const rules = Object.entries(value);
  if (rules.length > limits.guardPaths) {
    const next = `Write a glob for a folder instead of single files; there may be ${limits.guardPaths}.`;
    throw wrong(place, `holds ${rules.length} globs`, next);
  }
  const wildcards = rules.reduce((sum, [glob]) => sum + (glob.match(/[*?[{]/g)?.length ?? 0), 0);
  if (wildcards > limits.guardWildcards) {
    const next = `Name folders instead of patterns; all globs together may have ${limits.guardWildcards}.`;
    throw wrong(place, `has ${wildcards} wildcards in its globs`, next);
  }
  return rules.map(([glob, mode]) => ({
    glob: checkedGlob(glob, place),
    mode: modeOf(mode, { ...place, key: `${place.key}[${quoted(glob)}]` }),
  }));
}

/** As `Worktrees.resolve` would give it: what can never match a path would be a rule that nobody obeys. */
function checkedGlob(written: string, place: Place): string {
  const glob = written.normalize('NFC').replace(/\/$/, '');
  const problem = globProblem(glob);
  if (problem === undefined) return glob;
  const end = problem.indexOf('. ') + 1;
  throw wrong(
    place,
    `has the glob ${quoted(written)}: ${lowerFirst(problem.slice(0, end - 1))}`,
    problem.slice(end + 1),
  );
}

/** What is wrong and what to write, as two sentences. */
function globProblem(glob: string): string | undefined {
  if (glob === '') return 'It is empty. Write `**` for everything.';
  if ([...glob].length > limits.resourceCharacters - 'file:'.length) return 'It is too long. Name a folder above it.';
  if (/\p{Cc}/u.test(glob)) return 'It holds control characters. Write it without them.';
  if (/^(?:[/~\\]|[A-Za-z]:[\\/])/.test(glob)) {
    return 'It does not begin at the root of the repository. Write it from there, without a slash in front: `docs/**`.';
  }
  if (glob.includes('\\')) return 'It holds a backslash. Write `/` between folders.';
  if (glob.split('/').some(part => part === '' || part === '.' || part === '..')) {
    return 'It holds an empty segment, `.` or `..`. Write it as git names the file: `docs/a.md`.';
  }
  // Readers of JSON put such a key before all others, and the order decides.
  if (/^(?:0|[1-9]\d*)$/.test(glob)) return `It is only a number, which loses its place. Write \`${glob}/**\`.`;
  return patternProblem(glob);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function wrong({ file, key }: Place, what: string, next: string): SignalboxError {
  return new SignalboxError('invalid_input', `"${key.replaceAll('"', "'")}" in ${file} ${what}.`, next);
}

function shown(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? quoted(value) : 'a list or an object';
}

/** A piece of somebody's file, short and harmless, in quotes. */
function quoted(text: string): string {
  return JSON.stringify(cleanText(text).text.slice(0, limits.guardWordCharacters));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
