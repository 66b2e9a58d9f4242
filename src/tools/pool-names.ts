/** Telling pools (`pool:port`) from other names in what a call is about. */
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { bareName, isPoolName, poolWishes, type Wants } from '../core/pool.ts';
import type { LockMode, Resource } from '../core/records.ts';
import type { Participant } from './participant.ts';

/** What a request is for. Errors: those of `Participant.resources` and `poolWishes`. */
export async function askedFor(
  caller: Participant,
  paths?: readonly string[],
  names?: readonly string[],
): Promise<Wants> {
  const { resources, pools } = await namedIn(caller, paths, names);
  return { resources, pools: poolWishes(caller.world.policy, pools) };
}

/**
 * Resources, and pools by their bare names, whether declared here or not. A pool, or a value of a declared one, that was given
 * among the paths is meant as what it is: no file is called so. Errors: those of `Participant.resources`.
 */
export async function namedIn(
  caller: Participant,
  given: readonly string[] = [],
  alsoGiven: readonly string[] = [],
): Promise<{ resources: Resource[]; pools: string[] }> {
  const values = new Set(caller.world.policy.pools.flatMap(pool => pool.values));
  const isOfPool = (path: string) => isPoolName(path) || values.has(path.trim());
  const paths = given.filter(path => !isOfPool(path));
  const names = [...alsoGiven, ...given.filter(isOfPool)];
  const pools = names.filter(isPoolName).map(bareName);
  const others = names.filter(name => !isPoolName(name));
  if (pools.length === 0) return { resources: await caller.resources(paths, others), pools };
  const all = paths.length + names.length;
  if (all > limits.resourcesPerCall) {
    throw new SignalboxError(
      'limit_exceeded',
      `${all} resources were named; one call takes ${limits.resourcesPerCall}.`,
      'Name fewer in one call.',
    );
  }
  const isOnlyPools = paths.length + others.length === 0;
  return { resources: isOnlyPools ? [] : await caller.resources(paths, others), pools };
}

/** What comes out of a pool is for one session alone. */
export function refuseSharing({ pools }: Wants, mode: LockMode): void {
  if (pools.length === 0 || mode === 'exclusive') return;
  throw new SignalboxError(
    'invalid_input',
    `What comes out of a pool is locked exclusive, not ${mode}.`,
    'Leave out mode, or name a value such as port:3000 to share it.',
  );
}
