/** Who may come in. */
import { accountsProject, type Digests, isUseNoted, noteUse, type Principal, principalOf } from '../../core/account.ts';
import type { AuditNote } from '../../core/audit.ts';
import { limits } from '../../core/limits.ts';
import type { AuditLog } from '../../tools/audit-log.ts';
import type { World } from '../../tools/world.ts';
import { type Refusal, refused } from './problem.ts';
import { type Found, isJsonWebToken, type SignIn } from './sign-in.ts';
import { Traffic } from './traffic.ts';

export interface GuardParts {
  readonly world: World;
  readonly digests: Digests;
  readonly hosts: readonly string[];
  readonly asksForTokens: boolean;
  /** For tokens of a provider; null where there is none. */
  readonly signIn: SignIn | null;
  note(level: 'warn', message: string, details: Record<string, unknown>): void;
}

/** What a request says of who sends it. */
export interface Arrival {
  readonly authorization: string | undefined;
  readonly address: string;
  readonly path: string;
  /** By which name and port it calls the hub. */
  readonly host: string;
}

const everybody: Principal = { id: 'everybody', name: 'everybody', role: 'admin', projects: [], tools: [] };

export class Guard {
  readonly #parts: GuardParts;
  readonly #log: AuditLog;
  readonly #perPrincipal: Traffic;
  readonly #refusals: Traffic;
  readonly #harmless: Traffic;
  readonly #harmlessNoted: Traffic;

  constructor(parts: GuardParts, log: AuditLog) {
    [this.#parts, this.#log] = [parts, log];
    const { clock } = parts.world;
    this.#perPrincipal = new Traffic(clock, limits.hubRequestsPerMinute);
    this.#refusals = new Traffic(clock, limits.hubRefusalsPerMinute);
    this.#harmless = new Traffic(clock, limits.hubRequestsPerMinute);
    this.#harmlessNoted = new Traffic(clock, limits.hubRefusalsPerMinute);
  }

  /**
   * A page of another site may reach a hub on the reader's own machine; what it sends has that site's names. An image or a link of it has
   * no origin: then its browser says by `Sec-Fetch-Site` that it comes from elsewhere (Fetch Metadata Request Headers).
   */
  refuseForeign(host: string | undefined, origin: string | undefined, site?: string): void {
    const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
    if (!this.#parts.hosts.includes(name)) {
      throw refused('forbidden', 421, 'The hub is not called by this name.', 'Add it with --hosts.');
    }
    const isElsewhere = site === 'cross-site' || site === 'same-site';
    if (origin === undefined && !isElsewhere) return;
    const from = origin !== undefined && URL.canParse(origin) ? new URL(origin).hostname.toLowerCase() : '';
    if (this.#parts.hosts.includes(from)) return;
    throw refused('forbidden', 403, 'Pages of other sites may not use this hub.', 'Use it from a program.');
  }

  /** Whether a header still stands for somebody. Errors: `unavailable` where nobody can tell now. */
  async knows(authorization: string | undefined): Promise<boolean> {
    if (!this.#parts.asksForTokens) return true;
    const found = await this.#found(tokenIn(authorization));
    if ('retryMs' in found) throw awaitingProvider(found.retryMs);
    return 'principal' in found;
  }

  /** Whose request it is. An address that was refused too often waits, whatever it brings then. What is free is no request of its token. */
  async principal(arrival: Arrival, counts: 'counted' | 'free' = 'counted'): Promise<Principal> {
    if (!this.#parts.asksForTokens) return everybody;
    for (const traffic of [this.#refusals, this.#harmless]) {
      if (traffic.isSpent(arrival.address)) throw tooManyRefused(traffic);
    }
    const found = await this.#found(tokenIn(arrival.authorization));
    if (!('principal' in found)) throw await this.#refusal(arrival, found);
    const { principal, isNoted } = found;
    if (counts === 'counted' && !this.#perPrincipal.take(principal.id)) {
      throw tooMany(`The token "${principal.name}" has made too many requests.`, this.#perPrincipal);
    }
    if (!isNoted) await this.#parts.world.store.transact(accountsProject, tx => noteUse(tx, principal.id));
    return principal;
  }

  async #found(token: string): Promise<Found> {
    const { signIn, digests, world } = this.#parts;
    if (token === '') return { flaw: 'missing' };
    if (signIn && isJsonWebToken(token)) return signIn.find(token, digests);
    return world.store.read(accountsProject, async tx => {
      const principal = await principalOf(tx, token, digests);
      return principal ? { principal, isNoted: await isUseNoted(tx, principal.id) } : { flaw: 'unknown' };
    });
  }

  /**
   * Notes that somebody is not let in. What it is that was wrong is for the log and the audit, not for who asked. Of those who are harmless
   * some in a minute are noted: anybody may come without a token, as often as he likes, and none may fill the store.
   */
  async #refusal(arrival: Arrival, found: Exclude<Found, { principal: Principal }>): Promise<Refusal> {
    const { address } = arrival;
    if ('retryMs' in found) return awaitingProvider(found.retryMs);
    const reason = 'flaw' in found ? found.flaw : `no ${found.ungranted.lacks}`;
    // Who comes without a token, or with one that was good, has guessed nothing: many may do so from one address.
    const isHarmless = ['missing', 'expired'].includes(reason) || 'ungranted' in found;
    const traffic = isHarmless ? this.#harmless : this.#refusals;
    // Of many at once each found that there was room.
    if (!traffic.take(address)) return tooManyRefused(traffic);
    if (!isHarmless || this.#harmlessNoted.take(address)) await this.#noted(address, reason, found);
    return 'ungranted' in found ? this.#ungranted(arrival, found.ungranted.lacks) : this.#stranger(arrival);
  }

  async #noted(address: string, reason: string, found: Exclude<Found, { principal: Principal }>): Promise<void> {
    this.#parts.note('warn', 'authentication failed', { address, reason });
    const name = 'ungranted' in found ? found.ungranted.name : null;
    const code = name === null ? 'unauthenticated' : 'forbidden';
    await this.#log.note({
      ...nothing,
      action: 'authentication',
      principal: name,
      what: reason,
      decision: 'refused',
      code,
      address,
    });
  }

  #stranger({ authorization, path, host }: Arrival): Refusal {
    const { signIn } = this.#parts;
    return refused(
      'unauthenticated',
      401,
      'The request has no valid token.',
      signIn === null ? 'Send one as: Authorization: Bearer sbx_…' : 'Send one as: Authorization: Bearer …',
      {
        'WWW-Authenticate': signIn?.challenge(path, host, tokenIn(authorization) !== '') ?? 'Bearer realm="signalbox"',
      },
    );
  }

  #ungranted({ path, host }: Arrival, lacks: 'role' | 'project'): Refusal {
    const challenge = lacks === 'role' ? this.#parts.signIn?.furtherChallenge(path, host, 'write') : null;
    const message =
      lacks === 'role' ? 'The token gives no role at this hub.' : 'The token is for no project of this hub.';
    const headers = challenge ? { 'WWW-Authenticate': challenge } : undefined;
    return refused('forbidden', 403, message, 'Ask an admin of your hub.', headers);
  }
}

const nothing = { session: null, subject: null, project: null, ms: null, digest: null } satisfies Partial<AuditNote>;

/** The token of a header; empty for any other. */
function tokenIn(authorization: string | undefined): string {
  return /^bearer +([!-~]+)$/i.exec(authorization ?? '')?.[1] ?? '';
}

function awaitingProvider(retryMs: number): Refusal {
  return refused(
    'unavailable',
    503,
    'The provider of this token cannot be reached, so nobody can tell whether it is valid.',
    'Wait as long as Retry-After says. Tokens that `signalbox token` makes are taken meanwhile.',
    { 'Retry-After': String(Math.ceil(retryMs / 1_000)) },
  );
}

function tooManyRefused(traffic: Traffic): Refusal {
  return tooMany('Too many requests from here were refused.', traffic);
}

function tooMany(message: string, traffic: Traffic): Refusal {
  const headers = { 'Retry-After': String(traffic.secondsLeft) };
  return refused('limit_exceeded', 429, message, 'Wait as long as Retry-After says.', headers);
}
