/** Opens the stores that a command names, and finds what it is about in them. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Composition } from '../../../compose.ts';
import { SignalboxError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import type { Contents } from '../../../core/ports.ts';
import { isRealProject } from '../../../core/project.ts';
import { withoutSecrets } from '../../../core/shown-address.ts';
import { type Invocation, withComposition } from '../invocation.ts';
import { storeExists, storeFile } from '../place.ts';

/** A store's address as `--store` takes it; the path of a file is one of SQLite. `invalid_input` for anything else. */
export function storeAddress(given: string, argument: string, workingDirectory: string): string {
  // Of one letter it is a drive of Windows.
  if (/^[a-z][a-z0-9+.-]+:/i.test(given)) return given;
  const isFile = given.endsWith('.db') || existsSync(resolve(workingDirectory, given));
  if (given !== '' && isFile) return `sqlite:${given}`;
  const message =
    given === '' ? `${argument} names no store.` : `${argument} "${given}" is neither a store nor a file.`;
  throw new SignalboxError('invalid_input', message, 'Write it as --store takes it: sqlite:PATH, or another address.');
}

/** Runs `work` with the program's parts over another store than the settings name. */
export function withStore<T>(
  invocation: Invocation,
  store: string,
  work: (parts: Composition) => Promise<T>,
): Promise<T> {
  const { globals } = invocation;
  return withComposition({ ...invocation, globals: { ...globals, flags: { ...globals.flags, store } } }, work);
}

/** Refuses to read from a file that is not there: looking into it would make it. */
export function assertThere(parts: Composition): void {
  if (storeExists(parts)) return;
  throw new SignalboxError(
    'not_found',
    `There is no store file ${storeFile(parts)}.`,
    'Correct the path; `signalbox config` shows which store is used without one.',
  );
}

/** Refuses to write into what is gone when the command ends. */
export function assertLasting({ storeUrl }: Composition): void {
  if (storeUrl !== 'memory:') return;
  throw new SignalboxError(
    'invalid_input',
    'What is written to memory: is gone when this command ends.',
    'Name a store that lasts, such as sqlite:PATH.',
  );
}

/** A flag that says nothing here is refused: somebody expects something of it. */
export function assertWholeStore({ globals }: Invocation, command: string, next: string): void {
  if (globals.flags.project === undefined) return;
  throw new SignalboxError('invalid_input', `${command} is about the whole store; --project says nothing here.`, next);
}

/** Everything that the store holds of a project. `not_found` names what it holds instead. */
export async function contentsOf({ world, storeUrl }: Composition, project: string): Promise<Contents> {
  const contents = await world.store.contents(project);
  if (contents.sequence > 0 || contents.records.length > 0) return contents;
  const held = (await world.store.projects()).filter(isRealProject);
  const few = held.slice(0, limits.handlesInError);
  throw new SignalboxError(
    'not_found',
    `The store ${withoutSecrets(storeUrl)} holds nothing of the project ${project}.`,
    held.length === 0
      ? 'It holds no project at all: look whether it is the right store.'
      : `Name one with --project. It holds: ${few.join(', ')}${held.length > few.length ? ', …' : ''}.`,
  );
}
