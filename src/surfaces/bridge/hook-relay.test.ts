import { beforeEach, describe, expect, it } from 'vitest';
import { wires } from '../../../test/support/bridged.ts';
import { FakeClock, settle } from '../../../test/support/fakes.ts';
import { type Channel, Link } from '../../bridge/link.ts';
import { limits } from '../../core/limits.ts';
import { hookRelay } from './hook-relay.ts';

let clock: FakeClock;
let link: Link | undefined;
let hub: Link | undefined;
/** What hubs were asked, and who waits for one. */
let asked: { readonly request: unknown; readonly channel: Channel }[];
let comes: ((link: Link) => void)[];
/** What was answered by policy. */
let here: number;
/** What was noted of rests, in order. */
let noted: string[];

beforeEach(() => {
  clock = new FakeClock();
  [link, hub, asked, comes, here, noted] = [undefined, undefined, [], [], 0, []];
});

/** A hub that says nothing by itself. */
function up(): void {
  const [ours, theirs] = wires();
  hub = new Link(theirs, 'second', (_what, value, channel) => {
    asked.push({ request: (value as { request: unknown }).request, channel });
  });
  link = new Link(ours, 'first', () => undefined);
  for (const come of comes.splice(0)) come(link);
}

/** A hook; what it was told. */
function hooked(request: object) {
  const told: unknown[] = [];
  const gone = new AbortController();
  const relay = hookRelay({
    clock,
    near: { moment: () => ({ now: clock.now() }) },
    shuttle: {
      up: async ms => {
        if (!link) await clock.sleep(ms);
        return link;
      },
      ever: async () => link ?? new Promise(resolve => comes.push(resolve)),
    },
    rests: {
      note: () => void noted.push(asked.length === 0 ? 'stops' : 'stops late'),
      passed: () => void noted.push('passed'),
      missed: () => void noted.push('missed'),
    },
    here: () => {
      here += 1;
    },
  });
  const connection = {
    reply: (value: unknown) => void told.push(value),
    next: () => undefined,
    close: () => undefined,
  };
  relay({ event: 'Stop', ...request }, { ...connection, signal: gone.signal });
  return { told, hangUp: () => gone.abort() };
}

describe('a hook', () => {
  it('is told what the hub says', async () => {
    up();
    const { told } = hooked({});
    await settle(10);
    asked[0]?.channel.say({ reply: { stdout: 'no' } });
    await settle(10);
    expect([told, here]).toEqual([[{ stdout: 'no' }], 0]);
  });

  it('is answered here, once and in its time, whenever a hub comes that says nothing', async () => {
    const { told } = hooked({});
    await clock.advance(limits.bridgeHookMs / 4);
    up();
    await clock.advance(limits.bridgeHookMs);
    asked[0]?.channel.say({ reply: { stdout: 'late' } });
    await settle(10);
    expect([told, here]).toEqual([[], 1]);
    hooked({});
    await clock.advance(limits.bridgeHookMs - 1);
    expect(here).toBe(1);
    await clock.advance(1);
    expect(here).toBe(2);
  });

  it('is answered here at once when the hub cannot, or goes', async () => {
    up();
    hooked({});
    await settle(10);
    asked[0]?.channel.say({ error: { code: 'unavailable', message: 'No.', next: 'Wait.' } });
    await settle(10);
    hooked({});
    await settle(10);
    hub?.close('gone');
    await settle(10);
    expect(here).toBe(2);
  });
});

describe('what a hook tells of a rest', () => {
  it('is noted before the hub hears of it, and that it was another server’s, or that no hub has answered', async () => {
    up();
    hooked({});
    await settle(10);
    asked[0]?.channel.say({ reply: { stdout: '' } });
    await settle(10);
    expect(noted).toEqual(['stops']);
    [asked, noted] = [[], []];
    hooked({});
    await settle(10);
    asked[0]?.channel.say({ reply: { pass: true } });
    await settle(10);
    expect(noted).toEqual(['stops', 'passed']);
    [asked, noted] = [[], []];
    hooked({});
    await clock.advance(limits.bridgeHookMs);
    expect(noted).toEqual(['stops', 'missed']);
  });

  it('is nothing where it is that of a command that stands beside a resting session', async () => {
    up();
    hooked({ wait: true });
    await settle(10);
    asked[0]?.channel.say({ reply: { stdout: '' } });
    await settle(10);
    expect(noted).toEqual([]);
  });
});

describe('a hook that stands beside a resting session', () => {
  it('stays there from hub to hub, until it is told to wake it', async () => {
    const { told } = hooked({ wait: true });
    up();
    await settle(10);
    hub?.close('gone');
    link = undefined;
    await clock.advance(3_600_000);
    up();
    await settle(10);
    expect(asked.map(({ request }) => request)).toEqual([
      { event: 'Stop', wait: true, again: false },
      { event: 'Stop', wait: true, again: true },
    ]);
    asked[1]?.channel.say({ reply: { exitCode: 2 } });
    await settle(10);
    expect([told, here]).toEqual([[{ exitCode: 2 }], 0]);
  });

  it('ends with its client', async () => {
    up();
    const { hangUp } = hooked({ wait: true });
    await settle(10);
    hangUp();
    await settle(10);
    expect([asked[0]?.channel.signal.aborted, asked.length, here]).toEqual([true, 1, 0]);
  });
});
