/** Partners of `claude-duo` by all the ways there are, and native sessions: the broker of a hub, MCP over HTTP, and processes. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeToken, shop as shopProject } from '../support/hub.ts';
import { anaAndHub, hub, native, officeForEachTest, ana as person, place, startHub } from '../support/office.ts';
import { until } from '../support/workspace.ts';
import { asBroker, Broker } from './support/broker.ts';
import { Duo, spoken } from './support/duo.ts';

officeForEachTest(() => anaAndHub(...asBroker));

let ana: Broker;
const clients: Client[] = [];

beforeEach(() => {
  ana = new Broker(() => hub, person.token);
});
afterEach(() => Promise.allSettled(clients.splice(0).map(client => client.close())));

const eras = ['legacy', 'modern'] as const;

async function connect(era: (typeof eras)[number], options: { token?: string; query?: string; session?: string } = {}) {
  const address = `${hub.url}/mcp?project=${shopProject}&profile=claude-duo${options.query ?? ''}`;
  const headers: Record<string, string> = { authorization: `Bearer ${options.token ?? person.token}` };
  if (options.session) headers['signalbox-session'] = options.session;
  const transport = new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } });
  const client = new Client(
    { name: 'scenario', version: '1.0.0' },
    { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } },
  );
  await client.connect(transport);
  clients.push(client);
  const say = async (name: string, input: object = {}) => {
    const { content, isError } = await client.callTool({ name, arguments: { ...input } });
    return { text: (content as { text: string }[])[0]?.text ?? '', isError: isError ?? false };
  };
  return { client, transport, say };
}

describe('a message to a partner over the broker of a hub', () => {
  it('is heard by nobody who asks for the head of an answer alone', async () => {
    await ana.in(shopProject).register('shop', { name: 'Shop' });
    await ana.in(shopProject).register('docs', { name: 'Docs' });
    await ana.post('/talk', { fromId: 'docs', to: 'shop', content: 'Hello' });
    const head = await fetch(`${hub.url}/listen/shop`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${person.token}` },
    });
    expect(head.status).toBe(405);
    expect((await ana.get('/listen/shop')).body.messages).toMatchObject([{ content: 'Hello' }]);
  });
});

describe('a partner over the broker of a hub, one of a process, and a native session', () => {
  it('talk with each other, whoever begins and whoever waits, and read it all again (DUOH-140, DUOH-141)', async () => {
    const [docs, heron] = [await Duo.start(place, 'docs'), await native('heron')];
    await heron.handle();
    await ana.in(shopProject).register('shop', { name: 'Shop' });

    expect((await ana.get('/partners')).body.partners.map(({ id }: { id: string }) => id).sort()).toEqual([
      'docs',
      'native:heron',
      'shop',
    ]);
    expect(await docs.client.text('list_partners')).toContain('🟢 **Shop** (shop)');
    const { sessions } = await heron.call('session_list');
    expect(sessions).toContainEqual(expect.objectContaining({ handle: 'shop' }));

    const hearing = docs.heard();
    await ana.listens('docs');
    expect((await ana.talk('shop', 'Where is the manual?', { to: 'docs' })).body).toMatchObject({ notified: 1 });
    expect(await hearing).toEqual(['shop: Where is the manual?']);
    const waiting = ana.heard('shop');
    await ana.listens('shop');
    expect((await docs.talk('In docs/', { to: 'shop' })).counts).toContain('1 notified');
    expect(await waiting).toEqual(['docs: In docs/']);
    await ana.hasRead('shop');

    await ana.talk('shop', 'May I change auth.ts?', { to: 'native:heron' });
    expect((await heron.call('message_read')).messages).toMatchObject([
      { from: 'shop', body: 'May I change auth.ts?' },
    ]);
    const again = ana.heard('shop');
    await ana.listens('shop');
    await heron.call('message_send', { to: ['shop'], body: 'Yes' });
    expect(await again).toEqual(['native:heron: Yes']);
    await ana.hasRead('shop');

    const group = await ana.post('/conversations', { creatorId: 'shop', name: 'Till', participants: ['docs'] });
    const { id } = group.body.conversation;
    await docs.talk('Who begins?', { conversation: id });
    expect(await ana.heard('shop')).toEqual(['docs: Who begins?']);
    const past = async (conversation: string) => {
      const { body } = await ana.get(`/conversations/${conversation}/messages`);
      return body.messages.map((each: Record<string, string>) => `${each.from_id}: ${each.content}`);
    };
    expect(await past('direct_docs_shop')).toEqual(await docs.history('direct_docs_shop'));
    expect(await past('direct_native:heron_shop')).toEqual(['shop: May I change auth.ts?', 'native:heron: Yes']);
    expect(await past(id)).toEqual(['docs: Who begins?']);
    const all = await Promise.all(
      ['direct_docs_shop', 'direct_native:heron_shop', id].map(each => ana.get(`/conversations/${each}/messages`)),
    );
    const ids = all.flatMap(({ body }) => body.messages.map((message: { id: number }) => message.id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('that has unregistered gets what was written to it natively once it is back, and works in the project that it names last (DUOH-142)', async () => {
    const heron = await native('heron');
    await ana.in(shopProject).register('shop');
    await ana.post('/unregister', { partnerId: 'shop' });
    await heron.call('message_send', { to: ['shop'], body: 'While you were away' });
    await ana.register('shop');
    expect(await ana.heard('shop')).toEqual(['native:heron: While you were away']);
    await ana.in('github.com/acme/other').register('shop');
    const { sessions } = await heron.call('session_list');
    expect(sessions.map(({ handle }: { handle: string }) => handle)).not.toContain('shop');
  });
});

describe.each(eras)('a client of the %s protocol that speaks the profile over a hub', era => {
  it('is offered its tools and no others, and is a partner named after its project (DUOH-150)', async () => {
    const docs = await Duo.start(place, 'docs');
    const { client, say } = await connect(era);
    expect(client.getServerVersion()).toMatchObject({ name: 'mcp-claude-duo-partner', version: '3.0.0' });
    const { tools } = await client.listTools();
    const own = await docs.client.session.client.listTools();
    expect(tools).toEqual(own.tools);
    expect((await say('register', { name: 'Ana' })).text).toBe(
      `Registered as **Ana**\nID: shop\nProject: ${shopProject}`,
    );
    expect(await say('nothing')).toEqual({ text: 'Unknown tool: nothing', isError: true });
    expect(await say('talk', {})).toMatchObject({ isError: true });
    expect((await connect(era, { query: '&language=fr' }).then(each => each.say('nothing'))).text).toBe(
      'Tool inconnu: nothing',
    );
  });

  it('talks and listens over all its requests, with partners and native sessions of every kind (DUOH-151)', async () => {
    const [docs, heron] = [await Duo.start(place, 'docs'), await native('heron')];
    await heron.handle();
    await ana.register('web');
    const { say } = await connect(era);
    await say('talk', { message: 'To docs', to: 'docs' });
    await say('talk', { message: 'To web', to: 'web' });
    await say('talk', { message: 'To heron', to: 'native:heron' });
    expect(await docs.heard()).toEqual(['shop: To docs']);
    expect(await ana.heard('web')).toEqual(['shop: To web']);
    expect((await heron.call('message_read')).messages).toMatchObject([{ from: 'shop', body: 'To heron' }]);
    const waiting = say('listen');
    await ana.listens('shop');
    await heron.call('message_send', { to: ['shop'], body: 'Heard' });
    expect(spoken((await waiting).text)).toEqual(['native:heron: Heard']);
  });

  it('whose token is revoked while it listens hears nothing of what comes then, and listens no more', async () => {
    await ana.register('web');
    const { say } = await connect(era, { token: await makeToken(place, 'ben') });
    const waiting = say('listen');
    await ana.listens('shop');
    await place.command(['token', 'revoke', 'ben']);
    await ana.talk('web', 'After that', { to: 'shop' });
    expect(spoken((await waiting).text)).toEqual([]);
    await until('nobody listens', async () => (await ana.row('shop'))?.isListening === false);
  });

  it('whose listen ends because the hub stops is told to listen again, and hears then (DUOH-155)', async () => {
    await ana.register('web');
    const { say } = await connect(era, { session: 'one' });
    const waiting = say('listen');
    await ana.listens('shop');
    expect(await hub.stop()).toBe(0);
    expect(await waiting).toEqual({ text: expect.stringContaining('Call `listen` again'), isError: false });
    await startHub(asBroker);
    await ana.talk('web', 'In between', { to: 'shop' });
    const again = await connect(era, { session: 'one' });
    expect(spoken((await again.say('listen')).text)).toEqual(['web: In between']);
  });

  it('is another partner than one with another token or another id, and nobody with a token to read (DUOH-152)', async () => {
    const ben = await makeToken(place, 'ben');
    const idOf = async (options: Parameters<typeof connect>[1]) => {
      const { say } = await connect(era, options);
      return /ID: (\S+)/.exec((await say('register')).text)?.[1];
    };
    expect(await idOf({ session: 'one' })).toBe('shop');
    expect(await idOf({ session: 'two' })).toBe('shop_2');
    expect(await idOf({ session: 'one', token: ben })).toBe('shop_3');
    expect(await idOf({ session: 'two' })).toBe('shop_2');
    const reader = await connect(era, { token: await makeToken(place, 'rita', '--role', 'read') });
    expect((await reader.client.listTools()).tools).toEqual([]);
    expect(await reader.say('list_partners')).toMatchObject({
      isError: true,
      text: expect.stringContaining('role read'),
    });
    expect((await ana.get('/partners')).body.partners).toHaveLength(3);
  });
});

describe('a client that asks for a profile', () => {
  it('is a partner that no request to the broker speaks for, with the same token either (DUOH-154)', async () => {
    const { say } = await connect('legacy');
    await say('register');
    await ana.register('web');
    await ana.talk('web', 'For the client alone', { to: 'shop' });
    const asked = [
      ana.register('shop'),
      ana.talk('shop', 'Not from shop', { to: 'web' }),
      ana.listen('shop'),
      ana.post('/unregister', { partnerId: 'shop' }),
      ana.get('/conversations/shop'),
    ];
    for (const { status, body } of await Promise.all(asked)) {
      expect(status).toBe(409);
      expect(body.error).toContain('shop is a client that speaks for itself');
    }
    expect(spoken((await say('listen')).text)).toEqual(['web: For the client alone']);
    expect((await ana.get('/conversations/direct_shop_web/messages')).body.messages).toHaveLength(1);
  });

  it('that the hub does not serve is refused, and one that says goodbye is offline (DUOH-153)', async () => {
    const headers = { authorization: `Bearer ${person.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const refused = await hub.request(`/mcp?project=${shopProject}&profile=claude-peers`, {
      method: 'POST',
      headers,
      body,
    });
    expect(refused).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    const { transport, say } = await connect('legacy');
    await say('register');
    expect(await ana.row('shop')).toMatchObject({ status: 'online' });
    await transport.terminateSession();
    expect(await ana.row('shop')).toMatchObject({ status: 'offline' });
  });
});
