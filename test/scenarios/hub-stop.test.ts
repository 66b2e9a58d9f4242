/** What becomes of the requests that a hub has begun, and of those that come too late, when it is asked to stop. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { type HubClient, shop } from '../support/hub.ts';
import { eras, HubMcpClient } from '../support/hub-mcp-client.ts';
import { ana, hub, officeForEachTest, startHub } from '../support/office.ts';
import { honest, identity, StrangeMachine } from '../support/strange-machine.ts';
import { until } from '../support/workspace.ts';

officeForEachTest();

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const waits = (count: number) =>
  until(`${count} wait`, async () => (await hub.figure(ana.token, 'signalbox_waits')) === count);

/** A connection whose bytes the test writes itself. */
async function open(): Promise<{ write(text: string): void; answer(): Promise<string> }> {
  const socket = connect(hub.port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  let text = '';
  socket.on('data', chunk => {
    text += String(chunk);
  });
  const isOver = once(socket, 'close');
  return {
    write: more => void socket.write(more),
    answer: async () => {
      await isOver;
      return text;
    },
  };
}

/** The head of a call, up to the empty line. */
const head = (client: HubClient, tool: string, length: number) =>
  [
    `POST /v1/tools/${tool} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${client.token}`,
    `Signalbox-Project: ${shop}`,
    `Signalbox-Session: ${client.session}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    '',
  ].join('\r\n');

describe('a hub that is asked to stop', () => {
  it('has gone long before its ten seconds where nothing is under way, also with a peer that never finished asking', async () => {
    const { write } = await open();
    write('GET //[ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nrest');
    await until('it was heard', async () => (await hub.request('/healthz')).status === 200);
    hub.beginStop();
    await until('it has ended', () => hub.isOver, limits.hubDrainMs / 2);
  });

  it('leaves nothing behind that keeps its process, also where machines are connected that work, wait or say nonsense', async () => {
    const machines = await Promise.all(
      Array.from({ length: 3 }, () => StrangeMachine.connect(hub, ana.token, honest(shop))),
    );
    for (const [at, machine] of machines.entries()) {
      await machine.greet({ self: identity({ pid: 5_000 + at }), handle: `otter-${at}` });
      await machine.talk();
      await machine.call('session_list');
    }
    const [waits, , strange] = machines as [StrangeMachine, StrangeMachine, StrangeMachine];
    void waits.call('message_wait', { timeoutSeconds: 45 });
    void strange.ask('direct-hook', { call: { client: 'claude-code', event: 'Stop', input: {}, teller: '' }, pid: 1 });
    strange.wire.send('["say",1,null]');
    await until('they are there', async () => (await hub.figure(ana.token, 'signalbox_waits')) >= 1);
    expect(await hub.stop()).toBe(0);
    expect(hub.log.filter(({ level }) => level !== 'info')).toEqual([]);
    expect(hub.log.at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('ends waits as if their time were over: nothing is lost, and a place in the queue that was to be kept is kept', async () => {
    const [wren, heron, otter] = [
      await ana.open({ handle: 'wren' }),
      await ana.open({ handle: 'heron' }),
      await ana.open({ handle: 'otter' }),
    ];
    await heron.output('lock_acquire', { resources: ['ci'] });
    const waiting = [
      wren.call('message_wait', { timeoutSeconds: 45 }),
      wren.call('lock_acquire', { resources: ['ci'], waitSeconds: 45, queue: true }),
      otter.call('lock_acquire', { resources: ['ci'], waitSeconds: 45 }),
      otter.call('message_send', { to: ['heron'], body: 'May I?', waitSeconds: 45, key: 'may-i' }),
    ];
    await waits(4);
    expect(await hub.stop()).toBe(0);
    const [message, kept, given, sent] = await Promise.all(waiting);
    expect(message).toMatchObject({ status: 200, body: { messages: [], timedOut: true } });
    expect(kept).toMatchObject({ status: 200, body: { granted: false, queue: { keptUntil: expect.any(String) } } });
    expect(given).toMatchObject({ status: 200, body: { granted: false } });
    expect(given?.body.queue.keptUntil).toBeUndefined();
    expect(sent).toMatchObject({ status: 200, body: { answers: [], timedOut: true } });
    await startHub();
    const { waiting: line } = await heron.at(hub).output('lock_list');
    expect(line).toMatchObject([{ session: 'wren' }]);
    expect((await heron.at(hub).output('message_read')).messages).toMatchObject([{ body: 'May I?' }]);
    await heron.at(hub).output('lock_release', { resources: ['ci'] });
    expect((await wren.at(hub).output('lock_list')).locks).toMatchObject([{ resource: 'ci', holder: 'wren' }]);
  });

  it.each(eras)('answers a client of the %s protocol that waits with progress', async era => {
    const wren = await HubMcpClient.connect(hub, { token: ana.token, era });
    await wren.call('session_list');
    let told = 0;
    const onprogress = () => {
      told += 1;
    };
    const waiting = wren.call('message_wait', { timeoutSeconds: 45 }, { onprogress });
    // From then on the answer is a stream, of which a part is out.
    await until('it was told how it goes', () => told > 0);
    expect(await hub.stop()).toBe(0);
    expect(await waiting).toMatchObject({ messages: [], timedOut: true });
    await wren.close();
  });

  it('does what it had begun, and tells a request that comes too late to come again, without having done anything', async () => {
    const wren = await ana.open({ handle: 'wren' });
    const [begun, late] = [await open(), await open()];
    const body = JSON.stringify({ resources: ['ci'] });
    begun.write(`${head(wren, 'lock_acquire', body.length)}\r\n`);
    late.write(head(wren, 'lock_acquire', 19));
    await until('one is begun', async () => (await hub.figure(ana.token, 'signalbox_requests_open')) === 2);
    hub.beginStop();
    await until('it stops', () => hub.log.some(({ msg }) => msg === 'stopping'));
    late.write('\r\n{"resources":["x"]}');
    const refused = await late.answer();
    expect(refused).toMatch(/^HTTP\/1\.1 503 /);
    expect(refused).toMatch(new RegExp(`^retry-after: ${limits.hubRetrySeconds}\r$`, 'im'));
    expect(refused).toMatch(/^connection: close\r$/im);
    expect(refused).toContain('"code":"unavailable"');
    begun.write(body);
    expect(await begun.answer()).toMatch(/^HTTP\/1\.1 200 /);
    expect(await hub.stop()).toBe(0);
    await startHub();
    const { locks } = await wren.at(hub).output('lock_list');
    expect(locks).toMatchObject([{ resource: 'ci', holder: 'wren' }]);
  });
});
