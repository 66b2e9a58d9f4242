/** Requests to a hub in this process: what real ones would take minutes or thousands for. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { everything } from '../../../test/support/audit.ts';
import { settle } from '../../../test/support/fakes.ts';
import { createHubApp } from '../../../test/support/hub-app.ts';
import { project } from '../../../test/support/rules.ts';
import { accountsProject, revokeToken } from '../../core/account.ts';
import { readAudit } from '../../core/audit.ts';
import type { TokenVerdict } from '../../core/identity-provider.ts';
import { limits } from '../../core/limits.ts';
import type { ProviderPolicy } from '../../core/provider-policy.ts';
import { SignIn } from './sign-in.ts';

type App = ReturnType<typeof createHubApp>;

/** What stands in the audit of requests, the newest first. */
async function noted({ bench }: App): Promise<string[]> {
  const { notes } = await bench.store.read(accountsProject, tx => readAudit(tx, everything));
  const asked = notes.filter(({ action }) => action !== 'token');
  return asked.map(({ principal, what, decision }) => `${principal} ${what} ${decision}`);
}

/** A connection that is open. */
const connected = () => Object.assign(new EventEmitter(), { destroy() {} });

describe('a stream of events', () => {
  const path = `/v1/events?project=${project}`;

  it('stands in the audit, also where it is refused', async () => {
    const app = createHubApp();
    const ana = await app.token('ana');
    const ben = await app.token('ben', { projects: ['github.com/acme/other'] });
    const answer = await app.request(path, { headers: ana });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect((await app.request(path, { headers: ben })).status).toBe(403);
    expect(await noted(app)).toEqual(['ben events refused', 'ana events done']);
    await answer.body?.cancel();
  });

  it('is begun by nobody who asks for the head of an answer alone', async () => {
    const app = createHubApp();
    const answer = await app.request(path, { method: 'HEAD', headers: await app.token('ana') });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('is one of so many of its token, and another may begin when one has ended', async () => {
    const app = createHubApp();
    const [ana, ben] = [await app.token('ana'), await app.token('ben')];
    const outgoings = Array.from({ length: limits.hubStreamsPerPrincipal }, connected);
    for (const outgoing of outgoings)
      expect((await app.request(path, { headers: ana }, { outgoing })).status).toBe(200);
    const next = async (headers: Record<string, string>) =>
      (await app.request(path, { headers }, { outgoing: connected() })).status;
    expect([await next(ana), await next(ben)]).toEqual([429, 200]);
    outgoings[7]?.emit('close');
    expect([await next(ana), await next(ana)]).toEqual([200, 429]);
  });
});

describe('a session', () => {
  const post = async (app: App, body: string, type = 'application/json') => {
    const headers = { ...(await app.token('ana')), 'signalbox-project': project, 'content-type': type };
    return app.request('/v1/sessions', { method: 'POST', headers, body });
  };

  it.each([['[]'], ['"wren"'], ['7'], ['{"handel":"wren"}'], ['{"handle":7}']])(
    'is not opened by %s, and the answer has the fields that there are',
    async body => {
      const app = createHubApp();
      const answer = await post(app, body);
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { error: { code: 'invalid_input', next: 'Fields of a session: handle, task, branch, client.' } },
      ]);
      expect(await noted(app)).toEqual(['ana open refused']);
    },
  );

  it.each([['{}'], [''], ['{"handle":null,"task":""}']])('is opened by %s', async body => {
    const app = createHubApp();
    expect((await post(app, body)).status).toBe(201);
  });
});

describe('a body', () => {
  it.each([
    ['in another encoding', 'application/json', Buffer.from('{"task":"caf\u00e9"}', 'latin1'), 400],
    ['that is said to be something else', 'application/json-patch+json', Buffer.from('{"task":"x"}'), 415],
    ['that says in which encoding it is', 'application/json; charset=utf-8', Buffer.from('{"task":"caf\u00e9"}'), 201],
  ])('%s is answered by what it is', async (_which, type, body, status) => {
    const app = createHubApp();
    const headers = { ...(await app.token('ana')), 'signalbox-project': project, 'content-type': type };
    expect((await app.request('/v1/sessions', { method: 'POST', headers, body })).status).toBe(status);
  });
});

it('Whoever asks whether a hub is ready while others do shares their look into the store', async () => {
  const { store } = createHubApp().bench;
  let looks = 0;
  const inspect = async () => {
    looks += 1;
    return store.inspect();
  };
  const app = createHubApp({}, { store: Object.assign(Object.create(store), { inspect }) });
  const answers = await Promise.all(Array.from({ length: 50 }, () => app.request('/readyz')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(looks).toBe(1);
  await app.request('/readyz');
  expect(looks).toBe(2);
});

describe('a wait', () => {
  it('ends with its token, and what comes then is told to nobody and stays unread', async () => {
    const app = createHubApp();
    const [ana, ben] = [await app.token('ana'), await app.token('ben')];
    const post = (path: string, headers: Record<string, string>, body: object) =>
      app.request(path, {
        method: 'POST',
        headers: { ...headers, 'signalbox-project': project, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const open = async (headers: Record<string, string>, about: object) =>
      ((await (await post('/v1/sessions', headers, about)).json()) as { session: string }).session;
    const [session, writer] = [await open(ana, { handle: 'wren' }), await open(ben, {})];
    const waiting = [
      post('/v1/tools/message_wait', { ...ana, 'signalbox-session': session }, { timeoutSeconds: 50 }),
      post(
        '/v1/tools/message_wait',
        { ...ana, 'signalbox-session': session },
        { timeoutSeconds: 50, conversation: 'all' },
      ),
    ];
    await settle(10);
    await app.bench.clock.advance(limits.hubAskedAgainMs);
    await app.bench.store.transact(accountsProject, tx => revokeToken(tx, 'ana'));
    await post('/v1/tools/message_send', { ...ben, 'signalbox-session': writer }, { to: ['wren'], body: 'Take b' });
    await app.bench.clock.advance(limits.safetyPollMs);
    await settle(10);
    for (const answer of await Promise.all(waiting)) {
      expect(answer.status).toBe(401);
      expect(await answer.text()).not.toContain('Take b');
    }
    const unread = await app.bench.store.read(project, tx => tx.count('delivery', 'unread', { equals: session }));
    expect(unread).toBe(1);
  });

  it('whose provider can no longer say whose token it is is told that nobody can tell, and not that it is over', async () => {
    const policy: ProviderPolicy = {
      ...{ issuer: 'https://login.example.com', audiences: ['hub'], nameClaim: 'sub' },
      ...{ roleClaim: 'scope', roles: [{ value: 'write', grants: 'write' }], projectClaim: null, projects: [] },
    };
    const taken: TokenVerdict = { claims: { sub: 'ana', scope: 'write' } };
    let verdict: TokenVerdict = taken;
    const state = { isReached: false, keys: 1, keysAgeMs: 0 };
    const provider = { check: async () => verdict, look: async () => undefined, state };
    const app = createHubApp({ signIn: new SignIn({ policy, provider, url: null }) });
    const post = (path: string, body: object, more: Record<string, string> = {}) =>
      app.request(path, {
        method: 'POST',
        headers: {
          ...{ authorization: 'Bearer a.b.c', 'signalbox-project': project, 'content-type': 'application/json' },
          ...more,
        },
        body: JSON.stringify(body),
      });
    const opened = (await (await post('/v1/sessions', {})).json()) as { session: string };
    const headers = { 'signalbox-session': opened.session };
    const waiting = post('/v1/tools/message_wait', { timeoutSeconds: 5 }, headers);
    await settle(10);
    verdict = { retryMs: 5_000 };
    await app.bench.clock.advance(6_000);
    await settle(10);
    expect((await waiting).status).toBe(503);
    verdict = taken;
    expect((await post('/v1/tools/session_list', {}, headers)).status).toBe(200);
  });
});
