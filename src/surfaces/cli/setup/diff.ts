/** The exact change of a file as a unified diff, harmless for a terminal and without the secrets that stand around it. */
import { structuredPatch } from 'diff';
import { maskSecrets } from '../../../core/secrets.ts';
import { cleanText } from '../../../core/text.ts';
import type { Style } from '../style.ts';

const contextLines = 3;
/** A file that is one long line is shown only around what changes in it. */
const longestLine = 240;
const shownAround = 40;

/** The lines of the diff without file names; none when nothing changes. */
export function diffLines(before: string | null, after: string | null): string[] {
  if (before === after) return [];
  const { hunks } = structuredPatch('', '', before ?? '', after ?? '', undefined, undefined, { context: contextLines });
  return hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`,
    ...shortened(lines).map(shown),
  ]);
}

/** As git writes it: a range of no line begins before the first. */
function range(start: number, lines: number): string {
  return lines === 1 ? String(start) : `${lines === 0 ? start - 1 : start},${lines}`;
}

/** Each line in the colour of what it does. */
export function painted(line: string, style: Style): string {
  if (line.startsWith('+')) return style.good(line);
  if (line.startsWith('-')) return style.bad(line);
  return style.quiet(line);
}

function shown(line: string): string {
  return cleanText(maskSecrets(line.replace(/\r$/, '')).text).text.replaceAll('\n', ' ');
}

function shortened(lines: readonly string[]): string[] {
  return lines.map((line, at) => {
    if (line.length <= longestLine) return line;
    const step = line.startsWith('-') ? 1 : -1;
    // Between the two may stand that the file has no line end.
    const other = lines[at + step]?.startsWith('\\') ? lines[at + 2 * step] : lines[at + step];
    const isPair = other !== undefined && `${line[0]}${other[0]}`.match(/^(-\+|\+-)$/) !== null;
    return isPair ? aroundDifference(line, other) : `${line.slice(0, longestLine)}…`;
  });
}

function aroundDifference(line: string, other: string): string {
  let from = 1;
  while (from < line.length && line[from] === other[from]) from += 1;
  let behind = 0;
  const most = Math.min(line.length, other.length) - from;
  while (behind < most && line.at(-1 - behind) === other.at(-1 - behind)) behind += 1;
  const start = Math.max(1, from - shownAround);
  const end = Math.min(line.length, line.length - behind + shownAround);
  return `${line[0]}${start > 1 ? '…' : ''}${line.slice(start, end)}${end < line.length ? '…' : ''}`;
}
