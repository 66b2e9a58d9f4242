import { beforeEach, describe, expect, it } from 'vitest';
import { wires } from '../../../test/support/bridged.ts';
import { FakeClock, FakeIds, FakeLog, settle } from '../../../test/support/fakes.ts';
import { type Channel, Link, type Wire } from '../../bridge/link.ts';
import type { Near } from '../../bridge/near.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { HubDoor } from '../../hub-door.ts';
import { Shuttle } from './shuttle.ts';

let clock: FakeClock;
const silent = 'https://silent.example.com';
let addresses: string[];
/** When it dialled. */
let dialled: number[];
let dials: () => Wire;
let trouble: () => { readonly message: string };
let shuttle: Shuttle;
/** The hub's end of the connection, and what it does with a sign of life. */
let hub: Link | undefined;
let beat: (channel: Channel) => void;

beforeEach(() => {
  clock = new FakeClock();
  dialled = [];
  addresses = ['https://hub.example.com'];
  beat = channel => {
    channel.say({ isHere: true });
    channel.say({ isTaken: true });
    channel.end();
  };
  dials = () => {
    const [ours, theirs] = wires();
    hub = new Link(theirs, 'second', (what, _value, channel) => {
      if (what === 'hello') channel.say({ version: '1', name: 'ana', role: 'write' });
      if (what === 'beat') beat(channel);
    });
    return ours;
  };
  const door = {
    get addresses() {
      return addresses;
    },
    dial: async (address: string, ms: number) => {
      dialled.push(clock.elapsed());
      if (address === silent) {
        await clock.sleep(ms);
        throw new Error('it does not answer in time');
      }
      return dials();
    },
    explain: (why: typeof trouble) => {
      trouble = why;
    },
    hello: () => ({ directory: '/code/shop' }),
  } as unknown as HubDoor;
  const near = {
    forget: () => undefined,
    names: () => undefined,
    moment: () => ({ now: clock.now() }),
  } as unknown as Near;
  shuttle = new Shuttle({ door, near, clock, ids: new FakeIds(), log: new FakeLog() });
});

const said = () => trouble().message;

describe('a machine', () => {
  it('asks a hub less and less often that takes it and drops it at once, and a lasting one again soon', async () => {
    const plain = dials;
    dials = () => {
      const wire = plain();
      void settle(20).then(() => hub?.close('not understood'));
      return wire;
    };
    shuttle.start();
    for (let step = 0; step < 600; step += 1) await clock.advance(100);
    expect(dialled.length).toBeLessThan(25);
    dials = plain;
    await clock.advance(limits.bridgeAgainMostMs * 2);
    const before = clock.elapsed();
    await clock.advance(limits.bridgeBeatMs);
    hub?.close('restarted');
    await clock.advance(limits.bridgeAgainMs * 2);
    expect(dialled.at(-1)).toBeGreaterThan(before);
    shuttle.stop();
  });

  it('goes on with a hub that says that it is there, however slow its store is, and leaves one that says nothing', async () => {
    shuttle.start();
    await settle(10);
    beat = channel => void channel.say({ isHere: true });
    await clock.advance(60_000);
    expect(dialled).toHaveLength(1);
    beat = () => undefined;
    await clock.advance(limits.bridgeSilentMs * 2);
    expect(dialled.length).toBeGreaterThan(1);
    shuttle.stop();
  });

  it('reaches the other of two hubs in the time of one of git’s hooks where the first says nothing', async () => {
    addresses = [silent, 'https://hub.example.com'];
    const connecting = shuttle.connectAny();
    await clock.advance(limits.gitHookMs / 4);
    expect((await connecting).ready.name).toBe('ana');
  });

  it('keeps nobody waiting for a hub that has refused its token', async () => {
    dials = () => {
      throw new SignalboxError('unauthenticated', 'There is no token.', 'Get one.');
    };
    shuttle.start();
    await settle(10);
    let isOver = false;
    void shuttle.up(2_000).then(() => {
      isOver = true;
    });
    await settle(10);
    expect([isOver, said()]).toEqual([true, 'There is no token.']);
    await clock.advance(limits.bridgeRefusedMs + limits.bridgeAgainMs);
    expect(dialled.length).toBe(2);
    shuttle.stop();
  });
});

describe('what a machine says of its sessions while it has no answer', () => {
  it('is how long their locks hold since a sign of life that was taken, and nothing where none was', async () => {
    shuttle.start();
    await settle(10);
    expect(said()).toBe('The hub is not reached: it did not answer in time.');
    shuttle.meet([null]);
    await settle(10);
    expect(said()).toContain('Your locks hold for 30 s more');
    beat = channel => {
      channel.say({ isTaken: false });
      channel.end();
    };
    await clock.advance(20_000);
    expect(said()).toContain('Your locks hold for 10 s more');
    await clock.advance(15_000);
    expect(said()).toContain('somebody else');
    shuttle.meet([]);
    expect(said()).toBe('The hub is not reached: it did not answer in time.');
    shuttle.stop();
  });
});
