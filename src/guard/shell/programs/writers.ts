/** Programs that write, move or delete the files they are given. */

import { type Call, handedOn, type Outcome, type Program, type Programs, unchanged } from '../machine.ts';
import { lastPart, resolvePath } from '../paths.ts';
import { directoryOf, withFile, withMade } from '../state.ts';
import { mayBeDots } from '../wildcards.ts';
import { optionTable, type ParsedOptions, parseOptions } from '../words/options.ts';
import { hole, isLiteral, unknownWord, type Word } from '../words/word.ts';
import { noteGitFolder, noteWrite, widened } from './file-writes.ts';
import { patch } from './patches.ts';

function tee(call: Call): Outcome {
  const given = parseOptions(call.words, optionTable('a|append i|ignore-interrupts p output-error?'));
  const isAppended = given.has('append');
  let { state } = call;
  for (const word of given.words) {
    noteWrite(call.machine, state, word, isAppended ? 'append' : 'write', { isFlat: true });
    const path = isLiteral(word) ? resolvePath(directoryOf(state), word.text) : null;
    if (path !== null) state = withFile(state, path, call.input.text, isAppended);
  }
  return handedOn(state, call.input);
}

/** A program whose operands are all written or deleted. */
function each(
  how: 'write' | 'delete',
  options: string,
  isFolder: (given: ParsedOptions) => boolean = () => false,
): Program {
  const table = optionTable(options);
  return ({ machine, words, state }) => {
    const given = parseOptions(words, table);
    if (given.has('dry-run', 'no-create')) return unchanged(state);
    const details = { isFolder: isFolder(given), isFlat: !isFolder(given) };
    for (const word of given.words) noteWrite(machine, state, word, how, details);
    return unchanged(state, '');
  };
}

const copyOptions = optionTable(
  `a|archive b backup? f|force i|interactive n|no-clobber u|update? v|verbose r R|recursive p preserve? l|link s|symbolic-link
  L|dereference P|no-dereference H x|one-file-system t|target-directory= T|no-target-directory S|suffix= Z parents sparse= reflink?
  c X d remove-destination strip-trailing-slashes exchange debug`,
);

const installOptions = optionTable(
  `b backup? c C|compare d|directory D g|group= m|mode= o|owner= p|preserve-timestamps s|strip S|suffix= t|target-directory=
  T|no-target-directory v|verbose Z`,
);

const linkOptions = optionTable(
  `b backup? d F f|force i|interactive L|logical n|no-dereference P|physical r|relative s|symbolic S|suffix= t|target-directory=
  T|no-target-directory v|verbose h w`,
);

function copy({ machine, words, state }: Call): Outcome {
  const given = parseOptions(words, copyOptions);
  const { folder, copies, target } = sourcesAndTarget(given);
  noteTargets(
    { machine, state },
    copies,
    folder ?? target,
    folder !== null,
    'write',
    given.has('recursive', 'r', 'archive'),
  );
  return unchanged(state, '');
}

function move({ machine, words, state }: Call): Outcome {
  const given = parseOptions(words, copyOptions);
  const { folder, sources, copies, target } = sourcesAndTarget(given);
  for (const source of sources) noteWrite(machine, state, source, 'move-from');
  noteTargets({ machine, state }, copies, folder ?? target, folder !== null, 'move-to', false);
  return unchanged(state, '');
}

function install({ machine, words, state }: Call): Outcome {
  const given = parseOptions(words, installOptions);
  if (given.has('directory')) return unchanged(state, '');
  const { folder, copies, target } = sourcesAndTarget(given);
  noteTargets({ machine, state }, copies, folder ?? target, folder !== null, 'write', false);
  return unchanged(state, '');
}

/** `ln -s target name`; without a name it is called as its target. */
function link({ machine, words, state }: Call): Outcome {
  const given = parseOptions(words, linkOptions);
  const { folder, copies, target } = sourcesAndTarget(given);
  const isAlone = copies.length === 0 && target !== null;
  if (isAlone)
    noteTargets({ machine, state }, [target], { ...target, text: '.', patternAt: null }, true, 'write', false);
  else noteTargets({ machine, state }, copies, folder ?? target, folder !== null, 'write', false);
  return unchanged(state, '');
}

interface SourcesAndTarget {
  /** The folder that is meant for certain: by an option, or because there are several sources. */
  readonly folder: Word | null;
  readonly sources: readonly Word[];
  /** The sources as their copies are named. */
  readonly copies: readonly Word[];
  readonly target: Word | null;
}

function sourcesAndTarget(given: ParsedOptions): SourcesAndTarget {
  const named = given.values('target-directory').at(-1);
  const target = named ? null : (given.words.at(-1) ?? null);
  const sources = named ? given.words : given.words.slice(0, -1);
  const isFolder = target !== null && (sources.length > 1 || /(^|\/)\.{0,2}$/.test(target.text));
  const isOtherwiseNamed = given.has('parents', 'b', 'backup');
  const copies = isOtherwiseNamed ? sources.map(() => unknownWord) : sources;
  return { folder: named ?? (isFolder ? target : null), sources, copies, target };
}

/** Each source under its own name in a folder, or one source under the name of the target. */
function noteTargets(
  { machine, state }: Pick<Call, 'machine' | 'state'>,
  sources: readonly Word[],
  target: Word | null,
  isFolder: boolean,
  how: 'write' | 'move-to',
  isRecursive: boolean,
): void {
  if (!target) return;
  for (const source of sources) {
    const name = isLiteral(source) ? lastPart(source.text) : null;
    const inFolder = isFolder && name !== null && isLiteral(target);
    if (inFolder) {
      noteWrite(machine, state, { ...target, text: `${target.text}/${name}` }, how, { isFolder: isRecursive });
    } else if (isFolder) {
      const patternAt = target.patternAt ?? target.text.length + 1;
      noteWrite(machine, state, { ...target, text: `${target.text}/${namesOf(source)}`, patternAt }, how);
    } else noteWrite(machine, state, target, how, { isFolder: isRecursive, nameInFolder: name });
  }
}

/** The names that a source, or several by a pattern, have in another folder. Of some folders only what is in them is taken. */
function namesOf(source: Word): string {
  const isAny = source.text.includes(hole) || source.text.endsWith('/') || mayBeDots(lastPart(source.text));
  return isAny ? '*' : lastPart(source.text);
}

const rsyncOptions = optionTable(
  `a|archive r|recursive v|verbose q|quiet n|dry-run z|compress u|update l|links L|copy-links p|perms t|times g|group o|owner D h
  H|hard-links A|acls X|xattrs x|one-file-system P progress stats delete delete-before delete-during delete-after delete-excluded
  remove-source-files exclude= include= exclude-from= include-from= f|filter= files-from= e|rsh= rsync-path= backup b backup-dir=
  suffix= partial c|checksum i|itemize-changes s size-only existing ignore-existing inplace append max-size= min-size= bwlimit=
  timeout= port= chmod= chown= info= link-dest= out-format= log-file= human-readable R|relative d|dirs W|whole-file C|cvs-exclude
  m|prune-empty-dirs T|temp-dir= numeric-ids safe-links ignore-times I no-perms no-owner no-group omit-dir-times O`,
);

function rsync({ machine, words, state }: Call): Outcome {
  const given = parseOptions(words, rsyncOptions);
  const target = given.words.at(-1);
  const isRemote = target === undefined || given.words.length < 2 || /^[^/]*:/.test(target.text);
  if (given.has('dry-run')) return unchanged(state);
  const details = { isFolder: given.has('archive', 'recursive') };
  if (!isRemote) noteWrite(machine, state, target, 'write', details);
  const deletes = given.has('delete', 'delete-before', 'delete-during', 'delete-after', 'delete-excluded');
  if (!isRemote && deletes) noteWrite(machine, state, target, 'delete', { isFolder: true });
  if (given.has('remove-source-files')) {
    for (const source of given.words.slice(0, -1)) noteWrite(machine, state, source, 'move-from', details);
  }
  return unchanged(state);
}

function dd({ machine, words, state }: Call): Outcome {
  for (const word of words) {
    if (word.text.startsWith('of='))
      noteWrite(machine, state, { ...word, text: word.text.slice(3), patternAt: null }, 'write');
  }
  return unchanged(state);
}

/** Programs that write to a file if an option names one. */
function byOption(option: string): Program {
  const table = optionTable(`${option}=`);
  const name = option.split('|').at(-1) ?? '';
  return ({ machine, words, state }) => {
    for (const word of parseOptions(words, table).values(name)) {
      if (word.text !== '-') noteWrite(machine, state, word, 'write');
    }
    return unchanged(state);
  };
}

function curl({ machine, words, state }: Call): Outcome {
  for (const [at, word] of words.entries()) {
    const next = words[at + 1];
    const [, attached] = /^(?:--output=|-o)(.+)$/.exec(word.text) ?? [];
    if (attached !== undefined) noteWrite(machine, state, { ...word, text: attached, patternAt: null }, 'write');
    else if (/^(-[A-Za-z]*o|--output)$/.test(word.text) && next) noteWrite(machine, state, next, 'write');
    else if (/^(-[A-Za-z]*O|--remote-name)$/.test(word.text)) noteRemoteName({ machine, state }, words);
  }
  return unchanged(state);
}

function noteRemoteName({ machine, state }: Pick<Call, 'machine' | 'state'>, words: readonly Word[]): void {
  const url = words.find(word => /^[a-z]+:\/\//.test(word.text));
  const name = url && isLiteral(url) ? lastPart(url.text.replace(/[?#].*$/, '')) : null;
  if (url && name !== null) noteWrite(machine, state, { ...url, text: name }, 'write');
}

const sedOptions = optionTable(
  `n|quiet|silent debug e|expression= f|file= E|regexp-extended r follow-symlinks i|in-place? l|line-length= posix s|separate sandbox
  u|unbuffered z|null-data a`,
);

/** The script stands in front of the files unless an option gives it. The ending of copies may be a word of its own: `-i ''`. */
function sed({ machine, words, state }: Call): Outcome {
  const isEnding = (word: Word, at: number) => /^(\.\w+)?$/.test(word.text) && words[at - 1]?.text === '-i';
  const given = parseOptions(
    words.filter((word, at) => !isEnding(word, at)),
    sedOptions,
  );
  if (!given.has('in-place')) return unchanged(state);
  const files = given.has('expression', 'file') ? given.words : given.words.slice(1);
  const ending = given.values('in-place').at(-1) ?? words.find(isEnding);
  for (const file of files) noteRewritten({ machine, state }, file, ending?.text ?? '');
  return unchanged(state, '');
}

/** A file that is written anew, and the copy that is kept of it under a name with another ending. */
function noteRewritten({ machine, state }: Pick<Call, 'machine' | 'state'>, file: Word, ending: string): void {
  noteWrite(machine, state, file, 'write', { isFlat: true });
  if (ending === '') return;
  // With a star in it, it is more than an ending.
  const copy = { ...file, text: file.text + (isLiteral(file) && !ending.includes('*') ? ending : hole) };
  noteWrite(machine, state, copy, 'write', { isFlat: true });
}

/** Programs of other languages that write the files they are given if an option asks for it. The code may stand before them. */
export function inPlace({ machine, words, state }: Call, asks: (word: Word) => boolean): void {
  if (!words.some(asks)) return;
  const hasCode = words.some(word => /^-[A-Za-z0-9]*[eEf]$/.test(word.text));
  const operands = words.filter((word, at) => !word.text.startsWith('-') && !takesNext(words[at - 1]));
  const endings = words.map(word =>
    asks(word) || /^inplace::/.test(word.text) ? copyEnding.exec(word.text)?.[1] : '',
  );
  for (const file of hasCode ? operands : operands.slice(1))
    noteRewritten({ machine, state }, file, endings.find(text => text) ?? '');
}

/** Of the copies that are kept. */
const copyEnding = /^(?:-[A-Za-z0-9]*?i|inplace::suffix=)(\S+)$/;

function takesNext(word: Word | undefined): boolean {
  return word !== undefined && (/^-[A-Za-z0-9]*[eEfv]$/.test(word.text) || word.text === '-i');
}

/** The files of an archive stand in the archive. */
function unpacked(asks: RegExp): Program {
  return ({ machine, words, name, state }) => {
    if (words[0] && asks.test(words[0].text)) machine.notes.unread(`the files of an archive: ${name.text}`);
    return unchanged(state);
  };
}

const packOptions = optionTable(
  `c|stdout|to-stdout k|keep l|list t|test d|decompress|uncompress f|force n|no-name N|name q|quiet r|recursive S|suffix= v|verbose h|help
  V|version L|license rsyncable synchronous fast best 1 2 3 4 5 6 7 8 9 z|compress s|small T|threads= e|extreme rm`,
);

/** It puts a file in the place of each that it is given: with this ending, or without it. */
function packed(ending: string): Program {
  return ({ machine, words, state }) => {
    const given = parseOptions(words, packOptions);
    if (given.has('to-stdout', 'keep', 'list', 'test', 'help', 'version')) return unchanged(state);
    const isFolder = given.has('recursive');
    for (const word of given.words) {
      const text = word.text.endsWith(ending) ? word.text.slice(0, -ending.length) : word.text + ending;
      noteWrite(machine, state, word, 'delete', { isFolder, isFlat: !isFolder });
      noteWrite(machine, state, isLiteral(word) ? { ...word, text } : widened(word), 'write', { isFolder });
    }
    return unchanged(state, '');
  };
}

const editorOptions = optionTable(
  `s e E c= cmd= S= u= U= i= T= t= n N R M m b d o? O? p? headless clean noplugin l L r= V? w= W= y Z x q= Q= eval= batch help version v`,
);

/** An editor that is given its commands: in what follows, or by options. Opened for somebody to write in, it writes as well. */
function editor({ machine, words, state }: Call): Outcome {
  const given = parseOptions(words, editorOptions);
  if (given.has('R', 'help', 'version')) return unchanged(state);
  const files = given.words.filter(word => !word.text.startsWith('+'));
  for (const file of files) noteWrite(machine, state, file, 'write', { extent: 'some' });
  return unchanged(state);
}

/** Of two files the second is written. */
function uniq({ machine, words, state }: Call): Outcome {
  const given = parseOptions(words, optionTable('c d D i u z f|skip-fields= s|skip-chars= w|check-chars='));
  const [, file] = given.words;
  if (file) noteWrite(machine, state, file, 'write');
  return unchanged(state);
}

/** A folder that is made is there for certain. */
function makeFolder({ words, state }: Call): Outcome {
  const given = parseOptions(words, optionTable('p|parents m|mode= v|verbose Z context?'));
  const folders = given.words.filter(isLiteral).map(word => resolvePath(directoryOf(state), word.text));
  const after = folders.reduce(
    (current, path) => withMade(current, path, current.made.get(path ?? '') ?? 'folder'),
    state,
  );
  return unchanged(after, '');
}

/** Rights and owners are no contents, except of what git runs. */
function modes({ machine, words, state }: Call): Outcome {
  for (const word of words) noteGitFolder(machine, state, word, resolvePath(directoryOf(state), word.text));
  return unchanged(state, '');
}

const removeOptions =
  'r R|recursive f|force i I interactive? v|verbose d|dir one-file-system no-preserve-root preserve-root? P W x';

export const writers: Programs = {
  tee,
  sed,
  gsed: sed,
  cp: copy,
  gcp: copy,
  mv: move,
  gmv: move,
  ln: link,
  install,
  ginstall: install,
  rsync,
  dd,
  rm: each('delete', removeOptions, given => given.has('r', 'recursive')),
  grm: each('delete', removeOptions, given => given.has('r', 'recursive')),
  trash: each('delete', removeOptions, () => true),
  rmdir: each('delete', 'p|parents v|verbose ignore-fail-on-non-empty', () => true),
  unlink: each('delete', ''),
  shred: each('delete', 'f|force n|iterations= s|size= u remove? v|verbose x|exact z|zero random-source='),
  touch: each('write', 'a c|no-create d|date= f h|no-dereference m r|reference= t= A= time='),
  truncate: each('write', 'c|no-create o|io-blocks r|reference= s|size='),
  sponge: each('write', 'a'),
  sort: byOption('o|output'),
  wget: byOption('O|output-document'),
  yq: ({ machine, words, state }) => {
    const given = parseOptions(
      words,
      optionTable('i|inplace P N M C n j o|output-format= p|input-format= I= e|exit-status'),
    );
    const files = given.has('inplace')
      ? given.words.filter(word => !/^(eval|e|ea|eval-all)$/.test(word.text)).slice(1)
      : [];
    for (const file of files) noteWrite(machine, state, file, 'write');
    return unchanged(state);
  },
  curl,
  patch,
  uniq,
  gzip: packed('.gz'),
  gunzip: packed('.gz'),
  bzip2: packed('.bz2'),
  bunzip2: packed('.bz2'),
  xz: packed('.xz'),
  unxz: packed('.xz'),
  ed: editor,
  ex: editor,
  vi: editor,
  vim: editor,
  nvim: editor,
  emacs: editor,
  tar: unpacked(/^-?[A-Za-z]*x|^--extract$|^--get$/),
  unzip: unpacked(/^(?!-[A-Za-z]*[lvtpzZ])/),
  mkdir: makeFolder,
  chmod: modes,
  chown: modes,
};
