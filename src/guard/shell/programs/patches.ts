/** What a patch writes: the files that its text names, where the text is known, and else any below the folder it is applied in. */
import { gitCall, gitPlace, rootOf } from '../git/git-call.ts';
import { ownVerb } from '../git/git-verbs.ts';
import { type Call, type Outcome, type Program, unchanged } from '../machine.ts';
import { resolvePath } from '../paths.ts';
import { contentOf } from '../places.ts';
import type { State } from '../state.ts';
import { optionTable, type ParsedOptions, parseOptions } from '../words/options.ts';
import { hole, isLiteral, plainWord, type Word } from '../words/word.ts';
import { noteWrite, type WriteDetails } from './file-writes.ts';
import { anything } from './rewriters.ts';

/** How a patch names a file, before anything is cut off. */
interface NamedFile {
  readonly name: string;
  /** Git wrote it: names start from the root of the checkout. */
  readonly isOfGit: boolean;
  readonly isSure: boolean;
}

const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
const heading = /^(?:---|\+\+\+) (.*)$/;
/** Where contents stay as they are, or are no text, there are no other headings. Names of moves are written without `a/`. */
const headingOfGit = /^diff --git (a\/(?<name>.+)) b\/\k<name>$/;
const moved = /^(?:rename from|rename to|copy to) (.*)$/;

/** The files that a patch is about, `/dev/null` left out; null for a text that cannot be told to be one, or that has unknown parts. */
function filesIn(text: string): readonly NamedFile[] | null {
  if (text.includes(hole)) return null;
  const found: NamedFile[] = [];
  let isOfGit = false;
  let [removed, added] = [0, 0];
  for (const line of text.split('\n')) {
    const size = hunk.exec(line);
    if (size) [removed, added] = [Number(size[1] ?? 1), Number(size[2] ?? 1)];
    if (line.startsWith('diff ')) {
      isOfGit = line.startsWith('diff --git ');
      [removed, added] = [0, 0];
    }
    // Within a hunk a line that begins with dashes is contents, if its sizes are true.
    const isContent = removed > 0 || added > 0;
    if (!size && isContent && !/^[+\\]/.test(line)) removed -= 1;
    if (!size && isContent && !/^[-\\]/.test(line)) added -= 1;
    const name = nameIn(line);
    // Git puts names with signs of other languages in quotes.
    if (name?.startsWith('"')) return null;
    if (name !== undefined && name !== '/dev/null') found.push({ name, isOfGit, isSure: !isContent });
  }
  return found.length > 0 ? found : null;
}

/** The file that a line names, with the folder in front that is cut off. */
function nameIn(line: string): string | undefined {
  const [, bare] = moved.exec(line) ?? [];
  if (bare !== undefined) return bare.startsWith('"') ? bare : `a/${bare}`;
  const [, named] = headingOfGit.exec(line) ?? heading.exec(line) ?? [];
  return named?.replace(/\t.*$/, '').trimEnd();
}

/** The name without its first folders; null if it has not so many. */
function stripped(name: string, folders: number): string | null {
  const parts = name.split(/\/+/);
  return parts.length > folders ? parts.slice(folders).join('/') : null;
}

interface Patched {
  readonly state: State;
  /** What the patch is; null if that is unknown. */
  readonly text: string | null;
  /** How many folders are cut off from its names; null where the program guesses. */
  readonly strip: number | null;
  readonly root: string | null;
}

/** Notes the files that a patch writes. */
function notePatch({ machine }: Pick<Call, 'machine'>, { state, text, strip, root }: Patched): void {
  const files = text === null ? null : filesIn(text);
  if (files === null) {
    machine.notes.unread('the files of a patch');
    noteWrite(machine, state, anything, 'write', { extent: 'some' });
    return;
  }
  for (const { name, isOfGit, isSure } of files) {
    const names =
      strip === null ? [0, 1, name.split('/').length - 1].map(count => stripped(name, count)) : [stripped(name, strip)];
    const details: WriteDetails = { extent: strip === null || !isSure ? 'perhaps' : 'all' };
    for (const each of new Set(names)) {
      if (each === null) continue;
      const path = isOfGit && root !== null ? resolvePath(root, each) : each;
      noteWrite(machine, state, plainWord(path ?? each), 'write', details);
    }
  }
}

/** How many folders an option cuts off. */
function stripOf(given: ParsedOptions, option: string, otherwise: number | null): number | null {
  const word = given.values(option).at(-1);
  return word && /^\d+$/.test(word.text) ? Number(word.text) : otherwise;
}

function inFolder(state: State, folder: Word | undefined): State {
  if (!folder) return state;
  const places = state.places.map(({ directory, unlessThere }) => ({
    directory: isLiteral(folder) ? resolvePath(directory, folder.text) : null,
    unlessThere,
  }));
  return { ...state, places };
}

const patchOptions = optionTable(
  `p|strip= i|input= o|output= R|reverse N|forward f|force t|batch b|backup dry-run s|silent|quiet d|directory= l|ignore-whitespace
  F|fuzz= u|unified c|context n|normal E|remove-empty-files r|reject-file= V|version-control= z|suffix= B|prefix= verbose binary
  merge? posix C|check`,
);

/** `patch file changes`, or only the changes: then they tell the files. */
export const patch: Program = (call: Call): Outcome => {
  const { machine, words, input } = call;
  const given = parseOptions(words, patchOptions);
  if (given.has('dry-run', 'check')) return unchanged(call.state);
  const state = inFolder(call.state, given.values('directory').at(-1));
  const [file] = [...given.values('output'), ...given.words];
  const changes = given.values('input').at(-1) ?? given.words[1];
  if (file) noteWrite(machine, state, file, 'write');
  else {
    const text = changes ? contentOf(changes, state) : inputText(input);
    notePatch(call, { state, text, strip: stripOf(given, 'strip', null), root: null });
  }
  return unchanged(call.state);
};

function inputText({ text, isSure }: Call['input']): string | null {
  return isSure ? text : null;
}

const applyOptions = optionTable(
  `exclude= include= no-add stat allow-binary-replacement binary numstat summary check index N|intent-to-add cached unsafe-paths
  apply 3|3way ours theirs union build-fake-ancestor= z p= C= whitespace= ignore-space-change ignore-whitespace R|reverse
  unidiff-zero reject allow-overlap v|verbose q|quiet inaccurate-eof recount directory= allow-empty add`,
);

/** `git apply`, of which what stands in the patch is not known to who reads the verbs of git. */
export function noteApplied(call: Call): void {
  const parsed = gitCall(call.words);
  const verb = parsed.verb?.text ?? '';
  const [aliased, ...before] = (call.state.gitAliases.get(verb.toLowerCase()) ?? '').split(/\s+/);
  if (verb !== 'apply' && (aliased !== 'apply' || ownVerb(verb))) return;
  const words = [...(verb === 'apply' ? [] : before.filter(word => word !== '').map(plainWord)), ...parsed.words];
  const effects = ownVerb('apply')?.(words).effects ?? [];
  if (!effects.some(effect => effect === 'write-files' || effect === 'discard-all')) return;
  const given = parseOptions(words, applyOptions);
  const place = gitPlace(parsed, call.state);
  const others = place.others.filter(({ unlessThere }) => unlessThere !== null);
  const inside = { ...call.state, places: [{ directory: place.from, unlessThere: null }, ...others] };
  const folder = given.values('directory').at(-1);
  const root = folder ? null : rootOf(place.from, call.machine.place);
  for (const text of textsOf(call, given.words, inside))
    notePatch(call, { state: inFolder(inside, folder), text, strip: stripOf(given, 'p', 1), root });
}

function textsOf({ input }: Call, files: readonly Word[], state: State): readonly (string | null)[] {
  const isInput = (word: Word) => word.text === '-' || word.text === '/dev/stdin';
  if (files.length === 0) return [inputText(input)];
  return files.map(file => (isInput(file) ? inputText(input) : contentOf(file, state)));
}
