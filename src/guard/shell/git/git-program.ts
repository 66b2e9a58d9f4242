/** Reads a call of git: what it does, to which checkout, and whether it goes round the guard. */
import { limits } from '../../../core/limits.ts';
import { type Call, noInput, type Outcome, printed, unchanged } from '../machine.ts';
import { isWithin, resolvePath } from '../paths.ts';
import { misleading } from '../programs/environment.ts';
import { noteGitFolder, noteWrite } from '../programs/file-writes.ts';
import type { GitEffect, GitUse } from '../reading.ts';
import { madeAround, type State, unknownFolder, withMade } from '../state.ts';
import { isLiteral, plainWord, quoted, shown, type Word } from '../words/word.ts';
import {
  aliasWords,
  type GitCall,
  type GitPlace,
  gitCall,
  gitPlace,
  indexFileOf,
  isUnknown,
  rootOf,
  settingsOf,
} from './git-call.ts';
import { leadsHooksElsewhere } from './git-config.ts';
import { reads, type VerbReader, type VerbReading } from './git-verb.ts';
import { addedVerb, ownVerb } from './git-verbs.ts';
import { scopeOf } from './pathspec.ts';

const unknownUse: VerbReading = { effects: ['unknown'], reachesAll: true };

/** `git …`. */
export function git(call: Call): Outcome {
  return followed(call, 0);
}

/** `git-verb …`, as the programs are called that git is made of. */
export function gitVerbProgram(verb: string): (call: Call) => Outcome {
  return call => followed({ ...call, words: [plainWord(verb), ...call.words] }, 0);
}

export function isGitVerb(verb: string): boolean {
  return ownVerb(verb) !== undefined || addedVerb(verb) !== undefined;
}

function followed(call: Call, aliases: number): Outcome {
  const parsed = gitCall(call.words);
  const { verb, words } = parsed;
  if (parsed.given.has('help', 'version')) return used(call, parsed, verb?.text ?? '', reads);
  if (!verb) return used(call, parsed, '', parsed.given.isUncertain ? unknownUse : reads);
  if (isUnknown(verb)) return used(call, parsed, '', unknownUse);
  const own = ownVerb(verb.text);
  if (own) return known(call, parsed, verb.text, own);
  const alias = aliasOf(verb.text, parsed, call.state);
  if (alias !== undefined) return aliased(call, parsed, alias, aliases);
  const added = addedVerb(verb.text);
  if (added) return known(call, parsed, verb.text, added);
  call.machine.notes.unknownVerb(verb.text);
  const isHelp = words[0]?.text === '--help';
  return used(call, parsed, verb.text, isHelp ? reads : unknownUse);
}

function known(call: Call, parsed: GitCall, verb: string, read: VerbReader): Outcome {
  const [first, ...others] = parsed.words;
  const asksForHelp = first?.text === '--help' || (first?.text === '-h' && others.length === 0);
  if (asksForHelp) return used(call, parsed, verb, reads);
  const reading = read(parsed.words);
  // Before the verb an unknown word may hold a verb of its own.
  const isUncertain = parsed.given.isUncertain;
  return used(call, parsed, verb, isUncertain ? { ...reading, effects: [...reading.effects, 'unknown'] } : reading);
}

function aliasOf(verb: string, parsed: GitCall, state: State): string | undefined {
  const name = verb.toLowerCase();
  const given = settingsOf(parsed).findLast(({ key }) => key.toLowerCase() === `alias.${name}`);
  return given?.value ?? state.gitAliases.get(name);
}

/** An alias is words of git, or behind an exclamation mark a command that is run in the root of the checkout. */
function aliased(call: Call, parsed: GitCall, value: string, aliases: number): Outcome {
  const { machine, state } = call;
  if (aliases >= limits.gitAliasesFollowed) return used(call, parsed, '', unknownUse);
  const place = gitPlace(parsed, state);
  const inside = placed(state, place);
  if (value.trimStart().startsWith('!')) {
    const text = [value.trimStart().slice(1), ...parsed.words.map(quoted)].join(' ');
    const root = rootOf(place.directory, machine.place);
    return unchanged(
      state,
      machine.child(text, root === null ? inside : placed(state, { ...place, from: root }), call.input),
    );
  }
  const words = aliasWords(value);
  if (!words || words.length === 0) return used(call, parsed, '', unknownUse);
  return followed(
    { ...call, words: [...before(call.words, parsed), ...words.map(plainWord), ...parsed.words] },
    aliases + 1,
  );
}

/** The words in front of the verb. */
function before(words: readonly Word[], parsed: GitCall): readonly Word[] {
  return words.slice(0, words.length - parsed.words.length - 1);
}

/** The state of a shell that git starts. */
function placed(state: State, { from, others }: GitPlace): State {
  return {
    ...state,
    places: [{ directory: from, unlessThere: null }, ...others.filter(other => other.unlessThere !== null)],
  };
}

interface Named {
  readonly program: string;
  readonly verb: string;
}

/** Notes the use and everything that comes with it. */
function used(call: Call, parsed: GitCall, verb: string, reading: VerbReading, program = 'git'): Outcome {
  const { machine, state } = call;
  const place = gitPlace(parsed, state);
  machine.notes.git(useOf(call, { program, verb }, reading, place));
  noteEvasions(call, parsed, verb, reading, place);
  const inside = placed(state, place);
  for (const { word, how, isFolder } of reading.writes ?? [])
    noteWrite(machine, inside, word, how, { isFolder: isFolder === true });
  for (const text of reading.runs ?? []) {
    const where = reading.runsElsewhere ? { ...inside, places: [unknownFolder] } : inside;
    machine.child(text.text, where, noInput);
  }
  const after = afterwards(call, reading, place);
  // Where a clone fails nothing is made, and what follows may happen where it should not.
  return { ok: after, failed: verb === 'init' ? after : state, output: printed(answerOf(call, parsed, verb, place)) };
}

function useOf(
  { machine, state, words }: Call,
  { program, verb }: Named,
  reading: VerbReading,
  place: GitPlace,
): GitUse {
  const { paths, reachesAll } = scopeOf(reading.paths ?? [], place.from, rootOf(place.directory, machine.place));
  const either = reading.ifThere;
  const there = either && isLiteral(either.path) ? resolvePath(place.from, either.path.text) : null;
  return {
    program,
    verb,
    words: words.map(shown),
    effects: reading.effects,
    directory: place.directory,
    otherDirectories: place.others,
    made: place.others.length === 0 ? madeAround(state, place.directory) : null,
    indexFile: indexFileOf(state, place.from),
    paths,
    reachesAll: reachesAll || reading.reachesAll === true,
    concerns: reading.concerns ?? 'tracked',
    target: targetOf(reading, place),
    isEveryEntry: reading.isEveryEntry === true,
    base: literal(reading.base),
    branch: literal(reading.branch),
    remakesSince: literal(reading.remakesSince),
    keepsCommits: reading.keepsCommits === true,
    ifThere: either && there !== null ? { path: there, effects: either.effects } : null,
  };
}

function targetOf({ target, isTargetFolder }: VerbReading, { from }: GitPlace): string | null {
  if (!target || !isLiteral(target) || target.text === '') return null;
  return isTargetFolder ? resolvePath(from, target.text) : target.text;
}

const harmless: ReadonlySet<GitEffect> = new Set(['read', 'fetch', 'create', 'upkeep']);

function noteEvasions(
  { machine, state }: Call,
  parsed: GitCall,
  verb: string,
  reading: VerbReading,
  place: GitPlace,
): void {
  const { notes } = machine;
  if (madeAround(state, place.directory)?.kind === 'repository') return;
  const at = place.directory;
  if (reading.skipsHooks) notes.evasion({ kind: 'no-verify', how: `git ${verb} --no-verify`, at });
  const { sets } = reading;
  if (sets && leadsHooksElsewhere(sets.key.text))
    notes.evasion({ kind: 'hooks-path', how: `git config ${shown(sets.key)}`, at });
  if (reading.effects.every(effect => harmless.has(effect))) return;
  const settings = settingsOf(parsed).filter(({ key }) => leadsHooksElsewhere(key));
  for (const { key, value } of settings) notes.evasion({ kind: 'hooks-path', how: `git -c ${key}=${value}`, at });
  for (const how of misleading(state)) notes.evasion({ kind: 'environment', how, at });
  if (parsed.given.has('exec-path') && parsed.given.values('exec-path').length > 0) {
    notes.evasion({ kind: 'environment', how: 'git --exec-path', at });
  }
  for (const path of reading.paths ?? []) noteGitFolder(machine, state, path, resolvePath(place.from, path.text));
}

/** What holds behind it: a new repository, a new alias. */
function afterwards({ state, machine }: Call, { makes, sets }: VerbReading, { from }: GitPlace): State {
  const folder = makes && isLiteral(makes.folder) ? resolvePath(from, makes.folder.text) : null;
  // Where the shell began, and above, there may be a repository already.
  const isNew = folder !== null && !isWithin(machine.place.directory, folder);
  const made = makes && isNew ? withMade(state, folder, makes.kind) : state;
  const alias = sets?.value && /^alias\.(.+)$/i.exec(sets.key.text)?.[1];
  if (!alias) return made;
  return { ...made, gitAliases: new Map(made.gitAliases).set(alias.toLowerCase(), sets?.value?.text ?? '') };
}

/** What the few commands print whose answer is used as a folder. */
function answerOf({ machine, state }: Call, parsed: GitCall, verb: string, { directory }: GitPlace): string | null {
  const asks = verb === 'rev-parse' && parsed.words.map(word => word.text).join(' ') === '--show-toplevel';
  if (!asks) return null;
  const root = madeAround(state, directory)?.root ?? rootOf(directory, machine.place);
  return root === null ? null : `${root}\n`;
}

/** Notes what a program that uses git does, as if git had been called. */
export function noteUse(call: Call, { program, verb }: Named, reading: VerbReading): Outcome {
  return used(call, gitCall([]), verb, reading, program);
}

/** A word that is told whole; null without one. */
function literal(word: Word | undefined): string | null {
  return word && isLiteral(word) ? word.text : null;
}
