/**
 * This process as a partner: a session that speaks in two places under one name. In the project of its folder it is the session of the
 * connection, which native sessions there can reach; in the meeting place, a project that all partners of the vocabulary share, it
 * meets those of other folders.
 */
import { limits } from '../core/limits.ts';
import { bearPartnerName, becomePartner, sayOfPartner } from '../core/partner.ts';
import { personaOf } from '../core/persona.ts';
import type { PersonaFacts } from '../core/persona-record.ts';
import { update } from '../core/session.ts';
import { cleanText } from '../core/text.ts';
import type { DeskParts, PartnerPlaces, TalkParts } from './desk-parts.ts';
import type { Participant } from './participant.ts';

export interface Own extends PartnerPlaces {
  /** The name of the partner. */
  readonly name: string;
  /** Both, or the one where they are the same. */
  readonly places: readonly Participant[];
}

/** Where the partner of a process speaks. */
export async function placesOf({ cast, directory, issuer }: DeskParts): Promise<PartnerPlaces> {
  const meeting = await cast.standing({ directory, project: issuer, isGuest: true });
  return { meeting, home: cast.main };
}

export class ForeignPartner {
  readonly #parts: TalkParts;

  constructor(parts: TalkParts) {
    this.#parts = parts;
  }

  /** The partner that this process is; it becomes one by that. */
  async own(): Promise<Own> {
    const { meeting, home } = await this.#parts.places();
    const { issuer } = this.#parts;
    const persona = await meeting.read(async (_view, me) => personaOf(me, issuer));
    if (!persona?.isRegistered) return this.register();
    const there = await home.read(async (_view, me) => personaOf(me, issuer)?.name);
    if (there !== persona.name) await this.#alsoAt(home, persona.name, persona.facts);
    return ownOf(persona.name, meeting, home);
  }

  /** Says that it is here, and how people call it; as before where nothing is said. */
  async register(shown?: string): Promise<Own> {
    const { issuer, directory } = this.#parts;
    const { meeting, home } = await this.#parts.places();
    const facts: PersonaFacts = shown === undefined ? {} : { shown };
    const claim = { issuer, path: directory, facts };
    const { name, facts: all } = await meeting.transact(
      async (unit, me) => (await becomePartner(unit, me, claim)).persona,
    );
    if (home !== meeting) await this.#alsoAt(home, name, { ...all, listening: null });
    return ownOf(name, meeting, home);
  }

  /** Says something more of itself; what is said of what it does, natively as well. */
  async say(facts: PersonaFacts): Promise<void> {
    const { issuer } = this.#parts;
    const { places } = await this.own();
    for (const place of places)
      await place.transact(async (unit, me) => {
        sayOfPartner(unit, me, issuer, facts);
        if (facts.status === undefined) return;
        const now = (await unit.tx.get('session', me.id)) ?? me;
        await update(unit, now, { status: headOf(String(facts.status ?? '')) });
      });
  }

  /** Natively it is called as the vocabulary calls it. */
  async #alsoAt(home: Participant, name: string, facts: PersonaFacts): Promise<void> {
    const { issuer, directory } = this.#parts;
    await home.transact((unit, me) => bearPartnerName(unit, me, name, { issuer, path: directory, facts }));
  }
}

/** As much of a status as everybody is shown. */
function headOf(status: string): string {
  return cleanText(status).text.slice(0, limits.statusCharacters).toWellFormed();
}

function ownOf(name: string, meeting: Participant, home: Participant): Own {
  return { name, meeting, home, places: meeting === home ? [meeting] : [meeting, home] };
}
