/** An AI session that this process serves, as a participant. */

import { type Attached, attach, type ConversationStart, turnedAway } from '../core/attach.ts';
import { joinChild, type SubAgent } from '../core/child.ts';
import { hangFrom, leaseHolds } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import { passOn } from '../core/queue.ts';
import { hasStandingPlaces, type Outlook, outlook } from '../core/queue-outlook.ts';
import { end, heartbeat, heartbeatAsks, isProcess, join, shortId, touch } from '../core/session.ts';
import type { Unit, View } from '../core/unit.ts';
import { type AgentFacts, arrivalOf } from './agent-facts.ts';
import { Children } from './children.ts';
import { Contact } from './contact.ts';
import { Hints } from './hints.ts';
import { endWithServer, livesOn } from './leaving.ts';
import { Lifeline } from './lifeline.ts';
import type { Foresight, Me } from './participant.ts';
import { QueueWatch } from './queue-watch.ts';
import { hasLeft, wasEnded, wasLeft } from './session-over.ts';
import { presenceAsks, Standpoint } from './standpoint.ts';
import { Unfinished, type Work } from './unfinished.ts';
import type { Visitor } from './visitor.ts';
import type { World } from './world.ts';

/** An AI session that lives in this process. It joins at its first real use, is kept alive by this process, and leaves with it. */
export class Agent extends Standpoint {
  #facts: AgentFacts;
  readonly #hints: Hints;
  /** The session that it is now. */
  #id: string | undefined;
  #joining: Promise<string> | undefined;
  /** The one that it was until its client ended that, or in another process. */
  #before: string | undefined;
  /** The id it joins under if it is new: the same at each attempt, of which an earlier one may have been stored. */
  #drawn: string | undefined;
  #lastTouch = Number.NEGATIVE_INFINITY;
  readonly #contact: Contact;
  readonly #unfinished: Unfinished;
  readonly #queueWatch: QueueWatch;
  readonly #lifeline: Lifeline;
  readonly #children: Children;
  #hasLeft = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(world: World, facts: AgentFacts, before?: string) {
    super(world, facts.directory, facts.project);
    [this.#facts, this.#before] = [facts, before];
    this.#contact = new Contact(world);
    this.#unfinished = new Unfinished(world.log);
    this.#hints = new Hints(world.clock, world.wakeups);
    this.#children = new Children(world, facts, this);
    this.#queueWatch = new QueueWatch(world, this.#hints, () => this.#lookAtQueue());
    this.#lifeline = new Lifeline(world, this.#hints, async id => void (await this.#beat(id)));
  }

  /** The conversation it is in, as far as it was told. */
  get conversation(): string | null {
    return this.#facts.clientSession;
  }

  /** The session that it is now; undefined before it has joined, and once it has left. */
  get id(): string | undefined {
    return this.#hasLeft ? undefined : this.#id;
  }

  /** Whether it is the session of that id. */
  isNow(id: string): boolean {
    return this.#id === id && !this.#hasLeft;
  }

  /** Whether it has joined, or is about to. */
  get isHere(): boolean {
    return (this.#id !== undefined || this.#joining !== undefined) && !this.#hasLeft;
  }

  /**
   * Goes on in the conversation that an event or a call of the client names; joins if it has not yet. When that conversation is
   * another session's, this agent is that one from now on, and the session before ends and keeps its mail.
   */
  attach(conversation: string | null, start: ConversationStart): Promise<Attached> {
    return this.#inTurn(async () => {
      this.#refuseLeft();
      if (conversation !== null) this.#facts = { ...this.#facts, clientSession: conversation };
      const attached = await this.#attached(conversation, start);
      await this.#become(attached.session.id);
      return attached;
    });
  }

  async #attached(conversation: string | null, start: ConversationStart): Promise<Attached> {
    const { isOnlyConversation = false, isSuccessive = false } = this.#facts;
    const tree = await this.place();
    const arrival = arrivalOf(this.#facts, tree, await this.world.worktrees.branch(tree.root));
    const current = this.#id ?? (conversation === null ? this.#before : undefined) ?? null;
    const isFirst = isSuccessive && this.#id === undefined && (start === null || start === 'startup');
    const how = isFirst ? 'succession' : start;
    return this.#contact.during(
      () =>
        this.world.store.transact(tree.project, tx =>
          attach(this.unit(tx), arrival, current, how, isOnlyConversation, this.world.policy),
        ),
      () => 'alive',
    );
  }

  /** One of its sub-agents, as a caller of its own. */
  async child(agent: SubAgent): Promise<Visitor> {
    const { id } = await this.transact((unit, me) => joinChild(unit, me, agent));
    return this.#children.of(id);
  }

  /** Ends the session because its client says that the conversation is over, if it is in it still. A later event of it brings it back. */
  depart(reason: string): Promise<void> {
    return this.#inTurn(async () => {
      const [id, conversation] = [this.#id, this.conversation];
      if (id === undefined) return;
      this.#id = undefined;
      this.#before = id;
      await this.#fallSilent();
      const { project } = await this.place();
      await this.world.store.transact(project, async tx => {
        const current = (await tx.get('session', id))?.clientSession ?? null;
        if (current === null || conversation === null || current === shortId(conversation))
          await end(this.unit(tx), id, reason);
      });
    });
  }

  /** Takes the lease over: a call has proved that this very process serves the conversation, and not only its client's process. */
  async serve(): Promise<void> {
    const self = this.world.processes.self();
    if (this.#facts.isSuccessive || isProcess(this.#facts.process, self)) return;
    if (this.isHere) await this.transact((unit, me) => hangFrom(unit, me, { process: self, host: self.host }));
    this.#facts = { ...this.#facts, process: self };
  }

  /** Is the session of that id from now on. */
  async #become(id: string): Promise<void> {
    this.#id = id;
    this.#lastTouch = this.world.clock.elapsed();
    await this.#lifeline.follow(id);
  }

  async #fallSilent(): Promise<void> {
    await this.#lifeline.follow(undefined);
    await this.#children.leave();
  }

  /** Joining, moving on and departing, one after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  /** What was under way when the client went must not bring the session back. */
  #refuseLeft(): void {
    if (this.#hasLeft) throw hasLeft();
  }

  /** Joins if it has not yet; returns the session's id. */
  async session(): Promise<string> {
    this.#refuseLeft();
    if (this.#id !== undefined) return this.#id;
    this.#joining ??= this.#inTurn(() => this.#join()).finally(() => {
      this.#joining = undefined;
    });
    return this.#joining;
  }

  async hints(): Promise<Hints> {
    await this.session();
    return this.#hints;
  }

  async transact<T>(work: (unit: Unit, me: Me) => Promise<T>, ahead?: Foresight): Promise<T> {
    const id = await this.session();
    await this.#finish(id);
    const attempt = () => this.#attempt(id, work, ahead);
    const first = (await attempt()) ?? (await this.#comeBack(id)) ?? (await attempt());
    if (first) return first.value;
    throw wasEnded();
  }

  later(work: Work): void {
    this.#unfinished.add(work);
  }

  watchQueue(): void {
    this.#queueWatch.begin();
  }

  /** Does what earlier calls left; nothing of it is left when the session has ended. */
  #finish(id: string): Promise<void> {
    return this.#unfinished.finish(work => this.#quietly(id, work));
  }

  /** A unit of work that is nobody's activity; none when the session has ended. */
  async #quietly(id: string, work: Work): Promise<void> {
    const { project } = await this.place();
    const attempt = () =>
      this.world.store.transact(project, async tx => {
        const me = await tx.get('session', id);
        if (me?.endedAt === null) await work(this.unit(tx), me);
      });
    await this.#contact.during(attempt, () => 'none');
  }

  /** What the session's standing places wait for, once everything is passed on that can be; undefined when there are none. */
  async #lookAtQueue(): Promise<Outlook | undefined> {
    const look = () => this.observe((view, me) => outlook(view, me.id));
    const first = await look();
    if (!first?.isDue) return first ?? undefined;
    await this.#quietly(await this.session(), passOn);
    return (await look()) ?? undefined;
  }

  /** One unit of work as the session; undefined when it has ended. */
  async #attempt<T>(
    id: string,
    work: (unit: Unit, me: Me) => Promise<T>,
    ahead: Foresight | undefined,
  ): Promise<{ value: T } | undefined> {
    const tree = await this.place();
    const branch = await this.world.worktrees.branch(tree.root);
    const isTouchDue = this.world.clock.elapsed() - this.#lastTouch >= limits.touchEveryMs;
    const asks = [...presenceAsks(id, isTouchDue), ...(ahead?.(id) ?? [])];
    let wasTouched = false;
    const result = await this.#contact.during(
      () =>
        this.world.store.transact(
          tree.project,
          async tx => {
            const unit = this.unit(tx);
            const me = await this.#present(unit, id, branch);
            wasTouched = me?.heartbeatAt === tx.now;
            return me && { value: await work(unit, me) };
          },
          asks,
        ),
      found => (found === undefined ? 'ended' : wasTouched ? 'alive' : 'none'),
    );
    this.#lastTouch = this.world.clock.elapsed();
    return result;
  }

  /**
   * Joins again under its id, where the others of this place are by now; but not as one that its client has left, which this
   * process may learn only now: then it is the one that lives, and what was under way for the other fails.
   */
  async #comeBack(id: string): Promise<undefined> {
    await this.#inTurn(async () => {
      this.#refuseLeft();
      this.lookAgain();
      const tree = await this.place();
      const was = await this.world.store.read(tree.project, tx => tx.get('session', id));
      if (this.#id === id && was?.endReason === turnedAway && this.#facts.isOnlyConversation)
        await this.#followClient();
      if (this.#id !== id) throw wasLeft();
      const branch = await this.world.worktrees.branch(tree.root);
      const back = () =>
        this.world.store.transact(tree.project, tx => join(this.unit(tx), arrivalOf(this.#facts, tree, branch), id));
      await this.#contact.during(back, () => 'alive');
    });
  }

  /** Is the session that lives in the client's process now, in whatever conversation. */
  async #followClient(): Promise<void> {
    this.#id = undefined;
    this.#facts = { ...this.#facts, clientSession: null };
    const { session } = await this.#attached(null, null);
    this.#facts = { ...this.#facts, clientSession: session.clientSession };
    await this.#become(session.id);
  }

  async read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T> {
    await this.#finish(await this.session());
    if (this.world.clock.elapsed() - this.#lastTouch > limits.touchEveryMs) await this.transact(async () => undefined);
    const attempt = () => this.observe(async (view, me) => ({ value: await work(view, me) }));
    const first = await attempt();
    if (first) return first.value;
    await this.transact(async () => undefined);
    const second = await attempt();
    if (second) return second.value;
    throw wasEnded();
  }

  async observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined> {
    this.#refuseLeft();
    const id = this.#id ?? (await this.#joining);
    if (id === undefined) return undefined;
    const tree = await this.place();
    const look = () =>
      this.world.store.read(
        tree.project,
        async tx => {
          const me = await tx.get('session', id);
          return me && me.endedAt === null ? { value: await work(this.view(tx), me) } : undefined;
        },
        presenceAsks(id, false),
      );
    return (await this.#contact.during(look, found => (found ? 'none' : 'ended')))?.value;
  }

  /** Ends the session, unless it goes on without this process (`endWithServer`). Does nothing if it never joined. Never throws. */
  async leave(reason: string): Promise<void> {
    this.#hasLeft = true;
    this.#queueWatch.end();
    const silent = this.#lifeline.end();
    try {
      // It may be about to join.
      await this.#turn;
      await silent;
      await this.#fallSilent();
      const id = this.#id;
      if (id === undefined) return;
      const { project } = await this.place();
      const { process, parent } = this.#facts;
      await endWithServer(this.world, { id, project, process, parent }, reason);
    } catch (error) {
      this.world.log.warn('leaving failed; others will notice that the process is gone', { error: String(error) });
    }
  }

  /** Leaves it as it is: its machine cannot be heard any more, and may come back. Nothing keeps it alive from here on. Never rejects. */
  async abandon(): Promise<void> {
    this.#hasLeft = true;
    this.#queueWatch.end();
    await this.#lifeline.end().catch(() => undefined);
  }

  /** Is the session of that id, which its process has had over another connection, as it is if that lives on. */
  takeUp(id: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#refuseLeft();
      const { project } = await this.place();
      const lives = await livesOn(this.world, { id, project, process: this.#facts.process });
      if (this.#id === undefined && lives) await this.#become(id);
    });
  }

  /** A sign of life, if it has joined. Whether the store took it, which it does of no session that was ended. Never rejects. */
  async renew(): Promise<boolean> {
    return this.#id === undefined || this.#hasLeft || (await this.#beat(this.#id));
  }

  async #join(): Promise<string> {
    if (this.#id !== undefined) return this.#id;
    const { isOnlyConversation, isSuccessive } = this.#facts;
    const session =
      isOnlyConversation || isSuccessive ? (await this.#attached(null, null)).session : await this.#joined();
    await this.#become(session.id);
    return session.id;
  }

  async #joined(): Promise<Me> {
    const tree = await this.place();
    const arrival = arrivalOf(this.#facts, tree, await this.world.worktrees.branch(tree.root));
    this.#drawn ??= this.world.ids.next();
    const known = this.#before ?? (this.#facts.isFurther ? this.#drawn : null);
    return this.#contact.during(
      () =>
        this.world.store.transact(tree.project, tx =>
          join(this.unit(tx), arrival, known, this.world.policy, this.#drawn),
        ),
      () => 'alive',
    );
  }

  async #present(unit: Unit, id: string, branch: string | null): Promise<Me | undefined> {
    const me = await unit.tx.get('session', id);
    if (!me || me.endedAt !== null) return undefined;
    // Another server that shared the session was its lease, and has died.
    if (!isProcess(me.process, this.world.processes.self()) && !leaseHolds(unit, me)) return undefined;
    const due = unit.tx.now - me.lastSeenAt >= limits.touchEveryMs || me.branch !== branch;
    return due ? touch(unit, me, branch) : me;
  }

  async #beat(id: string): Promise<boolean> {
    try {
      const { project } = await this.place();
      const beat = async (tx: Unit['tx']) => ({
        isAlive: await heartbeat(this.unit(tx), id),
        standsInLine: await hasStandingPlaces(tx, id),
      });
      const { isAlive, standsInLine } = await this.#contact.during(
        () => this.world.store.transact(project, beat, heartbeatAsks(id)),
        beaten => (beaten.isAlive ? 'alive' : 'ended'),
      );
      // A command in the session's shell may have put it there.
      if (standsInLine) this.#queueWatch.begin();
      await this.#finish(id);
      return isAlive;
    } catch (error) {
      this.world.log.warn('heartbeat failed', { error: String(error) });
      return false;
    }
  }
}
