/** A real OpenID provider on a free port of this machine, whose keys the test knows. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';

const scopes = 'signalbox:read signalbox:write signalbox:admin';
export const secret = 'a-secret-of-the-tests-that-is-long-enough';

export class LocalProvider {
  readonly issuer: string;
  /** Paths that it was asked for, in their order. */
  readonly asked: string[] = [];
  /** What the tokens of each client carry beside the rest. */
  readonly claims: Record<string, object> = {};
  #server: Server;
  #key: JWK;
  #answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;

  private constructor(server: Server, key: JWK) {
    [this.#server, this.#key] = [server, key];
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#serve(server);
    this.#provide();
  }

  static async start(): Promise<LocalProvider> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LocalProvider(server, await newKey());
  }

  /** Nobody reaches it from now on. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** It is there again, at the address that it had. */
  async comeBack(): Promise<void> {
    this.#server = createServer();
    this.#serve(this.#server);
    this.#server.listen(Number(new URL(this.issuer).port), '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Another key signs from now on, and the one before is not published any more. */
  async rotate(): Promise<void> {
    this.#key = await newKey();
    this.#provide();
  }

  /** An access token that it really issues, for a client by its own credentials. */
  async token(client: string, resource: string, scope: string): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope }),
    });
    const body = (await response.json()) as { access_token?: string };
    if (body.access_token === undefined) throw new Error(JSON.stringify(body));
    return body.access_token;
  }

  /** A token that its key signs with whatever claims and header; undefined takes a claim out. */
  async signed(claims: object, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const all = { iss: this.issuer, sub: 'ana', iat: now, exp: now + 600, scope: 'signalbox:write', ...claims };
    return new SignJWT(JSON.parse(JSON.stringify(all)))
      .setProtectedHeader({ alg: 'RS256', kid: this.#key.kid ?? '', typ: 'at+jwt', ...header })
      .sign(this.#key);
  }

  /** What everybody may know of its key. */
  get publicKey(): JWK {
    const { kty, n, e, kid, alg, use } = this.#key;
    return { kty, n, e, kid, alg, use } as JWK;
  }

  #serve(server: Server): void {
    server.on('request', (request, response) => {
      this.asked.push(request.url ?? '');
      this.#answer(request, response);
    });
  }

  #provide(): void {
    const known = { client_secret: secret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
    const provider = new Provider(this.issuer, {
      jwks: { keys: [this.#key] },
      clients: ['ana', 'ben', 'rita'].map(client_id => ({ ...known, client_id })),
      scopes: scopes.split(' '),
      ttl: { ClientCredentials: 600 },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context: unknown, audience: string) => ({
            ...{ scope: scopes, audience, accessTokenFormat: 'jwt', accessTokenTTL: 600 },
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
      extraTokenClaims: (_context: unknown, { clientId }: { clientId: string }) => this.claims[clientId],
    });
    this.#answer = provider.callback();
  }
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' };
}
