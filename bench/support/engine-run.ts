/** Many workers over one store, and the same without the product, in turn. */
import { cpus } from 'node:os';
import { layFloor } from '../floors/stores.ts';
import type { LineProcess } from './client.ts';
import type { Room } from './engine-rooms.ts';
import type { Stage } from './stage.ts';
import { median, p99 } from './statistics.ts';

/** With the product, or without it; the latter also so that nobody comes between a read and its write. */
export type Way = 'store' | 'floor' | 'alone';

/** What one worker did in one block. */
export interface WorkerRun {
  /** Units that ended within the block. */
  readonly units: number;
  /** Of all units that began within it. */
  readonly latenciesUs: readonly number[];
}

export interface Load {
  readonly processes: number;
  /** Whether all work on one project, or each on its own. */
  readonly share: 'one' | 'own';
  /** How many blocks of each way, and how long each lasts. */
  readonly blocks: number;
  readonly blockMs: number;
}

/** What all workers did together: medians of the blocks. */
export interface Throughput {
  readonly unitsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Which part of the machine's processors was busy, with anything. */
  readonly busy: number;
}

/** The machine's monotonic time, which all processes share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const longestWarmMs = 8_000;

/** Measures one load in a room that nobody has used. All workers have ended when it settles. */
export async function measureLoad(stage: Stage, room: Room, load: Load): Promise<Record<Way, Throughput>> {
  const projects = Array.from({ length: load.processes }, (_, at) => `shop-${load.share === 'own' ? at : 'of-all'}`);
  await layFloor(room.floor, [...new Set(projects)]);
  const workers: LineProcess[] = [];
  try {
    // A few at a time: more only make each other slow.
    for (let at = 0; at < projects.length; at += 4) {
      const group = projects.slice(at, at + 4).map(project => stage.engineWorker(room, project));
      workers.push(...(await Promise.all(group)));
    }
    const runs: Record<Way, Throughput[]> = { store: [], floor: [], alone: [] };
    // Where each has its own there is nobody to come between.
    const ways = load.share === 'one' ? (['store', 'floor', 'alone'] as const) : (['store', 'floor'] as const);
    // The first of each way makes the workers warm: each has to run some hundreds of units before its code is compiled.
    const warmMs = Math.min(longestWarmMs, load.blockMs * load.processes);
    for (let block = 0; block <= load.blocks; block++) {
      for (const way of ways) {
        const run = await runBlock(workers, way, block === 0 ? warmMs : load.blockMs);
        if (block > 0) runs[way].push(run);
      }
    }
    const floor = middle(runs.floor);
    return { store: middle(runs.store), floor, alone: load.share === 'one' ? middle(runs.alone) : floor };
  } finally {
    await Promise.all(workers.map(worker => worker.close()));
  }
}

async function runBlock(workers: readonly LineProcess[], way: Way, blockMs: number): Promise<Throughput> {
  await askAll(workers, `prepare ${way}`);
  // By then every worker has heard of it.
  const from = machineMs() + 100;
  const before = processorTimes();
  const answers = await askAll(workers, `run ${way} ${from} ${from + blockMs}`);
  const after = processorTimes();
  const runs = answers.map(answer => JSON.parse(answer) as WorkerRun);
  const latencies = runs.flatMap(run => run.latenciesUs);
  return {
    unitsPerSecond: runs.reduce((sum, { units }) => sum + units, 0) / (blockMs / 1000),
    p50Us: median(latencies),
    p99Us: p99(latencies),
    busy: 1 - (after.idle - before.idle) / (after.all - before.all),
  };
}

async function askAll(workers: readonly LineProcess[], line: string): Promise<string[]> {
  const answers = await Promise.all(
    workers.map(worker => {
      const answer = worker.line();
      worker.write(line);
      return answer;
    }),
  );
  return answers.map(({ text }) => text);
}

function middle(runs: readonly Throughput[]): Throughput {
  const of = (name: keyof Throughput) => median(runs.map(run => run[name]));
  return { unitsPerSecond: of('unitsPerSecond'), p50Us: of('p50Us'), p99Us: of('p99Us'), busy: of('busy') };
}

function processorTimes(): { readonly idle: number; readonly all: number } {
  const times = cpus().map(cpu => cpu.times);
  const idle = times.reduce((sum, each) => sum + each.idle, 0);
  return { idle, all: times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle) };
}
