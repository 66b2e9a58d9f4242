/**
 * The sessions that a profile speaks for. Its callers name sessions themselves, several over one connection and in several projects;
 * this process plays them: the first name of a project is its own session there, every further one is a session more.
 */
import { SignalboxError, toSignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { dropHeld, hasHeld } from '../core/lock-held-for.ts';
import {
  allBearers,
  bearerOf,
  foreignName,
  isKeptFrom,
  type PersonaClaim,
  personaOf,
  spokeAs,
  takePersona,
  unregister,
} from '../core/persona.ts';
import type { SessionRecord } from '../core/records.ts';
import { end, isProcess } from '../core/session.ts';
import { Agent } from './agent.ts';
import type { Participant } from './participant.ts';
import type { Playbill, Role } from './playbill.ts';
import { Visitor } from './visitor.ts';
import type { World } from './world.ts';

/** Where a name counts: a folder, or a project by its id. */
export interface Stand {
  readonly directory: string;
  /** Null for the one that the folder belongs to. */
  readonly project: string | null;
  /** Whether it only writes there and works elsewhere: then it stands in no checkout there, and nobody minds what it does to files. */
  readonly isGuest?: boolean;
  /** The session that it was there in another process, which has ended: one that is made comes back as that. */
  readonly before?: string;
}

/** What a caller says when it takes a name. */
export interface Claim extends Omit<PersonaClaim, 'issuer'> {
  /**
   * Whether the name was made for this very claim: then nobody else can mean anything by it, and a session of this process that came back
   * from a crash goes on under it.
   */
  readonly isIssued?: boolean;
}

export interface Claimed {
  readonly caller: Participant;
  readonly session: SessionRecord;
  /** Whether nobody had the name before. */
  readonly isNew: boolean;
}

export class Cast {
  readonly #world: World;
  readonly #issuer: string;
  readonly #main: () => Agent;
  readonly #make: (stand: Stand) => Agent;
  /** Where each of those that were made stands. */
  readonly #stands = new WeakMap<Agent, Stand>();
  readonly #played: (agent: Agent) => void;
  /** Which instance the connection is, in vocabularies in which it says so once; null before and after. */
  instance: string | null = null;
  /** This process's own sessions, by project. */
  readonly #standing = new Map<string, Agent>();
  /** Under which name each of its own sessions speaks, also when that was taken back: another name is another session. */
  readonly #names = new Map<Agent, string>();
  /** The session of the connection, where that works on another project than its process was started in. */
  #moved: Agent | undefined;
  /** Those of further names, with these. */
  readonly #further = new Map<Agent, string>();
  /** All that were made and may be sessions: whoever is just taking a name is in no other list. */
  readonly #made = new Set<Agent>();
  #isOver = false;
  #turn: Promise<unknown> = Promise.resolve();

  /** `main` is the session of the connection; `make` makes one more; `played` is told of each of them that takes its first name. */
  constructor(
    world: World,
    issuer: string,
    main: () => Agent,
    make: (stand: Stand) => Agent,
    played: (agent: Agent) => void = () => undefined,
  ) {
    this.#world = world;
    this.#issuer = issuer;
    this.#main = main;
    this.#make = stand => {
      const agent = make(stand);
      this.#stands.set(agent, stand);
      this.#keep(agent);
      return agent;
    };
    this.#played = played;
  }

  /** Looks make many that never join. */
  #keep(agent: Agent): void {
    this.#made.add(agent);
    if (this.#made.size > limits.bridgeRoles) {
      const known = this.#all;
      for (const each of this.#made) if (each !== agent && !each.isHere && !known.has(each)) this.#made.delete(each);
    }
    // What was under way when its machine went brings nobody back.
    if (this.#isOver) void agent.abandon();
  }

  /** The session of the connection itself. */
  get main(): Agent {
    return this.#moved ?? this.#main();
  }

  /** Lets the connection be of the project of a folder from now on. What it plays elsewhere stays there. */
  async moveTo(directory: string): Promise<void> {
    const moved = await settled(this.#make({ directory, project: null }));
    // Over a hub it may be one that the token is not for: then the connection stays where it is.
    await this.#world.store.read((await moved.place()).project, async () => undefined);
    this.#moved = moved;
  }

  /** Its own sessions beside that which have joined. */
  get others(): readonly Agent[] {
    const main = this.#main();
    return [...new Set([...this.#standing.values(), ...this.#further.keys()])].filter(
      agent => agent !== main && agent.isHere,
    );
  }

  /** The name that a session of this process spoke under first, or bears as its own; undefined before that. */
  nameOf(agent: Agent): string | undefined {
    return this.#names.get(agent);
  }

  /** The sessions that this process plays now, in every project in which it has taken a name. */
  get playing(): readonly Agent[] {
    return [...this.#names.keys(), ...this.#further.keys()];
  }

  /** This process's own session in a project, which may not have joined: a look does not make it join. */
  async standing(stand: Stand): Promise<Agent> {
    const { main } = this;
    // A folder that is not there is a name like any other.
    const elsewhere = () => this.#make({ directory: main.directory, project: stand.directory });
    const made = await settled(this.#make(stand)).catch(() => settled(elsewhere()));
    const { project } = await made.place();
    const isMain = (await main.place()).project === project;
    const known = this.#standing.get(project) ?? (isMain ? main : made);
    this.#standing.set(project, known);
    return known;
  }

  /** Whoever has the name in a project now; undefined for a name that nobody has. */
  async known(stand: Stand, name: string): Promise<Omit<Claimed, 'isNew'> | undefined> {
    const agent = await this.standing(stand);
    const { project } = await agent.place();
    const { store, processes } = this.#world;
    const session = await store.read(project, tx => bearerOf({ tx, processes }, this.#issuer, name));
    return session && { session, caller: await this.#playing(agent, session) };
  }

  /**
   * Says something under a name, which is this process's from then on unless it is another's, whose session it means then: callers of
   * profiles are not told apart. Errors: those of `takePersona`.
   */
  claim(stand: Stand, claim: Claim): Promise<Claimed> {
    // One after the other: of two calls that say the same new name at once, the second means the session of the first.
    const claimed = this.#turn.then(() => this.#claimed(stand, claim));
    this.#turn = claimed.catch(() => undefined);
    return claimed;
  }

  async #claimed(stand: Stand, claim: Claim): Promise<Claimed> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const known = await this.known(stand, claim.name);
        if (known) {
          const session = await this.#take(known.caller, claim);
          this.#speaks(known.caller, claim.name);
          return { caller: known.caller, session, isNew: false };
        }
        return { ...(await this.#taken(await this.standing(stand), claim, stand)), isNew: true };
      } catch (error) {
        // Somebody else has just said the same name: then it is that one's.
        if (attempt > 1 || !(error instanceof SignalboxError) || error.code !== 'conflict') throw error;
      }
    }
  }

  /** One of its own sessions may have had the name before it spoke here: it came back. */
  #speaks(caller: Participant, name: string): void {
    if (!(caller instanceof Agent) || this.#names.has(caller) || this.#further.has(caller)) return;
    this.#names.set(caller, name);
    this.#played(caller);
  }

  /**
   * Gives the session of the connection a name of its own, which is no other living session's: nobody else is meant by it, and what it
   * was called before is forgotten. Errors: those of `takePersona`.
   */
  async own(claim: Omit<PersonaClaim, 'issuer'>): Promise<SessionRecord> {
    const { main } = this;
    const session = await this.#take(main, claim);
    this.#speaks(main, claim.name);
    this.#names.set(main, claim.name);
    return session;
  }

  #take(caller: Participant, claim: Omit<PersonaClaim, 'issuer'>): Promise<SessionRecord> {
    return caller.transact((unit, me) => takePersona(unit, me, { ...claim, issuer: this.#issuer }));
  }

  /** Makes a name that nobody has that of this process's own session there, or of one more. */
  async #taken(agent: Agent, claim: Claim, stand: Stand): Promise<Omit<Claimed, 'isNew'>> {
    const spoken = this.#names.get(agent) ?? claim.name;
    if (spoken === claim.name) {
      const isFirst = !this.#names.has(agent);
      this.#names.set(agent, claim.name);
      const taking = agent.transact(async (unit, me) => {
        const said = personaOf(me, this.#issuer);
        const isFree = said === undefined || (claim.isIssued === true && !said.isRegistered);
        return isFree || said.name === claim.name
          ? takePersona(unit, me, { ...claim, issuer: this.#issuer })
          : undefined;
      });
      const session = await taking.catch(error => {
        // The next name that it takes is its own.
        if (isFirst) this.#names.delete(agent);
        throw error;
      });
      if (session && isFirst) this.#played(agent);
      if (session) return { session, caller: agent };
    }
    const { project } = await agent.place();
    const former = await this.#formerOf(claim.name, project);
    const made = former ?? this.#make({ ...stand, directory: agent.directory, project });
    try {
      const further = await this.#take(made, claim);
      this.#further.set(made, claim.name);
      if (former === undefined) this.#played(made);
      return { session: further, caller: made };
    } catch (error) {
      if (former === undefined) await made.leave('its name is taken');
      throw error;
    }
  }

  /** The one of a further name that was here and has ended: it comes back as that. */
  async #formerOf(name: string, project: string): Promise<Agent | undefined> {
    for (const [agent, each] of this.#further)
      if (each === name && (await agent.place()).project === project) return agent;
    return undefined;
  }

  /** Ends the session of a name, with all that it has, also what is only held for it; nothing for a name that nobody has. Whether there was one. */
  async dismiss(stand: Stand, name: string): Promise<boolean> {
    const { project } = await (await this.standing(stand)).place();
    const { store, processes, ids } = this.#world;
    const known = await this.known(stand, name);
    // Of one that is somebody else's nothing ends.
    await known?.caller.transact(async (unit, me) => unregister(unit, me, this.#issuer));
    const isHeld = await store.read(project, async tx => {
      const bearers = this.#owner === null ? [] : await allBearers(tx, this.#issuer, name);
      return !bearers.some(each => isKeptFrom({ hub: this.#owner }, each)) && hasHeld(tx, this.#issuer, name);
    });
    if (isHeld) await store.transact(project, tx => dropHeld({ tx, processes, ids }, this.#issuer, name));
    if (!known) return false;
    const { caller } = known;
    if (caller instanceof Agent) {
      this.#further.delete(caller);
      await caller.depart('its profile said so');
    } else await caller.transact((unit, me) => end(unit, me.id, 'its profile said so'));
    return true;
  }

  /** Leaves with the connection; the session of the connection itself is left by whoever made it. */
  async leave(reason: string): Promise<void> {
    await Promise.all(this.#over().map(agent => agent.leave(reason)));
  }

  /** Leaves all of them as they are but the session of the connection: their machine cannot be heard any more, and may come back. Never rejects. */
  async abandon(): Promise<void> {
    await Promise.all(this.#over().map(agent => agent.abandon()));
  }

  #over(): Agent[] {
    this.#isOver = true;
    const main = this.#main();
    return [...new Set([...this.#made, ...this.#all])].filter(agent => agent !== main);
  }

  /** Whom it plays now; of more than `limits.bridgeRoles` those of the connection, and the others that it took last. */
  get playbill(): Playbill {
    const main = this.#main();
    const roles = [...this.#all].map((agent): Role => {
      const as =
        agent === main ? 'own' : agent === this.#moved ? 'moved' : this.#further.has(agent) ? 'further' : 'standing';
      const { directory, project = null, isGuest = false } = this.#stands.get(agent) ?? { directory: agent.directory };
      const name = this.#names.get(agent) ?? this.#further.get(agent) ?? null;
      return { as, session: agent.id ?? null, directory, project, isGuest, name };
    });
    const told = roles.filter(({ session, name, as }) => (session ?? name) !== null || as === 'moved');
    const isFirst = ({ as }: Role) => as === 'own' || as === 'moved';
    const first = told.filter(isFirst);
    const others = told.filter(role => !isFirst(role));
    return { instance: this.instance, roles: [...first, ...others.slice(-(limits.bridgeRoles - first.length))] };
  }

  /**
   * Goes on as whom another process played for the same machine: each session of that machine's process is taken up, as it is if it lives still.
   * One that cannot be costs the others nothing. Errors: `unavailable`, where the store is away; done again it goes on where it stopped.
   */
  async goOn({ instance, roles }: Playbill): Promise<void> {
    this.instance = instance;
    let away: unknown;
    for (const role of roles) {
      await this.#goOnAs(role).catch(error => {
        const { code, message } = toSignalboxError(error);
        if (code === 'unavailable') away = error;
        else this.#world.log.warn('a name is not taken up again', { code, message });
      });
    }
    if (away !== undefined) throw away;
  }

  async #goOnAs(role: Role): Promise<void> {
    const isKnown = role.session !== null && [...this.#all].some(agent => agent.id === role.session);
    if (role.as !== 'own' && isKnown) return;
    const agent = role.as === 'own' ? this.#main() : await this.#again(role);
    const { project } = await agent.place();
    const name = await this.#nameIn(role, project);
    if (role.as === 'moved') this.#moved ??= agent;
    if (role.as === 'further' && name !== null) this.#further.set(agent, name);
    else if (role.as !== 'own' && !this.#standing.has(project)) this.#standing.set(project, agent);
    if (name !== null && role.as !== 'further') this.#names.set(agent, name);
    if (agent.isHere && name !== null) this.#played(agent);
  }

  /** The name that its session has, or had last; null where its machine says another one. One that is no session's own has one in any case. */
  async #nameIn({ as, session, name }: Role, project: string): Promise<string | null> {
    if (session === null || (name === null && as !== 'further')) return null;
    const { store, processes } = this.#world;
    const was = await store.read(project, tx => tx.get('session', session));
    if (was === undefined || !isProcess(was.process, processes.self())) return null;
    const said = foreignName(was, this.#issuer);
    return said === (name ?? said) && spokeAs(was, this.#issuer, said) ? said : null;
  }

  /** Takes up the session of the connection, before anything is done as it: it would come back without its name. */
  async goOnAsMain({ roles }: Playbill): Promise<void> {
    const own = roles.find(({ as }) => as === 'own');
    if (own?.session) await this.#main().takeUp(own.session);
  }

  async #again({ session: id, directory, project, isGuest }: Role): Promise<Agent> {
    const stand = { directory, project, ...(isGuest ? { isGuest } : {}) };
    const agent = await settled(this.#make(stand));
    if (id === null) return agent;
    const { store, processes } = this.#world;
    const was = await store.read((await agent.place()).project, tx => tx.get('session', id));
    // Behind a hub processes of other principals have other names.
    if (!was || !isProcess(was.process, processes.self())) return agent;
    const again = await settled(this.#make({ ...stand, before: id }));
    await again.takeUp(id);
    return again;
  }

  /** Whose the sessions are, for those that come by a hub. */
  get #owner(): SessionRecord['hub'] {
    const { principal } = this.#world;
    return principal === undefined ? null : { principal, leaseMs: 0 };
  }

  get #all(): ReadonlySet<Agent> {
    const moved = this.#moved ? [this.#moved] : [];
    return new Set([...moved, ...this.#names.keys(), ...this.#standing.values(), ...this.#further.keys()]);
  }

  async #playing(agent: Agent, session: SessionRecord): Promise<Participant> {
    const own = [agent, ...this.#further.keys()].find(each => each.isNow(session.id));
    return own ?? new Visitor(this.#world, agent.directory, (await agent.place()).project, session.id);
  }
}

async function settled(agent: Agent): Promise<Agent> {
  await agent.place();
  return agent;
}
