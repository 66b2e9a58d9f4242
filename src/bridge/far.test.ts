import { beforeEach, expect, it } from 'vitest';
import { wires } from '../../test/support/bridged.ts';
import { FakeClock } from '../../test/support/fakes.ts';
import { limits } from '../core/limits.ts';
import { defaultGuard } from '../core/policy.ts';
import { Far } from './far.ts';
import { type Channel, Link } from './link.ts';

let clock: FakeClock;
let far: Far;
let link: Link;
/** The questions that the machine has not answered. */
let open: Channel[];

beforeEach(() => {
  clock = new FakeClock();
  open = [];
  const [ours, theirs] = wires();
  link = new Link(ours, 'second', () => undefined);
  new Link(theirs, 'first', (_what, _value, channel) => open.push(channel));
  far = new Far(link, clock, defaultGuard, 'ana');
});

const identity = (pid: number) => ({ host: 'laptop', boot: 'b', pid, startedAt: String(pid) });
const note = (pids: readonly number[]) =>
  far.note({ now: clock.now(), processes: pids.map(pid => [pid, identity(pid)]) });

it('What one request told of its processes is known until it is done, whatever others tell meanwhile', () => {
  const self = { self: identity(1), parent: null };
  const processes = far.processes(self, {
    self: () => identity(1),
    identify: () => undefined,
    liveness: () => 'unknown',
  });
  note([10, 11]);
  note([20, 21]);
  expect([10, 11, 20].map(pid => processes.identify(pid)?.boot)).toEqual(['ana/b', 'ana/b', 'ana/b']);
  for (let first = 100; first < 100 + limits.bridgeProcessesKnown * 2; first += 10)
    note(Array.from({ length: 10 }, (_, at) => first + at));
  expect(processes.identify(10)).toBeUndefined();
});

it('However many questions there are at once, a machine has so many of them and no more', async () => {
  const asked = Array.from({ length: 600 }, (_, at) => far.probes.isPortFree(at + 1));
  for (let round = 0; round < 12; round += 1) {
    await clock.advance(1);
    expect(open.length).toBeLessThanOrEqual(limits.bridgeQuestions);
    for (const channel of open.splice(0)) {
      channel.say({ value: true });
      channel.end();
    }
    // Newcomers stand in line too.
    asked.push(far.probes.isPortFree(7));
  }
  await clock.advance(1);
  for (const channel of open.splice(0)) channel.say({ value: true });
  expect(new Set(await Promise.all(asked))).toEqual(new Set([true]));
});
