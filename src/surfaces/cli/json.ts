/** JSON for programs that a terminal may also show without harm. */
import { cleanTexts } from '../../core/text.ts';

/**
 * One JSON document with a line end: one line for a program, indented where a person looks. The value is the same either way.
 * Its texts are made harmless: C1 controls can be commands to a terminal, direction marks reorder what is read.
 */
export function jsonText(value: unknown, isForPerson: boolean): string {
  return `${JSON.stringify(cleanTexts(value), null, isForPerson ? 2 : undefined)}\n`;
}
