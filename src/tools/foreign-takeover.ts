/** Takes over what another system has stored: locks, messages and values, each in a unit of work of its own, so that it may be done again. */
import { noteBrought, wasBrought } from '../core/brought.ts';
import { getData, setData } from '../core/data.ts';
import { keptValue } from '../core/json-value.ts';
import { holdFor } from '../core/old-lock.ts';
import { type BroughtMessage, bringMessage, type OldMessage } from '../core/old-message.ts';
import { bringConversation, bringPartner, bringSaid, type OldConversation, type OldSaid } from '../core/old-talk.ts';
import type { PersonaFacts } from '../core/persona-record.ts';
import type { Cast, Stand } from './cast.ts';
import { foreignResource } from './foreign-resource.ts';
import { Visitor } from './visitor.ts';
import type { World } from './world.ts';

const dayMs = 86_400_000;

/** A lock as the other system has it. */
export interface ForeignLock {
  /** What tells it from all others of its system. */
  readonly key: string;
  readonly holder: string;
  readonly resource: string;
  readonly reason: string | null;
  readonly expiresAt: number;
}

export class ForeignTakeover {
  readonly #issuer: string;
  readonly #world: World;
  readonly #cast: Cast;

  constructor(parts: { readonly issuer: string; readonly world: World; readonly cast: Cast }) {
    [this.#issuer, this.#world, this.#cast] = [parts.issuer, parts.world, parts.cast];
  }

  /** Keeps a lock for the name of its holder. `over` where its time is over. */
  async lock(
    stand: Stand,
    { key, holder, resource, reason, expiresAt }: ForeignLock,
  ): Promise<'taken' | 'busy' | 'there' | 'over'> {
    const operator = await this.#operator(stand);
    const [wanted] = await foreignResource(this.#world, operator, resource);
    if (!wanted) return 'over';
    return operator.transact(async unit => {
      const ttlMs = Math.floor(expiresAt - unit.tx.now);
      return ttlMs <= 0
        ? 'over'
        : holdFor(unit, { issuer: this.#issuer, key, name: holder, resource: wanted, reason, ttlMs });
    });
  }

  async message(stand: Stand, message: Omit<OldMessage, 'issuer'>): Promise<BroughtMessage> {
    const operator = await this.#operator(stand);
    const keptMs = this.#world.policy.messagesKeptDays * dayMs;
    return operator.transact(unit => bringMessage(unit, { ...message, issuer: this.#issuer }, keptMs));
  }

  /** Sets a key of the connection's project where there is none; what was taken before, or is there, is left. Errors: those of `setData`. */
  async value(mark: string, scope: string, key: string, value: unknown): Promise<string> {
    const main = this.#cast.main;
    const operator = new Visitor(this.#world, main.directory, (await main.place()).project, null);
    const { json } = keptValue([value]);
    return operator.transact(async (unit, me) => {
      if (await wasBrought(unit.tx, this.#issuer, mark)) return 'taken before';
      if (await getData(unit.tx, scope, key)) return 'there is such a key here';
      // In a list a text is that text, also where it would be a number in JSON.
      await setData(unit, me, { scope, key, json: json.slice(1, -1), ifRevision: null });
      noteBrought(unit, this.#issuer, mark);
      return 'taken';
    });
  }

  /** A partner of this machine, who comes back by its name. Errors: those of a name that nobody can have, or of too much said. */
  async partner(stand: Stand, name: string, facts: PersonaFacts): Promise<'taken' | 'there'> {
    const { host } = this.#world.processes.self();
    return (await this.#operator(stand)).transact(unit => bringPartner(unit, this.#issuer, name, { ...facts, host }));
  }

  async conversation(stand: Stand, conversation: OldConversation): Promise<string> {
    return (await this.#operator(stand)).transact(unit => bringConversation(unit, this.#issuer, conversation));
  }

  async said(stand: Stand, said: OldSaid): Promise<string> {
    const keptMs = this.#world.policy.messagesKeptDays * dayMs;
    return (await this.#operator(stand)).transact(unit => bringSaid(unit, this.#issuer, said, keptMs));
  }

  async #operator(stand: Stand): Promise<Visitor> {
    const standing = await this.#cast.standing(stand);
    return new Visitor(this.#world, standing.directory, (await standing.place()).project, null);
  }
}
