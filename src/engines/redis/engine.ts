/** The engine for several machines: a Redis or Valkey server, or a cluster of them, that all processes share. */
import { randomInt, randomUUID } from 'node:crypto';
import { limits } from '../../core/limits.ts';
import type {
  Ask,
  Contents,
  Event,
  Ids,
  Log,
  Reader,
  Store,
  StoreReport,
  Transaction,
  Wakeups,
} from '../../core/ports.ts';
import { Announcer } from '../announcer.ts';
import { loadCommit, notEmpty } from '../contents.ts';
import { ServerFailure } from '../server/failure.ts';
import { withPatience } from '../server/patience.ts';
import { withinUnitLimit } from '../server/unit-limit.ts';
import { type Question, questionsOf } from '../snapshot.ts';
import { assertProjectName, compareText } from '../span.ts';
import { parseEvent, runReader, runUnit, wholeRows } from '../unit-of-work.ts';
import { Call, within } from './call.ts';
import { type Delivery, storeCommit } from './commit.ts';
import { loadProject, readContents, type StreamEntry } from './copy.ts';
import { Crowd } from './crowd.ts';
import { Doorbell } from './doorbell.ts';
import type { RedisDriver } from './driver.ts';
import { Crowded, closed } from './errors.ts';
import { examine } from './inspect.ts';
import { keysOf, type ProjectKeys, projectsKey, stagingKeysOf } from './keys.ts';
import { Line } from './line.ts';
import { Link } from './link.ts';
import { Turn } from './turn.ts';
import { parseRedisUrl, type RedisPlace } from './url.ts';
import { openView, type RedisView, viewOf } from './view.ts';
import { createRedisWakeups } from './wakeups.ts';

export interface RedisStoreOptions {
  /** See `parseRedisUrl`. */
  readonly url: string;
  /** Announces commits instead of the server. Default: the server itself wakes who listens through `createRedisWakeups`. */
  readonly wakeups?: Pick<Wakeups, 'wake'>;
  /** Spreads the attempts of processes that wait for each other. Default: random. */
  readonly ids?: Pick<Ids, 'below'>;
  /** Tells the time instead of the server, for tests and simulations. */
  readonly time?: () => number;
  /** How long a call tries again while the server is away or busy. Default: `limits.serverPatienceMs`. */
  readonly patienceMs?: number | undefined;
  /** For tests: another way to the driver. */
  readonly driver?: () => Promise<RedisDriver>;
}

export type RedisEngineOptions = Omit<RedisStoreOptions, 'wakeups'> & { readonly log?: Pick<Log, 'warn'> };

/** A store and the channel by which its commits wake the processes that share it. Connects to nothing before its first use. */
export function createRedisEngine(options: RedisEngineOptions): { readonly store: Store; readonly wakeups: Wakeups } {
  return { store: createRedisStore(options), wakeups: createRedisWakeups(options) };
}

/**
 * Creates a store on a server; `invalid_input` for a URL that cannot be understood. Keeps the promise of `Store` as far as the
 * server keeps what it has acknowledged: `inspect` says when its settings do not. While the server is away or others are in
 * the way a call tries again, for `limits.serverPatienceMs`. Units of one project lose no update whatever happens: each
 * is stored only onto the very revision that it saw.
 */
export function createRedisStore(options: RedisStoreOptions): Store {
  return new RedisStore(options);
}

/** How often a view may be torn before it keeps writers out for a moment. */
const tornViews = 4;

interface Outcome<T> {
  readonly result: T;
}

class RedisStore implements Store {
  readonly spansMachines = true;
  readonly #place: RedisPlace;
  readonly #link: Link;
  readonly #announcer: Announcer;
  readonly #options: RedisStoreOptions;
  readonly #doorbell: Doorbell;
  readonly #lines = new Map<string, Line>();
  /** Of the projects in which others were before units of this process a moment ago. */
  readonly #crowds = new Map<string, Crowd>();
  readonly #underway = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    this.#place = parseRedisUrl(options.url);
    this.#link = new Link(this.#place, options.driver);
    this.#doorbell = new Doorbell(this.#link, this.#place);
    this.#announcer = new Announcer(options.wakeups);
  }

  async transact<T>(
    project: string,
    work: (transaction: Transaction) => Promise<T>,
    ahead?: readonly Ask[],
  ): Promise<T> {
    const keys = this.#keys(project);
    const questions = questionsOf(ahead);
    return this.#patiently(call => this.#inLine(project, call, () => this.#unit(call, project, keys, work, questions)));
  }

  async read<T>(project: string, work: (reader: Reader) => Promise<T>, ahead?: readonly Ask[]): Promise<T> {
    const keys = this.#keys(project);
    const questions = questionsOf(ahead);
    return this.#patiently(call =>
      this.#untilWhole(call, keys, async () => {
        const view = await openView(this.#link, call, keys, { questions, time: this.#options.time });
        return (
          view &&
          this.#unlessTorn(view, async () => ({
            result: await runReader(view, work, { watch: withinUnitLimit, ahead: view.ahead }),
          }))
        );
      }),
    );
  }

  async eventsAfter(project: string, cursor: number, limit: number): Promise<Event[]> {
    const { events } = this.#keys(project);
    const rows = wholeRows(limit);
    if (rows === 0) return [];
    const from = `(${Math.max(0, Math.floor(cursor))}-0`;
    const entries = await this.#patiently(call =>
      this.#link.use(call, client => client.call('xrange', events, from, '+', 'COUNT', rows) as Promise<StreamEntry[]>),
    );
    return entries.map(([, [, body]]) => parseEvent(body));
  }

  async projects(): Promise<string[]> {
    this.#assertOpen();
    const written = await this.#patiently(call =>
      this.#link.use(call, async client => {
        const names = await client.smembers(projectsKey(this.#place.prefix));
        const exist = await Promise.all(
          names.map(name => client.hexists(keysOf(this.#place.prefix, name).meta, 'revision')),
        );
        return names.filter((_, at) => exist[at] === 1);
      }),
    );
    return written.sort(compareText);
  }

  async contents(project: string): Promise<Contents> {
    const keys = this.#keys(project);
    return this.#patiently(call =>
      this.#untilWhole(call, keys, async () => {
        const contents = await readContents(this.#link, keys);
        return contents && { result: contents };
      }),
    );
  }

  async load(project: string, contents: Contents): Promise<void> {
    const keys = this.#keys(project);
    const commit = loadCommit(contents);
    const outcome = await this.#patiently(async call => {
      if (commit.isEmpty) return (await this.#exists(call, keys)) ? 'taken' : 'loaded';
      if (await this.#exists(call, keys)) return 'taken';
      await this.#register(call, project);
      const token = randomUUID();
      const staging = stagingKeysOf(this.#place.prefix, project, token);
      return loadProject(this.#delivery(call), keys, staging, commit, token);
    });
    if (outcome === 'taken') throw notEmpty(project);
  }

  async inspect(): Promise<StoreReport> {
    return examine(this.#link, this.#place, this.#isClosed);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // Who waits for its turn is refused, and leaves the line.
    this.#doorbell.close();
    // What is under way gets its answer, unless the server gives none.
    const ended = Promise.allSettled(this.#underway);
    await within(ended, limits.shutdownMs, closed).catch(() => {});
    await Promise.all([...this.#crowds.values()].map(crowd => crowd.handOn()));
    this.#link.close();
    await this.#announcer.settle();
  }

  async #unit<T>(
    call: Call,
    project: string,
    keys: ProjectKeys,
    work: (transaction: Transaction) => Promise<T>,
    questions: readonly Question[],
  ): Promise<T> {
    const kept = this.#crowds.get(project)?.begin();
    if (this.#crowds.get(project)?.isOver) this.#crowds.delete(project);
    const turn = kept ?? this.#turn(keys);
    turn.begin(questions);
    const opening = { questions, makesWay: kept === undefined, time: this.#options.time };
    // Where others were before a unit a moment ago, the next one asks for its turn at once.
    let takesTurn = kept === undefined && this.#crowds.has(project);
    let keeps = false;
    try {
      for (;;) {
        this.#assertOpen();
        const view = takesTurn
          ? viewOf(this.#link, call, keys, opening, await turn.take(call))
          : await openView(this.#link, call, keys, opening);
        const crowd = this.#crowdOf(project, view === undefined || turn.hasWaited);
        keeps = crowd?.keeps(turn) === true;
        const outcome =
          view && (await this.#unlessTorn(view, () => this.#attempt(call, project, keys, view, work, turn, keeps)));
        if (outcome !== undefined) return outcome.result;
        this.#crowdOf(project, true);
        if (call.isOver) throw new Crowded();
        takesTurn = true;
      }
    } catch (error) {
      keeps = false;
      throw error;
    } finally {
      this.#crowds.get(project)?.end(keeps ? turn : undefined);
      if (!keeps) await this.#end(turn);
    }
  }

  /** What is remembered of the project; something is when others were before a unit. */
  #crowdOf(project: string, hasWaited: boolean): Crowd | undefined {
    let crowd = this.#crowds.get(project);
    if (!hasWaited) return crowd;
    if (crowd === undefined) {
      crowd = new Crowd();
      this.#crowds.set(project, crowd);
    }
    crowd.notice();
    return crowd;
  }

  /** One run of the work. Undefined when somebody else was quicker. */
  async #attempt<T>(
    call: Call,
    project: string,
    keys: ProjectKeys,
    view: RedisView,
    work: (transaction: Transaction) => Promise<T>,
    turn: Turn,
    keepsTurn: boolean,
  ): Promise<Outcome<T> | undefined> {
    const { result, commit } = await runUnit(view, work, { watch: withinUnitLimit, ahead: view.ahead });
    if (commit.isEmpty) return { result };
    if (view.revision === '') await this.#register(call, project);
    const { time, wakeups } = this.#options;
    const isStored = await storeCommit(this.#delivery(call), keys, commit, {
      revision: view.revision,
      token: randomUUID(),
      turn: keepsTurn ? '' : turn.token,
      now: time === undefined ? view.now : undefined,
      prefix: this.#place.prefix,
      wakes: wakeups === undefined,
    });
    if (!isStored) return undefined;
    if (!keepsTurn) turn.end();
    this.#announcer.announce(commit.audience);
    return { result };
  }

  /**
   * What `run` gives, or undefined when the view was torn meanwhile. Every answer of a view is of one revision, so what the
   * work makes of them, also an error, was right at that moment; after a refused answer nothing it makes counts.
   */
  async #unlessTorn<T>(view: RedisView, run: () => Promise<Outcome<T> | undefined>): Promise<Outcome<T> | undefined> {
    try {
      return await run();
    } catch (error) {
      if (view.isTorn) return undefined;
      throw view.failure ?? error;
    }
  }

  /** Runs `look` again while it gives nothing because writers were in the way; after some times it keeps them out. */
  async #untilWhole<T>(call: Call, keys: ProjectKeys, look: () => Promise<Outcome<T> | undefined>): Promise<T> {
    const turn = this.#turn(keys);
    try {
      for (let tries = 1; ; tries++) {
        this.#assertOpen();
        const outcome = await look();
        if (outcome !== undefined) return outcome.result;
        if (call.isOver) throw new Crowded();
        // A replica gives no turns; there a view just has to be quicker.
        if (tries >= tornViews) await turn.take(call).catch(() => {});
      }
    } finally {
      await this.#end(turn);
    }
  }

  #turn(keys: ProjectKeys): Turn {
    return new Turn({ link: this.#link, doorbell: this.#doorbell, below: bound => this.#below(bound) }, keys);
  }

  async #end(turn: Turn): Promise<void> {
    const leaving = turn.giveBack();
    // A connection that is closed takes with it what is not yet on its way.
    if (this.#isClosed) await leaving;
  }

  /** Runs `attempt` again while the server is away or busy, as long as the call has time. */
  async #patiently<T>(attempt: (call: Call) => Promise<T>): Promise<T> {
    const call = new Call(this.#options.patienceMs);
    const running = withPatience(
      async () => {
        this.#assertOpen();
        return attempt(call);
      },
      { below: bound => this.#below(bound), patienceMs: call.leftMs },
    );
    this.#underway.add(running);
    try {
      return await running;
    } catch (error) {
      throw this.#isClosed && error instanceof ServerFailure ? closed() : error;
    } finally {
      this.#underway.delete(running);
    }
  }

  async #inLine<T>(project: string, call: Call, job: () => Promise<T>): Promise<T> {
    let line = this.#lines.get(project);
    if (line === undefined) {
      line = new Line();
      this.#lines.set(project, line);
    }
    try {
      return await line.run(call, job);
    } catch (error) {
      throw error instanceof Crowded ? (this.#link.trouble ?? error) : error;
    } finally {
      if (line.isEmpty) this.#lines.delete(project);
    }
  }

  /** Its name must be known before it exists: a process may die between the two. */
  async #register(call: Call, project: string): Promise<void> {
    await this.#link.use(call, client => client.sadd(projectsKey(this.#place.prefix), project));
  }

  async #exists(call: Call, { meta }: ProjectKeys): Promise<boolean> {
    return (await this.#link.use(call, client => client.hexists(meta, 'revision'))) === 1;
  }

  #delivery(call: Call): Delivery {
    return { link: this.#link, call, label: this.#place.label, below: bound => this.#below(bound) };
  }

  #below(bound: number): number {
    return this.#options.ids?.below(bound) ?? randomInt(bound);
  }

  #keys(project: string): ProjectKeys {
    this.#assertOpen();
    assertProjectName(project);
    return keysOf(this.#place.prefix, project);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed();
  }
}
