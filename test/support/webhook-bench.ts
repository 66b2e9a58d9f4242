/** Hubs over one memory store with fake time, and a receiver that does as it is told: what deliveries are tried on. */
import { accountsProject } from '../../src/core/account.ts';
import { limits } from '../../src/core/limits.ts';
import type { Processes, ProcessIdentity } from '../../src/core/ports.ts';
import { createWebhook, enableWebhook, showWebhook, type WebhookWish } from '../../src/core/webhook.ts';
import type { PostAnswer, Posting } from '../../src/core/webhook-port.ts';
import type { WebhookRecord } from '../../src/core/webhook-record.ts';
import { createMemoryStore } from '../../src/engines/memory/engine.ts';
import { systemDigests } from '../../src/system/digests.ts';
import { systemSignatures } from '../../src/system/signatures.ts';
import { WebhookDispatcher } from '../../src/tools/webhook-dispatcher.ts';
import { headsOf } from '../../src/tools/webhook-heads.ts';
import { FakeClock, FakeIds, FakeLog, FakeProcesses, FakeWakeups } from './fakes.ts';

export const taken: PostAnswer = { status: 200, retryAfter: null };
export const answered = (status: number, retryAfter: string | null = null): PostAnswer => ({ status, retryAfter });

/** What a receiver got. */
export interface Got {
  readonly id: string;
  readonly project: string;
  readonly sequence: number;
  readonly type: string;
  readonly at: number;
  readonly url: string;
  /** Null as long as nobody has answered. */
  answer: PostAnswer | null;
}

export class WebhookBench {
  readonly clock = new FakeClock();
  readonly ids: FakeIds;
  readonly processes = new FakeProcesses();
  readonly log = new FakeLog();
  readonly store = createMemoryStore({ clock: this.clock, wakeups: new FakeWakeups() });
  readonly got: Got[] = [];
  /** How the receiver answers. */
  answers: (got: Got) => PostAnswer | Promise<PostAnswer> = () => taken;
  /** How many posts were ever under way to one address at once. */
  mostAtOnce = 0;
  readonly #underWay = new Map<string, number>();

  constructor(seed = 1) {
    this.ids = new FakeIds(seed);
  }

  async create(wish: Partial<WebhookWish> = {}): Promise<WebhookRecord> {
    const whole = {
      name: 'team',
      url: 'https://example.com/hook',
      kind: 'standard',
      projects: [],
      events: ['*'],
      notes: null,
    };
    const secret = { id: this.ids.next(), key: systemSignatures.newKey() };
    const heads = await headsOf(this.store);
    return this.store.transact(accountsProject, tx => createWebhook(tx, { ...whole, ...wish }, secret, heads));
  }

  show(name = 'team'): Promise<WebhookRecord> {
    return this.store.read(accountsProject, tx => showWebhook(tx, name));
  }

  async enable(skip = false): Promise<void> {
    const heads = skip ? await headsOf(this.store) : null;
    await this.store.transact(accountsProject, tx => enableWebhook(tx, 'team', heads));
  }

  /** Something happens, so many times. */
  async happen(project: string, times = 1, type = 'data.set'): Promise<void> {
    await this.store.transact(project, async tx => {
      for (let count = 0; count < times; count += 1) tx.emit({ type, audience: [], data: { key: 'k' } });
    });
  }

  hub(): BenchHub {
    return new BenchHub(this, this.processes.spawn());
  }

  /** Time passes until the next attempt is due, without a hub: looking for days would take a while. Then one looks. */
  async attempt(): Promise<void> {
    const { nextAt } = await this.show();
    await this.clock.advance(Math.max(0, nextAt - this.clock.now()));
    const hub = this.hub();
    await this.clock.advance(oneLook);
    await hub.stop();
  }

  /** The numbers of what was taken from a project, in the order in which it came. */
  sequences(project: string): number[] {
    return this.got
      .filter(got => got.project === project && got.answer?.status === 200)
      .map(({ sequence }) => sequence);
  }

  async receive({ url, headers, body }: Posting): Promise<PostAnswer> {
    const { type, data } = JSON.parse(body);
    const id = headers['webhook-id'] ?? 'none';
    const got: Got = {
      id,
      type,
      project: data?.project,
      sequence: data?.sequence,
      url,
      at: this.clock.elapsed(),
      answer: null,
    };
    this.got.push(got);
    const underWay = (this.#underWay.get(url) ?? 0) + 1;
    this.#underWay.set(url, underWay);
    this.mostAtOnce = Math.max(this.mostAtOnce, underWay);
    got.answer = await this.answers(got);
    this.#underWay.set(url, (this.#underWay.get(url) ?? 1) - 1);
    return got.answer;
  }
}

/** One hub: it runs until it is stopped, or dies without a word. */
export class BenchHub {
  readonly #bench: WebhookBench;
  readonly #self: ProcessIdentity;
  readonly #stopping = new AbortController();
  readonly #ended = new AbortController();
  readonly #run: Promise<void>;
  #isDead = false;

  constructor(bench: WebhookBench, self: ProcessIdentity) {
    [this.#bench, this.#self] = [bench, self];
    const { store, clock, ids, log } = bench;
    const living = <T>(work: Promise<T>) => (this.#isDead ? new Promise<T>(() => {}) : work);
    const processes: Processes = bench.processes.as(self);
    this.#run = new WebhookDispatcher({
      world: {
        // Nothing that it does after its death arrives.
        store: new Proxy(store, {
          get:
            (target, name) =>
            (...args: never[]) =>
              living(
                (target as never as Record<string | symbol, (...all: never[]) => Promise<unknown>>)[name]?.(
                  ...args,
                ) as never,
              ),
        }),
        ...{ clock, ids, processes, log },
      },
      digests: systemDigests,
      signatures: systemSignatures,
      post: { refusal: async () => null, post: posting => living(bench.receive(posting)) },
      stopping: this.#stopping.signal,
      ended: this.#ended.signal,
      count: () => undefined,
    }).run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#run;
  }

  /** As with kill -9; others see that it is gone, unless they are on another machine. */
  die(isSeen = true): void {
    this.#isDead = true;
    if (isSeen) this.#bench.processes.kill(this.#self);
    this.#stopping.abort();
  }
}

/** Long enough for a hub to look and to work off what it finds. */
export const oneLook = 2 * limits.webhookLookMs;
