/** A hub over a store, with programs that use it and native sessions beside them. */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { operations } from '../../src/tools/index.ts';
import { shop } from '../support/hub.ts';
import {
  ana,
  hub,
  member,
  native,
  officeForEachTest,
  place,
  printed,
  refusedHub,
  startHub,
  stored,
} from '../support/office.ts';
import { until } from '../support/workspace.ts';

officeForEachTest();

const offered = operations.filter(({ needsMachine }) => !needsMachine);

describe('a session that was opened over a hub', () => {
  it('is one among native ones: a lock of either is refused to the other and passes on, and messages go both ways', async () => {
    const wren = await ana.open({ handle: 'wren', task: 'Mend the shop' });
    const heron = await native('heron');
    await wren.output('lock_acquire', { paths: ['src/a.ts'], reason: 'Mending' });
    const refused = await heron.call('lock_acquire', { paths: ['src/a.ts'] });
    expect(refused).toMatchObject({ granted: false });
    expect(JSON.stringify(refused)).toContain('wren');
    const waiting = heron.call('lock_acquire', { paths: ['src/a.ts'], waitSeconds: 40 });
    await wren.output('lock_release', { paths: ['src/a.ts'] });
    expect(await waiting).toMatchObject({ granted: true });
    expect(await wren.output('lock_acquire', { paths: ['src/../src/a.ts'] })).toMatchObject({ granted: false });
    await heron.call('message_send', { to: ['wren'], body: 'Take b' });
    const { messages } = await wren.output('message_wait', { timeoutSeconds: 20 });
    expect(messages).toMatchObject([{ from: 'heron', body: 'Take b' }]);
    await until('it is read', async () => (await wren.output('message_read')).messages.length === 0);
    await wren.output('message_send', { to: ['heron'], body: 'Thanks' });
    expect((await heron.call('message_read')).messages).toMatchObject([{ from: 'wren', body: 'Thanks' }]);
    const { sessions } = await heron.call('session_list');
    expect(sessions).toContainEqual(expect.objectContaining({ handle: 'wren', task: 'Mend the shop' }));
  });

  it('is its principal’s alone: another token can do nothing as it, with any tool', async () => {
    const wren = await ana.open({ handle: 'wren' });
    await wren.output('lock_acquire', { resources: ['ci'] });
    await wren.output('message_send', { to: ['all'], body: 'Hello' });
    const ben = await (await member('ben', '--role', 'admin')).open({ handle: 'ben' });
    await ben.output('message_send', { to: ['wren'], body: 'For you' });
    const before = await stored();
    const stolen = ben.under(wren.session);
    for (const { name, examples } of offered) {
      for (const { input } of examples) {
        const { status, body } = await stolen.call(name, input);
        expect([name, status, body.error?.code]).toEqual([name, 410, 'session_expired']);
      }
    }
    expect(await stored()).toBe(before);
    expect((await ben.under('no-such-session').call('message_read')).body).toEqual(
      (await stolen.call('message_read')).body,
    );
    const { messages } = await wren.output('message_read');
    expect(messages).toMatchObject([{ body: 'For you' }]);
  });

  it('wakes from a wait when the hub stops, which ends with what is under way', async () => {
    const wren = await ana.open({ handle: 'wren' });
    const waiting = wren.call('message_wait', { timeoutSeconds: 45 });
    await until('it waits', async () => (await hub.figure(ana.token, 'signalbox_waits')) === 1);
    const code = await hub.stop();
    expect(await waiting).toMatchObject({ status: 200, body: { messages: [], timedOut: true } });
    expect(code).toBe(0);
    expect(hub.log.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['stopping', 'stopped']));
    expect(await wren.at(await startHub()).output('session_list')).toMatchObject({ you: 'wren' });
  });
});

describe('a token', () => {
  it('to read can change nothing by any tool, with a session of another or without', async () => {
    const wren = await ana.open({ handle: 'wren' });
    await wren.output('lock_acquire', { resources: ['ci'] });
    await wren.output('data_set', { scope: 'project', key: 'port', value: 3000 });
    await wren.output('context_share', { type: 'note', content: 'Ports are in project data.' });
    const rita = await member('rita', '--role', 'read');
    const before = await stored();
    expect((await rita.post('/v1/sessions', { handle: 'rita' })).body.error.code).toBe('forbidden');
    const answers = new Map<string, Set<number>>();
    for (const { name, examples } of offered) {
      for (const { input } of examples) {
        for (const client of [rita, rita.under(wren.session)]) {
          const { status } = await client.call(name, input);
          answers.set(name, (answers.get(name) ?? new Set()).add(status));
        }
      }
    }
    expect(await stored()).toBe(before);
    const reading = offered.filter(({ effect }) => effect === 'read').map(({ name }) => name);
    const isRefused = (name: string) => [...(answers.get(name) ?? [])].every(status => status === 403);
    expect(offered.map(({ name }) => name).filter(name => !isRefused(name))).toEqual(reading);
    const { locks } = await rita.output('lock_list');
    expect(locks).toMatchObject([{ resource: 'ci', holder: 'wren' }]);
  });

  it('that is revoked is refused with its next request, and wrong ones are not told apart', async () => {
    expect((await ana.call('session_list')).status).toBe(200);
    await place.command(['token', 'revoke', 'ana']);
    const revoked = await ana.call('session_list');
    expect(revoked).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
    expect(revoked.headers.get('www-authenticate')).toMatch(/^Bearer/);
    const wrong = await hub.as(`${ana.token.slice(0, -1)}x`).call('session_list');
    expect(wrong.body).toEqual(revoked.body);
    expect((await hub.request('/v1/tools/session_list', { method: 'POST' })).body).toEqual(revoked.body);
  });

  it('is shown with when it was last used, to the minute', async () => {
    const shown = () => printed('token', 'show', 'ana');
    expect(await shown()).toMatchObject({ usedAt: null });
    await ana.call('session_list');
    const { usedAt } = await shown();
    expect(Date.now() - usedAt).toBeLessThan(60_000);
    await ana.call('session_list');
    expect(await shown()).toMatchObject({ usedAt });
  });

  it('for one project sees no other, also not in the lists of all', async () => {
    await hub.as(ana.token, 'github.com/acme/secret').open({ handle: 'mole', task: 'Hidden' });
    const eve = await member('eve', '--only', shop);
    const { sessions } = await eve.output('session_list', { scope: 'all' });
    expect(sessions).toEqual([]);
    expect((await ana.output('session_list', { scope: 'all' })).sessions).toMatchObject([{ handle: 'mole' }]);
    const elsewhere = hub.as(eve.token, 'github.com/acme/secret');
    expect((await elsewhere.call('session_list')).body.error.code).toBe('forbidden');
    expect((await hub.as(ana.token, '@accounts').call('session_list')).body.error.code).toBe('invalid_input');
  });
});

/** The answer to a request with a head that no client of ours sends. */
async function answerTo(head: string): Promise<{ readonly status: number; readonly body: string }> {
  const socket = connect(hub.port, '127.0.0.1');
  socket.end(`${head}\r\n\r\n`);
  let answer = '';
  for await (const piece of socket) answer += String(piece);
  return { status: Number(/^HTTP\/1\.\d (\d+)/.exec(answer)?.[1]), body: answer.slice(answer.indexOf('\r\n\r\n') + 4) };
}

describe('a request', () => {
  it('from a page of another site, or by another name of the hub, is refused', async () => {
    const headers = { authorization: `Bearer ${ana.token}` };
    const foreign = await hub.request('/v1/openapi.json', { headers: { ...headers, origin: 'https://evil.example' } });
    expect(foreign.status).toBe(403);
    // What a page says that has no site: one from a file, or in a closed frame.
    const nameless = await hub.request('/v1/openapi.json', { headers: { ...headers, origin: 'null' } });
    expect(nameless.status).toBe(403);
    // What a page sends to a name of its own that leads here; and what does not say by what name it calls the hub.
    const led = await answerTo('GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: evil.example');
    expect(led.status).toBe(421);
    expect((await answerTo('GET /healthz HTTP/1.0')).status).toBe(421);
    const own = await hub.request('/v1/openapi.json', { headers: { ...headers, origin: hub.url } });
    expect(own.status).toBe(200);
    expect(own.headers.get('x-content-type-options')).toBe('nosniff');
    expect(own.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('that is wrong is answered with what is wrong and a next step, in one form', async () => {
    const answers = [
      await ana.call('nothing'),
      await ana.call('lock_acquire', { resources: ['ci'] }),
      await hub.as(ana.token, '').call('session_list'),
      await ana.post('/v1/tools/session_list', { scope: 'x'.repeat(1_100_000) }),
      await hub.request('/nowhere', { headers: { authorization: `Bearer ${ana.token}` } }),
      await hub.request('/v1/tools/session_list', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${ana.token}`,
          'signalbox-project': shop,
          'content-type': 'application/json',
        },
        body: '{',
      }),
      await hub.request('/v1/tools/session_list', {
        method: 'POST',
        headers: { authorization: `Bearer ${ana.token}`, 'signalbox-project': shop, 'content-type': 'text/plain' },
        body: '{}',
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 400, 400, 413, 404, 400, 415]);
    for (const { body, headers } of answers) {
      expect(body).toEqual({
        error: { code: expect.any(String), message: expect.stringMatching(/\.$/), next: expect.any(String) },
      });
      expect(headers.get('signalbox-request')).toMatch(/^[0-9a-z]{26}$/);
    }
  });

  it.each([
    'GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: a@b',
    'GET /\\healthz HTTP/1.1\r\nConnection: close\r\nHost: localhost',
    'GET * HTTP/1.1\r\nConnection: close\r\nHost: localhost',
  ])('whose path or name nobody can read (%j) is told so in that form, too', async head => {
    const { status, body } = await answerTo(head);
    expect([status, JSON.parse(body)]).toMatchObject([400, { error: { code: 'invalid_input' } }]);
  });

  it('leaves no body, token or name of a secret in the log', async () => {
    const wren = await ana.open({ handle: 'wren' });
    await wren.output('message_send', { to: ['all'], body: 'The launch is on Friday' });
    await hub.as('sbx_not-a-token').call('session_list');
    await hub.stop();
    const text = JSON.stringify([hub.log, hub.strays]);
    expect(text).not.toContain('Friday');
    expect(text).not.toContain(ana.token);
    expect(text).not.toContain('not-a-token');
    expect(hub.log.filter(({ msg }) => msg === 'authentication failed')).toHaveLength(1);
  });

  it('is refused for a while where too many were wrong, whatever it brings', async () => {
    const wrong = hub.as('sbx_wrong');
    for (let count = 0; count < limits.hubRefusalsPerMinute; count += 1)
      expect((await wrong.call('session_list')).status).toBe(401);
    const right = await ana.call('session_list');
    expect(right.status).toBe(429);
    // As long as the address waits, of which a minute has begun just now.
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(20);
    expect((await hub.request('/healthz')).status).toBe(200);
  });
});

describe('a hub', () => {
  it('is not opened to others without an admin token, nor without asking for tokens', async () => {
    const open = (...words: string[]) => refusedHub(['--listen', '0.0.0.0:0', ...words]);
    const withoutAdmin = await open();
    expect(withoutAdmin).toMatchObject({ code: 5, stdout: '' });
    expect(withoutAdmin.stderr).toContain('signalbox token create NAME --role admin');
    expect(await open('--open')).toMatchObject({ code: 5 });
    expect(await refusedHub(['--listen', 'nowhere'])).toMatchObject({ code: 2 });
  });

  it('is not begun over a store that is behind a hub itself', async () => {
    const environment = { SIGNALBOX_STORE: hub.url, SIGNALBOX_TOKEN: ana.token };
    const { code, stderr } = await refusedHub([], environment);
    expect([code, stderr]).toEqual([2, expect.stringContaining('a hub serves a store itself')]);
  });

  it('describes every tool that it offers, and serves what it describes', async () => {
    const { body } = await hub.request('/v1/openapi.json');
    const paths = Object.keys(body.paths);
    expect(paths).toEqual(['/v1/sessions', '/v1/events', ...offered.map(({ name }) => `/v1/tools/${name}`)]);
    const wren = await (await member('ben', '--role', 'admin')).open({ handle: 'wren' });
    // What a tool that is there says of an input that none takes.
    for (const { name } of offered) {
      const { status, body: said } = await wren.call(name, { nothing: 'that it knows' });
      expect([name, status, said.error?.code]).toEqual([name, 400, 'invalid_input']);
    }
    expect((await wren.call('stage', { nothing: 'that it knows' })).status).toBe(404);
    expect((await hub.request('/healthz')).body).toMatchObject({ status: 'ok' });
    const metrics = await hub.request('/metrics', { headers: { authorization: `Bearer ${ana.token}` } });
    expect(metrics.body).toContain('signalbox_requests_total{route="/healthz",status="200"} 1');
    expect((await hub.request('/metrics')).status).toBe(401);
  });
});
