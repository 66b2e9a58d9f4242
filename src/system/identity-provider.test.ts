import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, FakeLog } from '../../test/support/fakes.ts';
import type { IdentityProvider } from '../core/identity-provider.ts';
import { limits } from '../core/limits.ts';
import { createIdentityProvider } from './identity-provider.ts';

const { privateKey, publicKey } = await generateKeyPair('ES256');
const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };

let server: Server;
let issuer: string;
let clock: FakeClock;
let provider: IdentityProvider;
let asked: string[];
/** How the server answers, by path. */
let answers: Record<string, (response: ServerResponse) => void>;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers[request.url ?? ''] ?? (given => given.writeHead(404).end());
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers = {
    '/.well-known/openid-configuration': json({ issuer, jwks_uri: `${issuer}/keys` }),
    '/keys': json({ keys: [key] }),
  };
  clock = new FakeClock();
  provider = createIdentityProvider({ issuer, audiences: ['hub'] }, { clock, log: new FakeLog() });
});

afterEach(async () => {
  server.close();
  server.closeAllConnections();
});

const json = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value));

function token(kid = 'one'): Promise<string> {
  const now = Math.floor(clock.now() / 1_000);
  return new SignJWT({ iss: issuer, aud: 'hub', sub: 'ana', iat: now, exp: now + 600 })
    .setProtectedHeader({ alg: 'ES256', kid })
    .sign(privateKey);
}

const check = async (kid?: string) => provider.check(await token(kid));
const good = { claims: expect.objectContaining({ sub: 'ana' }) };
const away = { retryMs: limits.hubKeysPauseMs };

describe('the keys of a provider', () => {
  it('are looked for when they are first needed, and again when they are old', async () => {
    expect(await Promise.all([check(), check(), check()])).toEqual([good, good, good]);
    await clock.advance(limits.hubKeysFreshMs);
    expect(await check()).toEqual(good);
    expect(asked).toHaveLength(2);
    await clock.advance(1);
    expect(await check()).toEqual(good);
    expect(asked).toHaveLength(4);
    expect(provider.state).toEqual({ isReached: true, keys: 1, keysAgeMs: 0 });
  });

  it('that it withdraws are believed until the next look and no longer', async () => {
    expect(await check()).toEqual(good);
    answers['/keys'] = json({ keys: [] });
    await clock.advance(limits.hubKeysFreshMs + 1);
    expect(await check()).toEqual({ flaw: 'key' });
  });

  it('that are known are used for a day while it is away, and then nobody can tell', async () => {
    expect(await check()).toEqual(good);
    answers = {};
    for (let hours = 0; hours < 24; hours += 1) {
      expect(await check(), `after ${hours} hours`).toEqual(good);
      await clock.advance(3_600_000);
    }
    expect(provider.state).toMatchObject({ isReached: false, keys: 1 });
    await clock.advance(1);
    expect(await check()).toEqual(away);
  });

  it('are asked for at most once in a while, also when nobody answers or a key is unknown', async () => {
    const working = answers;
    answers = {};
    expect([await check(), await check(), await check()]).toEqual([away, away, away]);
    expect(asked).toHaveLength(1);
    answers = working;
    await clock.advance(limits.hubKeysPauseMs);
    expect([await check('two'), await check('three'), await check('four')]).toEqual(Array(3).fill({ flaw: 'key' }));
    expect(asked).toHaveLength(3);
    await clock.advance(limits.hubKeysPauseMs);
    answers['/keys'] = json({ keys: [key, { ...key, kid: 'two' }] });
    expect(await check('two')).toEqual(good);
  });

  it('are not asked for by a token of another provider', async () => {
    const other = await new SignJWT({ iss: `${issuer}/other`, aud: 'hub', sub: 'ana' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .sign(privateKey);
    expect(await provider.check(other)).toEqual({ flaw: 'issuer' });
    expect(asked).toEqual([]);
  });

  it('may be moved, and are never looked for where others could change them or where an answer leads', async () => {
    expect(await check()).toEqual(good);
    const elsewhere = (jwks_uri: unknown) => {
      answers['/.well-known/openid-configuration'] = json({ issuer, jwks_uri });
    };
    answers['/moved'] = json({ keys: [{ ...key, kid: 'moved' }] });
    elsewhere(`${issuer}/moved`);
    await clock.advance(limits.hubKeysPauseMs);
    expect(await check('moved')).toEqual(good);
    answers['/leads'] = response => void response.writeHead(302, { location: `${issuer}/keys` }).end();
    for (const wrong of ['http://keys.example.com/', 'file:///etc/passwd', 7, `${issuer}/leads`]) {
      elsewhere(wrong);
      await clock.advance(limits.hubKeysPauseMs);
      expect(await check('unknown'), String(wrong)).toEqual(away);
    }
    expect(provider.state).toMatchObject({ isReached: false, keys: 1 });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['no JSON', response => void response.end('<html>')],
    ['another form', json({ keys: 'many' })],
    ['nothing of an object', json(null)],
    ['a failure', response => void response.writeHead(500).end('{}')],
    ['more than the bound', json({ keys: [key], more: 'x'.repeat(limits.hubProviderBytes) })],
    [
      'half of it',
      response => void response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy()),
    ],
    ['nothing, for ever', () => undefined],
  ])('are not known where it answers %s', async (_what, answer) => {
    answers['/keys'] = answer;
    expect(await check()).toEqual(away);
    expect(provider.state).toEqual({ isReached: false, keys: 0, keysAgeMs: null });
  });
});
