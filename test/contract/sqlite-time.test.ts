import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { FakeClock } from '../support/fakes.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts';

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

const open = (clock: FakeClock, boot: string) => createSqliteStore({ path: folder.path('store.db'), clock, boot });
const timeOf = (store: ReturnType<typeof open>) => store.transact('p', async tx => tx.now);

it('does not jump when the clock of the machine is set, forward or back, for those at work and for newcomers', async () => {
  const clock = new FakeClock();
  const first = open(clock, 'boot-1');
  const start = await timeOf(first);
  expect(start).toBe(clock.now());
  for (const step of [3_600_000, -7_200_000]) {
    clock.stepWallClock(step);
    await clock.advance(1000);
    const newcomer = open(clock, 'boot-1');
    expect(await timeOf(newcomer)).toBe(await timeOf(first));
    await newcomer.close();
  }
  expect(await timeOf(first)).toBe(start + 2000);
  expect(await first.read('p', async reader => reader.now)).toBe(start + 2000);
  await first.close();
});

it('begins anew from the wall clock when the machine has started again', async () => {
  const first = open(new FakeClock(), 'boot-1');
  await timeOf(first);
  await first.close();
  const clock = new FakeClock(Date.UTC(2031, 0, 1));
  const second = open(clock, 'boot-2');
  expect(await timeOf(second)).toBe(clock.now());
  await second.close();
});

it('is the wall clock where the system tells no uptime', async () => {
  const clock = new FakeClock();
  const blind = { now: () => clock.now(), elapsed: () => clock.elapsed(), uptime: () => undefined };
  const store = createSqliteStore({ path: folder.path('store.db'), clock: blind, boot: 'boot-1' });
  clock.stepWallClock(5000);
  expect(await timeOf(store)).toBe(clock.now());
  await store.close();
});
