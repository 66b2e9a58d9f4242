/**
 * Tokens of an OpenID provider: whom the claims of one stand for, and what a hub needs from the provider. They are JSON web tokens for
 * access (RFC 7519, RFC 9068), used as bearer tokens (RFC 6750).
 */
import type { Digests, Principal } from './account.ts';
import { limits } from './limits.ts';
import type { ProviderPolicy } from './provider-policy.ts';
import { oneLine } from './text.ts';
import { type Role, roles } from './token-record.ts';

/** What is wrong with a token. Only the log and the audit are told. */
export type TokenFlaw =
  | 'form'
  | 'length'
  | 'algorithm'
  | 'kind'
  | 'key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'early'
  | 'claims';

export type Claims = Readonly<Record<string, unknown>>;

/** What a provider's keys say of a token. `retryMs`: nothing, because none are known; they are asked for again after so long. */
export type TokenVerdict = { readonly claims: Claims } | { readonly flaw: TokenFlaw } | { readonly retryMs: number };

export interface ProviderState {
  /** Whether the last look for its keys found them. */
  readonly isReached: boolean;
  readonly keys: number;
  /** How long the keys in use are known; null without any. */
  readonly keysAgeMs: number | null;
}

/** A provider, by the keys that it publishes. They are looked for again when they are old, or a token names another one. */
export interface IdentityProvider {
  /**
   * Whether it has made this token, for us, and it is valid now: signed by an asymmetric key of the provider, with its issuer and one of the
   * audiences, and `exp`, `nbf` and `iat` that fit `limits.hubClockToleranceSeconds`. Never fails. Takes `limits.hubProviderMs` at most for
   * each of two requests to the provider.
   */
  check(token: string): Promise<TokenVerdict>;
  /** Looks for the keys if that is due. Never fails. */
  look(): Promise<void>;
  readonly state: ProviderState;
}

/**
 * Whether a token may be taken by whoever brings it. Not one of another kind that the provider signs as well, such as who has logged in or
 * out, and not one that is bound to a key which its bearer would have to prove (RFC 7800).
 */
export function isBearerToken(header: Claims, claims: Claims): boolean {
  // RFC 9068 has a type for access tokens; many providers say the general one, or nothing.
  const type =
    header.typ === undefined
      ? 'jwt'
      : String(header.typ)
          .toLowerCase()
          .replace(/^application\//, '');
  const isOfLogin = Object.hasOwn(claims, 'at_hash') || Object.hasOwn(claims, 'c_hash');
  return type === 'at+jwt' || type === 'jwt' ? !isOfLogin && !Object.hasOwn(claims, 'cnf') : false;
}

/** Who is known, and may do nothing: without a role, or for no project. */
export interface Ungranted {
  readonly name: string;
  readonly lacks: 'role' | 'project';
}

/**
 * Whom the claims of a valid token stand for. The id is of issuer and subject, so that it outlives the token, and is that of no token made
 * here. Null for claims without a usable subject.
 */
export function principalOfClaims(
  claims: Claims,
  policy: ProviderPolicy,
  digests: Digests,
): Principal | Ungranted | null {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > limits.hubClaimCharacters) return null;
  const id = `${mark}${digests.sha256(JSON.stringify([policy.issuer, sub])).slice(0, 32)}`;
  const name = nameOf(claims, policy, sub);
  const role = roleOf(valuesOf(claims, policy.roleClaim), policy);
  if (role === undefined) return { name, lacks: 'role' };
  const projects = policy.projectClaim === null ? [] : projectsOf(valuesOf(claims, policy.projectClaim), policy);
  // No pattern means all projects: somebody who was given none must not get there.
  if (policy.projectClaim !== null && projects.length === 0) return { name, lacks: 'project' };
  return { id, name, role, projects, tools: [] };
}

/** Whether a principal came with a provider's token. */
export function isOfProvider({ id }: Pick<Principal, 'id'>): boolean {
  return id.startsWith(mark);
}

/** What ids and names of a provider's people begin with; those of tokens made here have no colon. */
const mark = 'oidc:';

function nameOf(claims: Claims, { nameClaim }: ProviderPolicy, sub: string): string {
  const [given = ''] = valuesOf(claims, nameClaim);
  return `${mark}${(oneLine(given) || oneLine(sub)).slice(0, limits.tokenNameCharacters)}`.toWellFormed();
}

/** The highest that any of the values grants. */
function roleOf(values: readonly string[], policy: ProviderPolicy): Role | undefined {
  const held = policy.roles.filter(({ value }) => values.includes(value)).map(({ grants }) => grants);
  return roles.findLast(role => held.includes(role));
}

function projectsOf(values: readonly string[], { projects }: ProviderPolicy): readonly string[] {
  const patterns =
    projects.length === 0 ? values : projects.filter(({ value }) => values.includes(value)).map(({ grants }) => grants);
  return [...new Set(patterns)].filter(pattern => pattern !== '' && pattern.length <= limits.projectCharacters);
}

/** The texts of a claim: those of a list, the words of a scope, or the one that it is. */
function valuesOf(claims: Claims, name: string): readonly string[] {
  const found = claimNamed(claims, name);
  const isWords = typeof found === 'string' && (name === 'scope' || name === 'scp');
  const all = Array.isArray(found) ? found : isWords ? found.split(' ') : [found];
  const texts = all.slice(0, limits.hubClaimValues).filter(value => typeof value === 'string');
  return texts.filter(text => text !== '');
}

/** A claim by its name, which may be an address with dots, or by the way to it (`realm_access.roles`). */
function claimNamed(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let found: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Claims)[part];
  }
  return found;
}
