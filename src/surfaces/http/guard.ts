/** Who may come in. */
import { accountsProject, type Digests, isUseNoted, noteUse, type Principal, principalOf } from '../../core/account.ts';
import type { AuditNote } from '../../core/audit.ts';
import { limits } from '../../core/limits.ts';
import type { AuditLog } from '../../tools/audit-log.ts';
import type { World } from '../../tools/world.ts';
import { type Refusal, refused } from './problem.ts';
import { Traffic } from './traffic.ts';

export interface GuardParts {
  readonly world: World;
  readonly digests: Digests;
  readonly hosts: readonly string[];
  readonly asksForTokens: boolean;
  note(level: 'warn', message: string, details: Record<string, unknown>): void;
}

const everybody: Principal = { id: 'everybody', name: 'everybody', role: 'admin', projects: [], tools: [] };

export class Guard {
  readonly #parts: GuardParts;
  readonly #log: AuditLog;
  readonly #perPrincipal: Traffic;
  readonly #refusals: Traffic;

  constructor(parts: GuardParts, log: AuditLog) {
    [this.#parts, this.#log] = [parts, log];
    this.#perPrincipal = new Traffic(parts.world.clock, limits.hubRequestsPerMinute);
    this.#refusals = new Traffic(parts.world.clock, limits.hubRefusalsPerMinute);
  }

  /** A page of another site may reach a hub on the reader's own machine; what it sends has that site's names. */
  refuseForeign(host: string | undefined, origin: string | undefined): void {
    const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
    if (!this.#parts.hosts.includes(name)) {
      throw refused('forbidden', 421, 'The hub is not called by this name.', 'Add it with --hosts.');
    }
    if (origin === undefined) return;
    const from = URL.canParse(origin) ? new URL(origin).hostname.toLowerCase() : '';
    if (this.#parts.hosts.includes(from)) return;
    throw refused('forbidden', 403, 'Pages of other sites may not use this hub.', 'Use it from a program.');
  }

  /** Whether a header still stands for somebody. */
  async knows(authorization: string | undefined): Promise<boolean> {
    return !this.#parts.asksForTokens || (await this.#found(authorization)).principal !== undefined;
  }

  /** Whose request it is. An address that was refused too often waits, whatever it brings then. */
  async principal(authorization: string | undefined, address: string): Promise<Principal> {
    if (!this.#parts.asksForTokens) return everybody;
    if (this.#refusals.isSpent(address)) throw tooMany('Too many requests from here were refused.', this.#refusals);
    const { principal, isNoted } = await this.#found(authorization);
    if (!principal) {
      this.#refusals.take(address);
      this.#parts.note('warn', 'authentication failed', { address });
      await this.#log.note(refusedToken(address));
      throw refused(
        'unauthenticated',
        401,
        'The request has no valid token.',
        'Send one as: Authorization: Bearer sbx_…',
        { 'WWW-Authenticate': 'Bearer realm="signalbox"' },
      );
    }
    if (!this.#perPrincipal.take(principal.id)) {
      throw tooMany(`The token "${principal.name}" has made too many requests.`, this.#perPrincipal);
    }
    if (!isNoted) await this.#parts.world.store.transact(accountsProject, tx => noteUse(tx, principal.id));
    return principal;
  }

  #found(authorization: string | undefined) {
    const token = /^bearer +([!-~]+)$/i.exec(authorization ?? '')?.[1] ?? '';
    return this.#parts.world.store.read(accountsProject, async tx => {
      const principal = await principalOf(tx, token, this.#parts.digests);
      return { principal, isNoted: principal !== undefined && (await isUseNoted(tx, principal.id)) };
    });
  }
}

function refusedToken(address: string): AuditNote {
  const nothing = { principal: null, session: null, subject: null, what: null, project: null, ms: null, digest: null };
  return { ...nothing, action: 'authentication', decision: 'refused', code: 'unauthenticated', address };
}

function tooMany(message: string, traffic: Traffic): Refusal {
  const headers = { 'Retry-After': String(traffic.secondsLeft) };
  return refused('limit_exceeded', 429, message, 'Wait as long as Retry-After says.', headers);
}
