/** Sessions over two hubs of which now one and now the other is killed. Nothing acknowledged may be missing or doubled. */
import { FakeIds } from '../support/fakes.ts';
import type { HubClient } from '../support/hub.ts';
import { type Attempt, insist, type Replicas } from '../support/replicas.ts';
import { pause } from '../support/workspace.ts';
import { examineStore } from './examine-store.ts';
import { Findings } from './findings.ts';
import { Ledger } from './ledger.ts';
import type { Seat } from './slot.ts';
import { flush, read, write } from './workers.ts';

export interface ReplicaLoadOptions {
  readonly seed: number;
  readonly kills: number;
  readonly writers: number;
  readonly readers: number;
}

/** A session of its own token, which outlives the hubs that it is used over. */
class HubSeat implements Seat {
  readonly name: string;
  readonly deaths = 0;
  readonly attempts: Record<Attempt, number> = { answered: 0, 'told to come again': 0, refused: 0, gone: 0 };
  readonly #replicas: Replicas;
  readonly #client: HubClient;

  constructor(name: string, replicas: Replicas, client: HubClient) {
    [this.name, this.#replicas, this.#client] = [name, replicas, client];
  }

  async call(tool: string, input: object = {}) {
    const { status, body } = await insist(this.#replicas, this.#client, `/v1/tools/${tool}`, input, attempt => {
      this.attempts[attempt] += 1;
    });
    if (status === 200) return body;
    throw new Error(`${this.name}, ${tool}: ${status} ${JSON.stringify(body)}`);
  }
}

/**
 * Writers send messages with keys to readers and take and release locks, each over the hub that answers; a hub is killed again and
 * again, at moments that `seed` decides, and started again before the next one is. Broken when an acknowledged message is not in each
 * recipient's inbox exactly once, a key has a second effect, a lock has two holders or a fence falls, an answer is an error, somebody
 * is left with a lock that it gave back, or the store is damaged or its events have a gap.
 */
export async function replicasUnderLoad(replicas: Replicas, options: ReplicaLoadOptions): Promise<Findings> {
  const [findings, random] = [new Findings(), new FakeIds(options.seed * 1_000)];
  const ledger = new Ledger(findings);
  const [writers, readers] = [
    await seats(replicas, 'writer', options.writers),
    await seats(replicas, 'reader', options.readers),
  ];
  let over = false;
  const isOver = () => over || !findings.fewEnough;
  const names = readers.map(reader => reader.name);
  const work = Promise.all([
    ...writers.map((seat, index) => write(seat, names, ledger, new FakeIds(options.seed * 1_000 + 1 + index), isOver)),
    ...readers.map(seat => read(seat, ledger, isOver)),
  ]);
  const killing = (async () => {
    for (let count = 0; count < options.kills && !isOver(); count += 1) {
      const victim = random.below(2);
      const before = ledger.acknowledged.size;
      // The load goes on between two kills, however slow the machine is.
      while (ledger.acknowledged.size < before + 10 && !isOver()) await pause(5);
      await pause(random.below(50));
      await replicas.at(victim).kill();
      await replicas.startAgain(victim);
    }
    over = true;
  })();
  await Promise.race([work, killing.then(() => work)]);
  await killing;
  await Promise.all(writers.map(seat => flush(seat, ledger)));
  for (const reader of readers) while ((await takeAll(reader, ledger)) > 0);
  const { locks, waiting } = await (readers[0] as Seat).call('lock_list');
  findings.check(locks.length + waiting.length === 0, `left: ${JSON.stringify({ locks, waiting })}`);
  await examineStore(replicas.place, ledger, findings);
  const attempts = [...writers, ...readers].map(seat => seat.attempts);
  const sum = (attempt: Attempt) => attempts.reduce((total, own) => total + own[attempt], 0);
  Object.assign(findings.numbers, ledger.numbers(), { refused: sum('refused'), gone: sum('gone') });
  return findings;
}

async function seats(replicas: Replicas, role: string, count: number): Promise<HubSeat[]> {
  const all: HubSeat[] = [];
  while (all.length < count) {
    const name = `${role}-${all.length + 1}`;
    const client = replicas.at(all.length).as(await replicas.token(name));
    all.push(new HubSeat(name, replicas, await client.open({ handle: name })));
  }
  return all;
}

async function takeAll(reader: Seat, ledger: Ledger): Promise<number> {
  const { messages } = await reader.call('message_read', { limit: 200 });
  ledger.shown(reader.name, messages);
  return messages.length;
}
