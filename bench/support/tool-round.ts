/** One session that calls every core tool in turn, with a tool that does nothing called before each, from the same client. */
import type { RawServer } from './client.ts';
import type { Stage } from './stage.ts';

type Session = RawServer & { handle: string };

export interface Cast {
  readonly subject: Session;
  readonly peers: readonly [Session, Session, Session];
}

/** Milliseconds of each call, by tool. */
export type Samples = Map<string, number[]>;

// A session may send 120 messages a minute.
const messageRounds = 100;
const warmUpRounds = 15;

export async function castOf(stage: Stage): Promise<Cast> {
  const [subject, first, second, third] = await stage.sessions(4);
  if (!subject || !first || !second || !third) throw new Error('too few sessions');
  const cast: Cast = { subject, peers: [first, second, third] };
  for (const [index, peer] of cast.peers.entries()) {
    await peer.call('session_update', { task: `Work on area ${index}`, status: 'working' });
    await peer.call('lock_acquire', { paths: [`lib/area-${index}/**`], reason: `area ${index}` });
  }
  // Who joins finds the broadcasts of the last day in the inbox.
  for (const session of [subject, ...cast.peers]) {
    for (let left = 1; left > 0; ) left = (await session.call('message_read', { limit: 200 })).unread;
  }
  return cast;
}

export class ToolRounds {
  readonly samples: Samples = new Map();
  readonly #cast: Cast;
  readonly #noop: () => Promise<void>;
  readonly #rounds: number;
  #round = -warmUpRounds;

  /** `noop` is called before each call; it times itself. */
  constructor(cast: Cast, rounds: number, noop: () => Promise<void>) {
    this.#cast = cast;
    this.#rounds = rounds;
    this.#noop = noop;
  }

  get isOver(): boolean {
    return this.#round >= this.#rounds;
  }

  get isMeasuring(): boolean {
    return this.#round >= 0;
  }

  /** Each tool once; the message tools in some rounds only, for the sake of the limit on messages. */
  async next(): Promise<void> {
    const { subject, peers } = this.#cast;
    const n = this.#round + warmUpRounds;
    await this.#time('session_list', {});
    await this.#time('session_update', { task: `Step ${n}`, status: 'working' });
    await this.#time('lock_acquire', { paths: ['src/auth.ts'], reason: `step ${n}` });
    await this.#time('lock_list', { paths: ['src/auth.ts'] });
    await this.#time('intent_announce', { type: 'refactor', targets: ['src/auth.ts'], description: `Step ${n}` });
    await this.#time('conflict_check', { action: 'file_edit', targets: ['src/auth.ts'] });
    await this.#time('lock_release', { paths: ['src/auth.ts'] });
    await this.#time('context_share', { type: 'note', title: 'progress', content: `Step ${n} of the login is done.` });
    await this.#time('context_query', { query: 'login progress' });
    if (n % Math.max(1, Math.ceil((this.#rounds + warmUpRounds) / messageRounds)) === 0) {
      await this.#time('message_send', { to: [peers[2].handle], body: `Step ${n} is done.` });
      await peers[0].call('message_send', { to: [subject.handle], body: `How is step ${n}?` });
      await this.#time('message_read', {});
      await peers[1].call('message_send', { to: [subject.handle], body: `And what is next after ${n}?` });
      await this.#time('message_wait', { timeoutSeconds: 5 });
    }
    this.#round += 1;
  }

  async #time(tool: string, input: Record<string, unknown>): Promise<void> {
    await this.#noop();
    const ms = await this.#cast.subject.time(tool, input);
    if (!this.isMeasuring) return;
    const known = this.samples.get(tool);
    if (known) known.push(ms);
    else this.samples.set(tool, [ms]);
  }
}
