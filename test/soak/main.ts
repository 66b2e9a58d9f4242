/** The soak: the scenarios of `test/scenarios/` for long, on real processes, with numbers. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { binary, Workspace } from '../support/workspace.ts';
import { stayConnected } from './connected.ts';
import { queueForOneLock, raceForOneLock } from './contention.ts';
import { crashUnderLoad } from './crash-load.ts';
import { contendOnServers } from './engines.ts';
import type { Findings } from './findings.ts';
import { fuzzHub } from './fuzz-hub.ts';
import { standIdle } from './idle.ts';
import { startAndStop } from './lifecycle.ts';
import { simulateDays } from './simulation.ts';
import { takeoverAfterKill, takeoverWhileStopped } from './takeover.ts';

interface Options {
  /** Rounds of the race for one lock; the other scenarios have shares of it. */
  readonly rounds: number;
  readonly seed: number;
  /** How long processes are killed under load. */
  readonly seconds: number;
}

interface Scenario {
  readonly name: string;
  readonly promise: string;
  run(workspace: Workspace, options: Options): Promise<Findings>;
}

const scenarios: readonly Scenario[] = [
  {
    name: 'race',
    promise: '8 processes ask for one lock: one gets it, the others learn who',
    run: (workspace, { rounds }) => raceForOneLock(workspace, { sessions: 8, rounds }),
  },
  {
    name: 'queue',
    promise: '8 processes wait in line for one lock: one turn each, in order',
    run: (workspace, { rounds }) => queueForOneLock(workspace, { sessions: 8, rounds: share(rounds, 20) }),
  },
  {
    name: 'crash',
    promise: 'kill -9 at random moments under load loses and doubles nothing',
    run: (workspace, { seed, seconds }) => crashUnderLoad(workspace, { seed, seconds, writers: 6, readers: 3 }),
  },
  {
    name: 'takeover',
    promise: 'kill -9 of a holder frees its lock for a waiter within a second',
    run: (workspace, { rounds }) => takeoverAfterKill(workspace, { rounds: share(rounds, 200), withinMs: 1_000 }),
  },
  {
    name: 'stopped',
    promise: 'a holder stopped past its time no longer holds when it wakes',
    run: (workspace, { rounds }) => takeoverWhileStopped(workspace, { rounds: share(rounds, 1_000) }),
  },
  {
    name: 'cycles',
    promise: 'starting and stopping leaves no process, socket or handle',
    run: (workspace, { rounds }) => startAndStop(workspace, { cycles: share(rounds, 100) }),
  },
  {
    name: 'idle',
    promise: '20 idle sessions use under 0.5 % of one core together',
    run: workspace => standIdle(workspace, { sessions: 20, seconds: 30, atMostPercent: 0.5 }),
  },
  {
    name: 'engines',
    promise: 'PostgreSQL and Redis grant a lock to exactly one of 8 processes, every time',
    run: (_workspace, { rounds }) => contendOnServers(workerFile, share(rounds, 10)),
  },
  {
    name: 'connected',
    promise: 'one hub serves 1,000 connected sessions for ten minutes and loses nothing',
    run: (workspace, { rounds, seed, seconds }) =>
      stayConnected(workspace, { sessions: share(rounds, 10), seconds: seconds * 10, seed }),
  },
  {
    name: 'fuzz',
    promise: 'a hub lives through 20,000 hostile requests without an error of its own, and tells no secret',
    run: (workspace, { rounds, seed }) => fuzzHub(workspace, { seed, requests: rounds * 2 }),
  },
  {
    name: 'simulation',
    promise:
      'simulated sessions to which everything happens keep every promise, on 1,000 days that nobody has seen before',
    run: (_workspace, { rounds, seed }) =>
      simulateDays({ seed, days: Number(process.env.SIGNALBOX_SIM_SEEDS ?? share(rounds, 10)) }),
  },
];

/** Bundled beside this file by run.mjs. */
const workerFile = fileURLToPath(new URL('./store-worker.mjs', import.meta.url));

const usage = `Usage: npm run soak -- [options]
  --rounds N      rounds of the race for one lock (10000); the other scenarios have shares of it
  --seconds N     how long processes are killed under load (60)
  --seed N        decides who is killed when and what is sent (random; printed)
  --only NAMES    of ${scenarios.map(({ name }) => name).join(', ')}, separated by commas
`;

/** Runs the scenarios one after the other and prints what they found; the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '10000' },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
      only: { type: 'string', default: scenarios.map(({ name }) => name).join(',') },
      help: { type: 'boolean', default: false },
    },
  });
  const options = { rounds: Number(values.rounds), seed: Number(values.seed), seconds: Number(values.seconds) };
  const wanted = values.only.split(',');
  const unknown = wanted.filter(name => !scenarios.some(scenario => scenario.name === name));
  if (values.help || unknown.length > 0 || Object.values(options).some(value => !(value >= 0))) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  console.log(`Soak of ${binary}, seed ${options.seed}, Node ${process.versions.node}`);
  const broken: string[] = [];
  for (const scenario of scenarios.filter(({ name }) => wanted.includes(name))) {
    if (!(await play(scenario, options))) broken.push(scenario.name);
  }
  if (broken.length === 0) console.log('\nNothing was violated.');
  else console.log(`\nViolated: ${broken.join(', ')}. To see it again:\n  ${replay(broken, options)}`);
  return broken.length === 0 ? 0 : 1;
}

async function play(scenario: Scenario, options: Options): Promise<boolean> {
  console.log(`\n${scenario.name}: ${scenario.promise}`);
  const workspace = new Workspace();
  const begunAt = performance.now();
  try {
    const { violations, numbers } = await scenario.run(workspace, options);
    for (const [name, value] of Object.entries(numbers)) console.log(`    ${name}: ${value}`);
    for (const violation of violations) console.log(`  ✗ ${violation}`);
    const seconds = ((performance.now() - begunAt) / 1000).toFixed(1);
    console.log(`  ${violations.length === 0 ? '✓ kept' : `✗ ${violations.length} violations`} (${seconds} s)`);
    return violations.length === 0;
  } catch (error) {
    console.log(`  ✗ ${(error as Error).stack}`);
    return false;
  } finally {
    await workspace.dispose();
  }
}

function replay(names: readonly string[], { rounds, seed, seconds }: Options): string {
  return `npm run soak -- --only ${names.join(',')} --rounds ${rounds} --seconds ${seconds} --seed ${seed}`;
}

function share(rounds: number, part: number): number {
  return Math.max(1, Math.round(rounds / part));
}
