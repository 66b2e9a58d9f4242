/** The parts of a plain command that come before its program: assignments, and words that are filled in. */

import type { Machine } from './machine.ts';
import { noteAssignment } from './programs/environment.ts';
import { type State, type Value, withVariable } from './state.ts';
import type { Assignment, SimpleNode, SourceWord } from './syntax/nodes.ts';
import { assignmentOf, reservedWord } from './syntax/source-word.ts';
import { expandBraces } from './words/braces.ts';
import { arrayOf, type Substitutes, textOf, wordsOf } from './words/expansion.ts';
import { unknownWords, type Word } from './words/word.ts';

/** Nothing is run: what is assigned stays. */
export function isAssignmentOnly({ words }: SimpleNode): boolean {
  return words.length === 0;
}

/** The state with the assignments made. In front of a command they are for it alone, and exported to it. */
export function assignedState(node: SimpleNode, state: State, machine: Machine & Substitutes): State {
  let current = state;
  for (const assignment of node.assignments) {
    const words = assignedWords(assignment, current, machine);
    const value: Value = { words, exported: node.words.length > 0 ? 'yes' : 'no' };
    noteAssignment(machine, assignment.name, words[0] ?? null);
    current = withVariable(current, assignment.name, value);
  }
  return current;
}

function assignedWords(
  { name, value, isAppended, isElement }: Assignment,
  state: State,
  substitutes: Substitutes,
): readonly Word[] {
  const array = arrayOf(value, state, substitutes);
  const before = state.variables.get(name)?.words;
  if (array) return isAppended ? [...(before ?? [unknownWords]), ...array] : array;
  const text = textOf(value, state, substitutes);
  if (isElement) return [unknownWords];
  // What is assigned is no pattern yet: it becomes one where it is used without quotes.
  if (!isAppended) return [{ ...text, patternAt: null }];
  const [first] = before ?? [unknownWords];
  return [{ ...text, text: (first?.text ?? '') + text.text, isMany: text.isMany || first?.isMany === true }];
}

const declarers = new Set(['export', 'declare', 'typeset', 'local', 'readonly', 'alias']);

/** The words of the command. Behind `export` and its like an assignment stays one word. */
export function commandWords(node: SimpleNode, state: State, substitutes: Substitutes): readonly Word[] {
  const isDeclaring = node.words[0] !== undefined && declarers.has(reservedWord(node.words[0]));
  return node.words.flatMap(
    word => (isDeclaring && declaredWord(word, state, substitutes)) || wordsOf(word, state, substitutes),
  );
}

/** An assignment behind `export` is not split, though braces in it make several of it. */
function declaredWord(word: SourceWord, state: State, substitutes: Substitutes): readonly Word[] | null {
  const assignments = expandBraces(word.parts)?.map(parts => assignmentOf({ parts })) ?? [];
  if (assignments.length === 0) return null;
  const words: Word[] = [];
  for (const assignment of assignments) {
    if (!assignment || assignment.isElement) return null;
    const [value] = assignedWords(assignment, state, substitutes);
    words.push({ ...(value ?? unknownWords), patternAt: null, text: `${assignment.name}=${value?.text ?? ''}` });
  }
  return words;
}
