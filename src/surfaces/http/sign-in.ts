/**
 * Tokens of an OpenID provider at the hub: whose they are, and how a client learns where to get one (RFC 9728, RFC 6750, and the MCP
 * specification of authorization, 2025-11-25 and 2026-07-28).
 */
import type { Digests, Principal } from '../../core/account.ts';
import { RoleRefusal } from '../../core/authority.ts';
import {
  type IdentityProvider,
  isOfProvider,
  principalOfClaims,
  type TokenFlaw,
  type Ungranted,
} from '../../core/identity-provider.ts';
import { isScope, type ProviderPolicy, scopeFor } from '../../core/provider-policy.ts';
import type { Role } from '../../core/token-record.ts';

/** Whose a token is. */
export type Found =
  | { readonly principal: Principal; readonly isNoted: boolean }
  | { readonly flaw: TokenFlaw | 'missing' | 'unknown' }
  | { readonly ungranted: Ungranted }
  | { readonly retryMs: number };

export interface SignInParts {
  readonly policy: ProviderPolicy;
  readonly provider: IdentityProvider;
  /** The address of the hub, where it is set; otherwise it is what the client calls it, which is a name of this machine. */
  readonly url: string | null;
}

const wellKnown = '/.well-known/oauth-protected-resource';

/** The paths at which the hub says of itself where tokens are to be had: of all of it, and of what clients of MCP use (RFC 9728, 3.1). */
export const metadataPaths: readonly string[] = [wellKnown, `${wellKnown}/mcp`];

/** Three parts with dots between, of which the last is empty where nobody has signed: no token made here looks like that. */
export function isJsonWebToken(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

export class SignIn {
  readonly provider: IdentityProvider;
  readonly #policy: ProviderPolicy;
  readonly #url: string | null;

  constructor({ policy, provider, url }: SignInParts) {
    [this.#policy, this.provider, this.#url] = [policy, provider, url];
  }

  async find(token: string, digests: Digests): Promise<Found> {
    const verdict = await this.provider.check(token);
    if (!('claims' in verdict)) return verdict;
    const found = principalOfClaims(verdict.claims, this.#policy, digests);
    if (found === null) return { flaw: 'claims' };
    return 'lacks' in found ? { ungranted: found } : { principal: found, isNoted: true };
  }

  /** The protected-resource metadata at one of `metadataPaths`, for a client that calls the hub by `host`. */
  metadata(path: string, host: string): object {
    const scopes = [scopeFor(this.#policy, 'read'), scopeFor(this.#policy, 'write')].filter(scope => scope !== null);
    return {
      resource: this.#base(host) + path.slice(wellKnown.length),
      resource_name: 'Signalbox',
      authorization_servers: [this.#policy.issuer],
      bearer_methods_supported: ['header'],
      // Without those that only overrule others: a client may ask for all that stand here.
      ...(scopes.length > 0 ? { scopes_supported: [...new Set(scopes)] } : {}),
    };
  }

  /** The challenge to somebody who is not let in. Only who has brought a token is told that it was wrong (RFC 6750, 3.1). */
  challenge(path: string, host: string, hasToken: boolean): string {
    const scope = scopeFor(this.#policy, 'write') ?? scopeFor(this.#policy, 'read');
    return this.#bearer(path, host, {
      ...(hasToken ? { error: 'invalid_token' } : {}),
      ...(scope === null ? {} : { scope }),
    });
  }

  /** The challenge to somebody who lacks a role that a scope gives; null where no scope does. */
  furtherChallenge(path: string, host: string, role: Role): string | null {
    const scope = scopeFor(this.#policy, role);
    return scope === null ? null : this.#bearer(path, host, { error: 'insufficient_scope', scope });
  }

  /** Whether a client that is refused so may ask its provider for more. */
  mayAskForMore(principal: Principal, refusal: unknown): refusal is RoleRefusal {
    return refusal instanceof RoleRefusal && isOfProvider(principal) && isScope(this.#policy);
  }

  #base(host: string): string {
    return this.#url ?? `http://${host}`;
  }

  #bearer(path: string, host: string, fields: Readonly<Record<string, string>>): string {
    const metadata = `${this.#base(host)}${wellKnown}${path === '/mcp' ? path : ''}`;
    const all = { realm: 'signalbox', ...fields, resource_metadata: metadata };
    return `Bearer ${Object.entries(all)
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ')}`;
  }
}
