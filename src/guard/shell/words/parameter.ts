/** The values of variables, and what `${…}` makes of them. */
import type { ShellPlace } from '../reading.ts';
import { certainDirectoryOf, type State } from '../state.ts';
import type { Part } from '../syntax/nodes.ts';
import { hole, isLiteral, plainWord, type Word } from './word.ts';

export type Parameter = Part & { readonly kind: 'parameter' };

/** The words that a variable holds, none if it is empty or not set; null if that is unknown. */
export function valueOfParameter(
  { name, subscript }: Parameter,
  state: State,
  place: ShellPlace,
): readonly Word[] | null {
  if (/^[0-9]+$/.test(name)) return argument(Number(name), state);
  const set = state.variables.get(name === '*' ? '@' : name)?.words;
  if (set === undefined) return fromOutside(name, state, place);
  if (name === '@' || name === '*' || subscript === '@' || subscript === '*') return set;
  if (subscript === null) return set.slice(0, 1);
  const at = Number(subscript);
  // Behind an unknown number of words nothing has a known place.
  if (!/^[0-9]+$/.test(subscript) || set.slice(0, at + 1).some(word => word.isMany)) return null;
  return set.slice(at, at + 1);
}

function argument(number: number, state: State): readonly Word[] | null {
  const all = state.variables.get('@')?.words;
  if (number === 0 || all === undefined || all.some(word => word.isMany)) return null;
  return all.slice(number - 1, number);
}

function fromOutside(name: string, state: State, place: ShellPlace): readonly Word[] | null {
  const told: Readonly<Record<string, string | null>> = {
    PWD: certainDirectoryOf(state),
    OLDPWD: state.before,
    HOME: place.home,
  };
  const text = Object.hasOwn(told, name) ? told[name] : null;
  return text === null || text === undefined ? null : [plainWord(text)];
}

/** What an operator makes of a value that is known. `operand` is what stands behind it. */
export function operated(operator: string, value: readonly Word[], operand: Word): readonly Word[] | null {
  const isEmpty = value.every(word => word.text === '');
  const isUnset = value.length === 0;
  if (operator === '' || operator === '?' || operator === ':?') return value;
  // Something unknown may be nothing at all.
  const isUncertain = value.some(word => word.text !== '') && value.every(word => /^\0*$/.test(word.text));
  if (isUncertain) return null;
  if (operator === ':-' || operator === ':=') return isEmpty ? [operand] : value;
  if (operator === '-' || operator === '=') return isUnset ? [operand] : value;
  if (operator === ':+') return isEmpty ? [] : [operand];
  if (operator === '+') return isUnset ? [] : [operand];
  if (!/^(##?|%%?)$/.test(operator)) return null;
  const cut = value.map(word =>
    isLiteral(word) ? trimmed(operator, word.text, operand) : ending(operator, word, operand),
  );
  return cut.some(text => text === null) ? null : cut.map(text => plainWord(text ?? ''));
}

/** What is known of a word that is not, without its ending: the folder it lies in. */
function ending(operator: string, { text, patternAt, isMany }: Word, operand: Word): string | null {
  if (operator !== '%' || isMany || !isLiteral(operand) || operand.text.includes('/')) return null;
  const ends = [patternAt ?? text.length, text.includes(hole) ? text.indexOf(hole) : text.length];
  const folder = text.slice(0, text.lastIndexOf('/', Math.min(...ends)) + 1);
  return folder === '' ? null : folder + hole;
}

/** What is left when a pattern is cut off at the front (`#`) or end (`%`); null for patterns that are not read. */
function trimmed(operator: string, text: string, pattern: Word): string | null {
  if (pattern.text.includes(hole)) return null;
  const isFront = operator.startsWith('#');
  const isLongest = operator.length === 2;
  if (pattern.patternAt === null) return cutPlain(text, pattern.text, isFront);
  const [star, fixed] = isFront
    ? [pattern.text.startsWith('*'), pattern.text.slice(1)]
    : [pattern.text.endsWith('*'), pattern.text.slice(0, -1)];
  if (!star || /[*?[]/.test(fixed)) return null;
  // Cutting the shortest piece at the front finds the first place; at the end, the last one.
  const at = isFront === isLongest ? text.lastIndexOf(fixed) : text.indexOf(fixed);
  if (at < 0) return text;
  return isFront ? text.slice(at + fixed.length) : text.slice(0, at);
}

function cutPlain(text: string, fixed: string, isFront: boolean): string {
  if (isFront) return text.startsWith(fixed) ? text.slice(fixed.length) : text;
  return text.endsWith(fixed) ? text.slice(0, text.length - fixed.length) : text;
}
