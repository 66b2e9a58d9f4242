/**
 * How many units of work the engines do for 1, 8 and 32 processes, on one project that all want and on a project each. A unit
 * reads a record, writes it, and tells of it with an event.
 */
import { cpus } from 'node:os';
import { onServers, type Place, sqlitePlace } from '../support/engine-rooms.ts';
import { type Load, measureLoad, type Throughput, type Way } from '../support/engine-run.ts';
import { atLeast, type Figure, type Row, type RunOptions } from '../support/row.ts';
import { onStage, type Stage } from '../support/stage.ts';
import { shown } from '../support/statistics.ts';

type Measured = Pick<Load, 'processes' | 'share'> & Readonly<Record<Way, Throughput>>;

export const engines: Row = {
  name: 'engines',
  title: 'Units of work by engine and processes',
  floor:
    'a read and a write by key, by hand with the same driver, in the same processes and in turn with the store, block by block. PostgreSQL: a prepared SELECT, then a prepared UPDATE that commits itself. Redis: a script that reads a key, then one that writes it. SQLite: BEGIN IMMEDIATE, select, update, insert an event, COMMIT. On one project so that nobody comes between the read and the write, or it would be another work (PostgreSQL: BEGIN and SELECT FOR UPDATE, then UPDATE and COMMIT; Redis: WATCH and GET, then MULTI, until it succeeds); the bare round trips are in the last column',
  run: options =>
    onStage(options.programs, async stage => [
      ...(await onPlace(stage, sqlitePlace(stage), options)),
      ...(await onServers(options.note, place => onPlace(stage, place, options))),
    ]),
};

async function onPlace(stage: Stage, place: Place, { quick, note }: RunOptions): Promise<Figure[]> {
  const crowds = quick ? [8] : [8, 32];
  const length = quick ? { blocks: 2, blockMs: 1_000 } : { blocks: 3, blockMs: 2_000 };
  const loads = [
    { processes: 1, share: 'own' } as const,
    ...crowds.flatMap(processes => [{ processes, share: 'one' } as const, { processes, share: 'own' } as const]),
  ];
  const measured: Measured[] = [];
  for (const load of loads) {
    note(`${place.engine}: ${title(load)}`);
    measured.push({ ...load, ...(await place.inRoom(room => measureLoad(stage, room, { ...load, ...length }))) });
  }
  return [...measured.map(each => throughput(place, each)), ...growth(place, measured)];
}

function title({ processes, share }: Pick<Load, 'processes' | 'share'>): string {
  if (processes === 1) return '1 process';
  return `${processes} processes, ${share === 'one' ? 'one project' : 'a project each'}`;
}

function throughput({ engine, version }: Place, { store, floor, alone, ...load }: Measured): Figure {
  const time = (us: number, floorUs: number) => `${shown(us / 1000)} (floor ${shown(floorUs / 1000)}) ms`;
  const least = load.share === 'one' ? alone : floor;
  const bare = `bare, with others between the read and the write: ${shown(floor.unitsPerSecond)} units/s, ${(store.unitsPerSecond / floor.unitsPerSecond).toFixed(2)} × of that`;
  const more = [
    ...(load.share === 'one' ? [bare] : []),
    `p50 ${time(store.p50Us, least.p50Us)}`,
    `p99 ${time(store.p99Us, least.p99Us)}`,
    `processors ${percent(store)} (floor ${percent(least)}) busy`,
    ...(load.processes === 1 && version !== '' ? [`version ${version}`] : []),
  ];
  return atLeast(
    `${engine}, ${title(load)}`,
    'units/s',
    store.unitsPerSecond,
    least.unitsPerSecond,
    leastPart(engine, load),
    more.join('; '),
  );
}

/** Which part of its floor an engine has to reach; undefined where it is only reported. */
function leastPart(engine: Place['engine'], { processes, share }: Pick<Load, 'processes' | 'share'>) {
  if (engine === 'PostgreSQL') return 1 / 2;
  return engine === 'Redis' && processes > 1 && share === 'one' ? 1 / 3 : undefined;
}

/** What more processes bring when they are not in each other's way, beside what they bring to the floor. */
function growth({ engine }: Place, measured: readonly Measured[]): Figure[] {
  const [alone, first, ...others] = measured.filter(({ share }) => share === 'own');
  if (alone === undefined || first === undefined) return [];
  const times = (each: Measured, way: Way) => each[way].unitsPerSecond / alone[way].unitsPerSecond;
  const [value, floor] = [times(first, 'store'), times(first, 'floor')];
  const isFullAtOnce = alone.store.busy > 0.9;
  const more = [
    ...others.map(each => `${each.processes} against 1: ${shown(times(each, 'store'))} ×`),
    `${cpus().length} cores, ${[alone, first, ...others].map(({ store }) => percent(store)).join(', ')} busy`,
  ];
  return [
    {
      what: `${engine}, a project each: ${first.processes} processes against 1`,
      unit: '×',
      value,
      floor,
      ratio: value / floor,
      // A file has one writer at a time, whatever the project.
      ...(engine === 'SQLite'
        ? {}
        : { target: 'grows until the cores are full', met: value > (isFullAtOnce ? 0.9 : 1) }),
      more: more.join('; '),
    },
  ];
}

function percent({ busy }: Throughput): string {
  return `${Math.round(100 * busy)} %`;
}
