/**
 * Whether two path patterns can mean the same file. Locks on patterns stand on this, so it errs on one side only: it may see an
 * overlap that never comes about, it never misses one.
 *
 * The grammar: `*` and `?` within a segment, `**` as a whole segment for any number of them (`a/**` is also `a`),
 * `[abc] [a-z] [^a] [!a]`, `{a,b}` also nested. File names begin with a dot like any other. Names such as `app/[id]/page.tsx`
 * and `{{cookiecutter.name}}` are common, so an expression in brackets or braces means its own text as well.
 * What is unbalanced is text. `@(x)` and `+(x)` without a `|` are text too (`+page@(app).svelte`).
 */
import { type Automaton, compileAutomaton, compileText } from './glob-automaton.ts';
import { commonPath } from './glob-search.ts';
import { alternativesOf, type BraceExpression, braceExpressions, bracketAt } from './glob-syntax.ts';
import { limits } from './limits.ts';

interface Compiled {
  readonly isPattern: boolean;
  readonly base: string;
  /** Made when first asked for: most pairs are told apart by their bases. */
  readonly automaton: () => Automaton;
}

/** Whether the path holds a character that means more than itself. */
export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path) && firstSpecial([...path]) >= 0;
}

/**
 * The folder in which everything that the pattern matches must lie (`**` may also match that folder itself): the text before
 * the first special character up to its last `/`, that included. Empty when that is the root. For a literal path, its parent.
 */
export function globBase(pattern: string): string {
  if (!/[*?[{]/.test(pattern)) return pattern.slice(0, pattern.lastIndexOf('/') + 1);
  const characters = [...pattern];
  const special = firstSpecial(characters);
  const literal = special < 0 ? characters : characters.slice(0, special);
  return literal.slice(0, literal.lastIndexOf('/') + 1).join('');
}

/**
 * Why a path cannot be used as a pattern, as whole sentences for whoever wrote it; undefined when it can.
 * Not for names that exist: a file may be called anything.
 */
export function patternProblem(path: string): string | undefined {
  const characters = [...path];
  const groups = braceExpressions(characters);
  if (path.includes('!(')) return 'The pattern `!(…)` is not supported. Name what to match instead.';
  if (hasBarInParentheses(characters)) return 'Alternatives in parentheses are not supported. Write `{a,b}`.';
  if (path.startsWith('!') && firstSpecial(characters) >= 0) {
    return 'A leading `!` does not exclude anything. Name what to match instead.';
  }
  if (hasEscape(characters)) {
    return 'A backslash does not escape. Leave it out: brackets and braces always mean their own text as well.';
  }
  if (/\[\[:[a-z]+:\]/.test(path)) return 'Named character classes are not supported. Write a range such as `[a-z]`.';
  if (/\{[^{},/]+\.\.[^{},/]+\}/.test(path)) return 'Sequences in braces are not supported. Write them out: `{1,2,3}`.';
  if (bracketsCutBraces(characters, groups))
    return 'Brackets and braces overlap. Move the comma or brace out of `[…]`.';
  if (alternativesBetween(0, characters.length, groups) > limits.globAlternatives) {
    return `The braces stand for more than ${limits.globAlternatives} paths. Use fewer, or name the folder.`;
  }
  const texts = firstSpecial(characters) >= 0 ? expansions(characters, 0, characters.length, groups) : [];
  if (texts.some(text => /(^|\/)\.{1,2}($|\/)/.test(text.replaceAll(braceBorder, '')))) {
    return 'A pattern cannot hold `.` or `..` as a segment. Write it from the folder it is about.';
  }
  if (texts.some(text => starsAcrossBorder.test(text))) {
    return 'A `*` cannot stand on both sides of a brace or comma. Put both on one side.';
  }
  if (characters.filter((_, at) => isWildcard(characters, at)).length > limits.wildcardsPerPattern) {
    return `The pattern has more than ${limits.wildcardsPerPattern} wildcards. Use fewer, or name the folder.`;
  }
  return undefined;
}

/**
 * Whether any path can match both; symmetric. Works with literal paths too. Never misses an overlap in the grammar above.
 * With `foldsCase`, letters compare without case.
 */
export function patternsOverlap(one: string, other: string, foldsCase = false): boolean {
  return commonPathOf(one, other, foldsCase) !== undefined;
}

/**
 * A path that both patterns match, to show to people; undefined when there is none, empty when it is the root only.
 * With `foldsCase` it is in lower case.
 */
export function overlapWitness(one: string, other: string, foldsCase = false): string | undefined {
  const common = commonPathOf(one, other, foldsCase);
  if (common === undefined) return undefined;
  // Where a pattern is most likely a name with brackets in it, that name says more than what the brackets could match.
  for (const [text, pattern] of [[one, other] as const, [other, one] as const]) {
    if (!/[*?]/.test(text) && matchesText(pattern, text, foldsCase)) return foldsCase ? foldCase(text) : text;
  }
  return common;
}

/**
 * One text for all spellings that a file system without case takes for the same name. Wider than lower case where Unicode has
 * several small letters for a capital one.
 */
export function foldCase(text: string): string {
  // Final sigma is the one letter whose lower case depends on its neighbours.
  return text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

function commonPathOf(one: string, other: string, foldsCase: boolean): string | undefined {
  const first = compiled(one, foldsCase);
  const second = compiled(other, foldsCase);
  if (!first.base.startsWith(second.base) && !second.base.startsWith(first.base)) return undefined;
  if (!first.isPattern && !second.isPattern) {
    const [text, same] = foldsCase ? [foldCase(one), foldCase(other)] : [one, other];
    return text === same ? text : undefined;
  }
  return commonPath(first.automaton(), second.automaton());
}

/** Whether the pattern matches a text in which no character means more than itself. */
export function matchesText(pattern: string, text: string, foldsCase = false): boolean {
  const literal = compileText([...text], foldsCase ? foldCase : undefined);
  return commonPath(compiled(pattern, foldsCase).automaton(), literal) !== undefined;
}

// Marks where a brace or comma was, in a text that is free of control characters.
const braceBorder = '\u0000';
const starsAcrossBorder = /\*\u0000+\*/;

// Compiling costs ten times as much as comparing, and the same few patterns meet again and again.
const cache = new Map<string, Compiled>();

function compiled(path: string, foldsCase: boolean): Compiled {
  const key = foldsCase ? `i${path}` : `s${path}`;
  const known = cache.get(key);
  if (known) return known;
  const made = compile(path, foldsCase ? foldCase : undefined);
  if (cache.size >= limits.patternsCached) cache.clear();
  cache.set(key, made);
  return made;
}

function compile(path: string, fold: ((text: string) => string) | undefined): Compiled {
  const base = globBase(path);
  let automaton: Automaton | undefined;
  return {
    isPattern: isPattern(path),
    base: fold ? fold(base) : base,
    automaton: () => {
      automaton ??= compileAutomaton([...path], fold);
      return automaton;
    },
  };
}

function firstSpecial(characters: readonly string[]): number {
  const groups = characters.includes('{') ? braceExpressions(characters) : undefined;
  return characters.findIndex((_, at) => groups?.has(at) || isWildcard(characters, at));
}

function isWildcard(characters: readonly string[], at: number): boolean {
  return characters[at] === '*' || characters[at] === '?' || bracketAt(characters, at) !== undefined;
}

function hasBarInParentheses(characters: readonly string[]): boolean {
  let open: boolean[] = [];
  for (const character of characters) {
    if (character === '(') open.push(false);
    else if (character === '|') open = open.map(() => true);
    else if (character === ')' && open.pop()) return true;
  }
  return false;
}

function hasEscape(characters: readonly string[]): boolean {
  let bracketEnd = -1;
  return characters.some((character, at) => {
    bracketEnd = Math.max(bracketEnd, bracketAt(characters, at)?.end ?? -1);
    return character === '\\' && (at < bracketEnd || '*?[]{}(),!\\'.includes(characters[at + 1] ?? ' '));
  });
}

function bracketsCutBraces(characters: readonly string[], groups: ReadonlyMap<number, BraceExpression>): boolean {
  const braces = [...groups.values()].flatMap(group => [group.open, ...group.commas, group.close]);
  return characters.some((_, at) => {
    const end = bracketAt(characters, at)?.end ?? -1;
    return braces.some(brace => at < brace && brace < end);
  });
}

/** How many paths without braces the part stands for. */
function alternativesBetween(from: number, to: number, groups: ReadonlyMap<number, BraceExpression>): number {
  let count = 1;
  for (let at = from; at < to; at += 1) {
    const group = groups.get(at);
    if (!group) continue;
    const inside = alternativesOf(group).map(part => alternativesBetween(part.from, part.to, groups));
    count *= inside.reduce((sum, part) => sum + part, 0);
    at = group.close;
  }
  return count;
}

/** Each text without braces that the part stands for, with `braceBorder` where they were. */
function expansions(
  characters: readonly string[],
  from: number,
  to: number,
  groups: ReadonlyMap<number, BraceExpression>,
): string[] {
  let texts = [''];
  for (let at = from; at < to; at += 1) {
    const group = groups.get(at);
    const parts = group
      ? alternativesOf(group).flatMap(part => expansions(characters, part.from, part.to, groups))
      : [characters[at] ?? ''];
    const border = group ? braceBorder : '';
    texts = texts.flatMap(text => parts.map(part => text + border + part + border));
    at = group?.close ?? at;
  }
  return texts;
}
