/** Programs of which it matters what they print: it may become a word of another command. */
import { type Call, handedOn, type Outcome, type Programs, unchanged } from '../machine.ts';
import { folderOf, lastPart, resolvePath } from '../paths.ts';
import { contentOf } from '../places.ts';
import { certainDirectoryOf, unknownValue, withMade, withVariable } from '../state.ts';
import { unescaped } from '../syntax/quotes.ts';
import { optionTable, parseOptions } from '../words/options.ts';
import { hole, isLiteral, type Word } from '../words/word.ts';

function echo({ words, state }: Call): Outcome {
  const first = words.findIndex(word => !/^-[neE]+$/.test(word.text));
  const flags = words
    .slice(0, first < 0 ? words.length : first)
    .map(word => word.text)
    .join('');
  const texts = words.slice(first < 0 ? words.length : first);
  if (texts.some(word => word.patternAt !== null)) return unchanged(state);
  const line = texts.map(word => word.text).join(' ');
  const text = flags.includes('e') ? unescaped(line) : line;
  return unchanged(state, flags.includes('n') ? text : `${text}\n`);
}

function printf(call: Call): Outcome {
  const { words, state } = call;
  if (words[0]?.text === '-v') return unchanged(withVariable(state, words[1]?.text ?? '', unknownValue()), '');
  const [format, ...values] = words[0]?.text === '--' ? words.slice(1) : words;
  if (!format || values.some(word => word.isMany || word.patternAt !== null)) return unchanged(state);
  return unchanged(state, formatted(unescaped(format.text), values));
}

const directive = /%(?:[-+ #0]*\d*(?:\.\d+)?([A-Za-z%]))/g;

/** The format filled in, again and again until all values are used; null if it uses any it cannot fill in. */
function formatted(format: string, values: readonly Word[]): string | null {
  const rest = [...values];
  let text = '';
  do {
    const before = rest.length;
    text += format.replace(directive, (all, letter: string) => {
      if (letter === '%') return '%';
      const value = rest.shift()?.text ?? '';
      return letter === 'b' ? unescaped(value) : letter === 's' && all === '%s' ? value : hole;
    });
    if (rest.length === before) break;
  } while (rest.length > 0);
  return text;
}

const catOptions = optionTable(
  'A|show-all b|number-nonblank e E|show-ends n|number s|squeeze-blank t T|show-tabs u v|show-nonprinting',
);

/** Input goes through as it is. */
function cat({ words, state, input }: Call): Outcome {
  const parsed = parseOptions(words, catOptions);
  const [file, ...more] = parsed.words;
  if (more.length > 0) return unchanged(state);
  const content = file ? contentOf(file, state) : null;
  if (content !== null) return unchanged(state, content);
  const isInput = !file || file.text === '-' || file.text === '/dev/stdin';
  return isInput ? handedOn(state, input) : unchanged(state);
}

function pwd({ state }: Call): Outcome {
  const directory = certainDirectoryOf(state);
  return unchanged(state, directory === null ? null : `${directory}\n`);
}

/** A path that a program makes of the one it is given. */
function path(make: (path: string, directory: string | null) => string | null) {
  return ({ words, state }: Call): Outcome => {
    const operands = words.filter(word => !word.text.startsWith('-'));
    const [word, ...more] = operands;
    const known = word && isLiteral(word) && more.length === 0 ? make(word.text, certainDirectoryOf(state)) : null;
    return unchanged(state, known === null ? null : `${known}\n`);
  };
}

const temporary = optionTable('d|directory u|dry-run q|quiet p|tmpdir= suffix= t');

/** A file or folder that was not there before: nobody else works in it. */
function mktemp({ words, state }: Call): Outcome {
  const parsed = parseOptions(words, temporary);
  const [template] = parsed.words;
  const folder = parsed.values('tmpdir').at(-1)?.text ?? '/tmp';
  const name = template && !template.text.includes(hole) ? template.text : 'tmp.XXXXXXXXXX';
  const isElsewhere = !template || parsed.has('tmpdir', 't');
  const made = resolvePath(isElsewhere ? folder : certainDirectoryOf(state), name);
  if (made === null || folder.includes(hole)) return unchanged(state);
  return unchanged(parsed.has('directory') ? withMade(state, made, 'folder') : state, `${made}\n`);
}

/** `which git`: a name by which the program is known again. */
export function whereabouts({ words, state }: Call): Outcome {
  const names = words.filter(word => !word.text.startsWith('-'));
  const [name] = names;
  return unchanged(state, names.length === 1 && name && isLiteral(name) ? `${name.text}\n` : null);
}

/** `tee` hands on what it is given; the files are noted elsewhere. */
export const printingPrograms: Programs = {
  echo,
  printf,
  cat,
  pwd,
  basename: path(lastPart),
  dirname: path(folderOf),
  realpath: path((text, directory) => resolvePath(directory, text)),
  readlink: path((text, directory) => resolvePath(directory, text)),
  mktemp,
  which: whereabouts,
  type: whereabouts,
};
