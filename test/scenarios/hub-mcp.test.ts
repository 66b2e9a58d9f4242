/** Clients that speak MCP to a hub over HTTP, in both eras of the protocol, beside native sessions. */
import { describe, expect, it } from 'vitest';
import { makeToken, shop } from '../support/hub.ts';
import { eras } from '../support/hub-mcp-client.ts';
import { ana, mcpClient as connect, hub, native, officeForEachTest, place, startHubAgain } from '../support/office.ts';
import { until } from '../support/workspace.ts';

officeForEachTest();

describe.each(eras)('a client of the %s protocol', era => {
  it('is one session over all its requests: locks, messages and waits with native sessions', async () => {
    const heron = await native('heron');
    const { call } = await connect(era);
    await call('session_update', { handle: 'wren', task: 'Mend the shop' });
    expect(await call('lock_acquire', { paths: ['src/a.ts'] })).toMatchObject({ granted: true });
    expect(await heron.call('lock_acquire', { paths: ['src/a.ts'] })).toMatchObject({ granted: false });
    const waiting = call('message_wait', { timeoutSeconds: 30 });
    await heron.call('message_send', { to: ['wren'], body: 'Take b' });
    expect((await waiting).messages).toMatchObject([{ from: 'heron', body: 'Take b' }]);
    await until('it is read', async () => (await call('message_read')).messages.length === 0);
    const { sessions } = await heron.call('session_list');
    expect(sessions).toContainEqual(expect.objectContaining({ handle: 'wren', locks: 1, client: 'scenario' }));
    expect(sessions).toHaveLength(2);
  });

  it('is another session than one with another token, or with another id of its own', async () => {
    const ben = await makeToken(place, 'ben');
    const [one, two, three] = [
      await connect(era, { session: 'one' }),
      await connect(era, { session: 'two' }),
      await connect(era, { token: ben, session: 'one' }),
    ];
    await one.call('lock_acquire', { resources: ['ci'] });
    for (const other of [two, three])
      expect(await other.call('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: false });
    const { sessions } = await three.call('session_list');
    expect(sessions).toHaveLength(3);
  });

  it('is known by its name, also with an id of its own; an empty id is none', async () => {
    const heron = await native('heron');
    const one = await connect(era, { name: 'one', session: 'mine' });
    const [two, three] = [await connect(era, { name: 'two', session: '' }), await connect(era, { name: 'three' })];
    for (const { call } of [one, two, three]) await call('session_update', { status: 'here' });
    const { sessions } = await heron.call('session_list');
    const names = sessions.map(({ client }: { client: string }) => client).sort();
    expect(names).toEqual(['one', 'scenario', 'three', 'two']);
  });

  it('does not come back as the session that somebody else had under the same id', async () => {
    const one = await connect(era, { session: 'one' });
    await one.call('session_update', { handle: 'wren' });
    await one.call('session_end');
    const ben = await connect(era, { token: await makeToken(place, 'ben'), session: 'one' });
    expect((await ben.call('session_list')).you).not.toBe('wren');
    expect((await one.call('session_list')).you).toBe('wren');
  });

  it('with a token to read is offered what reads, joins nobody and changes nothing', async () => {
    const rita = await makeToken(place, 'rita', '--role', 'read');
    const { client, call } = await connect(era, { token: rita });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('session_list');
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    await expect(call('lock_acquire', { resources: ['ci'] })).rejects.toThrow('forbidden');
    expect(await call('session_list')).toEqual({ you: 'onlooker', sessions: [] });
  });

  it('is refused from the revocation of its token on', async () => {
    const { call } = await connect(era);
    await call('session_list');
    await place.command(['token', 'revoke', 'ana']);
    await expect(call('session_list')).rejects.toThrow('The request has no valid token.');
    await expect(connect(era)).rejects.toThrow(/no valid token|requires authorization \(HTTP 401\)/);
  });

  it('goes on over another hub on the same store when the first is gone', async () => {
    const first = await connect(era, { session: 'one' });
    await first.call('session_update', { handle: 'wren' });
    await first.call('lock_acquire', { resources: ['ci'] });
    await startHubAgain();
    const second = await connect(era, { session: 'one' });
    expect(await second.call('session_list')).toMatchObject({ you: 'wren' });
    expect((await second.call('lock_list')).locks).toMatchObject([{ resource: 'ci', holder: 'wren' }]);
  });
});

describe('a client of the modern protocol', () => {
  it('is one session with others of its token and name unless it has an id, and is told so', async () => {
    const [one, two, three] = [
      await connect('modern'),
      await connect('modern'),
      await connect('modern', { session: 'one' }),
    ];
    await one.call('lock_acquire', { resources: ['ci'] });
    expect(await two.call('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: true });
    expect(await three.call('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: false });
    for (const { client } of [one, two]) expect(client.getInstructions()).toContain('Signalbox-Session');
    for (const { client } of [three, await connect('legacy')])
      expect(client.getInstructions()).not.toContain('Signalbox-Session');
  });
});

describe('a client of the legacy protocol', () => {
  it('is given an id with its handshake, and is over when it says goodbye', async () => {
    const { transport, call } = await connect('legacy');
    await call('lock_acquire', { resources: ['ci'] });
    expect(transport.sessionId).toMatch(/^[0-9a-z]{26}\.scenario$/);
    const other = await connect('legacy');
    expect(await other.call('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: false });
    await transport.terminateSession();
    expect(await other.call('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: true });
  });

  it('may say goodbye without having called anything, and again; what nobody was given is no session', async () => {
    const { transport } = await connect('legacy');
    const goodbye = async (headers: Record<string, string>) =>
      (await hub.request(`/mcp?project=${shop}`, { method: 'DELETE', headers })).status;
    const [authorization, id] = [`Bearer ${ana.token}`, transport.sessionId ?? ''];
    await transport.terminateSession();
    expect(await goodbye({ authorization, 'mcp-session-id': id })).toBe(200);
    expect(await goodbye({ authorization, 'mcp-session-id': 'made-up' })).toBe(404);
    expect(await goodbye({ authorization, 'signalbox-session': 'made-up' })).toBe(404);
    expect(await goodbye({ authorization: 'Bearer sbx_wrong', 'mcp-session-id': id })).toBe(401);
  });
});
