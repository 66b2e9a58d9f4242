/** Random commands for the reader of shell commands: harmful ones in harmless surroundings, and the same as data. */
import fc from 'fast-check';

/** In single quotes, as a shell reads it back. */
export function inQuotes(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function inDoubleQuotes(text: string): string {
  return `"${text.replaceAll(/[\\"$`]/g, '\\$&')}"`;
}

/** Words that do harm, and must never be taken for harmless. */
const harmfulWords: readonly (readonly string[])[] = [
  ['git', 'reset', '--hard'],
  ['git', 'stash'],
  ['git', 'stash', 'pop'],
  ['git', 'checkout', 'main'],
  ['git', 'checkout', '-f'],
  ['git', 'switch', '-c', 'topic'],
  ['git', 'clean', '-fd'],
  ['git', 'rebase', 'main'],
  ['git', 'merge', 'topic'],
  ['git', 'pull'],
  ['git', 'commit', '--amend', '--no-edit'],
  ['git', 'commit', '-am', 'all of it'],
  ['git', 'add', '-A'],
  ['git', 'add', '.'],
  ['git', 'push', '--force'],
  ['git', '-C', '.', 'push', 'origin', '+main'],
  ['git', '--no-pager', 'restore', '.'],
  ['git', 'worktree', 'remove', '../x'],
  ['git', 'branch', '-D', 'topic'],
];

export interface RandomCommand {
  readonly text: string;
  /** How git is called by it, if it is run. */
  readonly words: readonly string[];
}

/** One word written in one of many ways that all mean it. */
function spelled(word: string): fc.Arbitrary<string> {
  const isPlain = /^[A-Za-z0-9./+-]+$/.test(word);
  const halves = Math.ceil(word.length / 2);
  return fc.constantFrom(
    isPlain ? word : inQuotes(word),
    inQuotes(word),
    inDoubleQuotes(word),
    `$${inQuotes(word)}`,
    inQuotes(word.slice(0, halves)) + inDoubleQuotes(word.slice(halves)),
    [...word].map(character => `\\${character}`).join(''),
    isPlain ? `${word.slice(0, halves)}\\\n${word.slice(halves)}` : inQuotes(word),
    isPlain ? `${word.slice(0, halves)}""${word.slice(halves)}` : inQuotes(word),
  );
}

const blank = fc.constantFrom(' ', '  ', '\t', ' \\\n ');

export const harmfulCommand: fc.Arbitrary<RandomCommand> = fc.constantFrom(...harmfulWords).chain(words =>
  fc
    .tuple(fc.tuple(...words.map(spelled)), fc.array(blank, { minLength: words.length, maxLength: words.length }))
    .map(([spellings, blanks]) => ({
      text: spellings.map((spelling, at) => (at === 0 ? '' : blanks[at]) + spelling).join(''),
      words: words.slice(1),
    })),
);

/** What can stand around any command without keeping it from being run in the same folder. */
type Surrounding = (command: string, mark: string) => string;

const surroundings: readonly Surrounding[] = [
  command => `true && ${command}`,
  command => `ls; ${command}`,
  command => `false || ${command}`,
  command => `${command} | cat`,
  command => `echo x | ${command}`,
  command => `${command} > out.txt 2>&1`,
  command => `# a comment with a ' in it\n${command}`,
  command => `echo 'it'"'"'s'; ${command}`,
  command => `(${command}\n)`,
  command => `{ ${command}\n}`,
  command => `( ${command} ) && echo done`,
  command => `! { ${command}\n}`,
  command => `{ ${command} & wait\n}`,
  command => `if true; then ${command}\nfi`,
  command => `if ${command}\nthen :; fi`,
  command => `if false; then :; else ${command}\nfi`,
  command => `for i in 1; do ${command}\ndone`,
  command => `while true; do ${command}\nbreak; done`,
  command => `until ${command}\ndo break; done`,
  command => `case x in y) ;; *) ${command}\n;; esac`,
  command => `{ run() { ${command}\n}; run; }`,
  command => `echo "$( ${command}\n)"`,
  command => `echo $( ${command}\n) > /dev/null`,
  command => `X=$( ${command}\n)`,
  command => `cat <(${command}\n)`,
  (command, mark) => `{ cat <<${mark}\n$( ${command}\n)\n${mark}\n}`,
  command => `bash -c ${inQuotes(command)}`,
  command => `bash -c ${inDoubleQuotes(command)}`,
  command => `bash --norc -c ${inQuotes(command)}`,
  command => `env A=1 B='2 3' bash -c ${inQuotes(command)}`,
  command => `timeout 20 bash -c ${inQuotes(command)}`,
  command => `nohup nice -n 5 bash -c ${inQuotes(command)}`,
  command => `eval ${inQuotes(command)}`,
  command => `{ X=${inQuotes(command)}; eval "$X"; }`,
  command => `{ X=${inQuotes(command)}\nbash -c "$X"; }`,
  command => `printf %s ${inQuotes(command)} | bash`,
  command => `trap ${inQuotes(command)} EXIT`,
  command => `set -e; ${command}`,
  command => `find . -maxdepth 0 -exec bash -c ${inQuotes(command)} \\;`,
  command => `echo one | xargs -I@@ bash -c ${inQuotes(command)}`,
  command => `source <(printf '%s\\n' ${inQuotes(command)})`,
  (command, mark) => `{ bash <<'${mark}'\n${command}\n${mark}\n}`,
  (command, mark) => `{ cat <<'${mark}' | bash -s\n${command}\n${mark}\n}`,
  (command, mark) => `{ cat > run.sh <<'${mark}'\n${command}\n${mark}\nbash run.sh; }`,
  command => `bash <<< ${inQuotes(command)}`,
];

/** What makes a text of a command: it is printed, searched for, written or committed as a message. */
const asData: readonly Surrounding[] = [
  command => `echo ${inQuotes(command)}`,
  command => `printf '%s\\n' ${inQuotes(command)}`,
  command => `grep -rn ${inQuotes(command)} src`,
  command => `rg ${inDoubleQuotes(command)} .`,
  command => `git log --grep ${inQuotes(command)}`,
  command => `git log -S${inQuotes(command)}`,
  command => `git commit -m ${inQuotes(command)}`,
  command => `git commit -m ${inDoubleQuotes(command)}`,
  command => `git tag -a v1 -m ${inQuotes(command)}`,
  command => `X=${inQuotes(command)}`,
  command => `: ${inQuotes(command)}`,
  command => `[[ ${inQuotes(command)} == x ]]`,
  command => `test -n ${inDoubleQuotes(command)}`,
  command => `case ${inQuotes(command)} in x) ;; esac`,
  command => `for i in ${inQuotes(command)}; do echo "$i"; done`,
  command => `gh pr create --title x --body ${inQuotes(command)}`,
  command => `jq -n --arg a ${inQuotes(command)} '$a'`,
  command => `sed -n ${inQuotes(`/${command}/p`)} file`,
  command => `awk -v a=${inQuotes(command)} '{ print a }' file`,
  (command, mark) => `{ cat <<'${mark}'\n${command}\n${mark}\n}`,
  (command, mark) => `{ cat > notes.md <<'${mark}'\n${command}\n${mark}\n}`,
  (command, mark) => `{ git commit -F - <<'${mark}'\n${command}\n${mark}\n}`,
  (command, mark) => `git commit -m "$(cat <<'${mark}'\nfix: it's\n\n${command}\n${mark}\n)"`,
];

/** A command in up to four of these, one around the other. */
function around(
  choices: readonly Surrounding[],
  most: number,
  mark: string,
): fc.Arbitrary<(command: string) => string> {
  return fc
    .array(fc.nat(choices.length - 1), { maxLength: most })
    .map(
      list => command =>
        list.reduce((text, choice, depth) => choices[choice]?.(text, `${mark}${depth}`) ?? text, command),
    );
}

/** Harmful, whatever stands around it. */
export const hiddenCommand: fc.Arbitrary<RandomCommand> = fc
  .tuple(harmfulCommand, around(surroundings, 4, 'IN'))
  .map(([{ text, words }, wrap]) => ({ text: wrap(text), words }));

/** Harmless: the harmful command is only spoken of. */
export const spokenCommand: fc.Arbitrary<string> = fc
  .tuple(hiddenCommand, fc.constantFrom(...asData), around(surroundings, 3, 'OUT'))
  .map(([{ text }, speak, wrap]) => wrap(speak(text, 'DATA')));

/** Pieces of shell in any order, most of them mistakes. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom('git', 'stash', 'reset', '--hard', 'echo', 'cd', 'x', '$X', 'a=b', '-c', 'bash'),
      },
      {
        weight: 4,
        arbitrary: fc.constantFrom(
          ...`' " \` $ ( ) { } [ ] [[ ]] (( )) $( $(( \${ <( >( << <<- <<< > >> 2>&1 & && || | |& ; ;; ! # \\ ~ * ? = EOF if then else fi
          for in do done while case esac function \${x:- \${x# $' $"`.split(/\s+/),
        ),
      },
      { weight: 2, arbitrary: fc.constantFrom(' ', '\n', '\t', '\\\n', '\0', '\r\n', 'é', '😀') },
      { weight: 1, arbitrary: fc.string() },
    ),
    { maxLength: 60 },
  )
  .chain(pieces => fc.constantFrom('', ' ').map(between => pieces.join(between)));
