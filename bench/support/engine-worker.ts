/**
 * A process that works on a store, with the product (`store`), with a floor (`floor`), and with that so that nobody comes between (`alone`); bundled and started by the
 * measurements. Arguments: URLs of the two, the project (and key of the floor) to work on. It says `ready` when both are open,
 * and answers each line with one:
 * `prepare WAY` does a unit: connections that were given back are there again;
 * `run WAY FROM TO` does units between two moments of the machine's monotonic time (milliseconds), and tells of them;
 * `hint WAY NAME` gives a hint to who listens under that name, and tells when it was on its way.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine } from '../../src/engines/index.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemIds } from '../../src/system/ids.ts';
import { createLog } from '../../src/system/log.ts';
import { createProcesses } from '../../src/system/processes.ts';
import { FakeWakeups } from '../../test/support/fakes.ts';
import { aLock } from '../../test/support/records.ts';
import { openFloor, type Work } from '../floors/stores.ts';
import { machineMs, type Way, type WorkerRun } from './engine-run.ts';

const [storeUrl = '', floorUrl = '', project = ''] = process.argv.slice(2);
const floor = await openFloor(floorUrl);
const works: Readonly<Record<Way, Work>> = {
  store: await openStore(),
  floor,
  alone: { ...floor, unit: floor.alone },
};

async function openStore(): Promise<Work> {
  const { store, wakeups } = await createEngine(storeUrl, {
    clock: systemClock,
    ids: systemIds,
    boot: createProcesses().self().boot,
    // Nobody waits here: hints go nowhere, unless the engine has a channel of its own.
    wakeups: new FakeWakeups(),
    log: createLog(),
  });
  /**
   * One record read and written, and one event; what changes stands in no index, as when a lock is renewed. The read is known
   * beforehand, as the tools know theirs.
   */
  const change = (key: string, audience: readonly string[]) =>
    store.transact(
      key,
      async tx => {
        const expiresAt = ((await tx.get('lock', 'counter'))?.expiresAt ?? 0) + 1;
        tx.put('lock', aLock('counter', { expiresAt }));
        tx.emit({ type: 'test', audience, data: { expiresAt } });
        return process.hrtime.bigint();
      },
      [{ kind: 'lock', id: 'counter' }],
    );
  return {
    unit: async key => void (await change(key, [])),
    alone: async key => void (await change(key, [])),
    hint: to => change(project, [to]),
    async close() {
      await store.close();
      await wakeups.close();
    },
  };
}

async function run(work: Work, from: number, to: number): Promise<WorkerRun> {
  const latenciesUs: number[] = [];
  let units = 0;
  await sleep(from - machineMs());
  for (let begun = machineMs(); begun < to; ) {
    await work.unit(project);
    const ended = machineMs();
    latenciesUs.push(Math.round((ended - begun) * 1000));
    // The last one is waited for, but not counted.
    if (ended <= to) units += 1;
    begun = ended;
  }
  return { units, latenciesUs };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await works.store.unit(project);
await works.floor.unit(project);
say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', way = '', ...rest] = line.split(' ');
  const work = works[way as Way];
  if (command === 'prepare') {
    await work.unit(project);
    say('ready');
  } else if (command === 'run') {
    say(JSON.stringify(await run(work, Number(rest[0]), Number(rest[1]))));
  } else if (command === 'hint') {
    say(String(await work.hint(rest[0] ?? '')));
  }
}
await works.store.close();
await works.floor.close();
