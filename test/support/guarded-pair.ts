/** Sessions under the guard, two of them in one checkout: where most of its tests begin. */
import type { SessionRecord } from '../../src/core/records.ts';
import { type GuardScene, guardScene } from './guard-calls.ts';
import { type Bench, createBench } from './rules.ts';

export interface GuardedPair {
  readonly bench: Bench;
  readonly scene: GuardScene;
  readonly otter: SessionRecord;
  readonly heron: SessionRecord;
}

/** On a bench of their own, both on main in `/shop`, on the machine of the processes. */
export async function guardedPair(): Promise<GuardedPair> {
  const bench = createBench();
  const { host } = bench.processes.self();
  const otter = await bench.join('otter', { host });
  const heron = await bench.join('heron', { host });
  return { bench, scene: guardScene(), otter, heron };
}

/** The same with a third one, on feature in another checkout, `/shop-2`. */
export async function guardedTrio(): Promise<GuardedPair & { readonly wren: SessionRecord }> {
  const pair = await guardedPair();
  const { host } = pair.bench.processes.self();
  return { ...pair, wren: await pair.bench.join('wren', { host, root: '/shop-2', branch: 'feature' }) };
}
