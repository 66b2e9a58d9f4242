import { beforeEach, describe, expect, it } from 'vitest';
import { wires } from '../../../test/support/bridged.ts';
import { FakeClock, settle } from '../../../test/support/fakes.ts';
import { type Channel, Link } from '../../bridge/link.ts';
import { limits } from '../../core/limits.ts';
import { tools } from '../../tools/index.ts';
import { Router } from './router.ts';

type Json = Readonly<Record<string, unknown>>;

let clock: FakeClock;
let router: Router;
/** What the client is told, what the server here is asked, and what each hub hears in the conversation. */
let told: Json[];
let here: Json[];
let heard: Json[];
let link: Link | undefined;
let hub: Link | undefined;
let talk: Channel | undefined;
/** Who waits for a hub. */
let comes: (() => void)[];

beforeEach(() => {
  clock = new FakeClock();
  [told, here, heard, comes] = [[], [], [], []];
  [link, hub, talk] = [undefined, undefined, undefined];
  router = new Router({
    clock,
    tools,
    send: async message => void told.push(message as never),
    here: message => here.push(message as never),
    up: async ms => {
      if (!link) await Promise.race([clock.sleep(ms), new Promise<void>(resolve => comes.push(resolve))]);
      return link;
    },
    moment: () => ({ now: clock.now() }),
    present: () => undefined,
    plays: () => undefined,
    isForeign: false,
  });
});

/** A hub is there from now on. `take` is what it does with the conversation. */
async function up(take: (channel: Channel) => void = () => undefined): Promise<void> {
  const [ours, theirs] = wires();
  hub = new Link(theirs, 'second', (what, _value, channel) => {
    if (what !== 'talk') return;
    talk = channel;
    channel.hear(said => heard.push(said as Json));
    take(channel);
  });
  link = new Link(ours, 'first', () => undefined);
  router.up(link);
  for (const come of comes.splice(0)) come();
  await settle(5);
}

/** It goes away. */
async function down(): Promise<void> {
  hub?.close('gone');
  link = undefined;
  await settle(5);
  router.down();
  await settle(5);
}

const call = async (name: string, input: object = {}, id = 1) => {
  router.take({ id, method: 'tools/call', params: { name, arguments: input } });
  await settle(5);
};
const says = async (said: Json) => {
  talk?.say(said);
  await settle(5);
};
const asked = () => heard.flatMap(({ message }) => (message === undefined ? [] : [(message as Json).params]));

describe('a call that was under way when its hub went', () => {
  it('is made again where nothing is done twice by that', async () => {
    await up();
    await call('message_send', { to: ['all'], body: 'Once.', key: 'once' }, 1);
    await call('lock_list', {}, 2);
    await down();
    await up();
    await clock.advance(1);
    expect(asked()).toHaveLength(4);
    expect(told).toEqual([]);
  });

  it('is not made again where it might undo what another has done since: the key of a value is no key of a call', async () => {
    await up();
    await call('data_set', { key: 'next-port', value: '3001', ifRevision: 4 });
    await down();
    await up();
    await clock.advance(limits.bridgeRetryMs);
    expect(asked()).toHaveLength(1);
    expect(JSON.stringify(told)).toMatch(/may have been done or not/);
  });

  it('is given up when one hub after the other goes over it', async () => {
    for (let round = 0; round <= limits.bridgeRepeats; round += 1) {
      await up();
      if (round === 0) await call('lock_list');
      await clock.advance(1);
      await down();
    }
    await up();
    await clock.advance(limits.bridgeRetryMs);
    expect(asked()).toHaveLength(limits.bridgeRepeats + 1);
    expect(JSON.stringify(told)).toMatch(/may have been done or not/);
  });

  it('goes to the next one, whatever it is, where the hub says that it came too late', async () => {
    await up();
    await call('message_send', { to: ['all'], body: 'Hello.' });
    await says({ late: 1 });
    await down();
    await up();
    await clock.advance(1);
    expect(asked()).toHaveLength(2);
    expect(told).toEqual([]);
  });
});

describe('a call', () => {
  it('that no hub would read is refused, and ends no connection', async () => {
    await up();
    await call('data_set', { key: 'a', value: JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) });
    expect(JSON.stringify(told)).toMatch(/limit_exceeded: This is too large/);
    expect([heard, hub?.why]).toEqual([[], 'open']);
  });

  it('is answered here when no hub comes', async () => {
    await call('lock_list');
    await clock.advance(limits.bridgePatienceMs);
    expect(here).toHaveLength(1);
  });
});

describe('a hook', () => {
  const hook = () => call('client_event', { hook_event_name: 'PreToolUse' });

  it('is answered here soon while there is no hub', async () => {
    await hook();
    await clock.advance(limits.bridgeHookUpMs);
    expect(here).toHaveLength(1);
  });

  it('is answered here in its time, also when a hub comes in the middle of that and says nothing', async () => {
    await hook();
    await clock.advance(limits.bridgeHookMs / 4);
    await up();
    await clock.advance(limits.bridgeHookMs / 2);
    expect([asked().length, here.length]).toEqual([1, 0]);
    await clock.advance(limits.bridgeHookMs / 4);
    expect(here).toHaveLength(1);
  });
});

describe('a hub that does not take the conversation', () => {
  it('is left, with the reason that it gives', async () => {
    const error = { code: 'limit_exceeded', message: 'The token "ana" has made too many requests.', next: 'Wait.' };
    await up(channel => {
      channel.say({ error });
      channel.end();
    });
    expect(link?.why).toBe(error.message);
  });

  it('is left when it ends it without a word', async () => {
    await up(channel => channel.end());
    expect(link?.signal.aborted).toBe(true);
  });
});

const initialize = { id: 'i', method: 'initialize', params: { clientInfo: { name: 'x', version: '1' } } };

describe('a hub that does not take the handshake', () => {
  it('is left: it would take the client for another one', async () => {
    router.take(initialize);
    await up();
    const { message } = heard[0] as { message: { id: string } };
    await says({ message: { jsonrpc: '2.0', id: message.id, error: { code: -32_603, message: 'Too many.' } } });
    expect(link?.signal.aborted).toBe(true);
  });
});

describe('a subscription', () => {
  const again = () =>
    heard.filter(({ message }) => (message as Json | undefined)?.method === 'resources/subscribe').length;

  it('is made again at the next hub if it was made, and not if it was refused', async () => {
    router.take(initialize);
    router.take({ method: 'notifications/initialized' });
    await up();
    for (const [id, uri] of ['signalbox://locks', 'signalbox://nonsense'].entries())
      router.take({ id, method: 'resources/subscribe', params: { uri } });
    await settle(5);
    await says({ message: { jsonrpc: '2.0', id: 0, result: {} }, number: 1 });
    await says({ message: { jsonrpc: '2.0', id: 1, error: { code: -32_002, message: 'No.' } }, number: 2 });
    expect(again()).toBe(2);
    await down();
    await up();
    expect(again()).toBe(3);
  });
});
