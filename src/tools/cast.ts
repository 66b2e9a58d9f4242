/**
 * The sessions that a profile speaks for. Its callers name sessions themselves, several over one connection and in several projects;
 * this process plays them: the first name of a project is its own session there, every further one is a session more.
 */
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { dropHeld, hasHeld } from '../core/lock-held-for.ts';
import { bearerOf, type PersonaClaim, personaOf, takePersona, unregister } from '../core/persona.ts';
import type { SessionRecord } from '../core/records.ts';
import { end, isProcess } from '../core/session.ts';
import { Agent } from './agent.ts';
import type { Participant } from './participant.ts';
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

/** One of the sessions of a cast, as whoever goes on with it over another connection has to know it. */
export interface Role {
  /** `own`: that of the connection; `moved`: the same where it works on another project; `standing`: one of its own in another project. */
  readonly as: 'own' | 'moved' | 'standing' | 'further';
  /** Its id; null for one that has not joined. */
  readonly session: string | null;
  readonly directory: string;
  readonly project: string | null;
  readonly isGuest: boolean;
  /** The name under which it speaks; null before it has one. */
  readonly name: string | null;
}

/** Whom a process plays. */
export interface Playbill {
  readonly instance: string | null;
  readonly roles: readonly Role[];
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
  /** Those of further names. */
  readonly #further = new Set<Agent>();
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
      return agent;
    };
    this.#played = played;
  }

  /** The session of the connection itself. */
  get main(): Agent {
    return this.#moved ?? this.#main();
  }

  /** Lets the connection be of the project of a folder from now on. What it plays elsewhere stays there. */
  async moveTo(directory: string): Promise<void> {
    this.#moved = await settled(this.#make({ directory, project: null }));
  }

  /** Its own sessions beside that which have joined. */
  get others(): readonly Agent[] {
    const main = this.#main();
    return [...new Set([...this.#standing.values(), ...this.#further])].filter(agent => agent !== main && agent.isHere);
  }

  /** The name that a session of this process spoke under first, or bears as its own; undefined before that. */
  nameOf(agent: Agent): string | undefined {
    return this.#names.get(agent);
  }

  /** The sessions that this process plays now, in every project in which it has taken a name. */
  get playing(): readonly Agent[] {
    return [...this.#names.keys(), ...this.#further];
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
      const session = await agent.transact(async (unit, me) => {
        const said = personaOf(me, this.#issuer);
        const isFree = said === undefined || (claim.isIssued === true && !said.isRegistered);
        return isFree || said.name === claim.name
          ? takePersona(unit, me, { ...claim, issuer: this.#issuer })
          : undefined;
      });
      if (session && isFirst) this.#played(agent);
      if (session) return { session, caller: agent };
    }
    const made = this.#make({ ...stand, directory: agent.directory, project: (await agent.place()).project });
    try {
      const further = await this.#take(made, claim);
      this.#further.add(made);
      this.#played(made);
      return { session: further, caller: made };
    } catch (error) {
      await made.leave('its name is taken');
      throw error;
    }
  }

  /** Ends the session of a name, with all that it has, also what is only held for it; nothing for a name that nobody has. Whether there was one. */
  async dismiss(stand: Stand, name: string): Promise<boolean> {
    const { project } = await (await this.standing(stand)).place();
    const { store, processes, ids } = this.#world;
    const known = await this.known(stand, name);
    // Of one that is somebody else's nothing ends.
    await known?.caller.transact(async (unit, me) => unregister(unit, me, this.#issuer));
    const isHeld = await store.read(project, tx => hasHeld(tx, this.#issuer, name));
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
    const main = this.#main();
    const own = [...this.#standing.values()].filter(agent => agent !== main);
    await Promise.all([...own, ...this.#further].map(agent => agent.leave(reason)));
  }

  /** Leaves all of them as they are but the session of the connection: their machine cannot be heard any more, and may come back. Never rejects. */
  async abandon(): Promise<void> {
    const main = this.#main();
    await Promise.all([...this.#all].filter(agent => agent !== main).map(agent => agent.abandon()));
  }

  /** Whom it plays now, those that it took last where they are more than `limits.bridgeRoles`. */
  get playbill(): Playbill {
    const main = this.#main();
    const roles = [...this.#all].map((agent): Role => {
      const as =
        agent === main ? 'own' : agent === this.#moved ? 'moved' : this.#further.has(agent) ? 'further' : 'standing';
      const { directory, project = null, isGuest = false } = this.#stands.get(agent) ?? { directory: agent.directory };
      return { as, session: agent.id ?? null, directory, project, isGuest, name: this.#names.get(agent) ?? null };
    });
    const told = roles.filter(({ session, name, as }) => (session ?? name) !== null || as === 'moved');
    return { instance: this.instance, roles: told.slice(-limits.bridgeRoles) };
  }

  /**
   * Goes on as whom another process played for the same machine: each session of that machine's process is taken up, as it is if it lives still.
   * Errors: those of the store; done again it goes on where it stopped.
   */
  async goOn({ instance, roles }: Playbill): Promise<void> {
    for (const role of roles) {
      if (role.as !== 'own' && role.session !== null && [...this.#all].some(agent => agent.id === role.session))
        continue;
      const agent = role.as === 'own' ? this.#main() : await this.#again(role);
      if (role.as === 'moved') this.#moved = agent;
      if (role.as === 'further') this.#further.add(agent);
      else if (role.as !== 'own') this.#standing.set((await agent.place()).project, agent);
      if (role.name !== null && role.as !== 'further') this.#names.set(agent, role.name);
      if (agent.isHere && (role.name !== null || role.as === 'further')) this.#played(agent);
    }
    this.instance = instance;
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

  get #all(): ReadonlySet<Agent> {
    const moved = this.#moved ? [this.#moved] : [];
    return new Set([...moved, ...this.#names.keys(), ...this.#standing.values(), ...this.#further]);
  }

  async #playing(agent: Agent, session: SessionRecord): Promise<Participant> {
    const own = [agent, ...this.#further].find(each => each.isNow(session.id));
    return own ?? new Visitor(this.#world, agent.directory, (await agent.place()).project, session.id);
  }
}

async function settled(agent: Agent): Promise<Agent> {
  await agent.place();
  return agent;
}
