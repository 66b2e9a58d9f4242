/**
 * Who calls. A tool never takes the caller's identity as an input: it asks its participant, which is an AI session served by
 * this process, a command run inside such a session, or the person at a shell.
 */
import { SignalboxError } from '../core/errors.ts';
import { operatorHandle } from '../core/handles.ts';
import { leaseHolds } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import type { Ask, Worktree } from '../core/ports.ts';
import { operator } from '../core/presence.ts';
import type { Resource, SessionRecord } from '../core/records.ts';
import { fileResource, namedResource } from '../core/resource.ts';
import { type Arrival, end, heartbeat, heldBy, join, touch } from '../core/session.ts';
import type { Unit, View } from '../core/unit.ts';
import { askedOnce } from './asked-once.ts';
import { Contact } from './contact.ts';
import { Hints } from './hints.ts';
import { settledProject } from './place.ts';
import { Unfinished, type Work } from './unfinished.ts';
import type { World } from './world.ts';

export type Me = SessionRecord;

/** The reads that a unit of work for the session of that id will probably make; see `Ask`. */
export type Foresight = (me: string) => readonly Ask[];

export interface Participant {
  /** Runs one unit of work as the caller. What `work` returns after the commit is returned; it may run more than once. */
  transact<T>(work: (unit: Unit, me: Me) => Promise<T>, ahead?: Foresight): Promise<T>;
  /** The same over a read-only view. */
  read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T>;
  /** The same for a look that is nobody's activity; undefined while the session has ended. */
  observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined>;
  /** Has `work` done as soon as the store is back, if the caller lives on then; a caller of one call only tries nothing more. */
  later(work: Work): void;
  /** Makes paths and names canonical from where the caller stands. `invalid_input` when none is given. */
  resources(paths: readonly string[] | undefined, names: readonly string[] | undefined): Promise<Resource[]>;
  /** Where the caller's wake-ups arrive; listening begins with the first use. */
  hints(): Promise<Hints>;
  /** The working tree the caller stands in. */
  place(): Promise<Worktree>;
  readonly world: World;
}

/** What identifies an agent's session before it joins. */
export type AgentFacts = Omit<Arrival, 'root' | 'anchor' | 'branch' | 'kind'> & {
  readonly directory: string;
  /** Overrides the project that the folder tells. */
  readonly project: string | null;
};

abstract class Base implements Participant {
  readonly world: World;
  readonly #directory: string;
  readonly #project: string | null;
  #tree: Promise<Worktree> | undefined;
  #place: Promise<Worktree> | undefined;

  constructor(world: World, directory: string, project: string | null) {
    this.world = world;
    this.#directory = directory;
    this.#project = project;
  }

  abstract transact<T>(work: (unit: Unit, me: Me) => Promise<T>, ahead?: Foresight): Promise<T>;
  abstract read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T>;
  abstract observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined>;
  abstract later(work: Work): void;
  abstract hints(): Promise<Hints>;

  place(): Promise<Worktree> {
    this.#place ??= this.#settle().catch(error => {
      this.#place = undefined;
      throw error;
    });
    return this.#place;
  }

  /** Forgets where it stood: the next use looks again. */
  protected lookAgain(): void {
    this.#tree = undefined;
    this.#place = undefined;
  }

  async #settle(): Promise<Worktree> {
    const tree = await this.#ownTree();
    return { ...tree, project: this.#project ?? (await settledProject(this.world, tree, true)) };
  }

  /** The working tree as git tells it, whatever project it was put into. */
  #ownTree(): Promise<Worktree> {
    this.#tree ??= this.world.worktrees.describe(this.#directory).catch(error => {
      this.#tree = undefined;
      throw error;
    });
    return this.#tree;
  }

  async resources(paths: readonly string[] = [], names: readonly string[] = []): Promise<Resource[]> {
    // Answers call a file `file:src/a.ts`; given back like that it is the same file, in either list.
    const spelled = [...paths, ...names.filter(isFileName)].map(path =>
      (isFileName(path) ? path.slice(5) : path).trim(),
    );
    const free = names.filter(name => !isFileName(name)).map(name => name.trim());
    if (paths.length + names.length === 0) {
      throw new SignalboxError(
        'invalid_input',
        'Neither paths nor resources were given.',
        'Name at least one: paths ["src/a.ts"], or resources ["port:3000"].',
      );
    }
    if (paths.length + names.length > limits.resourcesPerCall) {
      throw new SignalboxError(
        'limit_exceeded',
        `${paths.length + names.length} resources were named; one call takes ${limits.resourcesPerCall}.`,
        'Name a folder or a glob such as src/** instead of single files.',
      );
    }
    // Other checkouts are compared with what the folder itself belongs to, whatever project it was put into.
    const tree = await this.#ownTree();
    const files = spelled.map(path => this.world.worktrees.resolve(path, this.#directory, tree.project));
    const named = free.map(name => namedResource(name, `${this.world.processes.self().host}:${tree.root}`));
    const all = [...(await Promise.all(files)).map(fileResource), ...named];
    return [...new Map(all.map(resource => [`${resource.checkout}|${resource.name}`, resource])).values()];
  }

  protected unit(tx: Unit['tx']): Unit {
    return { tx, ids: this.world.ids, processes: askedOnce(this.world.processes) };
  }

  protected view(tx: View['tx']): View {
    return { tx, processes: askedOnce(this.world.processes) };
  }
}

/** What every unit of a session reads first; a touch looks at the session's locks as well. */
function presenceAsks(id: string, isTouchDue: boolean): Ask[] {
  const session: Ask = { kind: 'session', id };
  return isTouchDue ? [session, heldBy(id)] : [session];
}

const isFileName = (text: string) => text.trim().startsWith('file:');

/** An AI session that lives in this process. It joins at its first real use, is kept alive by this process, and leaves with it. */
export class Agent extends Base {
  readonly #facts: AgentFacts;
  readonly #hints: Hints;
  #joined: Promise<string> | undefined;
  #lastTouch = Number.NEGATIVE_INFINITY;
  readonly #contact: Contact;
  readonly #unfinished: Unfinished;
  #hasLeft = false;
  #stopListening: (() => Promise<void>) | undefined;
  #stopHeartbeat: (() => void) | undefined;

  constructor(world: World, facts: AgentFacts) {
    super(world, facts.directory, facts.project);
    this.#facts = facts;
    this.#contact = new Contact(world);
    this.#unfinished = new Unfinished(world.log);
    this.#hints = new Hints(world.clock, world.wakeups);
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

  /** Does what earlier calls left; nothing of it is left when the session has ended. */
  #finish(id: string): Promise<void> {
    return this.#unfinished.finish(async work => {
      const { project } = await this.place();
      const attempt = () =>
        this.world.store.transact(project, async tx => {
          const me = await tx.get('session', id);
          if (me?.endedAt === null) await work(this.unit(tx), me);
        });
      await this.#contact.during(attempt, () => 'none');
    });
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
    if (!joined) return;
    try {
      const [id, tree] = [await joined, await this.place()];
      await this.world.store.transact(tree.project, tx => end(this.unit(tx), id, reason));
      await this.#stopListening?.();
    } catch (error) {
      this.world.log.warn('leaving failed; others will notice that the process is gone', { error: String(error) });
    }
  }

  async #join(): Promise<string> {
    const tree = await this.place();
    const branch = this.world.worktrees.branch(tree.root);
    const session = await this.#contact.during(
      () => this.world.store.transact(tree.project, tx => join(this.unit(tx), this.#arrival(tree, branch), null)),
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
      const beat = () => this.world.store.transact(project, tx => heartbeat(this.unit(tx), id));
      await this.#contact.during(beat, isAlive => (isAlive ? 'alive' : 'ended'));
      await this.#finish(id);
    } catch (error) {
      this.world.log.warn('heartbeat failed', { error: String(error) });
    }
  }
}

/** Somebody who calls from outside the session's own process: the person at a shell, or a command run inside a session. */
export class Visitor extends Base {
  readonly #session: string | null;
  readonly #hints: Hints;
  #listening: Promise<() => Promise<void>> | undefined;

  /** `session` is the id of the session the command runs in; null makes it the operator. */
  constructor(world: World, directory: string, project: string | null, session: string | null) {
    super(world, directory, project);
    this.#session = session;
    this.#hints = new Hints(world.clock, world.wakeups);
  }

  async hints(): Promise<Hints> {
    const me = this.#session ?? (await this.transact(async (_unit, operatorSession) => operatorSession.id));
    this.#listening ??= this.world.wakeups.listen(me, () => this.#hints.bump());
    await this.#listening;
    return this.#hints;
  }

  async transact<T>(work: (unit: Unit, me: Me) => Promise<T>, ahead?: Foresight): Promise<T> {
    const tree = await this.place();
    const id = this.#session ?? operatorHandle;
    return this.world.store.transact(
      tree.project,
      async tx => {
        const unit = this.unit(tx);
        return work(unit, this.#session === null ? await operator(unit) : await this.#living(unit, id));
      },
      [...presenceAsks(id, false), ...(ahead?.(id) ?? [])],
    );
  }

  async read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T> {
    const attempt = () => this.observe(async (view, me) => ({ value: await work(view, me) }));
    const first = await attempt();
    if (first) return first.value;
    // The operator has never been here: a unit of work writes the record.
    await this.transact(async () => undefined);
    return (await attempt())?.value as T;
  }

  async observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined> {
    const tree = await this.place();
    return this.world.store.read(tree.project, async tx => {
      const view = this.view(tx);
      if (this.#session === null && !(await tx.get('session', operatorHandle))) return undefined;
      return work(view, await this.#living(view, this.#session ?? operatorHandle));
    });
  }

  later(): void {}

  /** Stops listening. */
  async leave(): Promise<void> {
    await (await this.#listening)?.();
  }

  async #living(view: View, id: string): Promise<Me> {
    const me = await view.tx.get('session', id);
    if (me && leaseHolds(view, me)) return me;
    throw new SignalboxError(
      'session_expired',
      'The session this command runs in has ended.',
      'Run it in a shell of your own to act as the operator.',
    );
  }
}
