/** People and programs with tokens of a real OpenID provider at a real hub. */
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../src/tools/index.ts';
import { shop } from '../support/hub.ts';
import {
  hub,
  member,
  officeForEachTest,
  place,
  printed,
  refusedHub,
  startHub,
  startHubAgain,
  stored,
} from '../support/office.ts';
import { LocalProvider } from '../support/provider.ts';
import { pause, until } from '../support/workspace.ts';

const audience = 'https://hub.example.com/mcp';
const [read, write, admin] = ['signalbox:read', 'signalbox:write', 'signalbox:admin'] as const;

let provider: LocalProvider;

beforeEach(async () => {
  provider = await LocalProvider.start();
});
afterEach(() => provider.stop());

officeForEachTest(() => startHub(settings()));

const settings = (issuer = provider.issuer) => ['--oidc-issuer', issuer, '--oidc-audience', audience];
const startAgain = (...more: string[]) => startHubAgain(...settings(), ...more);

const issued = async (client: string, scope: string) => hub.as(await provider.token(client, audience, scope));
const signed = async (...words: Parameters<LocalProvider['signed']>) =>
  hub.as(await provider.signed({ aud: audience, ...words[0] }, words[1]));
const reasons = () => hub.log.filter(({ msg }) => msg === 'authentication failed').map(({ reason }) => reason);

describe('a token of the provider', () => {
  it('works as its role says: with read it changes nothing by any tool, and only admin overrules', async () => {
    const wren = await (await issued('ana', `${read} ${write}`)).open({ handle: 'wren' });
    await wren.output('lock_acquire', { resources: ['ci'] });
    const rita = await issued('rita', read);
    expect((await rita.output('lock_list')).locks).toMatchObject([{ resource: 'ci', holder: 'wren' }]);
    const before = await stored();
    for (const { name, effect, examples } of operations.filter(
      tool => !['stage', 'edit_record', 'who'].includes(tool.name),
    )) {
      for (const { input } of effect === 'read' ? [] : examples) {
        expect([name, (await rita.call(name, input)).status]).toEqual([name, 403]);
      }
    }
    expect(await stored()).toBe(before);
    const broken = { resources: ['ci'], reason: 'Stuck' };
    expect((await wren.call('lock_break', broken)).body.error.message).toContain('lock_break takes admin');
    const boss = await (await issued('ben', admin)).open({ handle: 'boss' });
    expect(JSON.stringify((await boss.call('lock_break', broken)).body)).not.toContain('takes admin');
  });

  it('is one person’s however often it is renewed, and nobody else’s: a session stays with whoever opened it', async () => {
    const wren = await (await issued('ana', write)).open({ handle: 'wren' });
    await wren.output('lock_acquire', { resources: ['ci'] });
    const renewed = await issued('ana', write);
    expect(renewed.token).not.toBe(wren.token);
    expect((await renewed.under(wren.session).output('lock_list')).locks).toMatchObject([{ holder: 'wren' }]);
    expect(await renewed.under(wren.session).output('lock_release', { resources: ['ci'] })).toBeDefined();
    const ben = await issued('ben', `${write} ${admin}`);
    const stolen = await ben.under(wren.session).call('message_read');
    expect(stolen).toMatchObject({ status: 410, body: { error: { code: 'session_expired' } } });
    // Of another provider the same subject is somebody else; here that is a token made here, by the same name.
    const named = await member('ana', '--role', 'admin');
    expect((await named.under(wren.session).call('message_read')).status).toBe(410);
  });

  it('is taken with its other forms, and with clocks that differ a little', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const good: Parameters<LocalProvider['signed']>[] = [
      [{}],
      [{}, { typ: 'application/at+jwt' }],
      [{}, { typ: 'JWT' }],
      [{ aud: ['https://other.example.com', audience] }],
      [{ iat: now + 20, nbf: now + 20 }],
      [{ iat: now - 700, exp: now - 5 }],
      [{ scope: 'openid signalbox:write' }],
    ];
    for (const each of good) {
      expect((await (await signed(...each)).call('session_list')).status, JSON.stringify(each)).toBe(200);
    }
    expect(reasons()).toEqual([]);
  });

  it('that is wrong in any way is refused in one and the same way; the log and the audit have the reason', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const good = await provider.signed({ aud: audience });
    const [head = '', body = '', signature = ''] = good.split('.');
    const evil = Buffer.from(JSON.stringify({ ...JSON.parse(String(Buffer.from(body, 'base64url'))), sub: 'eve' }));
    const claims = { iss: provider.issuer, aud: audience, sub: 'ana', iat: now, exp: now + 600, scope: admin };
    const shared = new TextEncoder().encode(JSON.stringify(provider.publicKey));
    const other = await LocalProvider.start();
    const wrong: [string, string][] = [
      ['expired', await provider.signed({ aud: audience, iat: now - 900, exp: now - 300 })],
      ['expired', await provider.signed({ aud: audience, iat: now - 100_000, exp: now + 600 })],
      ['early', await provider.signed({ aud: audience, nbf: now + 300 })],
      ['early', await provider.signed({ aud: audience, iat: now + 300 })],
      ['claims', await provider.signed({ aud: audience, exp: undefined })],
      ['claims', await provider.signed({ aud: audience, sub: undefined })],
      ['claims', await provider.signed({ aud: audience, iat: undefined })],
      ['claims', await provider.signed({ aud: audience, sub: ['ana'] })],
      ['audience', await provider.signed({ aud: 'https://other.example.com' })],
      ['audience', await provider.signed({ aud: `${audience}/` })],
      ['claims', await provider.signed({ aud: undefined })],
      ['issuer', await provider.signed({ aud: audience, iss: `${provider.issuer}/` })],
      ['issuer', await other.signed({ aud: audience })],
      ['key', await other.signed({ aud: audience, iss: provider.issuer })],
      ['algorithm', new UnsecuredJWT(claims).encode()],
      [
        'algorithm',
        await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: provider.publicKey.kid ?? '' }).sign(shared),
      ],
      ['signature', `${head}.${evil.toString('base64url')}.${signature}`],
      ['signature', await other.signed({ aud: audience, iss: provider.issuer }, { kid: provider.publicKey.kid ?? '' })],
      ['kind', await provider.signed({ aud: audience, at_hash: 'x' }, { typ: 'JWT' })],
      ['kind', await provider.signed({ aud: audience }, { typ: 'logout+jwt' })],
      ['kind', await provider.signed({ aud: audience, cnf: { jkt: 'x' } })],
      ['length', await provider.signed({ aud: audience, more: 'x'.repeat(9_000) })],
      ['form', `${head}.${body.slice(1)}.${signature}`],
      ['unknown', 'sbx_wrong'],
    ];
    const bodies = new Set<string>();
    for (const [reason, token] of wrong) {
      const { status, body: said, headers } = await hub.as(token).call('session_list');
      expect([reason, status, headers.get('www-authenticate')]).toEqual([
        reason,
        401,
        expect.stringContaining('error="invalid_token"'),
      ]);
      bodies.add(JSON.stringify(said));
    }
    await other.stop();
    expect([...bodies]).toHaveLength(1);
    expect(reasons()).toEqual(wrong.map(([reason]) => reason));
    const { notes } = await printed('audit', '--decision', 'refused');
    expect(notes.map(({ what }: { what: string }) => what).toReversed()).toEqual(reasons());
    const text = JSON.stringify([hub.log, notes]);
    for (const [, token] of wrong) expect(text).not.toContain(token.split('.')[2] || token);
  });

  it('is nobody’s without a role, and for no project where its claim names none', async () => {
    const bare = await signed({ scope: 'openid profile' });
    const answer = await bare.call('session_list');
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    expect(answer.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="signalbox:write"');
    await startAgain('--oidc-project-claim', 'teams');
    for (const teams of [undefined, [], [''], [7], { all: true }]) {
      expect((await (await signed({ teams })).call('session_list')).status).toBe(403);
    }
    expect(new Set(reasons())).toEqual(new Set(['no project']));
  });

  it('is for the projects that its claims give: as patterns, or by what the settings make of them', async () => {
    await startAgain('--oidc-project-claim', 'acme.projects');
    provider.claims.ana = { acme: { projects: ['github.com/acme/*'] } };
    const ana = await issued('ana', write);
    expect((await ana.call('session_list')).status).toBe(200);
    await ana.open({ handle: 'wren' });
    const elsewhere = hub.as(ana.token, 'github.com/other/shop');
    expect((await elsewhere.call('session_list')).body.error.code).toBe('forbidden');
    const words = ['--oidc-role-claim', 'groups', '--oidc-roles', 'shop-team=write,cn=bosses=admin'];
    const projects = [
      '--oidc-project-claim',
      'groups',
      '--oidc-projects',
      `shop-team=${shop},web-team=github.com/acme/web-*`,
    ];
    await startAgain(...words, ...projects);
    const both = await signed({ groups: ['web-team', 'shop-team', 'choir'] });
    const status = async (project: string) => (await hub.as(both.token, project).call('session_list')).status;
    expect(await Promise.all([shop, 'github.com/acme/web-1', 'github.com/acme/api'].map(status))).toEqual([
      200, 200, 403,
    ]);
    expect((await (await signed({ groups: ['web-team'] })).call('session_list')).status).toBe(403);
    expect((await (await signed({ groups: ['**'] })).call('session_list')).status).toBe(403);
  });

  it('ends a stream of events when it ends', async () => {
    let stream: Response | undefined;
    // It has a few seconds left; where the machine is too slow for them, another one is taken.
    await until('a stream has begun', async () => {
      const now = Math.floor(Date.now() / 1_000);
      const { token } = await signed({ iat: now - 600, exp: now - 26 });
      stream = await fetch(`${hub.url}/v1/events?project=${shop}`, { headers: { authorization: `Bearer ${token}` } });
      return stream.status === 200;
    });
    expect(await stream?.text()).toContain('retry:');
  });
});

describe('the provider', () => {
  it('may change its keys while the hub runs: new tokens are taken, and those of a key that it withdrew are not', async () => {
    const before = await issued('ana', write);
    const wren = await before.open({ handle: 'wren' });
    await provider.rotate();
    const after = (await issued('ana', write)).under(wren.session);
    // Where it was asked just now, the hub asks again a little later; too many refusals meanwhile would make us wait.
    await until('the new key is known', async () => {
      await pause(1_000);
      return (await after.call('session_list')).status === 200;
    });
    expect((await before.call('session_list')).status).toBe(401);
  });

  it('is asked for its keys once by many at once, and not by those who invent keys', async () => {
    const { token } = await signed({});
    await Promise.all(Array.from({ length: 20 }, () => hub.as(token).call('session_list')));
    const looks = () => provider.asked.filter(path => path === '/jwks').length;
    expect(looks()).toBe(1);
    for (let count = 0; count < 10; count += 1) {
      expect((await (await signed({}, { kid: `invented-${count}` })).call('session_list')).status).toBe(401);
    }
    expect(looks()).toBeLessThan(10);
  });

  it('may be away: keys that are known go on, without any requests wait and are not refused, and the hub says so', async () => {
    const { token } = await signed({});
    const ana = hub.as(token);
    expect((await ana.call('session_list')).status).toBe(200);
    await provider.stop();
    expect((await ana.call('session_list')).status).toBe(200);
    await startAgain();
    const here = await member('here');
    const waiting = await hub.as(token).call('session_list');
    expect(waiting).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await here.call('session_list')).status).toBe(200);
    expect((await hub.request('/readyz')).body).toMatchObject({ status: 'ok', provider: 'unreachable' });
    const metrics = async () =>
      (await hub.request('/metrics', { headers: { authorization: `Bearer ${here.token}` } })).body;
    expect(await metrics()).toContain('signalbox_provider_up 0');
    expect(hub.log).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: 'provider not reached', reason: 'ECONNREFUSED' }),
    );
    await provider.comeBack();
    await until('its keys are known', async () => (await hub.as(token).call('session_list')).status === 200);
    expect((await hub.request('/readyz')).body).toMatchObject({ status: 'ok', provider: 'ok' });
    expect(await metrics()).toContain('signalbox_provider_up 1');
  });

  it('is not believed when it says that it is another issuer', async () => {
    const issuer = provider.issuer.replace('127.0.0.1', 'localhost');
    await startHubAgain(...settings(issuer));
    expect((await (await signed({ iss: issuer })).call('session_list')).status).toBe(503);
    expect(hub.log).toContainEqual(expect.objectContaining({ reason: 'it says that it is another issuer' }));
  });
});

describe('a hub with a provider', () => {
  it('takes its own tokens as before, and tells in the audit who is whose', async () => {
    const named = await member('ana');
    await named.open({ handle: 'wren' });
    await (await issued('ana', write)).open({ handle: 'heron' });
    const { notes } = await printed('audit', '--what', 'open');
    const principals = notes.map(({ principal }: { principal: string }) => principal);
    expect(principals).toEqual(['oidc:ana', 'ana']);
    await startAgain('--oidc-name-claim', 'email');
    await (await signed({ sub: 'x1', email: 'ana\n@example.com' })).open({ handle: 'robin' });
    expect((await place.command(['audit', '--limit', '1'])).stdout).toContain(' oidc:ana @example.com ');
  });

  it('lets many in from one address who only come without a token or with one that was good', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const old = await signed({ iat: now - 900, exp: now - 300 });
    for (let count = 0; count < 40; count += 1) expect((await old.call('session_list')).status).toBe(401);
    for (let count = 0; count < 40; count += 1) {
      expect((await hub.request('/v1/tools/session_list', { method: 'POST' })).status).toBe(401);
    }
    expect((await (await signed({})).call('session_list')).status).toBe(200);
  });

  it('is opened to others by the admins of its provider, and only with an address to be found at', async () => {
    const words = ['--listen', '0.0.0.0:0', '--oidc-issuer', provider.issuer];
    const withoutUrl = await refusedHub([...words, '--oidc-audience', audience]);
    expect(withoutUrl).toMatchObject({ code: 2, stdout: '' });
    expect(withoutUrl.stderr).toContain('SIGNALBOX_HUB_URL');
    const known = [...words, '--url', 'https://hub.example.com'];
    const withoutAdmin = await refusedHub([...known, '--oidc-roles', 'signalbox:write=write']);
    expect(withoutAdmin).toMatchObject({ code: 5 });
    await startHubAgain(...known);
    expect(hub.log).toContainEqual(expect.objectContaining({ msg: 'ready', provider: provider.issuer }));
    expect((await (await signed({})).call('session_list')).status).toBe(200);
    expect((await refusedHub([...known, '--open', '--listen', '127.0.0.1:0'])).code).toBe(2);
  });
});
