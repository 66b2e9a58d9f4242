/** What somebody may have meant who wrote a word that is none of those there are. */

/**
 * The word that is written with the fewest slips (a letter too much, missing, wrong, or two exchanged), regardless of case;
 * undefined when a third of its letters or more would be wrong. Of several alike the first.
 */
export function likeliest(written: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map(word => ({ word, slips: slipsBetween(written.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, slips }) => slips * 3 <= word.length)
    .sort((a, b) => a.slips - b.slips);
  return best?.word;
}

/** The number of slips between two short words; a longer one is as far away as it is long. */
function slipsBetween(one: string, other: string): number {
  if (one.length > other.length * 2) return one.length;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const wrong = one[row - 1] === other[column - 1] ? 0 : 1;
      const slips = [
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + wrong,
        ...(one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
          ? [(before[column - 2] ?? 0) + 1]
          : []),
      ];
      current.push(Math.min(...slips));
    }
    [before, last] = [last, current];
  }
  return last[other.length] ?? 0;
}
