/** What a word means by the way it is written, before anything in it is filled in. */
import type { Assignment, Part, SourceWord } from './nodes.ts';

/** The word if it stands there without quotes and substitutions, as the shell's own words have to; else the empty text. */
export function reservedWord(word: SourceWord): string {
  const [part] = word.parts;
  return word.parts.length === 1 && part?.kind === 'text' && !part.isQuoted ? part.text : '';
}

const assigned = /^([A-Za-z_][A-Za-z0-9_]*)(\[[^\]]*\])?(\+?)=/;

/** `name=value` as it stands before a command; null for any other word. */
export function assignmentOf(word: SourceWord): Assignment | null {
  const [first, ...others] = word.parts;
  if (first?.kind !== 'text' || first.isQuoted) return null;
  const found = assigned.exec(first.text);
  if (!found) return null;
  const rest = first.text.slice(found[0].length);
  const beginning: Part[] = rest === '' ? [] : [{ kind: 'text', text: rest, isQuoted: false }];
  return {
    name: found[1] ?? '',
    isElement: found[2] !== undefined,
    isAppended: found[3] === '+',
    value: { parts: [...beginning, ...others] },
  };
}
