/** How it is said that something was not tested. */

/** The lines in a box that stands out of the output of a test run. */
export function framed(lines: readonly string[]): string {
  const width = Math.max(...lines.map(line => line.length));
  const edge = '!'.repeat(width + 6);
  return [edge, ...lines.map(line => `!! ${line.padEnd(width)} !!`), edge].join('\n');
}
