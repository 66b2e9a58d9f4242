/** Colours by meaning. Without colour every function returns its text unchanged. */

export interface Style {
  strong(text: string): string;
  /** What matters less: headings, times, hints. */
  quiet(text: string): string;
  good(text: string): string;
  careful(text: string): string;
  bad(text: string): string;
  /** What can be typed or addressed: handles, commands. */
  name(text: string): string;
}

export function createStyle(colour: boolean): Style {
  const paint = (on: number, off: number) => (text: string) =>
    colour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    strong: paint(1, 22),
    quiet: paint(2, 22),
    good: paint(32, 39),
    careful: paint(33, 39),
    bad: paint(31, 39),
    name: paint(36, 39),
  };
}
