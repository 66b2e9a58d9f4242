/** All programs whose words are understood, and what is made of those whose are not. */

import { git, gitVerbProgram, isGitVerb } from '../git/git-program.ts';
import { toolsOverGit } from '../git/tools-over-git.ts';
import { type Call, type Outcome, type Program, programName, unchanged } from '../machine.ts';
import { hole, isLiteral, shown, type Word } from '../words/word.ts';
import { appliers } from './appliers.ts';
import { builtins } from './builtins.ts';
import { directoryPrograms } from './directories.ts';
import { guardPrograms, noteSignalbox } from './guard-programs.ts';
import { interpreters, writtenScript } from './interpreters.ts';
import { noteApplied } from './patches.ts';
import { printingPrograms } from './printing.ts';
import { plainPrograms, remotePrograms, runners, textRunners } from './program-names.ts';
import { isReading } from './readers.ts';
import { noteRewrites, rewriters } from './rewriters.ts';
import { wrappers } from './wrappers.ts';
import { writers } from './writers.ts';

const programs: ReadonlyMap<string, Program> = new Map(
  Object.entries({
    ...builtins,
    ...directoryPrograms,
    ...printingPrograms,
    ...wrappers,
    ...appliers,
    ...writers,
    ...interpreters,
    ...toolsOverGit,
    ...guardPrograms,
    ...rewriters,
    bun: rewriting('bun', interpreters.bun),
    deno: rewriting('deno', interpreters.deno),
    git: gitWithPatches,
  }),
);

/** A language whose program does more than run texts. */
function rewriting(name: string, program: Program | undefined): Program {
  return call => {
    noteRewrites(call, name);
    return program?.(call) ?? unchanged(call.state);
  };
}

function gitWithPatches(call: Call): Outcome {
  noteApplied(call);
  return git(call);
}

/** Reads the call of a program by its name. */
export function readProgram(call: Call): Outcome {
  const { name } = call;
  if (!isLiteral(name)) return unknownProgram(call);
  const known = programName(name);
  if (!isReading(call, known)) call.machine.notes.acts();
  const program = programs.get(known);
  if (program) return program(call);
  if (known.startsWith('git-') && isGitVerb(known.slice(4))) return gitVerbProgram(known.slice(4))(call);
  return otherProgram(call, known);
}

/** What is run stands in a variable, or is made of one. */
function unknownProgram(call: Call): Outcome {
  const { machine, name, words, state, input } = call;
  machine.notes.acts();
  const variable = name.variable?.toLowerCase() ?? '';
  if (variable.includes('git') || /(^|\/)git$/.test(name.text)) return git(call);
  // `$SHELL`, `$PYTHON`, `$RM` are called for what they hold.
  const called = programs.get(variable === 'shell' ? 'bash' : variable);
  if (called && !Object.hasOwn(builtins, variable)) return called(call);
  machine.notes.unread('a command in a variable');
  machine.notes.hasUnknownCommand = true;
  // An unknown number of words may be none: then the next one is the command.
  if (name.text === hole && name.isMany && words.length > 0) machine.program(words, state, input);
  return unchanged(state);
}

function otherProgram(call: Call, known: string): Outcome {
  const { machine, name, words, state } = call;
  if (plainPrograms.has(known)) return unchanged(state);
  if (remotePrograms.has(known)) {
    machine.notes.unread(`another machine or container: ${known}`);
    return unchanged(state);
  }
  const written = name.text.includes('/') ? writtenScript(call) : null;
  if (written) return written;
  if (name.text.includes('/')) {
    machine.notes.unread(`a script: ${name.text}`);
    machine.notes.hasUnknownCommand = true;
  } else if (runners.has(known)) {
    machine.notes.unread([known, ...words.slice(0, 2).map(shown)].join(' '));
  }
  noteSignalbox(call);
  noteRewrites(call, known);
  const asked = packageRunners.has(known) ? words.findIndex(word => /^(-c|--call)$/.test(word.text)) : -1;
  if (asked >= 0) machine.child(words[asked + 1]?.text ?? '', state, call.input);
  if (textRunners.has(known)) readTexts(call);
  carried(call);
  return unchanged(state);
}

/** Programs that take the texts of commands as their words. */
function readTexts({ machine, words, state, input }: Call): void {
  for (const { text } of words) if (/\s/.test(text)) machine.child(text, state, input);
}

const packageRunners = new Set(['npm', 'npx', 'pnpm', 'pnpx', 'yarn', 'bunx']);
const shells = new Set(['bash', 'sh', 'zsh', 'dash']);
const languages = new Set(['python', 'python3', 'node', 'perl', 'ruby']);

/** A command may stand behind the words of a program that nobody told us of: `poetry run git …`. */
function carried({ machine, words, state, input }: Call): void {
  for (const [at, word] of words.entries()) {
    if (!isLiteral(word)) continue;
    const name = programName(word);
    if (name === 'git') machine.suspected(words.slice(at), state);
    const isText = shells.has(name) && isTextOption(words[at + 1]);
    if (isText || languages.has(name)) machine.program(words.slice(at), state, input);
  }
}

function isTextOption(word: Word | undefined): boolean {
  return word !== undefined && /^-[a-z]*c$/.test(word.text);
}
