/** What wildcards stand for, in the grammar of `core/glob.ts`: perhaps more than to the shell, never less. */

const brackets = /\[(?:[^\][]|\[:\w+:\])+\]/g;
/** Means one of these letters to every shell. */
const plainSet = /^\[\w+\]$/;
/** Means something else to some shells, or lost its quotes within brackets. */
const special = /[[\]()|\\^#<>]|~.|\*\*/;

/** The last segments of a path, from the first one with a wildcard on. */
export function globOf(segments: string): string {
  return segments.split('/').map(segmentOf).join('/');
}

/** Which letters are in a range is for the language of the user to say, and a `!` or `-` may have been in quotes. */
function segmentOf(segment: string): string {
  if (segment === '**') return segment;
  if (special.test(segment.replaceAll(brackets, '?'))) return '*';
  return segment.replaceAll(brackets, set => (plainSet.test(set) ? set : '*')).replaceAll(/\*+/g, '*');
}

/** Whether a segment may stand for `.` or `..`, to shells that let it. */
export function mayBeDots(segment: string): boolean {
  return /^\.\.?(?:$|[*?[])/.test(segment);
}
