/** JSON for programs that a terminal may also show without harm. */

// JSON.stringify escapes C0 controls only. C1 controls can be commands to a terminal, direction marks reorder what is read.
const unsafe = /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One JSON document with a line end: one line for a program, indented where a person looks. The value is the same either way. */
export function jsonText(value: unknown, isForPerson: boolean): string {
  const text = JSON.stringify(value, null, isForPerson ? 2 : undefined);
  return `${text.replace(unsafe, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
