/** The commands of a shell that change the folder it is in. */
import { limits } from '../../../core/limits.ts';
import { type Call, nothing, type Outcome, type Programs, unchanged } from '../machine.ts';
import { isWithin, resolvePath } from '../paths.ts';
import type { OtherFolder } from '../reading.ts';
import { certainDirectoryOf, directoryOf, joinedPlaces, type State } from '../state.ts';
import { isLiteral, type Word } from '../words/word.ts';

/** The words without the options; `-` is the folder before. */
function operands(words: readonly Word[]): readonly Word[] {
  const dashes = words.findIndex(word => word.text === '--');
  const first = dashes >= 0 ? dashes + 1 : words.findIndex(word => !/^-[A-Za-z@]+$/.test(word.text));
  return first < 0 ? [] : words.slice(first);
}

function cd({ words, state, machine }: Call): Outcome {
  const [target, ...more] = operands(words);
  if (!target) return entered(state, machine.place.home);
  if (more.length > 0) return entered(state, null);
  if (target.text === '-') return { ...entered(state, state.before), output: null };
  return entered(state, isLiteral(target) ? target.text : null);
}

/** What holds after going into a folder, and after that failed. A null target is an unknown one. */
function entered(state: State, target: string | null): Outcome {
  const moved = state.places.map(
    ({ directory, unlessThere }): OtherFolder => ({
      directory: target === null ? null : resolvePath(directory, target),
      unlessThere,
    }),
  );
  const [first, ...others] = moved;
  const ok: State = { ...state, before: certainDirectoryOf(state), places: joinedPlaces(first ? [first] : [], others) };
  return {
    ok,
    failed: cannotFail(state, first?.directory ?? null) ? null : stayed(state, first?.directory ?? null),
    output: nothing,
  };
}

/** Whether the folder is there for certain: it is the same, one above, or was made by the text. */
function cannotFail(state: State, target: string | null): boolean {
  const directory = directoryOf(state);
  if (target === null || state.places.length > 1) return false;
  return (directory !== null && isWithin(directory, target)) || state.made.has(target);
}

/** The shell stays where it is if the folder is not there. */
function stayed(state: State, target: string | null): State {
  const places = state.places.map(({ directory, unlessThere }) => ({ directory, unlessThere: unlessThere ?? target }));
  return { ...state, places };
}

/** What they print, the stack of folders, is not followed. */
function pushd(call: Call): Outcome {
  const { words, state } = call;
  const [target] = operands(words);
  const here = certainDirectoryOf(state);
  if (!target || /^[+-]\d+$/.test(target.text)) return withStack(entered(state, state.stack.at(-1) ?? null), [here]);
  const folder = target.text === '-' ? state.before : isLiteral(target) ? target.text : null;
  return withStack(entered(state, folder), [...state.stack, here]);
}

function popd({ words, state }: Call): Outcome {
  if (words.some(word => /^[+-]\d+$/.test(word.text))) return withStack(entered(state, null), []);
  return withStack(entered(state, state.stack.at(-1) ?? null), state.stack.slice(0, -1));
}

function withStack(outcome: Outcome, stack: readonly (string | null)[]): Outcome {
  const kept = stack.slice(-limits.shellNestingLevels);
  return { ...outcome, ok: outcome.ok && { ...outcome.ok, stack: kept }, output: null };
}

/** Programs that go to a folder by their own memory. */
function jump({ state }: Call): Outcome {
  return entered(state, null);
}

/** Outside of Windows `dirs` prints only; what it prints is not followed. */
function silent({ state }: Call): Outcome {
  return unchanged(state);
}

export const directoryPrograms: Programs = {
  cd,
  chdir: cd,
  pushd,
  popd,
  z: jump,
  j: jump,
  autojump: jump,
  dirs: silent,
};
