/** A process of its own over a SQLite store; bundled and started by the tests. Arguments: command, path of the store, more. */
import { writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { SignalboxError } from '../../src/core/errors.ts';
import { chooseDriver } from '../../src/engines/sqlite/driver.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { aLock } from './records.ts';

const [command = '', path = '', ...rest] = process.argv.slice(2);
const clock = { now: () => Date.now(), elapsed: () => performance.now() };
const driver = chooseDriver();
const store = createSqliteStore({ path, clock, driver: () => driver });
const project = 'example.com/team/app';

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
else if (command === 'as-nobody') await asNobody();
else throw new Error(`unknown command ${command}`);
await store.close();
