/**
 * One connection between a machine and a hub, over which many things go on at once. Each is a channel: opened by either side with what
 * it is about, then values each way, until one side ends it. Nothing is repeated here: a connection that breaks ends all its channels.
 */
import { limits } from '../core/limits.ts';
import { isNestedDeeper } from '../core/nesting.ts';
import type { Clock } from '../core/ports.ts';

/** What carries texts, each whole and in order. */
export interface Wire {
  /** Never throws; what is said to one that is gone is lost. */
  send(text: string): void;
  /** What was sent and has not left this machine. */
  readonly waitingBytes: number;
  listen(heard: (text: string) => void, gone: (why: string) => void): void;
  /** Ends it; the other side is told why, in a word. */
  close(why: string): void;
}

/** One thing that goes on. */
export interface Channel {
  /** False for what is too large to be said, or too deep, and when it is over; then nothing was. */
  say(value: unknown): boolean;
  /** Hears what the other side says; at most one listener, who is told what came before it listened. */
  hear(listener: (value: unknown) => void): void;
  /** Aborts when either side has ended it, or the connection is gone. */
  readonly signal: AbortSignal;
  end(): void;
}

type Opened = (what: string, value: unknown, channel: Channel) => void;

/** A text that is none of ours ends the connection: whoever wrote it means something else. */
type Frame =
  | readonly [kind: 'open', number: number, what: string, value: unknown]
  | readonly [kind: 'say', number: number, value: unknown]
  | readonly [kind: 'end', number: number];

export class Link {
  readonly #wire: Wire;
  readonly #opened: Opened;
  readonly #channels = new Map<number, Open>();
  readonly #gone = new AbortController();
  #next: number;
  #why = 'open';
  /** How many frames have come. */
  #heard = 0;

  /** Of the two sides one is `first`, so that both number their channels without asking. `opened` is told of the other side's. */
  constructor(wire: Wire, side: 'first' | 'second', opened: Opened) {
    this.#wire = wire;
    this.#opened = opened;
    this.#next = side === 'first' ? 1 : 2;
    wire.listen(
      text => this.#take(text),
      why => this.#end(why),
    );
  }

  /** Aborts when the connection is gone. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Why it is gone. */
  get why(): string {
    return this.#why;
  }

  /** How many frames have come: whoever has not heard any for long takes the other side for gone. */
  get heard(): number {
    return this.#heard;
  }

  /** A channel that is over already where what it is about is too large, or too deep. */
  open(what: string, value: unknown): Channel {
    const number = this.#next;
    this.#next += 2;
    const channel = this.#channel(number);
    // What cannot be said is over before it began.
    if (!this.#send(['open', number, what, value])) this.#over(number);
    return channel;
  }

  /** The first thing that the other side says to this; undefined when that says none within `ms`. What it says behind that is not heard. */
  async ask(
    what: string,
    value: unknown,
    ms: number,
    clock: Pick<Clock, 'sleep'>,
  ): Promise<{ readonly value: unknown } | undefined> {
    const channel = this.open(what, value);
    const answer = await answerOn(channel, ms, clock);
    channel.end();
    return answer;
  }

  close(why: string): void {
    if (this.#gone.signal.aborted) return;
    this.#wire.close(why);
    this.#end(why);
  }

  #channel(number: number): Open {
    const channel = new Open(
      value => this.#send(['say', number, value]),
      () => {
        this.#channels.delete(number);
        this.#send(['end', number]);
      },
      () => this.close('not understood'),
    );
    if (this.#gone.signal.aborted) channel.over();
    else this.#channels.set(number, channel);
    return channel;
  }

  /** Whether it was sent. */
  #send(frame: Frame): boolean {
    // What the other side would not read is not written: it would end the connection.
    if (this.#gone.signal.aborted || isNestedDeeper(frame.at(-1), limits.bridgeNestingLevels)) return false;
    const text = JSON.stringify(frame);
    // A character is three bytes at most, so most are not counted.
    const isLarge = text.length * 3 > limits.bridgeFrameBytes && Buffer.byteLength(text) > limits.bridgeFrameBytes;
    if (isLarge) return false;
    this.#wire.send(text);
    // Whoever does not read is gone, or wants our memory.
    if (this.#wire.waitingBytes > limits.bridgeBacklogBytes) this.close('it does not read');
    return true;
  }

  #take(text: string): void {
    // What is on its way when a connection ends still comes, and nobody would be answered.
    if (this.#gone.signal.aborted) return;
    this.#heard += 1;
    const frame = frameIn(text);
    if (frame === undefined) this.close('not understood');
    else if (frame[0] === 'open') this.#begin(frame);
    else if (frame[0] === 'say') this.#said(frame, text.length);
    else this.#over(frame[1]);
  }

  #said([, number, value]: Extract<Frame, readonly ['say', ...unknown[]]>, characters: number): void {
    const isTaken = this.#channels.get(number)?.take(value, characters) ?? true;
    if (!isTaken) this.close('too much at once');
  }

  #begin([, number, what, value]: Extract<Frame, readonly ['open', ...unknown[]]>): void {
    const isTheirs = number % 2 !== this.#next % 2 && !this.#channels.has(number);
    if (!isTheirs || this.#channels.size >= limits.bridgeChannels) this.close('too much at once');
    else this.#opened(what, value, this.#channel(number));
  }

  #over(number: number): void {
    const channel = this.#channels.get(number);
    this.#channels.delete(number);
    channel?.over();
  }

  #end(why: string): void {
    if (this.#gone.signal.aborted) return;
    this.#why = why;
    this.#gone.abort();
    for (const channel of this.#channels.values()) channel.over();
    this.#channels.clear();
  }
}

class Open implements Channel {
  readonly #say: (value: unknown) => boolean;
  readonly #end: () => void;
  readonly #broken: () => void;
  readonly #over = new AbortController();
  #listener: ((value: unknown) => void) | undefined;
  #before: unknown[] = [];
  #beforeCharacters = 0;

  /** `broken` is told when a value was none that its listener can take. */
  constructor(say: (value: unknown) => boolean, end: () => void, broken: () => void) {
    [this.#say, this.#end, this.#broken] = [say, end, broken];
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  say(value: unknown): boolean {
    return !this.#over.signal.aborted && this.#say(value);
  }

  hear(listener: (value: unknown) => void): void {
    this.#listener = listener;
    const before = this.#before;
    this.#before = [];
    this.#beforeCharacters = 0;
    for (const value of before) this.#tell(listener, value);
  }

  end(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#end();
  }

  /** Hands on what was said; false when too much waits for somebody to listen. */
  take(value: unknown, characters: number): boolean {
    if (this.#listener) this.#tell(this.#listener, value);
    else {
      this.#before.push(value);
      this.#beforeCharacters += characters;
    }
    return this.#beforeCharacters <= limits.bridgeBacklogBytes;
  }

  over(): void {
    this.#over.abort();
  }

  /** A value may be anything, and whoever listens takes it for what it should be. */
  #tell(listener: (value: unknown) => void, value: unknown): void {
    try {
      listener(value);
    } catch {
      this.#broken();
    }
  }
}

/** The next value on a channel; undefined when it ends before one came, or after `ms`. */
export async function answerOn(
  channel: Channel,
  ms: number,
  clock: Pick<Clock, 'sleep'>,
): Promise<{ readonly value: unknown } | undefined> {
  let answer: { readonly value: unknown } | undefined;
  const over = new AbortController();
  const end = () => over.abort();
  channel.signal.addEventListener('abort', end, { once: true });
  channel.hear(value => {
    answer ??= { value };
    end();
  });
  if (!channel.signal.aborted) await clock.sleep(ms, over.signal);
  channel.signal.removeEventListener('abort', end);
  return answer;
}

function frameIn(text: string): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    if (!Array.isArray(frame) || !Number.isSafeInteger(frame[1])) return undefined;
    const [kind, , third] = frame;
    if (isNestedDeeper(third, limits.bridgeNestingLevels) || isNestedDeeper(frame[3], limits.bridgeNestingLevels))
      return undefined;
    const isKnown = (kind === 'open' && typeof third === 'string') || kind === 'say' || kind === 'end';
    return isKnown ? (frame as unknown as Frame) : undefined;
  } catch {
    return undefined;
  }
}
