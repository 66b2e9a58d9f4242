/** A process of its own over a store; bundled and started by the tests. Arguments: command, URL of the store, more. */
import { writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { SignalboxError } from '../../src/core/errors.ts';
import { acquire } from '../../src/core/lock.ts';
import type { LockRequest } from '../../src/core/lock-grant.ts';
import { release } from '../../src/core/lock-release.ts';
import { namedResource } from '../../src/core/resource.ts';
import { type Arrival, join } from '../../src/core/session.ts';
import type { Unit } from '../../src/core/unit.ts';
import { createEngine, type Engine } from '../../src/engines/index.ts';
import { chooseDriver } from '../../src/engines/sqlite/driver.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemIds } from '../../src/system/ids.ts';
import { createLog } from '../../src/system/log.ts';
import { createProcesses } from '../../src/system/processes.ts';
import { FakeWakeups } from './fakes.ts';
import { aLock } from './records.ts';

const [command = '', url = '', ...rest] = process.argv.slice(2);
const processes = createProcesses();
const project = 'example.com/team/app';
// Nobody waits here: hints go nowhere, unless the engine has a channel of its own.
const { store, wakeups } = await open();

async function open(): Promise<Engine> {
  if (url.startsWith('sqlite:')) {
    // Found before any right is given up: packages may lie where nobody else may read.
    const driver = chooseDriver();
    const path = url.slice('sqlite:'.length);
    return { store: createSqliteStore({ path, clock: systemClock, driver: () => driver }), wakeups: new FakeWakeups() };
  }
  return createEngine(url, {
    clock: systemClock,
    ids: systemIds,
    boot: processes.self().boot,
    wakeups: new FakeWakeups(),
    log: createLog(),
  });
}

function say(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Adds to one number again and again, as everybody else does. */
async function increment(times: number): Promise<void> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  for (let round = 0; round < times; round++) {
    const begunAt = performance.now();
    await store.transact(project, async tx => {
      const fence = ((await tx.get('lock', 'counter'))?.fence ?? 0) + 1;
      tx.put('lock', aLock('counter', { fence }));
      tx.emit({ type: 'test', audience: [], data: { fence } });
    });
    latenciesMs.push(performance.now() - begunAt);
  }
  say({ seconds: (performance.now() - startedAt) / 1000, latenciesMs: latenciesMs.sort((a, b) => a - b) });
}

/** Stores records until it is killed, and tells of each once it is acknowledged. */
async function load(name: string): Promise<void> {
  for (let number = 1; ; number++) {
    const sequence = await store.transact(project, async tx => {
      tx.put('lock', aLock(`${name}-${number}`, { holder: name, fence: number }));
      return tx.emit({ type: 'test', audience: [], data: { name, number } });
    });
    say({ number, sequence });
  }
}

/**
 * Joins as a session and tries to get one lock in each round, by the rules and without waiting. A line on standard input starts
 * a round, so that all processes try at the same moment; who got the lock gives it back when the next one starts. Its end is the
 * end: a process that left earlier would give up its lock while others still try.
 */
async function contend(name: string): Promise<void> {
  const me = await transact(unit => join(unit, arrival(name), null));
  say({ ready: me.handle });
  let held = '';
  let round = 0;
  for await (const _line of createInterface({ input: process.stdin })) {
    round += 1;
    const resource = `round-${round}`;
    const begunAt = performance.now();
    const { granted, blockers } = await transact(unit => acquire(unit, me, wanted(resource), null));
    const tookMs = performance.now() - begunAt;
    const fence = granted?.[0]?.fence ?? null;
    say({ round, fence, holder: blockers[0]?.session.handle ?? null, tookMs });
    if (held !== '') await transact(unit => release(unit, me, [named(held)]));
    held = fence === null ? '' : resource;
  }
}

function transact<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
  return store.transact(project, tx => work({ tx, ids: systemIds, processes }));
}

function named(name: string) {
  return namedResource(name, 'here:/shop');
}

function wanted(name: string): LockRequest {
  return {
    ticket: systemIds.next(),
    resources: [named(name)],
    pools: [],
    mode: 'exclusive',
    reason: null,
    ttlMs: 900_000,
    priority: 'normal',
  };
}

function arrival(handle: string): Arrival {
  return {
    kind: 'agent',
    handle,
    client: null,
    clientVersion: null,
    clientSession: null,
    process: processes.self(),
    parent: null,
    host: hostname(),
    root: '/shop',
    anchor: '/shop',
    branch: 'main',
    reach: 'calls',
  };
}

/** Uses the store as a user without rights (when started by root) and tells how that ends. */
async function asNobody(): Promise<void> {
  if (process.getuid?.() === 0) {
    process.setgid?.(65534);
    process.setuid?.(65534);
  }
  const attempt = (work: () => Promise<unknown>) =>
    work().then(
      () => 'ok',
      error => (error instanceof SignalboxError ? { code: error.code, message: error.message } : String(error)),
    );
  say({
    written: await attempt(() => store.transact(project, async tx => tx.put('lock', aLock('a')))),
    problems: (await store.inspect()).problems,
  });
}

if (command === 'increment') await increment(Number(rest[0]));
else if (command === 'load') await load(rest[0] ?? '');
else if (command === 'contend') await contend(rest[0] ?? '');
else if (command === 'as-nobody') await asNobody();
else throw new Error(`unknown command ${command}`);
await store.close();
await wakeups.close();
