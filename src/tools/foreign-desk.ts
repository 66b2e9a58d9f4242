/**
 * What profiles can do: the rules of Signalbox, asked under the names that callers of another vocabulary give their sessions. A profile
 * translates between its words and these; whatever has to be known or decided is known and decided here and in `core`.
 */

import { locksInForce } from '../core/blocking.ts';
import { type Cleared, clearAway } from '../core/clear-away.ts';
import { confirm, handOver, isUnread } from '../core/delivery.ts';
import { SignalboxError } from '../core/errors.ts';
import type { InboxItem } from '../core/inbox.ts';
import { limits } from '../core/limits.ts';
import { acquire } from '../core/lock.ts';
import { breakLocks } from '../core/lock-break.ts';
import { release } from '../core/lock-release.ts';
import { type Sent, send } from '../core/message.ts';
import type { Blocker } from '../core/obstacles.ts';
import { ownerOf } from '../core/owner.ts';
import { foreignName, personaOf } from '../core/persona.ts';
import { addressOfName, type Mail, type MailFilter, mailOf, waitingMail } from '../core/persona-mail.ts';
import type { PersonaFacts } from '../core/persona-record.ts';
import type { Reader } from '../core/ports.ts';
import { lookAround, reap } from '../core/presence.ts';
import { isRealProject } from '../core/project.ts';
import { passOn } from '../core/queue.ts';
import type { LockRecord, Priority, SessionRecord } from '../core/records.ts';
import { update } from '../core/session.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { Unit, View } from '../core/unit.ts';
import type { Cast, Claim, Claimed, Stand } from './cast.ts';
import type { DeskContext, DeskParts } from './desk-parts.ts';
import { ForeignData } from './foreign-data.ts';
import { ForeignInstances } from './foreign-instances.ts';
import { placesOf } from './foreign-partner.ts';
import { ForeignPeers } from './foreign-peers.ts';
import { ForeignPlans } from './foreign-plans.ts';
import { foreignResource } from './foreign-resource.ts';
import { ForeignTakeover } from './foreign-takeover.ts';
import { ForeignTalk } from './foreign-talk.ts';
import type { Me, Participant } from './participant.ts';
import { Visitor } from './visitor.ts';
import type { World } from './world.ts';

/** A lock with whoever has it. */
export interface HeldLock {
  readonly lock: LockRecord;
  readonly holder: SessionRecord;
}

export interface LockWish {
  readonly resource: string;
  readonly reason: string | null;
  readonly ttlSeconds: number;
}

export interface Letter {
  /** A name of the vocabulary, or a handle; null for everybody. */
  readonly to: string | null;
  readonly body: string;
  readonly priority: Priority;
  /** What the vocabulary says of it besides, to be shown there again. */
  readonly said: PersonaFacts;
}

/** Names of senders, by the ids of their sessions. */
type SenderNames = ReadonlyMap<string, string>;

export type { DeskContext, DeskParts } from './desk-parts.ts';

export class ForeignDesk {
  readonly surroundings: Surroundings;
  readonly #world: World;
  readonly #issuer: string;
  readonly #cast: Cast;
  readonly #context: DeskContext;
  readonly #directory: string;
  readonly #parts: DeskParts;

  constructor(parts: DeskParts, context: DeskContext) {
    this.#parts = parts;
    [this.#issuer, this.#world, this.#cast, this.#context] = [parts.issuer, parts.world, parts.cast, context];
    [this.#directory, this.surroundings] = [parts.directory, parts.surroundings];
  }

  /** Where things of the old system are put that are taken over. */
  get takeover(): ForeignTakeover {
    return new ForeignTakeover({ issuer: this.#issuer, world: this.#world, cast: this.#cast });
  }

  /** Talk between partners, who may be of several projects. */
  get talk(): ForeignTalk {
    return new ForeignTalk({ ...this.#parts, places: () => placesOf(this.#parts) }, this.#context);
  }

  /** What sessions of the connection's project plan and know together. */
  get plans(): ForeignPlans {
    return new ForeignPlans(this.#parts);
  }

  /** Peers, who are of all projects of a machine. */
  get peers(): ForeignPeers {
    return new ForeignPeers(this.#parts, this.#context);
  }

  /** The scoped data of the connection's project. */
  get data(): ForeignData {
    return new ForeignData(this.#world, this.#cast);
  }

  /** Which instance the connection is, where a vocabulary says that once. */
  get instances(): ForeignInstances {
    return new ForeignInstances(this.#world, this.#cast);
  }

  /** The store's time of now, as all records have it. */
  now(stand: Stand): Promise<number> {
    return this.#in(stand, async view => view.tx.now);
  }

  /** Where a project of the vocabulary is: a folder by its absolute path, a project of that id by any other name. */
  stand(project: string | null): Stand {
    if (project === null) return { directory: this.#directory, project: null };
    const isFolder = /^(?:[\\/]|[A-Za-z]:[\\/])/.test(project);
    if (isFolder) return { directory: project, project: null };
    // What is kept of no project is nobody's to work on.
    if (isRealProject(project)) return { directory: this.#directory, project };
    throw new SignalboxError('invalid_input', `${project} is no project.`, 'Name a folder, or the id of a project.');
  }

  /** Whether a project of the vocabulary and a stand's are the same. */
  async isSame(one: Stand, other: Stand): Promise<boolean> {
    return (await this.#projectOf(one)) === (await this.#projectOf(other));
  }

  name(session: SessionRecord): string {
    return foreignName(session, this.#issuer);
  }

  /** By what name the vocabulary knows whoever has a lock, or will have it: one that was taken over waits for its holder. */
  holderName({ lock, holder }: HeldLock): string {
    const awaited = lock.heldFor?.persona.split('\t');
    return awaited?.[0] === this.#issuer ? (awaited[1] ?? '') : this.name(holder);
  }

  persona(session: SessionRecord) {
    return personaOf(session, this.#issuer);
  }

  /** Whether it may be spoken for: over a hub only what one's own token has opened. */
  isOwn(session: SessionRecord): boolean {
    const { principal } = this.#world;
    return principal === undefined || ownerOf(session) === principal;
  }

  known(stand: Stand, name: string) {
    return this.#cast.known(stand, name);
  }

  claim(stand: Stand, claim: Claim): Promise<Claimed> {
    return this.#cast.claim(stand, claim);
  }

  /** Says what a session works on, as much of it as others are shown; null clears it. */
  async saysTask(caller: Participant, task: string | null): Promise<void> {
    const head = (task ?? '').slice(0, limits.taskCharacters).toWellFormed();
    await caller.transact((unit, me) => update(unit, me, { task: head }));
  }

  dismiss(stand: Stand, name: string): Promise<boolean> {
    return this.#cast.dismiss(stand, name);
  }

  /** All projects in which anybody ever was, each as a stand. */
  async stands(): Promise<Stand[]> {
    const projects = await this.#world.store.projects();
    return projects.filter(isRealProject).map(project => ({ directory: this.#directory, project }));
  }

  /**
   * The living sessions of a project, in the order in which they began: those of the vocabulary that registered, and native ones; the
   * session of this very process only once it has a name.
   */
  async sessions(stand: Stand): Promise<SessionRecord[]> {
    const { live, stale } = await this.#in(stand, lookAround);
    if (stale) await this.#upkeep(stand, reap);
    const own = this.#world.processes.self();
    const isShown = (session: SessionRecord) => {
      const persona = this.persona(session);
      if (persona) return persona.isRegistered;
      return session.process?.pid !== own.pid || session.host !== own.host;
    };
    const began = (session: SessionRecord) => this.persona(session)?.since ?? session.startedAt;
    return live.filter(isShown).sort((a, b) => began(a) - began(b));
  }

  /** The locks of a project that count now, the oldest first. */
  async locks(stand: Stand): Promise<readonly HeldLock[]> {
    return (await this.#in(stand, view => locksInForce(view, null, null))).locks;
  }

  /** Takes one lock exclusively, or says who is in the way; nothing waits. Errors: those of `acquire`. */
  async lock(
    caller: Participant,
    { resource, reason, ttlSeconds }: LockWish,
  ): Promise<{
    readonly mine: LockRecord | null;
    readonly others: readonly HeldLock[];
    readonly ahead: SessionRecord | null;
  }> {
    const resources = await foreignResource(this.#world, caller, resource);
    const ticket = this.#world.ids.next();
    const shown = reason?.replace(/\s+/g, ' ').slice(0, limits.reasonCharacters) ?? null;
    const wish = { ticket, pools: [], mode: 'exclusive', reason: shown, priority: 'normal' } as const;
    const outcome = await caller.transact((unit, me) =>
      acquire(unit, me, { ...wish, resources, ttlMs: ttlSeconds * 1000 }, null),
    );
    const others = outcome.blockers.flatMap(({ lock, session }: Blocker) => (lock ? [{ lock, holder: session }] : []));
    // Nobody has it, but somebody stands in line for it.
    const ahead = outcome.blockers[0]?.session ?? null;
    return { mine: outcome.granted?.[0] ?? null, others, ahead };
  }

  /** Whoever has a resource of a project, exactly. */
  async holderOf(stand: Stand, resource: string): Promise<HeldLock | undefined> {
    const caller = await this.#cast.standing(stand);
    const resources = await foreignResource(this.#world, caller, resource);
    const { locks } = await this.#in(stand, view => locksInForce(view, resources, null));
    return locks.find(({ lock }) => lock.name === resources[0]?.name);
  }

  /** Gives a lock back. */
  async unlock(caller: Participant, resource: string): Promise<void> {
    const resources = await foreignResource(this.#world, caller, resource);
    await caller.transact((unit, me) => release(unit, me, resources));
  }

  /** Ends another's lock, as the operator would and over a hub an admin may, with who wanted it as the reason. Errors: `forbidden`. */
  async breakLock(stand: Stand, resource: string, by: string): Promise<void> {
    const standing = await this.#cast.standing(stand);
    const { principal, overrules, ...world } = this.#world;
    if (principal !== undefined && !overrules) throw onlyAdmins();
    const operator = new Visitor(world, standing.directory, (await standing.place()).project, null);
    const resources = await foreignResource(this.#world, operator, resource);
    await operator.transact((unit, me) => breakLocks(unit, me, { resources }, `${by} released it by force`));
  }

  /** Sends a message. One to a name that nobody has waits for whoever takes it. */
  async post(caller: Participant, { to, ...letter }: Letter): Promise<Sent> {
    return caller.transact(async (unit, me) => {
      const address = to === null ? 'all' : await addressOfName(unit, this.#issuer, to);
      return send(unit, me, { ...letter, to: [address], replyTo: null, tags: [], key: null });
    });
  }

  /** What an inbox holds under a filter, the newest first; what is shown counts as read once the answer is out, unless it was a peek. */
  async mail(caller: Participant, filter: MailFilter, isPeek: boolean): Promise<Mail> {
    if (isPeek) return caller.read((view, me) => mailOf(view.tx, me, this.#issuer, filter));
    const { mail, me } = await caller.transact(async (unit, session) => {
      const found = await mailOf(unit.tx, session, this.#issuer, filter);
      handOver(unit, found.items, this.#context.path);
      return { mail: found, me: session };
    });
    this.#confirm(caller, me, mail.items);
    return mail;
  }

  /** What waits for a name that nobody has now. It stays unread until somebody has taken the name. */
  async waiting(
    stand: Stand,
    name: string,
    filter: MailFilter,
  ): Promise<{ readonly mail: Mail; readonly senders: SenderNames }> {
    return this.#in(stand, async ({ tx }) => {
      const { principal } = this.#world;
      const me = principal === undefined ? null : { hub: { principal, leaseMs: 0 } };
      const mail = await waitingMail(tx, me, this.#issuer, name, filter);
      return { mail, senders: await this.#sendersIn(tx, mail.items) };
    });
  }

  /** By what names the senders of messages are known, by their ids; none for one that is forgotten. */
  async senders(caller: Participant, items: readonly InboxItem[]): Promise<SenderNames> {
    return caller.read(view => this.#sendersIn(view.tx, items));
  }

  /** Ends what is over in a project: sessions whose process is gone, locks that have lapsed. */
  clear(stand: Stand): Promise<Cleared> {
    return this.#upkeep(stand, clearAway);
  }

  async #sendersIn(tx: Reader, items: readonly InboxItem[]): Promise<SenderNames> {
    const ids = [...new Set(items.map(({ message }) => message.from))];
    const records = await Promise.all(ids.map(id => tx.get('session', id)));
    return new Map(records.flatMap(record => (record ? [[record.id, this.name(record)]] : [])));
  }

  #confirm(caller: Participant, me: Me, items: readonly InboxItem[]): void {
    const fresh = items.filter(({ delivery }) => isUnread(delivery)).map(({ message }) => message.sequence);
    if (fresh.length > 0) this.#context.afterAnswer(() => caller.transact(unit => confirm(unit, me.id, fresh)));
  }

  async #projectOf(stand: Stand): Promise<string> {
    return (await (await this.#cast.standing(stand)).place()).project;
  }

  async #in<T>(stand: Stand, look: (view: View) => Promise<T>): Promise<T> {
    const { store, processes } = this.#world;
    return store.read(await this.#projectOf(stand), tx => look({ tx, processes }));
  }

  /** Nobody's activity: whoever looks serves those who wait. */
  async #upkeep<T>(stand: Stand, work: (unit: Unit) => Promise<T>): Promise<T> {
    const { store, processes, ids } = this.#world;
    return store.transact(await this.#projectOf(stand), async tx => {
      const unit = { tx, processes, ids };
      const done = await work(unit);
      await passOn(unit);
      return done;
    });
  }
}

function onlyAdmins(): SignalboxError {
  return new SignalboxError(
    'forbidden',
    'Only an admin of the hub ends what others hold.',
    'Write to whoever holds it, or ask an admin to release it.',
  );
}
