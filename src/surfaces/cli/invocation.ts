/** What every command works with: who reads, what was set, and the program's parts, made when needed and closed at the end. */
import type { Composition, Purpose } from '../../compose.ts';
import { SignalboxError } from '../../core/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { jsonText } from './json.ts';
import type { Globals } from './program.ts';
import type { Page } from './renderers.ts';
import { createStyle } from './style.ts';
import type { Environment, Terminal } from './terminal.ts';

export interface Invocation {
  readonly globals: Globals;
  readonly environment: Environment;
  readonly terminal: Terminal;
  /** Where the command was typed; fails with `not_found` when that folder is gone. */
  workingDirectory(): string;
}

/** The program's parts as the flags, the environment and the settings files want them. Errors: those of `compose`. */
export async function composed(invocation: Invocation, purpose: Purpose = 'command'): Promise<Composition> {
  const { compose } = await import('../../compose.ts');
  return compose(invocation.globals.flags, invocation.environment, invocation.workingDirectory(), purpose);
}

/** Runs `work` with the program's parts and closes them afterwards, so that nothing keeps the process alive. */
export async function withComposition<T>(
  invocation: Invocation,
  work: (parts: Composition) => Promise<T>,
  purpose: Purpose = 'command',
): Promise<T> {
  const parts = await composed(invocation, purpose);
  try {
    return await work(parts);
  } finally {
    await parts.close();
  }
}

/** What a command on the store itself answers: for programs, and for people. */
export interface Told {
  readonly value: unknown;
  readonly text: string;
}

/** Runs `answer` and prints what it told. */
export function withAnswer(
  invocation: Invocation,
  answer: (parts: Composition, page: Page) => Promise<Told>,
): Promise<number> {
  return withComposition(invocation, async parts => {
    const { value, text } = await answer(parts, pageFor(invocation, parts.world.clock.now()));
    await printResult(invocation, value, () => text);
    return exitCodes.ok;
  });
}

export function pageFor({ terminal, environment }: Invocation, now: number): Page {
  return { style: createStyle(terminal.colour), columns: terminal.columns, now, home: environment.HOME };
}

/** Prints a result in the form that was asked for. Resolves to whether somebody read it. */
export function printResult(
  { globals, terminal }: Invocation,
  value: unknown,
  forPerson: () => string,
): Promise<boolean> {
  return terminal.print(globals.json ? jsonText(value, terminal.isTerminal) : forPerson());
}

/** The folder a command was typed in. */
export function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new SignalboxError('not_found', 'The folder you are in no longer exists.', 'Change to another folder.', {
      cause: error,
    });
  }
}
