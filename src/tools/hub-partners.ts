/**
 * Partners that came by a hub: sessions of the token that registered them, in the meeting place and in the project that they say they
 * work on. No request is tied to another, so each says as whom it speaks, and is judged by whose that partner is.
 */
import type { Principal } from '../core/account.ts';
import { SignalboxError } from '../core/errors.ts';
import { leaseHolds } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import { ownerOf } from '../core/owner.ts';
import {
  allPartners,
  bearPartnerName,
  type Partner,
  partnerNamed,
  refuseAnothersName,
  sayOfPartner,
} from '../core/partner.ts';
import { allBearers } from '../core/persona.ts';
import type { Reader } from '../core/ports.ts';
import { isRealProject } from '../core/project.ts';
import type { SessionRecord } from '../core/records.ts';
import type { Speech } from '../core/surroundings.ts';
import { cleanLine } from '../core/text.ts';
import type { View } from '../core/unit.ts';
import type { DeskContext, PartnerPlaces } from './desk-parts.ts';
import type { TalkKey, TalkOverview } from './foreign-conversations.ts';
import { ForeignTalk, isRefused, type Past } from './foreign-talk.ts';
import { HubCallers } from './hub-callers.ts';
import { closeSession, conversationKey, openIn, unitOf } from './hub-session.ts';
import { hubWorld } from './hub-world.ts';
import { nativeRows, type PartnerRow, partnerRow, partnerRows } from './partner-rows.ts';
import type { World } from './world.ts';

export interface HubPartnersParts {
  /** The vocabulary, which has a project of its name for a meeting place. */
  readonly issuer: string;
  readonly world: World;
  readonly principal: Principal;
  readonly surroundings: Speech;
  /** The project that the request names; null where it names none. */
  readonly project: string | null;
  readonly context: DeskContext;
  /** Told as which session the request speaks. */
  speaks(session: string): void;
}

/** What is said of a partner when it is registered. */
export interface PartnerArrival {
  readonly id: string;
  readonly shown: string;
  /** Its folder on a machine that nobody here looks at. */
  readonly path: string;
}

export class HubPartners {
  readonly #parts: HubPartnersParts;
  readonly #world: World;
  readonly #callers: HubCallers;

  constructor(parts: HubPartnersParts) {
    this.#parts = parts;
    this.#world = hubWorld(parts.world, parts.principal, parts.issuer);
    this.#callers = new HubCallers(parts.world, parts.principal);
  }

  /**
   * Registers a partner under an id, or says of one that it is here. It speaks in the project that the request names as well, else in
   * the one that it named before. Errors: `invalid_input` for what is no id, `forbidden` for one that is another's, `conflict` for one that
   * a client of the same token is.
   */
  async register({ id, shown, path }: PartnerArrival): Promise<PartnerRow> {
    refuseUnfitId(id);
    const { issuer, principal, project } = this.#parts;
    // A project that the token is not for is refused before anything is said in it.
    if (project !== null) await this.#nativesOf(project);
    const former = await this.#partner(id);
    const home = project ?? homeOf(former);
    const facts = { shown, home };
    const claim = { issuer, path: cleanLine(path, 'the folder', limits.folderCharacters), facts };
    const drawn = this.#world.ids.next();
    const row = await this.#world.store.transact(issuer, async tx => {
      const unit = unitOf(this.#world, tx);
      // Nobody joins for an id that is another's.
      const bearers = await allBearers(tx, issuer, id);
      refuseAnothersName({ hub: { principal: principal.id, leaseMs: 0 } }, id, bearers);
      if (bearers.some(each => leaseHolds(unit, each) && !this.#isServed(each, id))) throw clientsOwn(id);
      const session = await openIn(unit, this.#world.policy, principal.id, this.#arrival(id), drawn);
      const partner = await bearPartnerName(unit, session, id, claim);
      return partnerRow(unit, partner, true);
    });
    const before = homeOf(former);
    if (before !== null && before !== home) await this.#close(before, id);
    await (await this.as(id)).name();
    return row;
  }

  /** Ends a partner's sessions; what is said to it waits for its return. Nothing for an id that nobody is remembered by. */
  async unregister(id: string): Promise<void> {
    const partner = await this.#partner(id);
    if (!partner) return;
    this.#refuseAnothers(partner);
    const home = homeOf(partner);
    if (home !== null) await this.#close(home, id);
    const { issuer } = this.#parts;
    await this.#close(issuer, id);
    await this.#world.store.transact(issuer, async tx => {
      const [session] = await allBearers(tx, issuer, id);
      // A wait that is under way learns by the end of its session that it is over, and cannot take back any more what it said.
      if (session?.endedAt) sayOfPartner(unitOf(this.#world, tx), session, issuer, { listening: null });
    });
  }

  /**
   * A partner of the token, which is here by that. Errors: `not_found` for one that nobody is remembered by, `forbidden` for another's.
   */
  async as(id: string): Promise<ForeignTalk> {
    const partner = await this.#partner(id);
    if (!partner) {
      const shown = id.slice(0, limits.partnerNameCharacters);
      throw new SignalboxError('not_found', `There is no partner ${shown}.`, 'Register it first with POST /register.');
    }
    this.#refuseAnothers(partner);
    const { issuer, world, surroundings, context } = this.#parts;
    const path = partner.persona.facts.path;
    const directory = typeof path === 'string' ? path : '';
    let places: Promise<PartnerPlaces> | undefined;
    const once = () => {
      places ??= this.#places(id, homeOf(partner));
      return places;
    };
    return new ForeignTalk({ issuer, world, surroundings, directory, places: once }, context);
  }

  /** Whether anybody is remembered by an id. */
  async isKnown(id: string): Promise<boolean> {
    return (await this.#partner(id)) !== undefined;
  }

  /** All partners; and the native sessions of the project that the request names, else of those that the token's partners work on. */
  async all(): Promise<PartnerRow[]> {
    const { issuer, project } = this.#parts;
    const [partners, own] = await this.#world.store.read(issuer, async tx => {
      const view = { tx, processes: this.#world.processes };
      return [await partnerRows(view, issuer, session => this.#isMine(session)), await this.#mine(view)] as const;
    });
    const homes = own.flatMap(partner => homeOf(partner) ?? []);
    const projects = project === null ? [...new Set(homes)] : [project];
    const natives = await Promise.all(projects.map(each => this.#nativesOf(each)));
    return [...partners, ...natives.flat()];
  }

  /**
   * A conversation that one of the token's partners is in, and the newest messages of it. `keyFor` gives what its address means for a
   * partner; undefined where none of them is in it. Nothing counts as read by that.
   */
  async past(
    keyFor: (own: string) => TalkKey,
    limit: number,
  ): Promise<{ readonly about: TalkOverview; readonly past: Past } | undefined> {
    const own = await this.#world.store.read(this.#parts.issuer, async tx => {
      const mine = await this.#mine({ tx, processes: this.#world.processes });
      const isIn = await Promise.all(mine.map(each => mayBeIn(tx, each, keyFor(each.persona.name))));
      return mine.filter((_each, at) => isIn[at]);
    });
    for (const { persona } of own) {
      const talk = await this.as(persona.name);
      const past = await talk.history(keyFor(persona.name), limit);
      if (isRefused(past)) continue;
      const key = JSON.stringify(past.spot.key);
      const about = (await talk.conversations()).find(each => JSON.stringify(each.key) === key);
      if (about) return { about, past };
    }
    return undefined;
  }

  /** Shows that the partners of this request are still here, while it waits. */
  stay(): Promise<void> {
    return this.#callers.stay();
  }

  /** Stops listening. */
  leave(): Promise<void> {
    return this.#callers.leave();
  }

  async #nativesOf(project: string): Promise<PartnerRow[]> {
    const { issuer, world, principal } = this.#parts;
    const { store, processes } = hubWorld(world, principal, project);
    return store.read(project, tx => nativeRows({ tx, processes }, issuer, null));
  }

  async #mine(view: View): Promise<Partner[]> {
    const all = await allPartners(view.tx, this.#parts.issuer);
    return all.filter(({ session, persona }) => this.#isServed(session, persona.name));
  }

  #isMine(session: SessionRecord): boolean {
    return ownerOf(session) === this.#parts.principal.id;
  }

  #refuseAnothers({ session, persona }: Partner): void {
    refuseAnothersName({ hub: { principal: this.#parts.principal.id, leaseMs: 0 } }, persona.name, [session]);
    if (!this.#isServed(session, persona.name)) throw clientsOwn(persona.name);
  }

  /** Whether a partner of the token is one that requests speak for, and not a client that is connected by another way. */
  #isServed(session: SessionRecord, id: string): boolean {
    const key = conversationKey(this.#parts.principal.id, this.#conversation(id));
    return this.#isMine(session) && session.clientSession === key;
  }

  #partner(id: string): Promise<Partner | undefined> {
    const { store, processes } = this.#world;
    const { issuer } = this.#parts;
    return store.read(issuer, tx => partnerNamed({ tx, processes }, issuer, id));
  }

  async #places(id: string, home: string | null): Promise<PartnerPlaces> {
    const { issuer, speaks } = this.#parts;
    const open = (project: string, spoken?: typeof speaks) =>
      this.#callers.open(project, this.#conversation(id), issuer, spoken);
    const meeting = await open(issuer, speaks);
    return { meeting, home: home === null || home === issuer ? meeting : await open(home) };
  }

  #arrival(id: string) {
    const nothing = { handle: null, task: null, branch: null };
    return { ...nothing, conversation: this.#conversation(id), client: this.#parts.issuer };
  }

  #conversation(id: string): string {
    return `partner:${this.#parts.issuer}/${id}`;
  }

  async #close(project: string, id: string): Promise<void> {
    const { world, principal } = this.#parts;
    await closeSession(hubWorld(world, principal, project), project, principal.id, this.#conversation(id));
  }
}

function clientsOwn(id: string): SignalboxError {
  return new SignalboxError(
    'conflict',
    `The partner ${id} is a client that speaks for itself.`,
    'Choose another id; POST /register makes a partner that requests speak for.',
  );
}

/** The project that a partner works on, as it said itself. */
function homeOf(partner: Partner | undefined): string | null {
  const home = partner?.persona.facts.home;
  return typeof home === 'string' && isRealProject(home) ? home : null;
}

/** Whether a partner may be in a conversation, as far as the meeting place tells: nobody else is to be here because somebody reads. */
async function mayBeIn(tx: Reader, partner: Partner, key: TalkKey): Promise<boolean> {
  if (key.kind === 'pair') return key.names.includes(partner.persona.name);
  const group = key.kind === 'group' ? await tx.get('conversation', `c${key.sequence}`) : undefined;
  if (key.kind === 'group' && group?.at === key.at) return group.members.includes(partner.session.id);
  return homeOf(partner) !== null;
}

/** Ids stand in addresses and lists: what could be taken for something else there is none, as `.` and `..` are in a path. */
function refuseUnfitId(id: string): void {
  const isFit = /^[A-Za-z0-9._-]+$/.test(id) && !/^\.\.?$/.test(id);
  if (isFit && id.length <= limits.partnerNameCharacters) return;
  throw new SignalboxError(
    'invalid_input',
    `An id has letters, digits and . _ - only, ${limits.partnerNameCharacters} at most, and is more than one or two dots.`,
    'Choose another id, such as the name of the folder.',
  );
}
