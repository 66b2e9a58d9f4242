/** The keys that an OpenID provider publishes (OpenID Connect Discovery 1.0, RFC 7517): looked for when due, and used while it is away. */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { ProviderState } from '../core/identity-provider.ts';
import { limits } from '../core/limits.ts';
import type { Clock, Log } from '../core/ports.ts';
import { secureAddress } from '../core/web-address.ts';
import { boundedText } from './bounded-text.ts';

interface Known {
  readonly keys: JWTVerifyGetKey;
  readonly count: number;
  readonly at: number;
}

export class ProviderKeys {
  readonly #issuer: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #known: Known | null = null;
  #triedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  /** Null until the first look is over. */
  #isReached: boolean | null = null;

  constructor(issuer: string, clock: Clock, log: Log) {
    [this.#issuer, this.#clock, this.#log] = [issuer, clock, log];
  }

  /** The keys to be used now; null where none are known, or those that are known are too old to be believed. */
  async current(): Promise<JWTVerifyGetKey | null> {
    if (this.#age > limits.hubKeysFreshMs) {
      const looked = this.renew();
      // Nobody waits for a provider that was away at the last look, as long as there is something to go on with.
      if (!this.#known || this.#isReached) await looked;
    }
    return this.#known && this.#age <= limits.hubKeysUsedMs ? this.#known.keys : null;
  }

  /** Looks for them, unless that was done just now: nobody makes a hub ask its provider more often by inventing names of keys. */
  async renew(): Promise<void> {
    if (!this.#looking && this.#clock.elapsed() - this.#triedAt < limits.hubKeysPauseMs) return;
    this.#looking ??= this.#look().finally(() => {
      this.#triedAt = this.#clock.elapsed();
      this.#looking = undefined;
    });
    await this.#looking;
  }

  get state(): ProviderState {
    const keysAgeMs = this.#known === null ? null : this.#age;
    return { isReached: this.#isReached === true, keys: this.#known?.count ?? 0, keysAgeMs };
  }

  get #age(): number {
    return this.#known === null ? Number.POSITIVE_INFINITY : this.#clock.elapsed() - this.#known.at;
  }

  async #look(): Promise<void> {
    try {
      const set = await publishedKeys(this.#issuer);
      this.#known = { keys: createLocalJWKSet(set), count: set.keys.length, at: this.#clock.elapsed() };
      if (this.#isReached !== true) this.#log.info('provider reached', { issuer: this.#issuer, keys: set.keys.length });
      this.#isReached = true;
    } catch (error) {
      const { keys } = this.state;
      if (this.#isReached !== false)
        this.#log.warn('provider not reached', { issuer: this.#issuer, keys, reason: reasonOf(error) });
      this.#isReached = false;
    }
  }
}

/** What the provider says of itself leads to its keys. Both are asked for each time: it may move them. */
async function publishedKeys(issuer: string): Promise<JSONWebKeySet> {
  const said = await jsonAt(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (said.issuer !== issuer) throw new Error('it says that it is another issuer');
  const address = typeof said.jwks_uri === 'string' ? secureAddress(said.jwks_uri.split('?')[0] ?? '') : undefined;
  if (!address) throw new Error('its keys have no secure address');
  return (await jsonAt(String(said.jwks_uri))) as unknown as JSONWebKeySet;
}

async function jsonAt(address: string): Promise<Record<string, unknown>> {
  const response = await fetch(address, {
    headers: { accept: 'application/json' },
    // It is trusted for what stands at its own addresses, and for nothing that those lead to.
    redirect: 'error',
    signal: AbortSignal.timeout(limits.hubProviderMs),
  });
  const text = await boundedText(response, limits.hubProviderBytes);
  if (!response.ok) throw new Error(`it answers ${response.status}`);
  if (text === undefined) throw new Error('its answer is too long');
  return JSON.parse(text);
}

/** What the log is told: no text of the provider's own. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: unknown } };
  if (name === 'TimeoutError') return 'it does not answer';
  if (name === 'SyntaxError') return 'its answer is no JSON';
  return typeof cause?.code === 'string' ? cause.code : message.slice(0, 100);
}
