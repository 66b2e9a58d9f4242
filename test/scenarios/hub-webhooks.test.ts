/** Hubs that tell receivers what happens, with real requests, restarts and deaths. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Hub, type HubClient, shop } from '../support/hub.ts';
import { officeForEachTest, place, startHub } from '../support/office.ts';
import { Receiver } from '../support/receiver.ts';
import { postgresServer, type StoreRoom } from '../support/servers/choose.ts';
import { describeWith } from '../support/servers/suites.ts';
import { until } from '../support/workspace.ts';

const allowed = { SIGNALBOX_HUB_WEBHOOKS_INTERNAL: 'on' };

let receiver: Receiver;
/** Where the store is, unless it is a file. */
let room: StoreRoom | undefined;

beforeEach(async () => {
  receiver = await Receiver.start();
  room = undefined;
});
afterEach(() => room?.clear());

officeForEachTest(async () => undefined);

afterEach(() => receiver.close());

const environment = () => ({ ...allowed, ...(room ? { SIGNALBOX_STORE: room.url } : {}) });
const openHub = (variables: Record<string, string> = environment()) => startHub(['--open'], variables);

async function signalbox(...words: string[]) {
  const { code, stdout, stderr } = await place.command([...words, '--json'], { environment: environment() });
  if (code !== 0) throw new Error(stderr + stdout);
  return JSON.parse(stdout);
}

/** Makes a webhook to a path of the receiver, which knows its secret then. */
async function webhook(name: string, path: string, ...options: string[]) {
  const made = await signalbox('webhook', 'create', name, receiver.url(path), ...options);
  if (made.secret) receiver.secrets.set(path, made.secret);
  return made;
}

const open = (hub: Hub, project = shop): Promise<HubClient> => hub.as('none', project).open({ handle: 'wren' });
const keys = (path: string) => receiver.taken(path).map(({ body }) => body.data.key);

async function set(client: HubClient, from: number, count: number): Promise<void> {
  for (let at = from; at < from + count; at += 1)
    await client.output('data_set', { scope: 'ci', key: `k${at}`, value: at });
}

const named = (from: number, count: number) => Array.from({ length: count }, (_, at) => `k${from + at}`);

describe('a webhook', () => {
  it('is told what it asked for of its projects, signed, and nothing else', async () => {
    await webhook('team', '/team', '--only', 'github.com/acme/sh*', '--event', 'data.*', '--event', 'message.sent');
    const hub = await openHub();
    const [wren, other] = [await open(hub), await open(hub, 'github.com/acme/other')];
    await set(other, 100, 1);
    await wren.output('message_send', { to: ['all'], body: 'The launch is on Friday' });
    await set(wren, 1, 2);
    await until('all is there', () => receiver.taken('/team').length >= 3);
    expect(receiver.received.map(({ body }) => [body.type, body.data.project])).toEqual([
      ['message.sent', shop],
      ['data.set', shop],
      ['data.set', shop],
    ]);
    expect(receiver.received.every(({ isGenuine }) => isGenuine)).toBe(true);
    expect(JSON.stringify(receiver.received)).not.toContain('Friday');
  });

  it('is tried again under the same id by a hub that was started since, and loses nothing', async () => {
    await webhook('team', '/team', '--event', 'data.*');
    receiver.answer = () => 503;
    const first = await openHub();
    const wren = await open(first);
    await set(wren, 1, 1);
    await until('it was tried', () => receiver.received.length === 1);
    await until('it is known to fail', async () => (await signalbox('webhook', 'show', 'team')).failures === 1);
    await first.stop();
    receiver.answer = () => 200;
    const second = await openHub();
    await set(wren.at(second), 2, 2);
    await until('all is there', () => keys('/team').length === 3);
    expect(keys('/team')).toEqual(named(1, 3));
    const [tried, again] = receiver.received;
    expect(again?.id).toBe(tried?.id);
    expect(await signalbox('webhook', 'show', 'team')).toMatchObject({ state: 'enabled', failures: 0 });
  });

  it('whose receiver is gone is off, which the log, the list, the doctor and the audit tell, and none of them its address', async () => {
    await webhook('chat', '/services/T0/B0/geheim', '--kind', 'slack', '--event', '*');
    receiver.answer = () => 410;
    const hub = await openHub();
    await set(await open(hub), 1, 2);
    await until('it is off', async () => (await signalbox('webhook', 'show', 'chat')).state === 'disabled');
    expect(receiver.received).toHaveLength(1);
    const told = {
      log: hub.log.filter(({ level }) => level === 'error'),
      list: await signalbox('webhook', 'list'),
      doctor: (await place.command(['doctor', '--json'], { environment: environment() })).stdout,
      audit: await signalbox('audit', '--what', 'disable'),
    };
    expect(told.log).toMatchObject([{ msg: 'webhook disabled', webhook: 'chat', why: 'the receiver answered 410' }]);
    expect(told.list.webhooks).toMatchObject([{ state: 'disabled', disabledBecause: expect.stringContaining('410') }]);
    const check = JSON.parse(told.doctor).checks.find((each: { check: string }) => each.check === 'webhooks');
    expect(check).toMatchObject({ level: 'warning', next: expect.stringContaining('webhook enable chat') });
    expect(told.audit.notes).toMatchObject([{ action: 'webhook', subject: 'chat', decision: 'failed' }]);
    expect(JSON.stringify([told, hub.log])).not.toContain('geheim');
    receiver.answer = () => 200;
    await signalbox('webhook', 'enable', 'chat');
    await until('it goes on', () => receiver.taken('/services/T0/B0/geheim').length >= 2);
    expect(receiver.taken('/services/T0/B0/geheim')[0]?.body.text).toContain('wren');
  });

  it('to an internal address is refused when it is made, and by a hub that does not allow it', async () => {
    const plain = await place.command(['webhook', 'create', 'team', receiver.url('/team')]);
    expect(plain).toMatchObject({ code: 2, stderr: expect.stringContaining('not encrypted') });
    const inner = await place.command(['webhook', 'create', 'team', 'https://localhost/team']);
    expect(inner).toMatchObject({ code: 2, stderr: expect.stringContaining('internal') });
    expect((await signalbox('webhook', 'list')).webhooks).toEqual([]);
    await signalbox('webhook', 'create', 'team', receiver.url('/team').replace('http:', 'https:'), '--event', '*');
    const strict = await openHub({});
    await set(await open(strict), 1, 1);
    await until('it fails', async () => (await signalbox('webhook', 'show', 'team')).state === 'failing');
    expect(await signalbox('webhook', 'show', 'team')).toMatchObject({ lastFailure: 'its address is an internal one' });
    expect(receiver.received).toEqual([]);
  });

  it('whose receiver hangs holds up no other, no request, and no hub that is to stop', async () => {
    await webhook('slow', '/slow', '--event', 'data.*');
    await webhook('team', '/team', '--event', 'data.*');
    let isHanging = false;
    receiver.answer = path => {
      if (path === '/team') return 200;
      isHanging = true;
      return new Promise(() => {});
    };
    const hub = await openHub();
    const wren = await open(hub);
    await set(wren, 1, 1);
    await until('it hangs', () => isHanging);
    await set(wren, 2, 3);
    await until('the other has all', () => keys('/team').length === 4);
    expect(await hub.stop()).toBe(0);
    expect(hub.log.at(-1)).toMatchObject({ msg: 'stopped' });
    expect(await signalbox('webhook', 'show', 'slow')).toMatchObject({ failures: 0, deliveredAt: null });
  });
});

await describeWith(postgresServer, 'two hubs', server => {
  beforeEach(() => {
    room = server.room();
  });

  it('tell a receiver each event once, in order, whichever of them it came by', async () => {
    await webhook('team', '/team', '--event', 'data.*');
    await webhook('more', '/more', '--event', 'data.set');
    const [one, two] = [await openHub(), await openHub()];
    const [wren, heron] = [await open(one), await two.as('none').open({ handle: 'heron' })];
    for (let round = 0; round < 10; round += 1) {
      await set(wren, round * 8 + 1, 4);
      await set(heron, round * 8 + 5, 4);
    }
    await until('all is there', () => keys('/team').length >= 80 && keys('/more').length >= 80);
    expect(keys('/team')).toEqual(named(1, 80));
    expect(keys('/more')).toEqual(named(1, 80));
    expect(receiver.received.every(({ isGenuine, status }) => isGenuine && status === 200)).toBe(true);
  });

  it('lose nothing when one of them is killed at work, and what is repeated has its id', async () => {
    await webhook('team', '/team', '--event', 'data.*');
    const one = await openHub();
    const wren = await open(one);
    let [count, two]: [number, Hub | undefined] = [0, undefined];
    // What is on its way when its hub dies: the fifth is taken all the same, and the tenth is not.
    receiver.answer = async () => {
      count += 1;
      if (count === 5) await one.kill();
      if (count !== 10) return 200;
      await two?.kill();
      return 503;
    };
    await set(wren, 1, 20).catch(() => undefined);
    await until('the hub is dead', () => one.isOver);
    two = await openHub();
    const heron = await two.as('none').open({ handle: 'heron' });
    await set(heron, 100, 5).catch(() => undefined);
    await until('the next one is dead', () => two?.isOver === true);
    const robin = await (await openHub()).as('none').open({ handle: 'robin' });
    await set(robin, 200, 5);
    await until('the last one is there', () => keys('/team').includes('k204'));
    const first = new Map(receiver.taken('/team').map(({ body, id }) => [body.data.key, id]));
    const { keys: stored } = await robin.output('data_list', { scope: 'ci' });
    expect([...first.keys()].sort()).toEqual(stored.map(({ key }: { key: string }) => key).sort());
    const sequences = receiver.taken('/team').map(({ body }) => body.data.sequence);
    expect(sequences).toEqual(sequences.toSorted((a: number, b: number) => a - b));
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(first.size);
  });
});
