import { describe, expect, it } from 'vitest';
import { limits } from '../../../core/limits.ts';
import type { Node, Part, SimpleNode, SourceWord } from './nodes.ts';
import { parseText } from './parser.ts';

/** The commands of a text as they stand one behind the other, however deep. */
function simplest(node: Node): readonly SimpleNode[] {
  switch (node.kind) {
    case 'simple':
      return [node];
    case 'list':
      return node.statements.flatMap(statement => simplest(statement.node));
    case 'pipeline':
      return node.stages.flatMap(simplest);
    case 'and-or':
      return [node.first, ...node.rest.map(next => next.node)].flatMap(simplest);
    case 'if':
      return [
        ...node.branches.flatMap(({ condition, body }) => [condition, body]),
        ...(node.otherwise ? [node.otherwise] : []),
      ].flatMap(simplest);
    case 'loop':
      return [node.condition, node.body].flatMap(simplest);
    case 'case':
      return node.branches.flatMap(({ body }) => simplest(body));
    case 'test':
      return [];
    default:
      return simplest(node.body);
  }
}

function spelled(part: Part): string {
  switch (part.kind) {
    case 'text':
      return part.isQuoted ? `'${part.text}'` : part.text;
    case 'parameter':
      return `{${part.name}${part.operator}}`;
    case 'pattern':
      return part.text;
    default:
      return `<${part.kind}>`;
  }
}

const wordOf = (word: SourceWord) => word.parts.map(spelled).join('');

function words(text: string): readonly string[] {
  const { lines, brokenAt } = parseText(text);
  expect(brokenAt, text).toBeNull();
  return lines.flatMap(simplest).map(node => node.words.map(wordOf).join(' '));
}

describe('words', () => {
  it('keep what stands in quotes of any kind as text', () => {
    expect(words(`a 'b c' "d e" $'f\\tg' $"h" i\\ j k'l'"m"`)).toEqual([`a 'b c' 'd e' 'f\tg' 'h' i' 'j k'l''m'`]);
    expect(words('"a\\"b\\$c\\d" \'e\\f\'')).toEqual([`'a"b$c\\d' 'e\\f'`]);
    expect(words(`'' "" a`)).toEqual([`'' '' a`]);
  });

  it('go on behind a backslash at the end of a line, but not in single quotes', () => {
    expect(words('git \\\n  st\\\nash "x\\\ny"')).toEqual([`git stash 'xy'`]);
    expect(words("'a\\\nb'")).toEqual([`'a\\\nb'`]);
  });

  it('read the escapes of $ quotes as a shell does', () => {
    expect(words(`$'\\x67\\151t \\u00e9\\'\\n\\e'`)).toEqual([`'git é'\n\u001b'`]);
  });

  it('hold variables with what is to be made of them', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: these are variables of a shell
    expect(words('$a "${b}" ${c:-d} ${e##*/} $1 $@ ${#f} ${g[1]} ${!h}')).toEqual([
      '{a} {b} {c:-} {e##} {1} {@} {fother} {g} {hother}',
    ]);
  });

  it('hold substitutions, and arithmetic is none', () => {
    expect(words('a $(b "$(c)") `d \\`e\\`` <(f) >(g)')).toEqual(['a <command> <command> <process> <process>']);
    expect(words('a $((1 + (2))) $(( x << 2 )) $[3]')).toEqual(['a <arithmetic> <arithmetic> <arithmetic>']);
    expect(words('a $((b); (c))')).toEqual(['a <command>']);
    expect(words('a=$(b) c')).toEqual(['c']);
  });

  it('end at a comment only where it begins a word', () => {
    expect(words('a b#c #d e\nf # g\n# h')).toEqual(['a b#c', 'f']);
  });
});

describe('commands', () => {
  it.each([
    ['a; b & c && d || e | f |& g', ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
    ['a &&\n\n b |\n c', ['a', 'b', 'c']],
    ['(a; b) && { c; }', ['a', 'b', 'c']],
    ['if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
    ['while a; do b; done; until c\ndo d\ndone', ['a', 'b', 'c', 'd']],
    ['for x in 1 2; do a $x; done; for y do b; done; for z in 1; { c; }', ['a {x}', 'b', 'c']],
    ['for ((i = 0; i < 3; i++)); do a; done', ['a']],
    ['case $x in (a|b) c;; d) e;& *) f;; esac', ['c', 'e', 'f']],
    ['case x in a) b; esac', ['b']],
    ['f() { a; }; function g { b; }; function h() (c)', ['a', 'b', 'c']],
    ['! a; time -p b; coproc c; !', ['a', 'b', 'c']],
    ['[[ a && b || c < d ]] && e', ['e']],
    ['[[ $x =~ ^(a|b);[0-9]+$ ]] && c', ['c']],
    ['(( a > b )) || c; ((a); b)', ['c', 'a', 'b']],
    ['a=1 b+=2 c=(d e) f g=h', ['f g=h']],
    ['if (a) then b; fi', ['a', 'b']],
    ['echo if then; do_it', ['echo if then', 'do_it']],
    ['!(a; b); if !(c); then d; fi', ['a', 'b', 'c', 'd']],
    ['ls !(a|b) @(c).ts', ['ls !(a|b) @(c).ts']],
    ['a > b 2>&1 <c >>d &>e >|f 3<>g {h}>i <<<j k', ['a k']],
    ['>a b', ['b']],
  ])('are found in %s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('take the texts of here-documents from the lines behind theirs', () => {
    const { lines } = parseText("a <<X b <<-'Y'; c\n1 $v\nX\n\t2 $v\n\tY\nd");
    const all = lines.flatMap(simplest);
    expect(all.map(node => node.words.map(wordOf).join(' '))).toEqual(['a b', 'c', 'd']);
    const texts = all[0]?.redirects.map(({ document }) => document?.parts.map(spelled).join(''));
    expect(texts).toEqual([`'1 '{v}'\n'`, `'2 $v\n'`]);
  });

  it('have here-documents in substitutions, with quotes and brackets that mean nothing there', () => {
    expect(words(`a "$(cat <<'E'\nit's (not) "it"\nE\n)" b\nc`)).toEqual([`a <command> b`, 'c']);
  });
});

describe('a text with a mistake', () => {
  it.each([
    "a 'b",
    'a "b',
    'a $(b',
    'a `b',
    'if a; then b',
    'a )',
    '{ a',
    'a ;; b',
    'case x in',
    'a > ',
    'for',
    'done',
    'a ${b',
  ])('is read up to it: %s', text => {
    const { lines, brokenAt, problem } = parseText(`first\nsecond; ${text}`);
    expect(lines).toHaveLength(1);
    expect(brokenAt).toBe('first\n'.length);
    expect(problem).not.toBeNull();
  });

  it('is one that nests deeper than the bound, which is reached by no other', () => {
    const nested = (levels: number) => `${'( '.repeat(levels)}a${' )'.repeat(levels)}`;
    expect(parseText(nested(limits.shellNestingLevels - 1)).problem).toBeNull();
    expect(parseText(nested(limits.shellNestingLevels)).problem).toBe('commands nested too deep');
  });
});
