/** Patterns on names of scopes, as `fnmatch` has them: `*`, `?`, `[a-z]`, `[!a-z]`; a star spans everything, case counts. */

type Piece = 'any run' | ((character: string) => boolean);

/** Whether a whole text is as the pattern says. Takes time in proportion to the lengths of both. */
export function fnmatches(pattern: string, text: string): boolean {
  const [pieces, characters] = [piecesOf([...pattern]), [...text]];
  let [at, piece] = [0, 0];
  // Where to go on when what follows the last star does not fit: only that one need take more.
  let retry: { readonly at: number; readonly piece: number } | undefined;
  while (at < characters.length) {
    const next = pieces[piece];
    if (next === 'any run') {
      piece += 1;
      retry = { at, piece };
    } else if (next?.(characters[at] as string)) {
      at += 1;
      piece += 1;
    } else if (retry) {
      retry = { at: retry.at + 1, piece: retry.piece };
      [at, piece] = [retry.at, retry.piece];
    } else return false;
  }
  return pieces.slice(piece).every(rest => rest === 'any run');
}

function piecesOf(pattern: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] as string;
    const end = character === '[' ? endOfSet(pattern, at) : -1;
    if (character === '*') pieces.push('any run');
    else if (character === '?') pieces.push(() => true);
    else if (end >= 0) {
      pieces.push(setOf(pattern.slice(at + 1, end)));
      at = end;
    } else pieces.push(other => other === character);
  }
  return pieces;
}

/** Where a set that begins there ends; -1 for a bracket that is one. A bracket right at its start is a character of it. */
function endOfSet(pattern: readonly string[], start: number): number {
  const first = pattern[start + 1] === '!' ? start + 2 : start + 1;
  return pattern.indexOf(']', pattern[first] === ']' ? first + 1 : first);
}

function setOf(inside: readonly string[]): (character: string) => boolean {
  const isExcluding = inside[0] === '!';
  const members = isExcluding ? inside.slice(1) : inside;
  const ranges: [string, string][] = [];
  for (let at = 0; at < members.length; at += 1) {
    const [from = '', dash, to] = members.slice(at, at + 3);
    const isRange = dash === '-' && to !== undefined;
    ranges.push([from, isRange ? to : from]);
    if (isRange) at += 2;
  }
  const code = (character: string) => character.codePointAt(0) ?? 0;
  return character =>
    ranges.some(([from, to]) => code(from) <= code(character) && code(character) <= code(to)) !== isExcluding;
}
