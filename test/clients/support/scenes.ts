/** What every client is held to, played with the real program; a test gives it the program and says what is its own. */
import { expect } from 'vitest';
import { until } from '../../support/workspace.ts';
import { Bench, type ClientProgram } from './bench.ts';
import type { Home } from './home.ts';
import { call, Gate, type Reply } from './mock-model.ts';
import { Peer } from './peer.ts';
import type { Running } from './running.ts';

export interface Stage {
  readonly bench: Bench;
  readonly home: Home;
  /** A session of the test's own, to which everything is compared. */
  readonly peer: Peer;
}

/** A repository, a home with one client that is set up in it, and a peer. */
export async function openStage(client: ClientProgram, setUp: (bench: Bench, home: Home) => unknown): Promise<Stage> {
  const bench = await Bench.open();
  const home = bench.home([client]);
  await setUp(bench, home);
  return { bench, home, peer: await Peer.join(bench, home) };
}

/** Runs the client with a prompt. */
type Start = (prompt: string) => Running;

interface Steps {
  /** What the model does while the message comes, and after it has seen it. */
  readonly first: Reply;
  readonly next: Reply;
  /** What a peer's words begin with, as the client shows it. */
  readonly fence: string;
}

/** A message that comes while the model works is in its next request, once, as a peer's, and counts as read. */
export async function showsOnce({ bench, peer }: Stage, start: Start, { first, next, fence }: Steps): Promise<void> {
  const gate = new Gate(first);
  const ann = bench.model.lane('ann').script(gate.step, next, 'Done.');
  const run = start(ann.prompt('Work.'));
  await gate.reached;
  const [seen] = await peer.meets(1);
  const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
  gate.open();
  expect(await run.ended).toMatchObject({ code: 0 });
  expect(ann.firstSeen('PLUM-TREE')).toBe(1);
  expect(ann.occurrences('PLUM-TREE')).toBe(1);
  expect(ann.occurrences(fence)).toBe(1);
  await until('it is read', async () => (await peer.stateOf(message)) === 'read');
  expect(bench.model.problems).toEqual([]);
}

/** Killed with `kill -9` while its model thinks, the client holds no lock any more within a second; how many milliseconds it took. */
export async function freesLocks({ bench, peer }: Stage, start: Start): Promise<number> {
  const auth = { paths: ['src/auth.ts'] };
  const gate = new Gate('Never.');
  const ann = bench.model.lane('ann').script(call('mcp:signalbox/lock_acquire', auth), gate.step);
  const run = start(ann.prompt('Lock it.'));
  await gate.reached;
  expect(await peer.meets(1)).toMatchObject([{ locks: 1 }]);
  expect(await peer.call('lock_acquire', auth)).toMatchObject({ granted: false });
  const killed = performance.now();
  run.kill('SIGKILL');
  await until('the lock is free', async () => (await peer.call('lock_acquire', auth)).granted);
  const took = performance.now() - killed;
  expect(took).toBeLessThan(1_000);
  return Math.round(took);
}
