/** What happens in a project, as a hub tells it to whoever listens. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Hub, type HubClient, makeToken, shop } from '../support/hub.ts';
import { until, Workspace } from '../support/workspace.ts';

let place: Workspace;
let hub: Hub;
let ana: HubClient;

beforeEach(async () => {
  place = new Workspace();
  const token = await makeToken(place, 'ana');
  hub = await Hub.start(place);
  ana = hub.as(token);
});

afterEach(async () => {
  await hub.stop();
  await place.dispose();
});

interface Heard {
  readonly events: { readonly sequence: number; readonly type: string }[];
  isOver: boolean;
  stop(): void;
}

/** Listens until it is stopped, or until the hub ends it. */
async function listen(options: { token?: string; cursor?: number; project?: string } = {}): Promise<Heard> {
  const stopped = new AbortController();
  const response = await fetch(`${hub.url}/v1/events?project=${options.project ?? shop}`, {
    headers: {
      authorization: `Bearer ${options.token ?? ana.token}`,
      ...(options.cursor === undefined ? {} : { 'last-event-id': String(options.cursor) }),
    },
    signal: stopped.signal,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const heard: Heard = { events: [], isOver: false, stop: () => stopped.abort() };
  const read = async () => {
    let rest = '';
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      const blocks = (rest + Buffer.from(piece).toString()).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, data] = /^data: (.*)$/m.exec(block) ?? [];
        if (data) heard.events.push(JSON.parse(data));
      }
    }
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      heard.isOver = true;
    });
  return heard;
}

const has = (heard: Heard, type: string) => heard.events.some(event => event.type === type);

describe('events', () => {
  it('come as they happen, from native sessions too, and without gaps again from where a reader was', async () => {
    const heard = await listen();
    const heron = await place.session({ args: ['--handle', 'heron', '--project', shop] });
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
    const answer = await hub.request(`/v1/events?project=${shop}`, { headers: { authorization: `Bearer ${other}` } });
    expect(answer.body.error.code).toBe('forbidden');
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
});
