/** How a client that knows nothing but the address of a hub gets in: from the challenge over the metadata to a token of the provider. */
import { request } from 'node:http';
import {
  Client,
  ClientCredentialsProvider,
  discoverOAuthProtectedResourceMetadata,
  type OAuthTokens,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shop } from '../support/hub.ts';
import { hub, member, officeForEachTest, printed, startHub, startHubAgain } from '../support/office.ts';
import { LocalProvider, secret } from '../support/provider.ts';
import { freePort } from '../support/servers/server-process.ts';

let provider: LocalProvider;
const clients: Client[] = [];

beforeEach(async () => {
  provider = await LocalProvider.start();
});
afterEach(() => provider.stop());

officeForEachTest(async () => {
  const port = await freePort();
  await startHub(['--url', `http://127.0.0.1:${port}`, '--oidc-issuer', provider.issuer], {}, port);
});

afterEach(() => Promise.allSettled(clients.splice(0).map(client => client.close())));

const eras = ['legacy', 'modern'] as const;

async function connect(era: (typeof eras)[number], clientId: string, tokens?: OAuthTokens) {
  const authProvider = new ClientCredentialsProvider({
    clientId,
    clientSecret: secret,
    expectedIssuer: provider.issuer,
  });
  if (tokens) authProvider.saveTokens(tokens);
  const transport = new StreamableHTTPClientTransport(new URL(`${hub.url}/mcp?project=${shop}`), { authProvider });
  const client = new Client(
    { name: 'scenario', version: '1.0.0' },
    { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } },
  );
  await client.connect(transport);
  clients.push(client);
  const call = async (name: string, input: object = {}) =>
    (await client.callTool({ name, arguments: { ...input } })).structuredContent;
  return { client, call, authProvider };
}

/** What a token says, which is not verified here. */
const claimsOf = (token = '') => JSON.parse(String(Buffer.from(token.split('.')[1] ?? '', 'base64url')));

describe.each(eras)('a client of the %s protocol', era => {
  it('that was told nothing but the address and its credentials finds the provider, gets a token for this hub and works', async () => {
    const { call, authProvider } = await connect(era, 'ana');
    expect(await call('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: true });
    expect(provider.asked.some(path => path.startsWith('/.well-known/'))).toBe(true);
    expect(claimsOf(authProvider.tokens()?.access_token)).toMatchObject({
      aud: `${hub.url}/mcp`,
      scope: 'signalbox:write',
      sub: 'ana',
    });
    const ben = await connect(era, 'ben');
    expect(await ben.call('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: false });
  });

  it('whose token was withdrawn gets another one, and is the session that it was', async () => {
    const { call, authProvider } = await connect(era, 'ana');
    await call('session_update', { handle: 'wren' });
    const now = Math.floor(Date.now() / 1_000);
    const old = await provider.signed({ aud: `${hub.url}/mcp`, iat: now - 900, exp: now - 300 });
    authProvider.saveTokens({ access_token: old, token_type: 'Bearer' });
    expect(await call('session_list')).toMatchObject({ you: 'wren' });
    expect(authProvider.tokens()?.access_token).not.toBe(old);
  });

  it('that may only read asks for more with the first tool that takes it, and gets it where its provider says so', async () => {
    const token = await provider.token('rita', `${hub.url}/mcp`, 'signalbox:read');
    const { client, call, authProvider } = await connect(era, 'rita', { access_token: token, token_type: 'Bearer' });
    const { tools } = await client.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    expect(authProvider.tokens()?.access_token).toBe(token);
    expect(await call('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: true });
    expect(claimsOf(authProvider.tokens()?.access_token).scope).toContain('signalbox:write');
  });

  it('that may only read is told which scope a tool takes, by the status of HTTP, and has it in the audit', async () => {
    const token = await provider.token('rita', `${hub.url}/mcp`, 'signalbox:read');
    const refused = await hub.request(`/mcp?project=${shop}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({
        ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
        params: { name: 'lock_acquire', arguments: { resources: ['ci'] } },
      }),
    });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toBe(
      `Bearer realm="signalbox", error="insufficient_scope", scope="signalbox:write", resource_metadata="${hub.url}/.well-known/oauth-protected-resource/mcp"`,
    );
    const { notes } = await printed('audit', '--what', 'lock_acquire');
    expect(notes).toMatchObject([{ principal: 'oidc:rita', decision: 'refused', code: 'forbidden' }]);
  });
});

describe('where the hub tells of its provider', () => {
  it('is said to whoever is not let in, with the scope that work takes; only who brought a token hears that it was wrong', async () => {
    const metadata = `resource_metadata="${hub.url}/.well-known/oauth-protected-resource`;
    const mcp = await hub.request(`/mcp?project=${shop}`, { method: 'POST' });
    expect(mcp.status).toBe(401);
    expect(mcp.headers.get('www-authenticate')).toBe(
      `Bearer realm="signalbox", scope="signalbox:write", ${metadata}/mcp"`,
    );
    const rest = await hub.as('sbx_wrong').call('session_list');
    expect(rest.headers.get('www-authenticate')).toBe(
      `Bearer realm="signalbox", error="invalid_token", scope="signalbox:write", ${metadata}"`,
    );
    const own = await (await member('rita', '--role', 'read')).call('lock_acquire', { resources: ['ci'] });
    expect([own.status, own.headers.get('www-authenticate')]).toEqual([403, null]);
    const reader = hub.as(await provider.token('rita', hub.url, 'signalbox:read'));
    expect((await reader.call('lock_break', { session: 'wren', reason: 'x' })).headers.get('www-authenticate')).toBe(
      `Bearer realm="signalbox", error="insufficient_scope", scope="signalbox:admin", ${metadata}"`,
    );
  });

  it('is what the standard puts there: of the hub, and of its address for MCP', async () => {
    const found = await discoverOAuthProtectedResourceMetadata(`${hub.url}/mcp`);
    expect(found).toMatchObject({
      resource: `${hub.url}/mcp`,
      authorization_servers: [provider.issuer],
      scopes_supported: ['signalbox:read', 'signalbox:write'],
      bearer_methods_supported: ['header'],
    });
    const { status, body } = await hub.request('/.well-known/oauth-protected-resource');
    expect([status, body.resource]).toEqual([200, hub.url]);
  });

  it('is by the address that clients use, also where a proxy stands before the hub', async () => {
    await startHubAgain('--url', 'https://hub.example.com', '--oidc-issuer', provider.issuer);
    const said = await as('hub.example.com', '/.well-known/oauth-protected-resource/mcp');
    expect(JSON.parse(said.text)).toMatchObject({ resource: 'https://hub.example.com/mcp' });
    expect((await as('hub.example.com', '/mcp')).challenge).toContain('"https://hub.example.com/.well-known/');
    expect((await as('evil.example.com', '/mcp')).status).toBe(421);
    const good = await provider.token('ana', 'https://hub.example.com/mcp', 'signalbox:write');
    expect((await hub.as(good).call('session_list')).status).toBe(200);
    const elsewhere = await provider.token('ana', 'https://other.example.com/mcp', 'signalbox:write');
    expect((await hub.as(elsewhere).call('session_list')).status).toBe(401);
  });

  it('is nothing where there is none, and looking for it is no failed sign-in', async () => {
    await startHubAgain();
    for (let count = 0; count < 20; count += 1) {
      for (const name of ['oauth-protected-resource', 'oauth-protected-resource/mcp', 'oauth-authorization-server']) {
        expect((await hub.request(`/.well-known/${name}`)).status).toBe(404);
      }
    }
    const ana = await member('ana');
    expect((await ana.call('session_list')).status).toBe(200);
  });
});

/** An answer to somebody who calls the hub by a name. */
function as(name: string, path: string): Promise<{ status: number; challenge: string; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(hub.url + path, { headers: { host: name } }, async answer => {
      let text = '';
      for await (const piece of answer) text += String(piece);
      resolve({ status: answer.statusCode ?? 0, challenge: answer.headers['www-authenticate'] ?? '', text });
    });
    sent.once('error', reject).end();
  });
}
