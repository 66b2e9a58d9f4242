/** The commands of a shell itself: variables, aliases, control, texts that are run as commands. */

import { type Call, nothing, type Outcome, type Programs, unchanged } from '../machine.ts';
import { contentOf } from '../places.ts';
import { anywhere, type State, unknownValue, withVariable } from '../state.ts';
import { hole, plainWord, shown, type Word } from '../words/word.ts';
import { noteAssignment, noteUnset } from './environment.ts';
import { whereabouts } from './printing.ts';

const assigned = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/;

/** `export`, `declare` and their like. */
function declare(call: Call): Outcome {
  const { machine, words, name } = call;
  const isExporting = name.text === 'export' || words.some(word => /^-[a-z]*x/.test(word.text));
  let state = call.state;
  for (const word of words) {
    const [, variable, text] = assigned.exec(word.text) ?? [];
    if (!isExporting) machine.local(variable ?? word.text);
    if (variable !== undefined) {
      noteAssignment(machine, variable, plainWord(text ?? ''));
      state = withVariable(state, variable, {
        words: [{ ...word, text: text ?? '' }],
        exported: isExporting ? 'yes' : 'no',
      });
    } else if (isExporting && state.variables.has(word.text)) {
      state = withVariable(state, word.text, { words: state.variables.get(word.text)?.words ?? [], exported: 'yes' });
    }
  }
  return unchanged(state, '');
}

function unset({ machine, words, state }: Call): Outcome {
  const variables = new Map(state.variables);
  for (const { text } of words) {
    noteUnset(machine, text);
    if (!text.startsWith('-')) variables.set(text, { words: [], exported: 'no' });
  }
  return unchanged({ ...state, variables }, '');
}

/** Whatever is named gets a value that the text does not tell. */
function read({ words, state }: Call): Outcome {
  let after = state;
  for (const { text } of words) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) after = withVariable(after, text, unknownValue());
  }
  return unchanged(after, '');
}

/** `set -e`, `set -o errexit`, `set -- a b`. */
function set({ words, state }: Call): Outcome {
  let after = state;
  for (let at = 0; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    const isOption = /^[-+][A-Za-z]+$/.test(text);
    if (!isOption) return unchanged(withArguments(after, words.slice(text === '--' || text === '-' ? at + 1 : at)), '');
    after = withFlags(after, text, text.endsWith('o') ? (words[at + 1]?.text ?? '') : '');
    if (text.endsWith('o')) at += 1;
  }
  return unchanged(after, '');
}

function withFlags(state: State, flags: string, name: string): State {
  const isOn = flags.startsWith('-');
  return {
    ...state,
    stopsOnError: flags.includes('e') || name === 'errexit' ? isOn : state.stopsOnError,
    exportsAll: flags.includes('a') || name === 'allexport' ? isOn : state.exportsAll,
  };
}

function withArguments(state: State, words: readonly Word[]): State {
  return withVariable(state, '@', { words, exported: 'no' });
}

function shift({ words, state }: Call): Outcome {
  const count = Number(words[0]?.text ?? 1);
  const all = state.variables.get('@')?.words;
  const isKnown = all !== undefined && Number.isInteger(count) && !all.some(word => word.isMany);
  return unchanged(isKnown ? withArguments(state, all.slice(count)) : withVariable(state, '@', unknownValue()), '');
}

function alias({ words, state }: Call): Outcome {
  const shellAliases = new Map(state.shellAliases);
  for (const { text } of words) {
    const equals = text.indexOf('=');
    if (equals > 0) shellAliases.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return unchanged({ ...state, shellAliases }, '');
}

function unalias({ words, state }: Call): Outcome {
  const shellAliases = new Map(state.shellAliases);
  for (const { text } of words) shellAliases.delete(text);
  return unchanged({ ...state, shellAliases: words.some(word => word.text === '-a') ? new Map() : shellAliases }, '');
}

function evaluate({ machine, words, state, input }: Call): Outcome {
  const text = words.map(word => word.text).join(' ');
  if (text.includes(hole)) {
    machine.notes.unread('eval of a variable');
    machine.notes.hasUnknownCommand = true;
  }
  return machine.script(text, state, input);
}

function source(call: Call): Outcome {
  const { machine, words, state, input } = call;
  const [file, ...rest] = words[0]?.text === '--' ? words.slice(1) : words;
  const isInput = file?.text === '/dev/stdin' || file?.text === '-';
  const text = (file && contentOf(file, state)) ?? (isInput ? input.text : null);
  const inside = rest.length > 0 ? withArguments(state, rest) : state;
  if (text !== null) return machine.script(text, inside, input);
  machine.notes.unread(`a script: ${file ? shown(file) : ''}`);
  machine.notes.hasUnknownCommand = true;
  return unchanged(state);
}

/** The command is run at the latest when the shell ends, wherever that is by then. */
function trap({ machine, words, state, input }: Call): Outcome {
  const [command] = words.filter(word => !/^-[lp]?$|^--$/.test(word.text));
  if (command && words.length > 1) machine.child(command.text, anywhere(state), input);
  return unchanged(state, '');
}

/** With a program it takes the place of the shell, which does not come back. */
function exec({ machine, words, state, input }: Call): Outcome {
  let at = 0;
  while (/^-[cla]+$/.test(words[at]?.text ?? '')) at += words[at]?.text.endsWith('a') ? 2 : 1;
  if (words[at]?.text === '--') at += 1;
  if (at >= words.length) return unchanged(state, '');
  return { ...machine.program(words.slice(at), state, input), ok: null, failed: null };
}

function command(call: Call): Outcome {
  const { machine, words, state, input } = call;
  const at = words.findIndex(word => !/^-[pvV-]+$/.test(word.text));
  const flags = words.slice(0, at < 0 ? words.length : at).map(word => word.text);
  if (flags.some(flag => /^-\w*[vV]/.test(flag))) return whereabouts(call);
  return machine.program(at < 0 ? [] : words.slice(at), state, input);
}

function leave(from: 'function' | 'loop') {
  return ({ machine, state }: Call): Outcome => {
    if (machine.leave(from, state)) return { ok: null, failed: null, output: nothing };
    // Where there is nothing to be left it is a mistake, and the next command is run.
    return unchanged(state, '');
  };
}

const idle = ({ state }: Call): Outcome => unchanged(state, nothing);

export const builtins: Programs = {
  export: declare,
  declare,
  typeset: declare,
  local: declare,
  readonly: declare,
  unset,
  read,
  mapfile: read,
  readarray: read,
  getopts: read,
  let: read,
  vared: read,
  set,
  shift,
  alias,
  unalias,
  eval: evaluate,
  source,
  '.': source,
  trap,
  exec,
  command,
  builtin: ({ machine, words, state, input }) => machine.program(words, state, input),
  exit: () => ({ ok: null, failed: null, output: nothing }),
  logout: () => ({ ok: null, failed: null, output: nothing }),
  return: leave('function'),
  break: leave('loop'),
  continue: leave('loop'),
  true: ({ state }) => ({ ok: state, failed: null, output: nothing }),
  ':': ({ state }) => ({ ok: state, failed: null, output: nothing }),
  false: ({ state }) => ({ ok: null, failed: state, output: nothing }),
  test: idle,
  '[': idle,
  wait: idle,
  sleep: idle,
  hash: idle,
  umask: idle,
  ulimit: idle,
  shopt: idle,
  setopt: idle,
  unsetopt: idle,
};
