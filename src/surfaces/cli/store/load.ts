/** Puts a whole project into a store and reads it back, to be sure that it is there. */
import type { Composition } from '../../../compose.ts';
import { SignalboxError } from '../../../core/errors.ts';
import type { Contents } from '../../../core/ports.ts';
import { withoutSecrets } from '../../../core/shown-address.ts';
import { firstDifference } from './compare.ts';

/**
 * Loads `contents` as `project` and compares what the store holds then, record by record and event by event. `conflict`, and
 * nothing changed, when the project holds anything there; `unavailable` when the store did not keep what it was given.
 */
export async function loadAndCompare(target: Composition, project: string, contents: Contents): Promise<void> {
  const { store } = target.world;
  await store.load(project, contents);
  const difference = firstDifference(contents, await store.contents(project));
  if (difference === undefined) return;
  throw new SignalboxError(
    'unavailable',
    `The store ${withoutSecrets(target.storeUrl)} does not hold what was loaded: in ${project} ${difference}.`,
    'Do not use what is there: look whether sessions work in that store already, else its engine is at fault.',
  );
}
