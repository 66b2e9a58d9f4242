/** Where the bracket and brace expressions of a path pattern begin and end. Positions count code points. */

/** A bracket expression: where its `]` stands, and the code points it names. */
export interface BracketExpression {
  readonly end: number;
  readonly negated: boolean;
  readonly ranges: readonly CodeRange[];
}

/** A brace expression with at least one comma; positions in the character list. */
export interface BraceExpression {
  readonly open: number;
  readonly commas: readonly number[];
  readonly close: number;
}

/** Unicode code points, both ends included. */
export type CodeRange = readonly [low: number, high: number];

/** Reads the bracket expression that opens at `at`; undefined when it is unbalanced, spans a `/`, or is none. */
export function bracketAt(characters: readonly string[], at: number): BracketExpression | undefined {
  if (characters[at] !== '[') return undefined;
  const negated = characters[at + 1] === '^' || characters[at + 1] === '!';
  const first = negated ? at + 2 : at + 1;
  // A `]` in first place is a member, as in every shell.
  let end = characters[first] === ']' ? first + 1 : first;
  while (end < characters.length && characters[end] !== ']' && characters[end] !== '/') end += 1;
  if (characters[end] !== ']' || end === first) return undefined;
  return { end, negated, ranges: membersBetween(characters, first, end) };
}

function membersBetween(characters: readonly string[], first: number, end: number): CodeRange[] {
  const ranges: CodeRange[] = [];
  for (let at = first; at < end; at += 1) {
    const low = codeOf(characters[at]);
    if (characters[at + 1] === '-' && at + 2 < end) {
      const high = codeOf(characters[at + 2]);
      ranges.push(low <= high ? [low, high] : [high, low]);
      at += 2;
    } else {
      ranges.push([low, low]);
    }
  }
  return ranges;
}

/** Finds every balanced brace expression with a comma, by the position of its `{`. Braces without a comma are plain text. */
export function braceExpressions(characters: readonly string[]): Map<number, BraceExpression> {
  const found = new Map<number, BraceExpression>();
  const open: { at: number; commas: number[] }[] = [];
  characters.forEach((character, at) => {
    if (character === '{') open.push({ at, commas: [] });
    else if (character === ',') open.at(-1)?.commas.push(at);
    else if (character === '}') {
      const group = open.pop();
      if (group && group.commas.length > 0) found.set(group.at, { open: group.at, commas: group.commas, close: at });
    }
  });
  return found;
}

/** The spans between `{`, commas and `}`; ends are exclusive. */
export function alternativesOf(group: BraceExpression): { from: number; to: number }[] {
  const borders = [group.open, ...group.commas, group.close];
  return borders.slice(1).map((to, index) => ({ from: (borders[index] ?? group.open) + 1, to }));
}

/** The code point of a character; 0 for none. */
export function codeOf(character: string | undefined): number {
  return character?.codePointAt(0) ?? 0;
}
