/** Programs that are known to change no file of a checkout, so that nothing has to be looked for after them. */
import type { GitUse } from '../reading.ts';
import { optionTable, parseOptions } from '../words/options.ts';
import { isLiteral, type Word } from '../words/word.ts';

function names(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

/** They read, whatever they are told; or what they write is noted as a write. */
const readers =
  names(`ls cat head tail wc grep egrep fgrep zgrep ag ack stat file diff cmp comm cut tr nl od hexdump strings md5sum sha1sum
  sha256sum sha512sum cksum sum du df ps pgrep pidof lsof uname whoami id groups date uptime free nproc tty which type whereis whatis
  printenv locale getconf arch echo printf pwd basename dirname realpath readlink seq expr factor column fold fmt paste join tac rev look
  jq uniq yq bc cal sort tee less more man zcat tput jobs`);

/** They change the shell they run in, or run what is read in its turn. */
const carriers =
  names(`cd chdir pushd popd dirs export declare typeset local readonly unset read mapfile readarray getopts set shift alias
  unalias eval source . command builtin exit logout return break continue true : false test [ hash umask ulimit shopt setopt unsetopt
  time timeout gtimeout nice stdbuf env noglob nocorrect - ! and or not begin repeat xargs gxargs find gfind fd fdfind bash sh zsh
  dash`);

/** The options with which others that mostly read write, or run something. */
const unless: Readonly<Record<string, RegExp>> = {
  rg: /^--(pre|hostname-bin)/,
  tree: /^-[A-Za-z]*o/,
  time: /^-o|^--output/,
};

interface Called {
  readonly name: Word;
  readonly words: readonly Word[];
}

/** Whether the call of a program, known by its bare name, changes no file by itself. In a folder of a project it may be any other. */
export function isReading({ name, words }: Called, known: string): boolean {
  if (name.text.includes('/') && !/^\/(usr\/(local\/)?)?bin\//.test(name.text)) return false;
  const option = Object.hasOwn(unless, known) ? unless[known] : undefined;
  if (option) return !words.some(word => option.test(word.text));
  if (known === 'sed' || known === 'gsed') return isReadingSed(words);
  if (/^[gm]?awk$/.test(known)) return isReadingAwk(words);
  return readers.has(known) || carriers.has(known) || known === 'git';
}

const sedOptions = optionTable(
  'n|quiet|silent debug e|expression= f|file= E|regexp-extended r i|in-place? l|line-length= posix s|separate sandbox u z|null-data a',
);
/** Commands that print, delete or replace; those that write a file or run something are not among them. */
const sedStep =
  /^\s*(?:(?:\d+|\$|\/(?:[^/\\]|\\.)*\/)(?:,(?:[+~]?\d+|\$|\/(?:[^/\\]|\\.)*\/))?)?\s*!?\s*(?:[pdq=]|s([/|#,])(?:(?!\1)[^\\]|\\.)*\1(?:(?!\1)[^\\]|\\.)*\1[gpiI\d]*)\s*(?:;|$)/;

function isReadingSed(words: readonly Word[]): boolean {
  const given = parseOptions(words, sedOptions);
  if (given.has('file', 'in-place') || given.isUncertain) return false;
  const scripts = given.has('expression') ? given.values('expression') : given.words.slice(0, 1);
  return scripts.every(script => isLiteral(script) && isReadingScript(script.text));
}

function isReadingScript(script: string): boolean {
  let rest = script.trim();
  while (rest !== '') {
    const step = sedStep.exec(rest)?.[0];
    if (!step) return false;
    rest = rest.slice(step.length).trim();
  }
  return true;
}

/** Its code prints into files and commands with signs that also compare: where there is one, it may be that. */
function isReadingAwk(words: readonly Word[]): boolean {
  return words.every(({ text }) => !/[>|@]|system|^-[fi]|^--(file|include|exec)/.test(text));
}

const quietEffects: readonly string[] = ['read', 'fetch'];
const quietVerbs =
  names(`status diff log show blame annotate ls-files ls-tree ls-remote rev-parse rev-list cat-file describe shortlog grep
  branch tag remote fetch stash worktree config merge-base for-each-ref show-ref show-branch name-rev reflog count-objects check-ignore
  check-attr cherry range-diff diff-tree diff-files diff-index symbolic-ref var version help whatchanged notes`);
/** By these git runs other programs, or is told to. */
const runsOthers = /^(-c|--config-env.*|--exec-path.*|--ext-diff|--textconv|-O.*|--open-files-in-pager.*)$/;

/** Whether a use of git leaves all files as they are. */
export function isQuiet({ program, verb, effects, words }: GitUse): boolean {
  const isKnown = program === 'git' && (verb === '' || quietVerbs.has(verb));
  return (
    isKnown && effects.every(effect => quietEffects.includes(effect)) && !words.some(word => runsOthers.test(word))
  );
}

/** Variables by which programs find others, or are told what to run. */
const leads =
  /PATH$|PAGER$|EDITOR$|SHELL$|OPTIONS$|OPTS$|^(LD|DYLD|GIT|BASH|PYTHON|PERL|RUBY)_|^ENV$|^LESS(OPEN|CLOSE)$|^PROMPT_COMMAND$|^IFS$/;
const harmlessValue = /^(0|1|cat|true|false|)$/;

/** Whether a variable may make another program of one that is known. */
export function isLeading(name: string, value: string): boolean {
  return leads.test(name) && !harmlessValue.test(value);
}
