/** The port `IdentityProvider` on the library jose: signatures and times are its business, keys are looked for beside it. */
import { decodeJwt, decodeProtectedHeader, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type IdentityProvider, isBearerToken, type TokenFlaw, type TokenVerdict } from '../core/identity-provider.ts';
import { limits } from '../core/limits.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { ProviderPolicy } from '../core/provider-policy.ts';
import { ProviderKeys } from './provider-keys.ts';

/** Those by which only the provider can sign: with a shared secret, whoever verifies could sign as well. */
const algorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

type Expected = Pick<ProviderPolicy, 'issuer' | 'audiences'>;

export function createIdentityProvider(
  expected: Expected,
  { clock, log }: { clock: Clock; log: Log },
): IdentityProvider {
  const keys = new ProviderKeys(expected.issuer, clock, log);
  const away = { retryMs: limits.hubKeysPauseMs };
  const verified = (token: string, known: JWTVerifyGetKey) => verdictBy(known, token, expected, clock);
  return {
    async check(token) {
      const flaw = flawOfForm(token, expected.issuer);
      if (flaw) return { flaw };
      const known = await keys.current();
      if (!known) return away;
      const verdict = await verified(token, known);
      if (!('flaw' in verdict && verdict.flaw === 'key')) return verdict;
      // A key that we do not know may be its next one.
      await keys.renew();
      return keys.state.isReached ? verified(token, (await keys.current()) ?? known) : away;
    },
    async look() {
      await keys.current();
    },
    get state() {
      return keys.state;
    },
  };
}

/** What can be said of a token without any key, so that only what claims to be of our provider makes us ask it. */
function flawOfForm(token: string, issuer: string): TokenFlaw | null {
  if (token.length > limits.hubTokenCharacters) return 'length';
  try {
    const [header, claims] = [decodeProtectedHeader(token), decodeJwt(token)];
    if (!algorithms.includes(header.alg ?? '')) return 'algorithm';
    if (claims.iss !== issuer) return 'issuer';
    return isBearerToken(header, claims) ? null : 'kind';
  } catch {
    return 'form';
  }
}

async function verdictBy(
  keys: JWTVerifyGetKey,
  token: string,
  { issuer, audiences }: Expected,
  clock: Clock,
): Promise<TokenVerdict> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms,
      issuer,
      audience: [...audiences],
      requiredClaims: ['sub', 'exp'],
      maxTokenAge: limits.hubTokenSeconds,
      clockTolerance: limits.hubClockToleranceSeconds,
      currentDate: new Date(clock.now()),
    });
    return { claims: payload };
  } catch (error) {
    return { flaw: flawOf(error) };
  }
}

function flawOf(error: unknown): TokenFlaw {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return (error.reason === 'check_failed' && flaws[error.claim]) || 'claims';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'key';
  return 'form';
}

const flaws: Readonly<Record<string, TokenFlaw>> = { aud: 'audience', iss: 'issuer', nbf: 'early', iat: 'early' };
