/** An AI session that this process serves, as a participant. */
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Worktree } from '../core/ports.ts';
import { passOn } from '../core/queue.ts';
import { hasStandingPlaces, type Outlook, outlook } from '../core/queue-outlook.ts';
import { type Arrival, end, heartbeat, heartbeatAsks, join, touch } from '../core/session.ts';
import type { Unit, View } from '../core/unit.ts';
import { Contact } from './contact.ts';
import { Hints } from './hints.ts';
import type { Foresight, Me } from './participant.ts';
import { QueueWatch } from './queue-watch.ts';
import { presenceAsks, Standpoint } from './standpoint.ts';
import { Unfinished, type Work } from './unfinished.ts';
import type { World } from './world.ts';

/** What identifies an agent's session before it joins. */
export type AgentFacts = Omit<Arrival, 'root' | 'anchor' | 'branch' | 'kind'> & {
  readonly directory: string;
  /** Overrides the project that the folder tells. */
  readonly project: string | null;
};

/** An AI session that lives in this process. It joins at its first real use, is kept alive by this process, and leaves with it. */
export class Agent extends Standpoint {
  readonly #facts: AgentFacts;
  readonly #hints: Hints;
  #joined: Promise<string> | undefined;
  /** The id it joins under if it is new: the same at each attempt, of which an earlier one may have been stored. */
  #drawn: string | undefined;
  #lastTouch = Number.NEGATIVE_INFINITY;
  readonly #contact: Contact;
  readonly #unfinished: Unfinished;
  readonly #queueWatch: QueueWatch;
  #hasLeft = false;
  #stopListening: (() => Promise<void>) | undefined;
  #stopHeartbeat: (() => void) | undefined;

  constructor(world: World, facts: AgentFacts) {
    super(world, facts.directory, facts.project);
    this.#facts = facts;
    this.#contact = new Contact(world);
    this.#unfinished = new Unfinished(world.log);
    this.#hints = new Hints(world.clock, world.wakeups);
    this.#queueWatch = new QueueWatch(world, this.#hints, () => this.#lookAtQueue());
  }

  /** Joins if it has not yet; returns the session's id. */
  async session(): Promise<string> {
    // What was under way when the client went must not bring the session back.
    if (this.#hasLeft) throw new SignalboxError('session_expired', 'The session has ended.', 'Start a new one.');
    this.#joined ??= this.#join().catch(error => {
      this.#joined = undefined;
      throw error;
    });
    return this.#joined;
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
    throw new SignalboxError(
      'session_expired',
      'This session was ended by somebody else.',
      'Call again: you come back as the same session.',
    );
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
    const branch = this.world.worktrees.branch(tree.root);
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

  /** Joins again under its id, where the others of this place are by now. */
  async #comeBack(id: string): Promise<undefined> {
    await this.session(); // Fails once it has left: a call under way must not bring it back.
    this.lookAgain();
    const tree = await this.place();
    const branch = this.world.worktrees.branch(tree.root);
    const back = () =>
      this.world.store.transact(tree.project, tx => join(this.unit(tx), this.#arrival(tree, branch), id));
    await this.#contact.during(back, () => 'alive');
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
    throw new SignalboxError(
      'session_expired',
      'This session was ended by somebody else.',
      'Call again: you come back as the same session.',
    );
  }

  async observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined> {
    const [id, tree] = await Promise.all([this.session(), this.place()]);
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

  /** Ends the session: frees its locks at once and keeps its mail. Does nothing if it never joined. Never throws. */
  async leave(reason: string): Promise<void> {
    const joined = this.#joined;
    this.#hasLeft = true;
    this.#stopHeartbeat?.();
    this.#queueWatch.end();
    if (!joined) return;
    try {
      const [id, tree] = [await joined, await this.place()];
      // It may have been about to join, and its heart has begun to beat only now.
      this.#stopHeartbeat?.();
      await this.world.store.transact(tree.project, tx => end(this.unit(tx), id, reason));
      await this.#stopListening?.();
    } catch (error) {
      this.world.log.warn('leaving failed; others will notice that the process is gone', { error: String(error) });
    }
  }

  async #join(): Promise<string> {
    const tree = await this.place();
    const arrival = this.#arrival(tree, this.world.worktrees.branch(tree.root));
    const { policy, ids } = this.world;
    this.#drawn ??= ids.next();
    const session = await this.#contact.during(
      () => this.world.store.transact(tree.project, tx => join(this.unit(tx), arrival, null, policy, this.#drawn)),
      () => 'alive',
    );
    this.#lastTouch = this.world.clock.elapsed();
    this.#stopListening = await this.world.wakeups.listen(session.id, () => this.#hints.bump());
    this.#stopHeartbeat = this.world.clock.every(limits.heartbeatMs, () => void this.#beat(session.id));
    return session.id;
  }

  #arrival(tree: Worktree, branch: string | null): Arrival {
    const { directory: _directory, project: _project, ...facts } = this.#facts;
    return { ...facts, kind: 'agent', root: tree.root, anchor: tree.anchor, branch };
  }

  async #present(unit: Unit, id: string, branch: string | null): Promise<Me | undefined> {
    const me = await unit.tx.get('session', id);
    if (!me || me.endedAt !== null) return undefined;
    const due = unit.tx.now - me.lastSeenAt >= limits.touchEveryMs || me.branch !== branch;
    return due ? touch(unit, me, branch) : me;
  }

  async #beat(id: string): Promise<void> {
    try {
      const { project } = await this.place();
      const beat = async (tx: Unit['tx']) => ({
        isAlive: await heartbeat(this.unit(tx), id),
        standsInLine: await hasStandingPlaces(tx, id),
      });
      const { standsInLine } = await this.#contact.during(
        () => this.world.store.transact(project, beat, heartbeatAsks(id)),
        ({ isAlive }) => (isAlive ? 'alive' : 'ended'),
      );
      // A command in the session's shell may have put it there.
      if (standsInLine) this.#queueWatch.begin();
      await this.#finish(id);
    } catch (error) {
      this.world.log.warn('heartbeat failed', { error: String(error) });
    }
  }
}
