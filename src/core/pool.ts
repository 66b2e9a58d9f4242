/** Places that are given out one by one: asking for one out of a pool, and choosing among those that are free. */
import { SignalboxError } from './errors.ts';
import type { Policy, Pool } from './policy.ts';
import type { PoolWish, Resource } from './records.ts';
import { namedResource } from './resource.ts';

const poolPrefix = 'pool:';

/** Whether a name asks for whatever is free of a pool (`pool:port`). */
export function isPoolName(name: string): boolean {
  return name.trim().toLowerCase().startsWith(poolPrefix);
}

/** The pool's own name. */
export function bareName(name: string): string {
  return name.trim().slice(poolPrefix.length);
}

/** The declared pool of that name. Errors: `not_found` lists the pools there are, or says how one is declared. */
export function poolNamed(policy: Policy, name: string): Pool {
  const found = policy.pools.find(pool => isSamePool(name)(pool.name));
  if (found) return found;
  const known = policy.pools.map(pool => poolName(pool.name));
  const declare = 'in signalbox.json, as { "pools": { "port": { "values": ["3000-3009"] } } }';
  throw new SignalboxError(
    'not_found',
    known.length === 0
      ? `No pools are declared here, so there is no ${poolName(name)}.`
      : `There is no ${poolName(name)}; there is ${known.join(', ')}.`,
    known.length === 0
      ? `Declare one ${declare}, or lock a value by its own name, such as port:3000.`
      : `Use one of these, or declare it ${declare}.`,
  );
}

/**
 * The wishes that the names of pools come to, one for each: a name given twice asks for two different values.
 * Errors: those of `poolNamed`; `invalid_input` for more than the pool holds.
 */
export function poolWishes(policy: Policy, names: readonly string[]): PoolWish[] {
  const wishes = new Map<string, PoolWish>();
  for (const name of names) {
    const { name: pool, values } = poolNamed(policy, name);
    wishes.set(pool, { pool, count: (wishes.get(pool)?.count ?? 0) + 1, values });
  }
  for (const { pool, count, values } of wishes.values()) {
    if (count <= values.length) continue;
    throw new SignalboxError(
      'invalid_input',
      `You ask for ${count} of the pool ${pool}, which holds ${values.length}.`,
      `Ask for ${values.length} at most, or declare more in signalbox.json.`,
    );
  }
  return [...wishes.values()];
}

/** The TCP port that a value of a probed pool stands for; null for what needs no probe. */
export function probedPort(policy: Policy, pool: string, value: string): number | null {
  const declared = policy.pools.find(({ name }) => name === pool);
  return declared?.probe === 'tcp' ? Number(value.slice(pool.length + 1)) : null;
}

/** What a request or a place in the queue is for. */
export interface Wants {
  readonly resources: readonly Resource[];
  readonly pools: readonly PoolWish[];
}

/** Whether one wants, out of a pool, what the other may want as well: the same pool, or one of its values by name. */
export function meetInPool(one: Wants, other: Wants): boolean {
  return one.pools.some(wish => wantsOf(wish, other)) || other.pools.some(wish => wantsOf(wish, one));
}

function wantsOf({ pool, values }: PoolWish, { resources, pools }: Wants): boolean {
  return pools.some(wish => wish.pool === pool) || resources.some(({ name }) => values.includes(name));
}

/** What somebody wants, in words: names, and each pool as often as places of it are wanted. */
export function wantedNames({ resources, pools }: Wants): string[] {
  return [...resources.map(({ name }) => name), ...pools.flatMap(poolNames)];
}

/** How a pool is asked for: `pool:port`. */
export function poolName(pool: string): string {
  return poolPrefix + pool;
}

/** Whether two names mean the same pool: no two that differ in case only can be declared. */
export function isSamePool(one: string): (other: string) => boolean {
  return other => other.toLowerCase() === one.toLowerCase();
}

/** How several places are asked for: the name once for each. */
function poolNames({ pool, count }: PoolWish): string[] {
  return Array(count).fill(poolName(pool));
}

/** The resource of a pool's value. A pool belongs to the project, so its values do. */
export function valueResource(value: string): Resource {
  return namedResource(value, '');
}
