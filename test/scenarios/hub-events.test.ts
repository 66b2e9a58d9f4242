/** What happens in a project, as a hub tells it to whoever listens. */
import { describe, expect, it } from 'vitest';
import { makeToken, shop } from '../support/hub.ts';
import { type Heard, type ListenOptions, listenTo } from '../support/hub-events.ts';
import { HubMcpClient } from '../support/hub-mcp-client.ts';
import { ana, hub, native, officeForEachTest, place } from '../support/office.ts';
import { until } from '../support/workspace.ts';

officeForEachTest();

const listen = (options: Partial<ListenOptions> = {}) => listenTo(hub, { token: ana.token, ...options });

const has = (heard: Heard, type: string) => heard.events.some(event => event.type === type);

describe('events', () => {
  it('come as they happen, from native sessions too, and without gaps again from where a reader was', async () => {
    const heard = await listen();
    const heron = await native('heron');
    await heron.call('lock_acquire', { resources: ['ci'] });
    await until('the lock is heard of', () => has(heard, 'lock.granted'));
    heard.stop();
    const last = heard.events.at(-1)?.sequence ?? 0;
    const wren = await ana.open({ handle: 'wren' });
    for (let count = 0; count < 5; count += 1)
      await wren.output('data_set', { scope: 'ci', key: `k${count}`, value: count });
    const again = await listen({ cursor: last });
    await until('what was missed is there', () => again.events.filter(({ type }) => type === 'data.set').length === 5);
    const all = [...heard.events, ...again.events].map(({ sequence }) => sequence);
    expect(all).toEqual(Array.from({ length: all.length }, (_, at) => at + 1));
    again.stop();
  });

  it('hold no text of a message, and are told to no token of another project', async () => {
    const heard = await listen();
    const wren = await ana.open({ handle: 'wren' });
    await wren.output('message_send', { to: ['all'], body: 'The launch is on Friday' });
    await until('the message is heard of', () => has(heard, 'message.sent'));
    expect(JSON.stringify(heard.events)).not.toContain('Friday');
    heard.stop();
    const other = await makeToken(place, 'ben', '--only', 'github.com/acme/other');
    await expect(listen({ token: other })).rejects.toThrow(/^403 \{"error":\{"code":"forbidden"/);
  });

  it('end soon after their token was revoked, and when the hub stops', async () => {
    const ben = await makeToken(place, 'ben', '--role', 'read');
    const [one, two] = [await listen({ token: ben }), await listen()];
    await place.command(['token', 'revoke', 'ben']);
    await until('the stream ends', () => one.isOver);
    expect(two.isOver).toBe(false);
    expect(await hub.stop()).toBe(0);
    await until('the other ends', () => two.isOver);
  });

  it('are asked for from an event, and from nothing else', async () => {
    const answer = await hub.request(`/v1/events?project=${shop}&cursor=yesterday`, {
      headers: { authorization: `Bearer ${ana.token}` },
    });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_input' } } });
  });

  it('are told to at most 200 who listen with one token at once, those over MCP among them', async () => {
    const wren = await HubMcpClient.connect(hub, { token: ana.token, era: 'modern' });
    const heard = await Promise.all(Array.from({ length: 199 }, () => listen()));
    const subscription = await wren.client.listen({ resourceSubscriptions: ['signalbox://locks'] });
    await expect(listen()).rejects.toThrow(/^429 \{"error":\{"code":"limit_exceeded"/);
    const ben = await listen({ token: await makeToken(place, 'ben') });
    expect(ben.isOver).toBe(false);
    await subscription.close();
    let last: Heard | undefined;
    await until('there is room again', async () => {
      last = await listen().catch(() => undefined);
      return last !== undefined;
    });
    await expect(wren.client.listen({ resourceSubscriptions: ['signalbox://locks'] })).rejects.toThrow('End one');
    for (const each of [...heard, last, ben]) each?.stop();
    await wren.close();
  });
});
