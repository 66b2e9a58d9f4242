/** Random programs of a shell with variables, folders, branches and functions, in which git is called again and again. */
import fc from 'fast-check';

const names = ['X', 'Y', 'Z'];
const name = fc.constantFrom(...names);
const letters = fc.constantFrom('a', 'b.ts', 'src/c.ts', '-v', '--all', 'x=y', 'lib/d', '%h', 'é', '1');

const quotedPiece = fc.oneof(
  letters.map(text => `'${text} ; | $X'`),
  letters.map(text => `"${text}  b"`),
  fc.constantFrom(
    `''`,
    `""`,
    `'it'\\''s'`,
    `"a\\"b"`,
    `"\\$X"`,
    `a\\ b`,
    `$'a\\tb'`,
    `"\`echo q r\`"`,
    `"$(echo 'q  r')"`,
    `"#"`,
  ),
);

const variablePiece = name.chain(variable =>
  fc.constantFrom(
    `$${variable}`,
    `"$${variable}"`,
    `\${${variable}}`,
    `"pre-\${${variable}}-post"`,
    `\${${variable}:-d e}`,
    `"\${${variable}:-d e}"`,
    `\${${variable}:+f}`,
    `"\${${variable}-g}"`,
    `\${${variable}%.ts}`,
    `"\${${variable}##*/}"`,
    `\${${variable}%/*}`,
    `"\${${variable}#*/}"`,
  ),
);

const otherPiece = fc.constantFrom(
  '{a,b}c',
  'p{1..3}',
  '{x,y}{1,2}',
  '{single}',
  '{a,"b c"}',
  '$(echo one two)',
  `$(printf '%s\\n' one 'two three')`,
  '$(pwd)',
  '$PWD/z',
  '~/z',
  '"$@"',
  '$1',
  '"${2:-none}"',
  '"${A[@]}"',
  '${A[1]}',
  '$((1 + 2))',
  '$(( (1 + 2) * 3 ))',
  '"${#X}"',
  '$(true)',
  '"$(cd a && pwd)"',
  '$(basename a/b.ts .ts)',
  '`echo one`',
);

const piece = fc.oneof(
  { weight: 3, arbitrary: letters },
  { weight: 3, arbitrary: quotedPiece },
  { weight: 4, arbitrary: variablePiece },
  { weight: 3, arbitrary: otherPiece },
);

const word = fc.oneof(
  { weight: 4, arbitrary: piece },
  { weight: 1, arbitrary: fc.tuple(letters, piece).map(([one, other]) => `${one}${other}`) },
);
const words = (most: number) => fc.array(word, { maxLength: most }).map(list => list.join(' '));

const folder = fc.constantFrom('a', 'b', 'x', 'x/y', '..', '.', 'missing', '"$PWD/a"', '-', '"$HOME"', 'packages/core');

const git = words(4).map(list => `git ${list}`);

const simple = fc.oneof(
  { weight: 6, arbitrary: git },
  { weight: 3, arbitrary: fc.tuple(name, word).map(([variable, value]) => `${variable}=${value}`) },
  { weight: 1, arbitrary: fc.tuple(name, piece).map(([variable, value]) => `${variable}+=${value}`) },
  { weight: 1, arbitrary: words(3).map(list => `A=(${list})`) },
  { weight: 1, arbitrary: fc.tuple(name, piece).map(([variable, value]) => `export ${variable}=${value}`) },
  { weight: 1, arbitrary: name.map(variable => `unset ${variable}`) },
  { weight: 3, arbitrary: folder.map(path => `cd ${path}`) },
  { weight: 1, arbitrary: folder.map(path => `pushd ${path}`) },
  { weight: 1, arbitrary: fc.constantFrom('popd', 'shift', ':', 'true', 'false', 'cd') },
  { weight: 1, arbitrary: words(3).map(list => `set -- ${list}`) },
  { weight: 1, arbitrary: fc.tuple(name, piece, git).map(([variable, value, call]) => `${variable}=${value} ${call}`) },
  { weight: 1, arbitrary: git.map(call => `eval '${call.replaceAll("'", `'\\''`)}'`) },
  {
    weight: 1,
    arbitrary: fc.tuple(word, git).map(([value, call]) => `bash -c '${call.replaceAll("'", `'\\''`)}' zero ${value}`),
  },
  { weight: 1, arbitrary: words(3).map(list => `f ${list}`) },
  { weight: 1, arbitrary: git.map(call => `${call} <<EOF\n$X text $(git inside "$Y")\nEOF\n:`) },
  {
    weight: 1,
    arbitrary: fc.tuple(name, piece, git).map(([variable, value, call]) => `env ${variable}=${value} ${call}`),
  },
  { weight: 1, arbitrary: git.map(call => `command ${call}`) },
  { weight: 1, arbitrary: git.map(call => `timeout 20 nice -n 1 ${call}`) },
  { weight: 1, arbitrary: fc.tuple(words(2), git).map(([list, call]) => `echo ${list} | xargs ${call}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(piece, git).map(([value, call]) => `printf '%s\\n' ${value} | xargs -I{} ${call} {}`),
  },
  { weight: 1, arbitrary: git.map(call => `find a b -maxdepth 0 -exec ${call} \\;`) },
  { weight: 1, arbitrary: git.map(call => `bash <<EOF\n${call.replaceAll(/[`\\]/g, '')}\nEOF\n:`) },
  { weight: 1, arbitrary: git.map(call => `bash <<'EOF'\ncd x\n${call}\nEOF\n:`) },
  { weight: 1, arbitrary: fc.tuple(name, word).map(([variable, value]) => `read -r ${variable} <<< ${value}`) },
  { weight: 1, arbitrary: git.map(call => `while read -r X Y; do ${call}; done <<< "a b"`) },
  { weight: 1, arbitrary: git.map(call => `until ${call}; do break; done`) },
  { weight: 1, arbitrary: git.map(call => `( set -e; cd missing; ${call} )`) },
  { weight: 1, arbitrary: git.map(call => `( trap '${call.replaceAll("'", `'\\''`)}' EXIT; cd b )`) },
  { weight: 1, arbitrary: git.map(call => `! ${call} && cd a`) },
  { weight: 1, arbitrary: git.map(call => `{ cd a || return; ${call}; }`) },
  { weight: 1, arbitrary: git.map(call => `( cd x && exec ${call} )`) },
  { weight: 1, arbitrary: git.map(call => `${call} & wait`) },
  { weight: 1, arbitrary: git.map(call => `for i in 1 2; do cd a || continue; ${call}; cd ..; done`) },
  { weight: 1, arbitrary: fc.tuple(name, git).map(([variable, call]) => `for ${variable}; do ${call}; done`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(name, git)
      .map(([variable, call]) => `g() { local ${variable}=in; ${call}; return 1; git never; }; g p q || git after`),
  },
  { weight: 1, arbitrary: git.map(call => `g() { ${call}; }; export -f g; bash -c 'g r s'`) },
  { weight: 1, arbitrary: git.map(call => `[[ -d a && ( -n "$X" || x == y ) ]] && ${call}`) },
  { weight: 1, arbitrary: git.map(call => `(( 1 + 1 )) && ${call} # git comment`) },
  { weight: 1, arbitrary: git.map(call => `case a in (b) git no ;; a | c) ${call} ;;& *) git too; esac`) },
  { weight: 1, arbitrary: git.map(call => `2>&1 ${call} 2>/dev/null >&2 | tee out.txt`) },
  { weight: 1, arbitrary: git.map(call => `cat <(${call}) > out.txt`) },
  { weight: 1, arbitrary: git.map(call => `\\${call.slice(0, 4)}\\\n${call.slice(4)}`) },
);

const { program } = fc.letrec<{ program: string; statement: string }>(tie => ({
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 8, arbitrary: simple },
    { weight: 1, arbitrary: tie('program').map(body => `( ${body}\n)`) },
    { weight: 1, arbitrary: tie('program').map(body => `{ ${body}\n}`) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('statement'), tie('statement')).map(([one, other]) => `{ ${one}\n} && { ${other}\n}`),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('statement'), tie('statement')).map(([one, other]) => `{ ${one}\n} || { ${other}\n}`),
    },
    { weight: 1, arbitrary: fc.tuple(folder, tie('program')).map(([path, body]) => `cd ${path} && { ${body}\n}`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('true', 'false', 'cd a', '[ -d x ]', '! true', 'cd missing', '[[ -n $X ]]'),
          tie('program'),
          tie('program'),
        )
        .map(([asked, one, other]) => `if ${asked}; then ${one}\nelse ${other}\nfi`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(name, words(3), tie('program'))
        .map(([variable, list, body]) => `for ${variable} in ${list}; do ${body}\ndone`),
    },
    { weight: 1, arbitrary: tie('program').map(body => `while true; do ${body}\nbreak; done`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(word, tie('program'))
        .map(([subject, body]) => `case ${subject} in a|b*) ${body}\n;; *) git other;; esac`),
    },
    { weight: 1, arbitrary: tie('program').map(body => `f() { ${body}\n}`) },
    { weight: 1, arbitrary: tie('program').map(body => `{ ${body}\n} | cat`) },
    { weight: 1, arbitrary: tie('program').map(body => `Y=$(${body}\n)`) },
  ),
  program: fc.array(tie('statement'), { minLength: 1, maxLength: 4 }).map(list => list.join('\n')),
}));

/** A function `f` may call itself without end: it is left at the third time. */
export const anyProgram: fc.Arbitrary<string> = program.map(text =>
  text.includes('f() {') ? text.replaceAll('f() {', 'f() { N+=1; [ "${#N}" -gt 3 ] && return;') : text,
);
