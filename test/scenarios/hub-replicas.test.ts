/** Two hubs on one server: no client need stay with one of them, and either may go at any moment. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replicasUnderLoad } from '../soak/replica-load.ts';
import type { Hub, HubClient } from '../support/hub.ts';
import { listenTo } from '../support/hub-events.ts';
import { eras, HubMcpClient } from '../support/hub-mcp-client.ts';
import { type Attempt, insist, Replicas } from '../support/replicas.ts';
import { postgresServer, redisServer } from '../support/servers/choose.ts';
import { describeWith } from '../support/servers/suites.ts';
import { until } from '../support/workspace.ts';

/** Decides who is killed when and what is sent; a failure names it, the variable replays it. */
const seed = Number(process.env.SIGNALBOX_TEST_SEED ?? Date.now() % 100_000);

let replicas: Replicas;
let token: string;

const waits = (hub: Hub, count: number) =>
  until(`${count} wait there`, async () => (await hub.figure(token, 'signalbox_waits')) === count);
const heard = (hub: Hub) => hub.figure(token, 'signalbox_hints_heard_total');

/** Two sessions of one token, each at a hub of its own. */
async function apart(): Promise<[HubClient, HubClient]> {
  return [
    await replicas.at(0).as(token).open({ handle: 'wren' }),
    await replicas.at(1).as(token).open({ handle: 'heron' }),
  ];
}

for (const kind of [postgresServer, redisServer]) {
  await describeWith(kind, `two hubs on one ${kind.name}`, server => {
    beforeEach(async () => {
      replicas = await Replicas.start(server.url);
      token = await replicas.token('ana');
    });
    afterEach(() => replicas.dispose());

    it('serve a session by turns, request by request', async () => {
      const [wren, heron] = await apart();
      const turn = () => wren.at(replicas.next());
      const { locks } = await turn().output('lock_acquire', { resources: ['ci'] });
      expect(await heron.output('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: false });
      const again = await turn().output('lock_acquire', { resources: ['ci'], fence: locks[0].fence });
      expect(again).toMatchObject({ granted: true, locks: [{ fence: locks[0].fence }] });
      for (const body of ['One', 'Two', 'Three']) await turn().output('message_send', { to: ['heron'], body });
      const [first, rest] = [
        await heron.at(replicas.next()).output('message_read', { limit: 1 }),
        await heron.at(replicas.next()).output('message_read'),
      ];
      const shown = [...first.messages, ...rest.messages].map(({ body }: { body: string }) => body);
      expect(shown).toEqual(['One', 'Two', 'Three']);
      await turn().output('lock_release', { resources: ['ci'] });
      expect(await heron.output('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: true });
      expect((await turn().output('session_list')).sessions).toHaveLength(2);
    });

    it.each(eras)('serve a client of the %s protocol by turns as the one session that it is', async era => {
      const heron = await replicas.at(0).as(token).open({ handle: 'heron' });
      const client = await HubMcpClient.connect(replicas.at(0), { token, era, next: replicas.next });
      await client.call('session_update', { handle: 'wren' });
      await client.call('lock_acquire', { resources: ['ci'] });
      expect(await client.call('lock_list')).toMatchObject({ locks: [{ resource: 'ci', holder: 'wren' }] });
      await heron.output('message_send', { to: ['wren'], body: 'Take b' });
      expect((await client.call('message_wait')).messages).toMatchObject([{ from: 'heron', body: 'Take b' }]);
      await until('it is read', async () => (await client.call('message_read')).messages.length === 0);
      expect((await client.call('session_list')).sessions).toHaveLength(2);
      await client.close();
    });

    it('wake who waits at the other for a message, by a hint each time', async () => {
      const [wren, heron] = await apart();
      for (let round = 0; round < 5; round += 1) {
        const waiting = wren.output('message_wait', { timeoutSeconds: 45 });
        await waits(replicas.at(0), 1);
        const before = await heard(replicas.at(0));
        await heron.output('message_send', { to: ['wren'], body: `Number ${round}` });
        expect((await waiting).messages).toMatchObject([{ body: `Number ${round}` }]);
        // Who begins to listen is woken once by that; from the second time on it listens already.
        if (round > 0) expect(await heard(replicas.at(0))).toBeGreaterThan(before);
        await waits(replicas.at(0), 0);
      }
    });

    it('grant who waits at one the lock that is released at the other, by a hint each time', async () => {
      const [wren, heron] = await apart();
      const [lock, wait] = [{ resources: ['ci'] }, { resources: ['ci'], waitSeconds: 45 }];
      let fence = 0;
      for (let round = 0; round < 5; round += 1) {
        await heron.output('lock_acquire', lock);
        const waiting = wren.output('lock_acquire', wait);
        await waits(replicas.at(0), 1);
        const before = await heard(replicas.at(0));
        await heron.output('lock_release', lock);
        const { granted, locks } = await waiting;
        expect([granted, locks[0].fence > fence]).toEqual([true, true]);
        fence = locks[0].fence;
        if (round > 0) expect(await heard(replicas.at(0))).toBeGreaterThan(before);
        await wren.output('lock_release', lock);
      }
    });

    it('tell the same events: who has them up to one goes on at the other, without a gap and none twice', async () => {
      const [wren, heron] = await apart();
      const work = async (from: number) => {
        for (let at = from; at < from + 10; at += 1)
          await (at % 2 ? wren : heron.at(replicas.at(1))).output('data_set', {
            scope: 'ci',
            key: `k${at}`,
            value: at,
          });
      };
      const first = await listenTo(replicas.at(0), { token });
      await work(0);
      await until('some are heard', () => first.events.length > 5);
      await replicas.at(0).kill();
      await until('it is over', () => first.isOver);
      const last = first.events.at(-1)?.sequence ?? 0;
      const second = await listenTo(replicas.at(1), { token, cursor: last });
      await heron.output('data_set', { scope: 'ci', key: 'last', value: 0 });
      const all = () => [...first.events, ...second.events];
      const isSet = ({ type }: { type: string }) => type === 'data.set';
      await until('all are heard', () => all().filter(isSet).length >= 11);
      expect(all().map(({ sequence }) => sequence)).toEqual(all().map((_, at) => at + 1));
      expect(all().filter(isSet)).toHaveLength(11);
      second.stop();
    });

    it('lose and double nothing that was acknowledged when one of them is killed under load, again and again', async () => {
      const { violations, numbers } = await replicasUnderLoad(replicas, { seed, kills: 4, writers: 4, readers: 2 });
      expect(violations, `replay with SIGNALBOX_TEST_SEED=${seed}`).toEqual([]);
      expect(Number(numbers.refused) + Number(numbers.gone), `seed ${seed} met nobody`).toBeGreaterThan(0);
      console.info(`${kind.name}, seed ${seed}:`, JSON.stringify(numbers));
    });

    it('are stopped and started one after the other while many wait, and each gets what it waits for', async () => {
      const attempts = { ofWaiters: new Set<Attempt>(), ofSender: new Set<Attempt>() };
      const insisting = async (client: HubClient, tool: string, input: object, who: Set<Attempt>) => {
        const { status, body } = await insist(replicas, client, `/v1/tools/${tool}`, input, made => void who.add(made));
        expect([status, body.error]).toEqual([200, undefined]);
        return body;
      };
      const sender = await replicas.at(0).as(token).open({ handle: 'sender' });
      const send = (to: string, body: string) =>
        insisting(sender, 'message_send', { to: [to], body, key: `${to}/${body}` }, attempts.ofSender);
      const names = Array.from({ length: 6 }, (_, at) => `waiter-${at}`);
      const waiters = await Promise.all(names.map((handle, at) => replicas.at(at).as(token).open({ handle })));
      await sender.output('lock_acquire', { resources: ['ci'] });
      const served: string[] = [];
      const standing = waiters.slice(0, 2).map(async (waiter, at) => {
        const wish = { resources: ['ci'], waitSeconds: 45, queue: true };
        while (!(await insisting(waiter, 'lock_acquire', wish, attempts.ofWaiters)).granted);
        served.push(names[at] ?? '');
        await insisting(waiter, 'lock_release', { resources: ['ci'] }, attempts.ofWaiters);
      });
      const waiting = waiters.map(async waiter => {
        const shown: string[] = [];
        while (!shown.includes('Last')) {
          const { messages } = await insisting(waiter, 'message_wait', { timeoutSeconds: 45 }, attempts.ofWaiters);
          for (const { from, body } of messages) if (from === 'sender') shown.push(body);
        }
        return shown;
      });
      await until('all wait', async () => (await waitsOfBoth()) === 8);
      const line = (await sender.output('lock_list')).waiting.map(({ session }: { session: string }) => session);
      for (const index of [0, 1]) {
        await Promise.all([replicas.at(index).stop(), ...names.map(name => send(name, `While ${index} stops`))]);
        await replicas.startAgain(index);
      }
      await insisting(sender, 'lock_release', { resources: ['ci'] }, attempts.ofSender);
      await Promise.all(standing);
      for (const name of names) await send(name, 'Last');
      for (const shown of await Promise.all(waiting)) expect(shown).toEqual(['While 0 stops', 'While 1 stops', 'Last']);
      expect(served).toEqual(line);
      // A connection that was idle may break; one on which somebody waits does not.
      expect([...attempts.ofWaiters]).not.toContain('gone');
    });
  });
}

/** How many wait at either. */
async function waitsOfBoth(): Promise<number> {
  const counts = await Promise.all([0, 1].map(index => replicas.at(index).figure(token, 'signalbox_waits')));
  return counts.reduce((sum, count) => sum + count, 0);
}
