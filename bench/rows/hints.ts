/** How fast a hint gets from one process to another over a server: from the moment a unit begins to commit until the other one is woken. */
import { createEngine } from '../../src/engines/index.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemIds } from '../../src/system/ids.ts';
import { createLog } from '../../src/system/log.ts';
import { createProcesses } from '../../src/system/processes.ts';
import { FakeWakeups } from '../../test/support/fakes.ts';
import { layFloor, listenBare } from '../floors/stores.ts';
import type { LineProcess } from '../support/client.ts';
import { onServers, type Place, type Room } from '../support/engine-rooms.ts';

/** With the product, or without it. */
type Way = 'store' | 'floor';

import { againstFloor, type Figure, type Row } from '../support/row.ts';
import { onStage, type Stage } from '../support/stage.ts';
import { median, p99, shown } from '../support/statistics.ts';

const listener = 'somebody';
const project = 'shop';
const warmUps = 20;
const longestMs = 5_000;

export const hints: Row = {
  name: 'hints',
  title: 'Commit → a session of another process is woken, over a server',
  floor: 'a bare NOTIFY (or PUBLISH) between two bare clients in the same two processes, in turn; nothing is committed',
  run: ({ programs, quick, note }) =>
    onStage(programs, stage =>
      onServers(note, place => place.inRoom(room => betweenProcesses(stage, place, room, quick ? 50 : 400))),
    ),
};

async function betweenProcesses(stage: Stage, { engine }: Place, room: Room, rounds: number): Promise<Figure[]> {
  await layFloor(room.floor, [project]);
  const worker = await stage.engineWorker(room, project);
  const { store, wakeups } = await createEngine(room.store, {
    clock: systemClock,
    ids: systemIds,
    boot: createProcesses().self().boot,
    wakeups: new FakeWakeups(),
    log: createLog(),
  });
  const woken: Record<Way, () => void> = { store: () => {}, floor: () => {} };
  const stopWaiting = wakeups.attend();
  const stopListening = await wakeups.listen(listener, () => woken.store());
  const stopBare = await listenBare(room.floor, listener, () => woken.floor());
  const samples: Record<Way, number[]> = { store: [], floor: [] };
  try {
    for (let round = -warmUps; round < rounds; round++) {
      for (const way of ['store', 'floor'] as const) {
        const ms = await timeOne(worker, way, woken);
        if (round >= 0) samples[way].push(ms);
      }
    }
  } catch (error) {
    throw new Error(`${engine}: ${(error as Error).message} ${wakeups.problem() ?? ''}`);
  } finally {
    await stopBare();
    await stopListening();
    stopWaiting();
    await wakeups.close();
    await store.close();
    await worker.close();
  }
  const tail = `p99 ${shown(p99(samples.store))} (floor ${shown(p99(samples.floor))}) ms`;
  return [againstFloor(`${engine}, p50`, 'ms', median(samples.store), median(samples.floor), undefined, tail)];
}

async function timeOne(worker: LineProcess, way: Way, woken: Record<Way, () => void>): Promise<number> {
  // Hints in quick succession are held back and come as one.
  await new Promise(resolve => setTimeout(resolve, 8));
  let timer: NodeJS.Timeout | undefined;
  const wokenAt = new Promise<bigint>((resolve, reject) => {
    woken[way] = () => resolve(process.hrtime.bigint());
    timer = setTimeout(() => reject(new Error('a hint did not come.')), longestMs);
  });
  const line = worker.line();
  worker.write(`hint ${way} ${listener}`);
  const [woke, { text }] = await Promise.all([wokenAt, line]).finally(() => clearTimeout(timer));
  return Number(woke - BigInt(text)) / 1e6;
}
