/** Text that fits a terminal: widths as they are seen, cutting, wrapping, tables. Everything shown from data passes through here. */
import { oneLine } from '../../core/text.ts';
import { graphemes, graphemeWidth } from './graphemes.ts';

/** How many cells a text takes. Plain ASCII, nearly everything here, is not looked at closely. */
export function displayWidth(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  return graphemes(text).reduce((width, segment) => width + graphemeWidth(segment), 0);
}

export { oneLine };

/** Cuts to `width` cells; what is missing shows as `…` at the end, or in the middle, where both ends tell something (paths). */
export function cut(text: string, width: number, where: 'end' | 'middle' = 'end'): string {
  if (displayWidth(text) <= width) return text;
  if (width <= 1) return '…'.slice(0, Math.max(0, width));
  const segments = graphemes(text);
  const tail = where === 'end' ? 0 : Math.floor((width - 1) / 2);
  return `${take(segments, width - 1 - tail)}…${tail === 0 ? '' : take(segments.reverse(), tail, true)}`;
}

function take(segments: readonly string[], width: number, reversed = false): string {
  const taken: string[] = [];
  let left = width;
  for (const segment of segments) {
    left -= graphemeWidth(segment);
    if (left < 0) break;
    taken.push(segment);
  }
  return (reversed ? taken.reverse() : taken).join('');
}

/** Breaks lines at spaces so that none is wider than `width`; a longer word is broken anywhere. Undefined leaves lines as they are. */
export function wrap(text: string, width: number | undefined): string[] {
  const lines = text.split('\n');
  return width === undefined ? lines : lines.flatMap(line => wrapLine(line, Math.max(width, 10)));
}

function wrapLine(line: string, width: number): string[] {
  const wrapped: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\s)(?=\S)/)) {
    if (current !== '' && displayWidth(current + word.trimEnd()) > width) {
      wrapped.push(current.trimEnd());
      current = '';
    }
    current += word;
    while (displayWidth(current.trimEnd()) > width) {
      const head = take(graphemes(current), width);
      wrapped.push(head);
      current = current.slice(head.length);
    }
  }
  return [...wrapped, current.trimEnd()];
}

export interface Column {
  readonly title: string;
  /** May be cut when the terminal is narrow; the widest such column gives way first. */
  readonly gives?: 'end' | 'middle';
  /** How many cells it keeps at least, if it may be cut. Default: 10. */
  readonly keeps?: number;
  /** Is left out, the last such column first, where even the cut table would not fit. */
  readonly mayGo?: boolean;
  readonly paint?: (text: string) => string;
}

const gap = '  ';
const narrowest = 10;

/**
 * Rows under quiet headings, each column as wide as its widest cell. Columns without content are left out. With `columns` given
 * the table is cut to fit, without it nothing is cut. Cells are cleaned; only `paint` adds escapes. Ends with a line end.
 */
export function table(
  headings: readonly Column[],
  rows: readonly (readonly string[])[],
  quiet: (text: string) => string,
  columns: number | undefined,
): string {
  const cells = rows.map(row => row.map(oneLine));
  const filled = headings
    .map((heading, index) => ({ ...heading, index, natural: widest(heading.title, index, cells) }))
    .filter(({ index }) => cells.some(row => (row[index] ?? '') !== ''));
  const shown = columns === undefined ? filled : fitting(filled, columns);
  const widths = columns === undefined ? filled.map(({ natural }) => natural) : fitted(shown, columns);
  const line = (texts: readonly string[], paint: (text: string, at: number) => string) =>
    texts
      .map((text, at) => {
        const width = widths[at] ?? 0;
        const fits = cut(text, width, shown[at]?.gives ?? 'end');
        const isLast = at === texts.length - 1;
        return paint(fits, at) + (isLast ? '' : ' '.repeat(Math.max(0, width - displayWidth(fits))));
      })
      .join(gap)
      .trimEnd();
  const head = line(
    shown.map(({ title }) => title),
    text => quiet(text),
  );
  const body = cells.map(row =>
    line(
      shown.map(({ index }) => row[index] ?? ''),
      (text, at) => shown[at]?.paint?.(text) ?? text,
    ),
  );
  return `${[head, ...body].join('\n')}\n`;
}

/** Names with what they hold, a line each, the names quiet and in a column of their own. Values are cleaned. Ends with a line end. */
export function fieldLines(
  fields: readonly (readonly [name: string, value: string])[],
  quiet: (text: string) => string,
): string {
  const width = Math.max(...fields.map(([name]) => displayWidth(name)));
  return fields.map(([name, value]) => `${quiet(name.padEnd(width))}${gap}${oneLine(value)}\n`).join('');
}

interface MeasuredColumn extends Column {
  readonly index: number;
  readonly natural: number;
}

function widest(title: string, index: number, cells: readonly (readonly string[])[]): number {
  return Math.max(displayWidth(title), ...cells.map(row => displayWidth(row[index] ?? '')));
}

/** The columns that are left when those that may go have gone as far as needed. */
function fitting(columns: readonly MeasuredColumn[], width: number): readonly MeasuredColumn[] {
  const least = columns.reduce((sum, column) => sum + leastWidth(column), gap.length * (columns.length - 1));
  const last = columns.findLastIndex(column => column.mayGo);
  return least <= width || last < 0 ? columns : fitting(columns.toSpliced(last, 1), width);
}

function leastWidth({ gives, keeps = narrowest, natural }: MeasuredColumn): number {
  return gives ? Math.min(keeps, natural) : natural;
}

/** Takes from the widest column that may give, cell by cell, until the table fits or none can give more. */
function fitted(columns: readonly MeasuredColumn[], width: number): number[] {
  const widths = columns.map(({ natural }) => natural);
  let excess = widths.reduce((sum, own) => sum + own, gap.length * (columns.length - 1)) - width;
  while (excess > 0) {
    let widestAt = -1;
    for (const [at, column] of columns.entries()) {
      const own = widths[at] ?? 0;
      if (column.gives && own > leastWidth(column) && own > (widths[widestAt] ?? 0)) widestAt = at;
    }
    if (widestAt < 0) break;
    widths[widestAt] = (widths[widestAt] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}
