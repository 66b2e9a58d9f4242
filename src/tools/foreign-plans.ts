/**
 * What sessions of a vocabulary plan and know together, beyond the names and resources of a `ForeignDesk`: who is meant and where it
 * works, locks on files, intents and conflicts, channels, shared knowledge. All of it is of the project that the connection belongs to.
 */

import { namedSession } from '../core/addressee.ts';
import { locksInForce } from '../core/blocking.ts';
import { openIntents } from '../core/intent.ts';
import { limits } from '../core/limits.ts';
import type { SessionRecord } from '../core/records.ts';
import { touch } from '../core/session.ts';
import type { View } from '../core/unit.ts';
import { Agent } from './agent.ts';
import type { Stand } from './cast.ts';
import type { DeskParts } from './desk-parts.ts';
import { ForeignChannels } from './foreign-channels.ts';
import { ForeignFiles } from './foreign-files.ts';
import { ForeignFolders } from './foreign-folders.ts';
import { ForeignIntents } from './foreign-intents.ts';
import { ForeignKnowledge } from './foreign-knowledge.ts';
import type { Participant } from './participant.ts';

/** Notes that this process has said. */
const told = new Set<string>();

export class ForeignPlans {
  readonly files: ForeignFiles;
  readonly intents: ForeignIntents;
  readonly channels: ForeignChannels;
  readonly knowledge: ForeignKnowledge;
  readonly #parts: DeskParts;
  readonly #folders: ForeignFolders;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    const look = <T>(work: (view: View) => Promise<T>) => this.#look(work);
    this.#folders = new ForeignFolders(parts.world, parts.cast);
    const at = (folder: string | null) => this.#folders.seenFrom(folder);
    this.files = new ForeignFiles(look, at);
    this.intents = new ForeignIntents(look, at);
    this.channels = new ForeignChannels(parts.issuer);
    this.knowledge = new ForeignKnowledge(look);
  }

  /** A name for a session that nobody has, for vocabularies in which callers do not choose one. */
  freshName(): string {
    return this.#parts.world.ids.next();
  }

  /** The project that everything here is of, by its id: that of the connection, whether its folder or a setting says so. */
  async project(): Promise<string> {
    return (await this.#parts.cast.main.place()).project;
  }

  /** The same as a stand. */
  async stand(): Promise<Stand> {
    return { directory: this.#parts.cast.main.directory, project: await this.project() };
  }

  /** The root of the checkout that the connection stands in: lists show paths from there. */
  async root(): Promise<string> {
    return (await this.#parts.cast.main.place()).root;
  }

  /** Whether a session is one of those that this process speaks for. */
  isOwn(session: SessionRecord): boolean {
    return this.#parts.cast.playing.some(agent => agent.isNow(session.id));
  }

  /** The living session that a name or a handle means. Errors: `not_found` for none. */
  meant(name: string): Promise<SessionRecord> {
    return this.#look(view => namedSession(view, this.#parts.issuer, name));
  }

  /** See `ForeignFolders.enter`. */
  enter(folder: string): Promise<string> {
    return this.#folders.enter(folder);
  }

  /** What is checked out where a folder is of another checkout than the connection's, whose own branch every call looks at; else null. */
  async branchElsewhere(folder: string | null): Promise<string | null> {
    if (folder === null) return null;
    const [there, here] = await Promise.all([this.#folders.treeOf(folder), this.#parts.cast.main.place()]);
    return there.root === here.root ? null : this.#parts.world.worktrees.branch(there.root);
  }

  /** Notes that the connection was used by somebody of whom is not said who: it is activity of all its sessions. */
  async isUsed(): Promise<void> {
    const here = this.#parts.cast.playing.filter(agent => agent.isHere);
    for (const agent of here) {
      // Who was ended from elsewhere does not come back by this.
      if (await agent.observe(async () => true)) await agent.read(async () => undefined);
    }
  }

  /** Notes that a session did something, over whatever connection. */
  async isActive(caller: Participant): Promise<void> {
    if (caller instanceof Agent) return;
    await caller.transact(async (unit, me) => {
      if (unit.tx.now - me.lastSeenAt >= limits.touchEveryMs) await touch(unit, me, me.branch);
    });
  }

  /** How many locks a session has now, and how many intents are open. */
  async counts(session: SessionRecord): Promise<{ readonly locks: number; readonly intents: number }> {
    return this.#look(async view => {
      const { locks } = await locksInForce(view, null, session);
      const { intents } = await openIntents(view, { session });
      return { locks: locks.length, intents: intents.length };
    });
  }

  /** Tells the user something about how this process was set up, once. */
  warnOnce(note: string, facts: Readonly<Record<string, string>>): void {
    if (told.has(note)) return;
    told.add(note);
    this.#parts.world.log.warn(note, facts);
  }

  async #look<T>(work: (view: View) => Promise<T>): Promise<T> {
    const { store, processes } = this.#parts.world;
    return store.read(await this.project(), tx => work({ tx, processes }));
  }
}
