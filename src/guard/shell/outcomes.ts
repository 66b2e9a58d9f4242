/** What holds after commands that are combined. */
import { limits } from '../../core/limits.ts';
import type { Outcome, Printed } from './machine.ts';
import { joined, type State, unknownValue } from './state.ts';
import type { SimpleNode } from './syntax/nodes.ts';
import { hole, unknownWord, type Word } from './words/word.ts';

/** After `a && b`. */
export function bothOf(first: Outcome, second: Outcome): Outcome {
  const isNever = first.ok === null;
  const output = together(first.output, second.output);
  return {
    ok: isNever ? null : second.ok,
    failed: joined(isNever ? null : second.failed, first.failed),
    // If the first fails, the second prints nothing.
    output: first.failed === null || second.output?.text === '' ? output : doubted(output),
  };
}

/** After `a || b`. */
export function eitherOf(first: Outcome, second: Outcome): Outcome {
  const isNever = first.failed === null;
  return {
    ok: joined(first.ok, isNever ? null : second.ok),
    failed: isNever ? null : second.failed,
    output: isNever || second.output?.text === '' ? first.output : doubted(together(first.output, second.output)),
  };
}

/** After one of two commands, whichever it was. */
export function oneOf(first: Outcome, other: Outcome): Outcome {
  const isSame = first.output?.text === other.output?.text;
  return {
    ok: joined(first.ok, other.ok),
    failed: joined(first.failed, other.failed),
    output: isSame ? first.output : doubted(together(first.output, other.output)),
  };
}

/** What is printed by one command and then another. Of what is unknown it remains that there may be something. */
export function together(first: Printed | null, second: Printed | null): Printed | null {
  if (first === null && second === null) return null;
  const text = (first?.text ?? unknownLine) + (second?.text ?? unknownLine);
  if (text.length > limits.shellWordCharacters) return null;
  return { text, isSure: first?.isSure !== false && second?.isSure !== false };
}

const unknownLine = `${hole}\n`;

/** What may be printed, and may be not. */
export function doubted(output: Printed | null): Printed | null {
  return output && { ...output, isSure: false };
}

/**
 * The arguments are the old ones again. So is what the function calls its own, if it came as far as to say so: whether it did is
 * not looked at, and a value that differs is unknown.
 */
export function behindFunction(before: State, after: State, locals: ReadonlySet<string>): State {
  const variables = new Map(after.variables).set('@', before.variables.get('@') ?? unknownValue());
  const back = { ...after, variables };
  if (locals.size === 0) return back;
  const restored = new Map(variables);
  for (const name of locals) restored.set(name, before.variables.get(name) ?? unknownValue());
  return joined(back, { ...back, variables: restored }) ?? back;
}

/** What the variable of a loop holds whose words are not followed one by one. */
export function unknownName(words: readonly Word[]): Word {
  const [first] = words;
  return words.length === 1 && first && !first.isMany ? first : unknownWord;
}

/** Variables set for one command are gone behind it. */
export function withoutPrefixes({ assignments }: SimpleNode, before: State, after: State): State {
  if (assignments.length === 0) return after;
  const variables = new Map(after.variables);
  for (const { name } of assignments) {
    const value = before.variables.get(name);
    if (value) variables.set(name, value);
    else variables.delete(name);
  }
  return { ...after, variables };
}
