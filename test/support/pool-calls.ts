/** Asking for places out of pools through the rules, as the tests of pools do. */
import type { LockRequest } from '../../src/core/lock-grant.ts';
import { release } from '../../src/core/lock-release.ts';
import type { LockOutcome, Stay } from '../../src/core/queue.ts';
import type { PoolWish, Resource, SessionRecord } from '../../src/core/records.ts';
import { askForLocks, type Bench, named } from './rules.ts';

type About = Partial<Omit<LockRequest, 'pools' | 'resources'>>;

/** A wish for some of the ports from 3000 on. */
export const port = (count = 1, size = 3): PoolWish => ({
  pool: 'port',
  count,
  values: Array.from({ length: size }, (_, index) => `port:${3000 + index}`),
});

export function poolCalls(bench: () => Bench) {
  const ask = (
    session: SessionRecord,
    pools: PoolWish[],
    resources: Resource[] = [],
    stay: Stay | null = null,
    about: About = {},
  ): Promise<LockOutcome> => askForLocks(bench(), session, { ...about, pools, resources }, stay);
  return {
    ask,
    /** Asks, and stands in line for 45 s. */
    line: (session: SessionRecord, pools: PoolWish[], resources: Resource[] = [], about: About = {}) =>
      ask(session, pools, resources, 45_000, about),
    free: (session: SessionRecord, ...names: string[]) =>
      bench().transact(unit =>
        release(
          unit,
          session,
          names.map(name => named(name)),
        ),
      ),
    got: (outcome: LockOutcome) => outcome.granted?.map(({ name }) => name) ?? null,
    heldBy: (session: SessionRecord) =>
      bench().look(async view => {
        const locks = await view.tx.list('lock', 'holder', { equals: session.id }, { limit: 50 });
        return locks.map(({ name }) => name).sort();
      }),
  };
}
