/**
 * What a profile without projects can do: find the sessions of a machine as peers, write to them wherever they work, and be found. A
 * peer is reached where it works, so its mail is in one place whoever writes; a process writes into another project as a guest there,
 * under the same id.
 */
import { turnedAway } from '../core/attach.ts';
import type { Question } from '../core/chat-model.ts';
import { SignalboxError } from '../core/errors.ts';
import { operatorHandle } from '../core/handles.ts';
import type { InboxItem } from '../core/inbox.ts';
import { leaseHolds, processGone } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import { send } from '../core/message.ts';
import { folderOf, noteSummary, peerName, type Summary, summaryOf, writeTo } from '../core/peer.ts';
import { addressOf, meantBy, type Peering, type PeerView } from '../core/peer-address.ts';
import { allBearers, personaOf } from '../core/persona.ts';
import type { PersonaFacts } from '../core/persona-record.ts';
import type { SessionRecord } from '../core/records.ts';
import { cleanText } from '../core/text.ts';
import type { View } from '../core/unit.ts';
import type { Agent } from './agent.ts';
import type { DeskContext, DeskParts } from './desk-parts.ts';
import type { Participant } from './participant.ts';
import { PeerGuests } from './peer-guests.ts';
import { PeerInbox } from './peer-inbox.ts';
import { everybody } from './peer-look.ts';
import { type Work, workOf } from './peer-work.ts';
import { Visitor } from './visitor.ts';

export type PeerScope = 'machine' | 'directory' | 'repo';

export interface Peer {
  readonly id: string;
  readonly pid: number | null;
  /** The machine it is on; null for this one. */
  readonly host: string | null;
  readonly folder: string;
  readonly repository: string | null;
  readonly terminal: string | null;
  readonly summary: string;
  readonly seenAt: number;
}

/** What became of a message: it was sent, nobody living has the id, it is the sender's own, or several have it, who are named by other ids. */
export type PeerSent =
  | { readonly outcome: 'sent' | 'unknown' | 'self' }
  | { readonly outcome: 'several'; readonly ids: readonly string[] };

export class ForeignPeers {
  readonly #parts: DeskParts;
  readonly #context: DeskContext;

  constructor(parts: DeskParts, context: DeskContext) {
    [this.#parts, this.#context] = [parts, context];
  }

  /** Whether this process's session is registered as what it is: it was perhaps ended, got another conversation or another branch. */
  async isHere(): Promise<boolean> {
    const branch = await this.#branch();
    return (await this.#main.observe(async (view, me) => this.#isCurrent(view, me, branch))) ?? false;
  }

  /**
   * Makes this process's session a peer, and what it is to other projects too. Its id is its own from now on, also in its next
   * conversation, but not in one that its client turned to and that has been another peer's or nobody's. Errors: those of a claim.
   */
  async register(work: Work): Promise<void> {
    const { directory, surroundings, world } = this.#parts;
    const me = await this.#main.transact(async (_unit, session) => session);
    const former = personaOf(me, this.#issuer);
    const before = former?.name ?? (await this.#nameOfProcess());
    const about = { cwd: directory, repo: work.root, tty: surroundings.terminal(), pid: world.processes.self().pid };
    const facts = { ...former?.facts, ...about, branch: await this.#branch() };
    const own = await this.#called(me, before, facts);
    await this.#guests.leaveFormer();
    // Who has just been given a name was nowhere under it.
    if (before !== undefined) await this.#guests.comeBack(own);
  }

  /** What this process's session is about, as git tells it. */
  work(): Promise<Work> {
    return workOf(this.#main);
  }

  /** Says what this process's session works on, wherever it is known. Errors: `limit_exceeded`. */
  async summarize(summary: Summary): Promise<void> {
    for (const agent of [this.#main, ...(await this.#guests.present())]) {
      await agent.transact((unit, me) => noteSummary(unit, me, this.#issuer, summary));
    }
  }

  /** Has a language model say it, where there is one: what it answers in time takes the place of what the program said. Never fails. */
  async suggest(question: Question): Promise<void> {
    const { surroundings, world } = this.#parts;
    const { signal } = this.#context;
    try {
      const answer = await surroundings.chatModel?.answer(question, signal);
      const line = cleanText(answer ?? '').text.replace(/\s+/g, ' ');
      const text = line.trim().slice(0, limits.taskCharacters).toWellFormed();
      if (text !== '' && !signal.aborted) await this.summarize({ text, by: 'program' });
    } catch (error) {
      if (!signal.aborted) world.log.warn('no summary', { error: String(error) });
    }
  }

  /**
   * Sees to it that the session is found although it does nothing itself: `again` registers it where it is not, because its client went
   * on to another conversation or others took its process for dead. Until the connection ends; never fails.
   */
  async stay(again: () => Promise<void>): Promise<void> {
    const { clock, log } = this.#parts.world;
    const { signal } = this.#context;
    let last: string | undefined;
    while (!signal.aborted) {
      try {
        const branch = await this.#branch();
        const seen = await this.#main.observe(async (view, me) => {
          return { id: me.id, isHere: this.#isCurrent(view, me, branch) };
        });
        last = seen?.id ?? last;
        if (seen ? !seen.isHere : await this.#isLost(last)) await again();
        else await this.#guests.leaveFormer();
      } catch (error) {
        log.warn('not listed', { error: String(error) });
      }
      await clock.sleep(limits.peerMindedMs, signal);
    }
  }

  /** The peers in a scope without this process itself, those that began first before the others; `repo` is `directory` outside git. */
  async list(scope: PeerScope): Promise<Peer[]> {
    const { directory, world } = this.#parts;
    const { root, project } = await this.#main.place();
    const isRepo = scope === 'repo' && (await world.git.state(root)) !== undefined;
    const view = await this.#view(project);
    const { host } = world.processes.self();
    const isIn = (each: Peering) =>
      isRepo
        ? each.project === project
        : each.session.host === host && (scope === 'machine' || folderOf(each.session, this.#issuer) === directory);
    const began = ({ session }: Peering) => personaOf(session, this.#issuer)?.since ?? session.startedAt;
    return view.all
      .filter(each => each.session.parentSession === null && isIn(each) && !this.#main.isNow(each.session.id))
      .sort((a, b) => began(a) - began(b))
      .map(({ session }) => this.#peer(session, addressOf(view, session)));
  }

  /** Writes to whoever an id means, where that one works. Errors: those of `send`. */
  async send(id: string, body: string): Promise<PeerSent> {
    const own = (await this.#main.place()).project;
    const found = this.#only(await this.#view(own), id);
    if (!('session' in found)) return found;
    const { project, session } = found;
    if (this.#main.isNow(session.id)) return { outcome: 'self' };
    return this.#write(project === own ? this.#main : await this.#guests.in(project), session.id, body);
  }

  /** Writes to the operator, who wrote to this process's session where that works. Errors: those of `send`. */
  answerOperator(body: string): Promise<PeerSent> {
    return this.#write(this.#main, operatorHandle, body);
  }

  /** Writes to the operator, also to one who has never been there. Errors: those of `send`. */
  async askOperator(body: string): Promise<PeerSent> {
    const draft = { to: [operatorHandle], body, priority: 'normal', replyTo: null, tags: [], key: null } as const;
    await this.#main.transact((unit, me) => send(unit, me, draft));
    return { outcome: 'sent' };
  }

  /** Writes as whoever typed a command: the operator, who is one of every project, or a session to its own project. Errors: `forbidden`, those of `send`. */
  async sendAs(typist: Participant, id: string, body: string): Promise<PeerSent> {
    const view = await this.#view(null);
    const found = this.#only(view, id);
    if (!('session' in found)) return found;
    const { project, session } = found;
    const me = await typist.observe(async (_view, session) => session);
    if (me === undefined || me.kind === 'operator') {
      return this.#write(new Visitor(this.#parts.world, this.#parts.directory, project, null), session.id, body);
    }
    if (me.id === session.id) return { outcome: 'self' };
    if ((await typist.place()).project === project) return this.#write(typist, session.id, body);
    // Somebody at a shell who comes by a hub has a session in the project of the folder.
    if (me.process === null && me.hub !== null) {
      throw new SignalboxError(
        'forbidden',
        `${id} is in another project.`,
        'Write to it from a checkout of that project.',
      );
    }
    throw new SignalboxError(
      'forbidden',
      `This is the shell of the session ${addressOf(view, me)}, and ${id} is in another project.`,
      'Have the session itself write to it.',
    );
  }

  /** What this process has not read, as `PeerInbox.unread`. */
  mail() {
    return new PeerInbox(this.#parts, this.#context).unread();
  }

  /** Whose message is to be pushed, as `PeerInbox.pushed`. */
  pushed(item: InboxItem) {
    return new PeerInbox(this.#parts, this.#context).pushed(item);
  }

  get #issuer(): string {
    return this.#parts.issuer;
  }

  get #main(): Agent {
    return this.#parts.cast.main;
  }

  get #guests(): PeerGuests {
    return new PeerGuests(this.#parts);
  }

  async #branch(): Promise<string | null> {
    return this.#parts.world.worktrees.branch((await this.#main.place()).root);
  }

  async #view(project: string | null): Promise<PeerView> {
    return { issuer: this.#issuer, project, all: await everybody(this.#parts) };
  }

  #isCurrent(view: View, session: SessionRecord, branch: string | null): boolean {
    const persona = personaOf(session, this.#issuer);
    return persona?.isRegistered === true && (persona.facts.branch ?? null) === branch && leaseHolds(view, session);
  }

  /** What this process was called before, unless that was a conversation which waits for somebody to come back to it. */
  async #nameOfProcess(): Promise<string | undefined> {
    const name = this.#parts.cast.nameOf(this.#main);
    if (name === undefined) return undefined;
    const { project } = await this.#main.place();
    const [last] = await this.#parts.world.store.read(project, tx => allBearers(tx, this.#issuer, name));
    return last?.endReason === turnedAway ? undefined : name;
  }

  /** Gives the session its name: the one it had, or a part of its id, whichever is nobody else's anywhere. */
  async #called(me: SessionRecord, before: string | undefined, facts: PersonaFacts): Promise<SessionRecord> {
    const { all } = await this.#view(null);
    const taken = all.filter(({ session }) => session.id !== me.id).map(each => peerName(each.session, this.#issuer));
    const size = limits.peerIdCharacters;
    const parts = [0, 1, 2].map(part => me.id.slice(part * size, (part + 1) * size));
    const free = [...(before === undefined ? [] : [before]), ...parts].filter(name => !taken.includes(name));
    for (const [at, name] of free.entries()) {
      try {
        return await this.#parts.cast.own({ name, isRegistered: true, facts, called: null });
      } catch (error) {
        // Somebody has just taken it, or it was another's.
        const isTaken = error instanceof SignalboxError && ['conflict', 'forbidden'].includes(error.code);
        if (at === free.length - 1 || !isTaken) throw error;
      }
    }
    throw new SignalboxError('conflict', 'Other sessions have every id that this one could have.', 'Start it again.');
  }

  /** Whether a session went without having been told to: others took its process for dead, or the store is another one. */
  async #isLost(id: string | undefined): Promise<boolean> {
    if (id === undefined) return false;
    const record = await this.#parts.world.store.read((await this.#main.place()).project, tx => tx.get('session', id));
    return record === undefined || record.endReason === processGone;
  }

  async #write(sender: Participant, session: string, body: string): Promise<PeerSent> {
    const sent = await sender.transact((unit, me) => writeTo(unit, me, session, body));
    return { outcome: sent ? 'sent' : 'unknown' };
  }

  /** The one that an id means. */
  #only(view: PeerView, id: string): Peering | PeerSent {
    const found = meantBy(view, id);
    const [first, ...others] = found;
    if (!first) return { outcome: 'unknown' };
    return others.length === 0 ? first : { outcome: 'several', ids: found.map(each => addressOf(view, each.session)) };
  }

  #peer(session: SessionRecord, id: string): Peer {
    const { processes } = this.#parts.world;
    const persona = peerName(session, this.#issuer) === null ? undefined : personaOf(session, this.#issuer);
    const { pid, repo, tty } = persona?.facts ?? {};
    const nativeRepository = session.branch === null ? null : session.root;
    return {
      id,
      pid: Number(pid ?? (session.server ?? session.process)?.pid ?? 0) || null,
      host: session.host === processes.self().host ? null : session.host,
      folder: folderOf(session, this.#issuer),
      repository: persona ? textOrNull(repo) : nativeRepository,
      terminal: textOrNull(tty),
      summary: summaryOf(session, this.#issuer),
      seenAt: Math.max(session.lastSeenAt, session.heartbeatAt),
    };
  }
}

function textOrNull(fact: string | number | null | undefined): string | null {
  return fact ? String(fact) : null;
}
