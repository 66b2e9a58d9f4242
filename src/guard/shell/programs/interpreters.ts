/** Programs that run a text: shells, and languages in which a text may start git. */

import { type Call, noInput, type Outcome, type Printed, type Program, type Programs, unchanged } from '../machine.ts';
import { contentOf } from '../places.ts';
import { startedState } from '../state.ts';
import { hole, plainWord, shown, type Word } from '../words/word.ts';
import { noteWrite } from './file-writes.ts';
import { callsIn } from './foreign-code.ts';
import { writesIn } from './foreign-writes.ts';
import { noteSignalbox } from './guard-programs.ts';
import { isRewriter } from './rewriters.ts';
import { inPlace } from './writers.ts';

/** What the words of a shell ask for. */
interface ShellWords {
  /** The text of a command is given. */
  readonly isText: boolean;
  /** The text is read and not run. */
  readonly isOnlyRead: boolean;
  readonly readsInput: boolean;
  readonly words: readonly Word[];
}

const withValue = /^(--rcfile|--init-file|--init-command|-C|--command|-WorkingDirectory|-ExecutionPolicy|-ep)$/;
const asksForText = /^(--command|-command|\/c|\/k|\/C)$/i;

function shellWords(words: readonly Word[]): ShellWords {
  let [isText, isOnlyRead, readsInput] = [false, false, false];
  let at = 0;
  for (; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    if (text === '--' || text === '-') {
      at += 1;
      break;
    }
    if (!/^[-+/]/.test(text) || /^\/[^/]{2,}/.test(text)) break;
    const letters = /^-[a-z]+$/.test(text) && !asksForText.test(text) ? text.slice(1) : '';
    if (letters.includes('c') || asksForText.test(text)) isText = true;
    if (letters.includes('n')) isOnlyRead = true;
    if (letters.includes('s')) readsInput = true;
    const takesNext = /^[-+][A-Za-z]*[oO]$/.test(text) || (withValue.test(text) && !asksForText.test(text));
    if (takesNext) at += 1;
  }
  return { isText, isOnlyRead, readsInput, words: words.slice(at) };
}

const shell: Program = call => {
  const { state, input } = call;
  const { isText, isOnlyRead, readsInput, words } = shellWords(call.words);
  const [first, ...rest] = words;
  if (isOnlyRead) return unchanged(state);
  if (isText && first) return unchanged(state, run(call, first.text, rest.slice(1)));
  if (first && !readsInput && first.text !== '/dev/stdin') return script(call, first, rest);
  if (input.text !== null) return unchanged(state, run(call, input.text, words));
  if (input.from === 'pipe') unknownCommand(call, 'a script from a pipe');
  if (input.from === 'file') unknownCommand(call, `a script: ${input.name ?? ''}`);
  if (input.from === 'text') unknownCommand(call, 'a script from a variable');
  return unchanged(state);
};

function script(call: Call, file: Word, words: readonly Word[]): Outcome {
  const text = contentOf(file, call.state);
  if (text !== null) return unchanged(call.state, run(call, text, words));
  unknownCommand(call, `a script: ${shown(file)}`);
  return unchanged(call.state);
}

function run(call: Call, text: string, words: readonly Word[]): Printed | null {
  if (text.includes(hole)) unknownCommand(call, 'a script with unknown parts');
  return call.machine.child(text, startedState(call.state, words), noInput);
}

function unknownCommand({ machine }: Call, what: string): void {
  machine.notes.unread(what);
  machine.notes.hasUnknownCommand = true;
}

/** Runs its input later, as a shell. */
const later: Program = call => {
  if (call.input.text !== null) run(call, call.input.text, []);
  else unknownCommand(call, 'a script from a pipe');
  return unchanged(call.state);
};

/** A language whose option `text` is followed by its code. */
function language(text: RegExp): Program {
  return call => {
    const { words, input, name, state } = call;
    const at = words.findIndex(word => text.test(word.text));
    const file = words.find(word => !word.text.startsWith('-'));
    const module = words.findIndex(word => word.text === '-m');
    if (module >= 0) runModule(call, words.slice(module + 1));
    if (at >= 0) foreign(call, words[at + 1]?.text ?? '', `${name.text} ${words[at]?.text ?? ''}`);
    else if (input.text !== null && !file) foreign(call, input.text, `${name.text} code`);
    else if (file && contentOf(file, state) !== null)
      foreign(call, contentOf(file, state) ?? '', `a script: ${shown(file)}`);
    else if (file) unknownCommand(call, `a script: ${shown(file)}`);
    noteSignalbox(call);
    return unchanged(state);
  };
}

/** `python -m black src` */
function runModule({ machine, state, input }: Call, words: readonly Word[]): void {
  if (words[0] && isRewriter(words[0])) machine.program(words, state, input);
}

/** Code of another language is not read, but for the commands it plainly starts, and the files it plainly writes. */
function foreign(call: Call, code: string, what: string): void {
  const { machine, state } = call;
  machine.notes.unread(what);
  startedBy(call, code);
  for (const text of writesIn(code)) {
    const isMany = text === hole;
    noteWrite(machine, state, { text, patternAt: null, isMany }, 'write', { extent: isMany ? 'perhaps' : 'some' });
  }
}

function startedBy({ machine, state, input }: Call, code: string): void {
  for (const found of callsIn(code)) {
    if (found.kind === 'words') machine.program(found.words.map(plainWord), state, input);
    else machine.child(found.text, state, input);
  }
}

/** Its code stands in front of the files. */
const awk: Program = call => {
  const { words, state } = call;
  for (const { text } of words) if (/system\s*\(|\|\s*"/.test(text)) startedBy(call, text);
  inPlace(call, word => word.text === 'inplace');
  return unchanged(state);
};

/** `perl -i` and `ruby -i` write the files that they are given. */
function editing(text: RegExp): Program {
  const read = language(text);
  return call => {
    inPlace(call, word => /^-[A-Za-z0-9]*i/.test(word.text) && !/^-[MmIx]/.test(word.text));
    return read(call);
  };
}

const shells = [
  'bash',
  'sh',
  'zsh',
  'dash',
  'ksh',
  'mksh',
  'ash',
  'fish',
  'rbash',
  'csh',
  'tcsh',
  'pwsh',
  'powershell',
  'cmd',
];

/** A file that is run by its name and was written by the text itself; null for any other. */
export function writtenScript(call: Call): Outcome | null {
  const text = contentOf(call.name, call.state);
  if (text === null) return null;
  const isForeign = /^#!.*\b(python|node|perl|ruby|php|bun|deno|tsx)/.test(text);
  if (isForeign) foreign(call, text, `a script: ${shown(call.name)}`);
  else run(call, text, call.words);
  return unchanged(call.state);
}

export const interpreters: Programs = {
  ...Object.fromEntries(shells.map((name): [string, Program] => [name, shell])),
  at: later,
  batch: later,
  python: language(/^-[A-Za-z]*c$/),
  python2: language(/^-[A-Za-z]*c$/),
  python3: language(/^-[A-Za-z]*c$/),
  pypy3: language(/^-[A-Za-z]*c$/),
  node: language(/^(-[A-Za-z]*[ep]|--eval|--print)$/),
  nodejs: language(/^(-[A-Za-z]*[ep]|--eval|--print)$/),
  bun: language(/^(-e|--eval|-p|--print)$/),
  deno: language(/^eval$/),
  tsx: language(/^(-e|--eval|-p|--print)$/),
  perl: editing(/^-[A-Za-z0-9]*[eE]$/),
  ruby: editing(/^-[A-Za-z0-9]*e$/),
  php: language(/^-r$/),
  lua: language(/^-e$/),
  rscript: language(/^-e$/),
  osascript: language(/^-e$/),
  awk,
  gawk: awk,
  mawk: awk,
};
