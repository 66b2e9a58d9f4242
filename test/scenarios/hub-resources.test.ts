/** What a hub offers clients of MCP besides its tools: resources, prompts, completions, and news of changes. */
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { makeToken } from '../support/hub.ts';
import { eras, type HubMcpClient } from '../support/hub-mcp-client.ts';
import { mcpClient as connect, hub, member, officeForEachTest, place, printed, startHub } from '../support/office.ts';
import { until, Workspace } from '../support/workspace.ts';

officeForEachTest();

async function read({ client }: HubMcpClient, uri: string) {
  const { contents } = await client.readResource({ uri });
  return JSON.parse((contents[0] as { text: string }).text);
}

const offeredTo = async ({ client }: HubMcpClient) => ({
  resources: (await client.listResources()).resources.map(({ uri }) => uri.replace('signalbox://', '')),
  templates: (await client.listResourceTemplates()).resourceTemplates.length,
  prompts: (await client.listPrompts()).prompts.map(({ name }) => name),
});

/** What the audit has of the requests that are no calls of tools. */
async function audited(): Promise<object[]> {
  const { notes } = (await printed('audit')) as { notes: { what: string }[] };
  return notes.filter(({ what }) => what.includes('/'));
}

describe.each(eras)('a client of the %s protocol', era => {
  it('reads, starts and completes as the session that it is', async () => {
    const [wren, otter] = [await connect(era, { session: 'one' }), await connect(era, { session: 'two' })];
    await wren.call('session_update', { handle: 'wren' });
    await otter.call('session_update', { handle: 'otter' });
    expect(await offeredTo(wren)).toEqual({
      resources: ['project', 'sessions', 'locks', 'inbox', 'context'],
      templates: 1,
      prompts: ['start', 'handoff', 'wrap-up'],
    });
    const { messages } = await wren.client.getPrompt({ name: 'start', arguments: { task: 'Mend the till' } });
    expect(messages[0]?.content).toMatchObject({ text: expect.stringContaining('Your task: Mend the till') });
    await wren.call('lock_acquire', { resources: ['ci'] });
    await otter.call('message_send', { to: ['wren'], body: 'Take b' });
    expect((await read(wren, 'signalbox://inbox')).messages).toMatchObject([{ from: 'otter', body: 'Take b' }]);
    expect((await read(otter, 'signalbox://inbox')).messages).toEqual([]);
    expect((await read(otter, 'signalbox://locks')).locks).toMatchObject([{ resource: 'ci', holder: 'wren' }]);
    expect(await read(otter, 'signalbox://sessions/wren')).toMatchObject({ handle: 'wren', task: 'Mend the till' });
    const { text } = await read(otter, 'signalbox://project');
    expect(text).toContain('- wren: "Mend the till"');
    expect(text).not.toContain('in your checkout');
    const { completion } = await wren.client.complete({
      ref: { type: 'ref/prompt', name: 'handoff' },
      argument: { name: 'to', value: 'o' },
    });
    expect(completion.values).toEqual(['otter']);
    await expect(wren.client.readResource({ uri: 'signalbox://nothing' })).rejects.toThrow('signalbox://nothing');
  });

  it('with a token to read is offered what only looks, and is refused the rest', async () => {
    const rita = await connect(era, { token: await makeToken(place, 'rita', '--role', 'read') });
    expect(await offeredTo(rita)).toEqual({
      resources: ['project', 'sessions', 'locks', 'context'],
      templates: 1,
      prompts: [],
    });
    expect(await read(rita, 'signalbox://sessions')).toEqual({ you: 'onlooker', sessions: [] });
    await expect(rita.client.readResource({ uri: 'signalbox://inbox' })).rejects.toThrow('has the role read');
    await expect(rita.client.getPrompt({ name: 'start', arguments: { task: 'x' } })).rejects.toThrow('the role read');
    expect(await read(rita, 'signalbox://sessions')).toEqual({ you: 'onlooker', sessions: [] });
    expect(await audited()).toMatchObject([
      { what: 'resources/read', decision: 'done' },
      { what: 'prompts/get', decision: 'refused', code: 'forbidden' },
      { what: 'resources/read', decision: 'refused', code: 'forbidden' },
      { what: 'resources/read', decision: 'done' },
    ]);
  });

  it('with a token for some tools is offered what comes to these', async () => {
    const lock = await connect(era, {
      token: await makeToken(place, 'ci', '--tool', 'lock_acquire', '--tool', 'lock_list'),
    });
    expect(await offeredTo(lock)).toEqual({ resources: ['locks'], templates: 0, prompts: [] });
    for (const uri of ['signalbox://sessions', 'signalbox://sessions/wren', 'signalbox://context'])
      await expect(lock.client.readResource({ uri })).rejects.toThrow('is not for the tool');
    const wish = { ref: { type: 'ref/prompt', name: 'handoff' }, argument: { name: 'to', value: '' } } as const;
    await expect(lock.client.complete(wish)).rejects.toThrow('is not for the tool');
  });
});

describe('a client that listens', () => {
  /** What it is told of, and how its listening ended. */
  async function listening(client: HubMcpClient, ...uris: string[]) {
    const told: string[] = [];
    client.client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri));
    const subscription = await client.client.listen({ resourceSubscriptions: uris });
    const ended = { how: '' };
    void subscription.closed.then(how => {
      ended.how = how;
    });
    // What may have changed until the watch began is told at its beginning.
    await until('the watch has begun', () => told.length === uris.length);
    return { told, ended, subscription, clear: () => told.splice(0) };
  }

  it('is told what has changed, at whatever hub, and of nothing else', async () => {
    const wren = await connect('modern', { session: 'one' });
    await wren.call('session_update', { handle: 'wren' });
    const { told, clear } = await listening(wren, 'signalbox://inbox', 'signalbox://locks');
    clear();
    await startHub();
    const otter = await (await member('ben')).open();
    await otter.output('message_send', { to: ['wren'], body: 'Take b' });
    await until('the message is told', () => told.length > 0);
    expect(clear()).toEqual(['signalbox://inbox']);
    await otter.output('lock_acquire', { resources: ['ci'] });
    await until('the lock is told', () => told.length > 0);
    expect(clear()).toEqual(['signalbox://locks']);
  });

  it('hears nothing from the revocation of its token on, and its listening ends', async () => {
    const wren = await connect('modern', { session: 'one' });
    await wren.call('session_update', { handle: 'wren' });
    const otter = await (await member('ben')).open();
    const { told, clear, ended } = await listening(wren, 'signalbox://inbox');
    clear();
    await place.command(['token', 'revoke', 'ana']);
    // Whom a message is for is looked after at once.
    await otter.output('message_send', { to: ['wren'], body: 'Take b' });
    await until('it has ended', () => ended.how !== '');
    expect(told).toEqual([]);
  });

  it('is told of the end by a hub that stops, which does not wait for it', async () => {
    const wren = await connect('modern', { session: 'one' });
    const { ended } = await listening(wren, 'signalbox://locks');
    expect(await hub.stop()).toBe(0);
    await until('it has ended', () => ended.how !== '');
    expect(ended.how).toBe('graceful');
    expect(hub.log.find(({ msg }) => msg === 'stopped')).toBeDefined();
  });

  it('is confirmed what it is told of, each once, and no more than a connection may subscribe to', async () => {
    const rita = await connect('modern', { token: await makeToken(place, 'rita', '--role', 'read') });
    const asked = ['signalbox://inbox', 'signalbox://nothing', 'signalbox://locks', 'signalbox://locks'];
    const { honoredFilter } = await rita.client.listen({ resourceSubscriptions: asked });
    expect(honoredFilter.resourceSubscriptions).toEqual(['signalbox://locks']);
    const many = Array.from({ length: limits.subscriptionsPerConnection + 1 }, (_, at) => `signalbox://sessions/${at}`);
    const { honoredFilter: most } = await rita.client.listen({ resourceSubscriptions: many });
    expect(most.resourceSubscriptions).toEqual(many.slice(0, -1));
  });

  it('of the older protocol is offered no subscriptions, which no hub could keep for it', async () => {
    const { client } = await connect('legacy');
    expect(client.getServerCapabilities()?.resources).toEqual({});
  });
});

describe('a session behind a hub', () => {
  it('reads, starts and completes no more than its token may, and that is noted', async () => {
    const narrow = await makeToken(place, 'ci', '--tool', 'lock_list');
    const machine = new Workspace();
    try {
      Object.assign(machine.environment, { SIGNALBOX_STORE: hub.url, SIGNALBOX_TOKEN: narrow });
      const { client } = await machine.session();
      await client.readResource({ uri: 'signalbox://locks' });
      await expect(client.readResource({ uri: 'signalbox://context' })).rejects.toThrow('is not for the tool');
      await expect(client.getPrompt({ name: 'start', arguments: { task: 'x' } })).rejects.toThrow('is not for');
      expect(await audited()).toMatchObject([
        { what: 'prompts/get', decision: 'refused' },
        { what: 'resources/read', decision: 'refused' },
        { what: 'resources/read', decision: 'done' },
      ]);
    } finally {
      await machine.dispose();
    }
  });
});
