/** Reads where the input of a command comes from, and what its output is written to. */

import { type Input, type Machine, nothing, type Outcome } from './machine.ts';
import { resolvePath } from './paths.ts';
import { noteWrite } from './programs/file-writes.ts';
import { directoryOf, type State, withFile } from './state.ts';
import type { Redirect } from './syntax/nodes.ts';
import { type Substitutes, textOf } from './words/expansion.ts';
import { hole, isLiteral, shown, type Word } from './words/word.ts';

export interface Redirected {
  /** Null when the input is what it was. */
  readonly input: Input | null;
  /** Nothing goes on to who reads the output. */
  readonly isSilent: boolean;
  /** The files that the output goes to instead. */
  readonly files: readonly { readonly path: string; readonly isAppended: boolean }[];
}

/** The outcome of a command whose output is redirected so. */
export function afterRedirects(outcome: Outcome, { isSilent, files }: Redirected): Outcome {
  const written = (state: State | null) =>
    state &&
    files.reduce(
      (current, { path, isAppended }) => withFile(current, path, outcome.output?.text ?? null, isAppended),
      state,
    );
  return { ok: written(outcome.ok), failed: written(outcome.failed), output: isSilent ? nothing : outcome.output };
}

export function readRedirects(
  redirects: readonly Redirect[],
  state: State,
  machine: Machine & Substitutes,
): Redirected {
  let input: Input | null = null;
  let isSilent = false;
  const files: { path: string; isAppended: boolean }[] = [];
  for (const redirect of redirects) {
    const target = textOf(redirect.target, state, machine);
    if (redirect.document || redirect.operator === '<<<' || redirect.operator === '<') {
      input = inputOf(redirect, target, state, machine);
    } else if (output(redirect, target, state, machine)) {
      isSilent = true;
      const path = isLiteral(target) ? resolvePath(directoryOf(state), target.text) : null;
      if (path !== null) files.push({ path, isAppended: redirect.operator.includes('>>') });
    }
  }
  return { input, isSilent, files };
}

function inputOf(redirect: Redirect, target: Word, state: State, machine: Substitutes): Input {
  if (redirect.document) return given(textOf({ parts: redirect.document.parts }, state, machine).text);
  if (redirect.operator === '<<<') return given(`${target.text}\n`);
  if (target.content !== undefined) return given(target.content);
  return { text: null, isSure: true, from: 'file', name: shown(target) };
}

function given(text: string): Input {
  return { text: text === hole ? null : text, isSure: true, from: 'text' };
}

/** Notes what is written; whether that is what would be read from the command. */
function output({ operator, descriptor }: Redirect, target: Word, state: State, machine: Machine): boolean {
  const isStandard = descriptor === null || descriptor === '1';
  if (operator === '<&') return false;
  const isCopy = operator === '>&' && /^(\d+-?|-)$/.test(target.text);
  if (isCopy) return isStandard;
  noteWrite(machine, state, target, /^&?>>/.test(operator) ? 'append' : 'write', { isFlat: true });
  return isStandard && operator !== '<>';
}
