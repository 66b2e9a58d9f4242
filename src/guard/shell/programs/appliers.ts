/** Programs that run a command for each of several things: xargs, find, fd, parallel. */
import { limits } from '../../../core/limits.ts';
import { type Call, handedOn, noInput, type Outcome, type Programs, unchanged } from '../machine.ts';
import { optionTable, parseOptions } from '../words/options.ts';
import { hole, isLiteral, plainWord, quoted, unknownWord, unknownWords, type Word } from '../words/word.ts';
import { noteWrite } from './file-writes.ts';
import { type Asked, askedBefore, foundIn } from './find-names.ts';

const xargsOptions = optionTable(
  `0|null a|arg-file= d|delimiter= E= e|eof? I= i|replace? J= L= l|max-lines? n|max-args= o|open-tty P|max-procs= p|interactive
  R= r|no-run-if-empty S= s|max-chars= t|verbose x|exit process-slot-var=`,
);

/** What `find` prints: unknown names in a known folder, however they are set apart. */
const isOfFolder = /^[^\0\n]*\/\0\n$/;

function xargs({ machine, words, state, input }: Call): Outcome {
  const given = parseOptions(words, xargsOptions, true);
  const command = given.words;
  if (command.length === 0) return handedOn(state, input);
  const isTaken = given.has('arg-file', 'delimiter') || (given.has('null') && !isOfFolder.test(input.text ?? ''));
  const things = isTaken ? null : thingsIn(input.text);
  const mark = given.has('I', 'J') ? given.values(given.has('I') ? 'I' : 'J').at(-1)?.text : undefined;
  const placeholder = mark ?? (given.has('replace') ? (given.values('replace').at(-1)?.text ?? '{}') : null);
  if (placeholder === null) {
    machine.program([...command, ...(things ?? [unknownWords])], state, noInput);
    return unchanged(state);
  }
  const lines = linesOf(input.text) ?? [unknownWord];
  for (const line of lines)
    machine.program(
      command.map(word => filled(word, placeholder, line)),
      state,
      noInput,
    );
  return unchanged(state);
}

/** The words of a text that is known; null if it is not, too long to be followed, or has quotes: they mean something to xargs. */
function thingsIn(text: string | null): readonly Word[] | null {
  if (text === null || /["'\\]/.test(text)) return null;
  const words = text.split(/\s+/).filter(word => word !== '');
  if (words.length > limits.shellWordsOfWord) return null;
  return words.map(word => ({ ...plainWord(word), isMany: word.includes(hole) }));
}

function linesOf(text: string | null): readonly Word[] | null {
  if (text === null || /["'\\]/.test(text)) return null;
  const lines = text.split('\n').filter(line => line !== '');
  return lines.length > limits.shellLoopWords ? null : lines.map(plainWord);
}

/** The word with something in the place of `{}`. */
function filled(word: Word, placeholder: string, thing: Word): Word {
  if (!word.text.includes(placeholder)) return word;
  if (word.text === placeholder) return thing;
  const text = word.text.replaceAll(placeholder, isLiteral(thing) ? thing.text : hole);
  return { text, patternAt: word.patternAt, isMany: word.isMany };
}

/** Options of `find` that run a command, and those that write what is found to a file. */
const runs = new Set(['-exec', '-execdir', '-ok', '-okdir']);
const prints = new Set(['-fprint', '-fprint0', '-fls', '-fprintf']);

function find({ machine, words, state }: Call): Outcome {
  const first = words.findIndex(word => /^[-(!]/.test(word.text) && !/^-([HLP]|D|O\d*)$/.test(word.text));
  const starts = words.slice(0, first < 0 ? words.length : first).filter(word => !/^-/.test(word.text));
  const folders = starts.length > 0 ? starts : [plainWord('.')];
  const asked = askedBefore(words);
  for (let at = 0; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    const next = words[at + 1];
    const known = asked[at] as Asked;
    const found = folders.map(folder => foundIn(folder, known));
    if (runs.has(text)) at = ran(machine, words, at + 1, found, state);
    else if (prints.has(text) && next) noteWrite(machine, state, next, 'write');
    // A folder is deleted if it is empty.
    else if (text === '-delete' && !known.isFolder)
      for (const word of found) noteWrite(machine, state, word, 'delete', { isFlat: true });
  }
  return unchanged(state, words.some(word => saysOther.test(word.text)) ? null : names(folders));
}

/** With these it prints other things than names, or does not print. */
const saysOther = /^-(exec|execdir|ok|okdir|delete|ls|printf|quit)$/;

/** The names that are found, if it is known in which folder: of what is unknown nobody tells where it ends and another begins. */
function names([folder, ...more]: readonly Word[]): string | null {
  if (!folder || more.length > 0 || !isLiteral(folder)) return null;
  return `${folder.text.replace(/\/+$/, '')}/${hole}\n`;
}

/** Reads the command behind `-exec`, up to `;` or `+`. Gives where it ends. */
function ran(
  machine: Call['machine'],
  words: readonly Word[],
  from: number,
  found: readonly Word[],
  state: Call['state'],
): number {
  const length = words.slice(from).findIndex((word, at) => word.text === ';' || (word.text === '+' && at > 0));
  const end = length < 0 ? words.length : from + length;
  const command = words.slice(from, end);
  for (const thing of found)
    machine.program(
      command.map(word => filled(word, '{}', thing)),
      state,
      noInput,
    );
  return end;
}

function fd({ machine, words, state }: Call): Outcome {
  const at = words.findIndex(word => /^(-x|-X|--exec|--exec-batch)$/.test(word.text));
  if (at >= 0) {
    const command = words.slice(at + 1).filter(word => word.text !== ';');
    const marked = command.some(word => /\{[./]*\}/.test(word.text)) ? command : [...command, plainWord('{}')];
    machine.program(
      marked.map(word => filled(word, '{}', unknownWord)),
      state,
      noInput,
    );
  }
  return unchanged(state);
}

const parallelOptions = optionTable(
  `# j|jobs= k|keep-order X m n|N|max-args= I= C|colsep= a|arg-file= d|delimiter= 0|null t|verbose dry-run dryrun q|quote will-cite
  halt= joblog= results= timeout= delay= bar progress eta pipe tag S|sshlogin= wd|workdir= env= u|ungroup g|group line-buffer lb
  retries= load= memfree= shuf link no-notice resume resume-failed P|max-procs= L= r|no-run-if-empty`,
);

/** The command is the text of a script; what stands behind `:::` is put into it, or what comes from the input. */
function parallel({ machine, words, state, input }: Call): Outcome {
  const given = parseOptions(words, parallelOptions, true);
  if (given.has('dry-run', 'dryrun')) return unchanged(state);
  const at = given.words.findIndex(word => /^:::+\+?$/.test(word.text));
  const command = given.words.slice(0, at < 0 ? given.words.length : at);
  const listed = at >= 0 && given.words[at]?.text === ':::' ? given.words.slice(at + 1) : linesOf(input.text);
  const things = listed && listed.length <= limits.shellLoopWords && listed.every(isLiteral) ? listed : [unknownWord];
  const template = command.map(word => word.text).join(' ');
  for (const thing of things) machine.child(applied(template, thing), state, noInput);
  return unchanged(state);
}

function applied(template: string, thing: Word): string {
  if (template === '') return thing.text;
  const marked = /\{\d*[./#]*\}/.test(template) ? template : `${template} {}`;
  return marked.replaceAll(/\{\d*\}/g, () => quoted(thing)).replaceAll(/\{\d*[./#]+\}/g, hole);
}

export const appliers: Programs = {
  xargs,
  gxargs: xargs,
  find,
  gfind: find,
  fd,
  fdfind: fd,
  parallel,
  env_parallel: parallel,
};
