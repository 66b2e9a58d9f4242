/**
 * The sessions as which a peer writes in other projects than its own. They belong to the peer and not to the process: one that comes
 * back, also in another process, is again what it was there, with the mail that it got meanwhile; and whoever follows in its process
 * gets none of that.
 */
import { leaseHolds } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import { belongsToAnother } from '../core/owner.ts';
import { isGuest, noteSummary, summaryOf } from '../core/peer.ts';
import { allBearers, personaOf } from '../core/persona.ts';
import type { SessionRecord } from '../core/records.ts';
import { end, isProcess } from '../core/session.ts';
import type { Agent } from './agent.ts';
import type { DeskParts } from './desk-parts.ts';
import type { Participant } from './participant.ts';
import { inEachProject } from './peer-look.ts';

export class PeerGuests {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Those that live and are this process's peer; none of a peer that it was before. A look brings none back. */
  async present(): Promise<Agent[]> {
    const name = await this.#name();
    const names = await this.#named();
    return names.flatMap(([agent, each]) => (name !== undefined && each === name ? [agent] : []));
  }

  /** The one in a project, made when the peer first writes there. */
  async in(project: string): Promise<Participant> {
    const { cast } = this.#parts;
    for (const agent of await this.present()) if ((await agent.place()).project === project) return agent;
    const me = await cast.main.transact(async (_unit, session) => session);
    return this.#made(project, me);
  }

  /** Ends those of a peer that this process is no more: they wait for it where it is. */
  async leaveFormer(): Promise<void> {
    const name = await this.#name();
    for (const [agent, each] of await this.#named()) {
      if (each !== name) await agent.depart('its peer is another one by now');
    }
  }

  /** Has the peer be again what it was in other projects, in a process that ended or that has turned to another peer. */
  async comeBack(me: SessionRecord): Promise<void> {
    const { world, issuer, cast } = this.#parts;
    const name = personaOf(me, issuer)?.name;
    if (name === undefined) return;
    const home = (await cast.main.place()).project;
    const found = await inEachProject(world, async (tx, project) => {
      const former = project === home ? [] : await allBearers(tx, issuer, name);
      const [last] = former.filter(session => isGuest(session, issuer) && !belongsToAnother(me, session));
      return last && !(await this.#isServed(last, me, tx)) ? [{ project, session: last }] : [];
    });
    const newest = found.flat().sort((a, b) => b.session.lastSeenAt - a.session.lastSeenAt);
    for (const { project, session } of newest.slice(0, limits.peerPlacesKept)) {
      const { store, processes, ids } = world;
      await store.transact(project, tx => end({ tx, processes, ids }, session.id, 'its peer is in another process'));
      await this.#made(project, me, session.id);
    }
  }

  async #made(project: string, me: SessionRecord, before?: string): Promise<Participant> {
    const { cast, issuer } = this.#parts;
    const persona = personaOf(me, issuer);
    const [name, facts] = [persona?.name ?? '', persona?.facts ?? {}];
    const stand = { directory: cast.main.directory, project, isGuest: true, ...(before ? { before } : {}) };
    const { caller } = await cast.claim(stand, { name, isRegistered: false, facts, called: null });
    const by = facts.summaryBy === 'session' ? 'session' : 'program';
    const summary = { text: summaryOf(me, issuer), by } as const;
    await caller.transact((unit, guest) => noteSummary(unit, guest, issuer, summary));
    return caller;
  }

  /** Whether a living process plays it that serves the same session: of two servers of one client the first one does. */
  async #isServed(guest: SessionRecord, me: SessionRecord, tx: Parameters<typeof allBearers>[0]): Promise<boolean> {
    const { processes } = this.#parts.world;
    if (!leaseHolds({ tx, processes }, guest)) return false;
    return isProcess(guest.process, processes.self()) || isProcess(guest.process, me.process);
  }

  async #name(): Promise<string | undefined> {
    const { cast, issuer } = this.#parts;
    return cast.main.observe(async (_view, me) => personaOf(me, issuer)?.name);
  }

  async #named(): Promise<(readonly [Agent, string | undefined])[]> {
    const { cast, issuer } = this.#parts;
    const found: (readonly [Agent, string | undefined])[] = [];
    for (const agent of new Set(cast.playing)) {
      if (agent === cast.main) continue;
      const seen = await agent.observe(async (_view, guest) => ({ name: personaOf(guest, issuer)?.name }));
      if (seen) found.push([agent, seen.name]);
    }
    return found;
  }
}
