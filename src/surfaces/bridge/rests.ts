/**
 * The resting conversations of a machine whose store is behind a hub, and how they are woken. The hub says when. Which of them rest the
 * machine sees by its own hooks; what is started, and with what words, its own client's definition says.
 */
import type { Link } from '../../bridge/link.ts';
import type { Errands } from '../../bridge/near.ts';
import type { Moment } from '../../bridge/questions.ts';
import type { ReadEvent } from '../../clients/define-client.ts';
import { callingClient } from '../../clients/index.ts';
import type { Waking } from '../../clients/waking.ts';
import type { Composition } from '../../compose.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';

type Request = Parameters<Parameters<Composition['hearHooks']>[0]>[0];
type Json = Readonly<Record<string, unknown>>;

/** A text in its user's name: nobody else has a word in it. */
const reason = 'Signalbox: something waits for you. message_read shows what has not been shown to you.';

interface Rest {
  readonly client: string;
  readonly conversation: string;
  /** The hook that told of its stop. */
  readonly stop: Request;
  /** Whether it was let stop for sure: its hub has asked about it since, or was never heard. A hub may hold a stop up. */
  isSure: boolean;
  /** When it was woken in this rest; null while it was not. */
  wokenAt: number | null;
  /** While that is under way: once is enough. */
  waking: Promise<boolean> | null;
}

export class Rests implements Pick<Errands, 'canWake' | 'wake'> {
  readonly #waking: Waking;
  readonly #clock: Clock;
  readonly #resting = new Map<string, Rest>();
  /** When conversations were woken a short time ago, also before they went on. */
  readonly #woken = new Map<string, number>();

  constructor(waking: Waking, clock: Clock) {
    [this.#waking, this.#clock] = [waking, clock];
  }

  /** A hook that the hub is about to be told: its conversation rests from a stop on until whatever comes next. */
  note(request: Request): void {
    const { client, read } = told(request) ?? {};
    const conversation = read?.owner.conversation ?? null;
    // A sub-agent may work while its conversation rests.
    if (client === undefined || conversation === null || read?.owner.agent !== null) return;
    this.#resting.delete(conversation);
    if (read.event.kind !== 'stop') return;
    this.#resting.set(conversation, {
      client,
      conversation,
      stop: request,
      isSure: false,
      wokenAt: null,
      waking: null,
    });
    const [oldest] = this.#resting.keys();
    if (this.#resting.size > limits.bridgeRests && oldest !== undefined) this.#resting.delete(oldest);
  }

  /** The hub has passed a hook on: what it tells is another server's. */
  passed(request: Request): void {
    for (const [conversation, { stop }] of this.#resting) if (stop === request) this.#resting.delete(conversation);
  }

  /** No hub has answered a hook: nobody has held its stop up, and the next one is to learn of it. */
  missed(request: Request): void {
    for (const rest of this.#resting.values()) if (rest.stop === request) rest.isSure = true;
  }

  async canWake(conversation: string): Promise<boolean> {
    const rest = this.#resting.get(conversation);
    if (rest === undefined) return false;
    rest.isSure = true;
    return this.#waking.canWake(rest.client, conversation);
  }

  async wake(conversation: string): Promise<boolean> {
    const rest = this.#resting.get(conversation);
    if (rest === undefined || !(await this.#waking.canWake(rest.client, conversation))) return false;
    rest.waking ??= this.#wakeInTime(rest).finally(() => {
      rest.waking = null;
    });
    return rest.waking;
  }

  async #wakeInTime(rest: Rest): Promise<boolean> {
    const { client, conversation } = rest;
    const begun = this.#clock.elapsed();
    if (rest.wokenAt !== null && begun - rest.wokenAt < limits.bridgeWakeSameRestMs) return true;
    const last = this.#woken.get(conversation);
    if (last !== undefined) await this.#clock.sleep(last + limits.bridgeWakeAgainMs - begun);
    // It went on by itself meanwhile.
    if (this.#resting.get(conversation) !== rest) return false;
    const now = this.#clock.elapsed();
    for (const [each, at] of this.#woken) if (now - at >= limits.bridgeWakeAgainMs) this.#woken.delete(each);
    this.#woken.set(conversation, now);
    const isWoken = await this.#waking.wake(client, conversation, reason);
    if (isWoken) rest.wokenAt = now;
    return isWoken;
  }

  /**
   * Another hub is there: it learns which conversations rest, one after the other, with nothing else to be done about that. Until it has
   * taken all: it may not serve the client yet, or its store be away. Less and less often, since one may be another server's by now.
   */
  async tell(link: Link, moment: () => Moment): Promise<void> {
    let left = [...this.#resting.values()].filter(({ isSure }) => isSure);
    for (let again: number = limits.bridgeAgainMs; left.length > 0 && !link.signal.aborted; again *= 2) {
      const open: Rest[] = [];
      for (const rest of left) if (!(await this.#isSettled(rest, link, moment))) open.push(rest);
      left = open;
      if (left.length > 0) await this.#clock.sleep(again, link.signal);
    }
  }

  /** Whether a rest is over, or the hub has taken what it is told of it. */
  async #isSettled(rest: Rest, link: Link, moment: () => Moment): Promise<boolean> {
    if (this.#resting.get(rest.conversation) !== rest) return true;
    const hook = { request: { ...rest.stop, again: true }, moment: moment() };
    const said = await link.ask('hook', hook, limits.bridgeHookMs, this.#clock);
    const { reply } = (said?.value ?? {}) as { reply?: { pass?: unknown } };
    return reply !== undefined && reply.pass !== true;
  }
}

/** What a hook tells, and of which client; undefined where that is nothing to us. */
function told({ client, event, input, environment }: Request): { client: string; read: ReadEvent } | undefined {
  const caller = callingClient(String(client), objectOf(environment) as Record<string, string>, objectOf(input));
  const read = typeof event === 'string' ? caller?.hooks?.read(event, objectOf(input)) : undefined;
  return caller && read && { client: caller.traits.name, read };
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
