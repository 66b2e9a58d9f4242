/** One consistent state of one project in Redis: every answer is of the same revision, or there is none. */
import { limits } from '../../core/limits.ts';
import type { Kind } from '../../core/records.ts';
import { ServerFailure } from '../server/failure.ts';
import type { Question, ReadAhead, Row, Snapshot } from '../snapshot.ts';
import type { Span } from '../span.ts';
import type { Call } from './call.ts';
import { type ProjectKeys, questionArguments, rowOf } from './keys.ts';
import type { Link } from './link.ts';
import { scripts } from './scripts.ts';

/** The project has moved on since the view was opened. */
class Torn extends ServerFailure {
  constructor() {
    super('busy', 'The project was changed meanwhile.', 'Try again.');
  }
}

interface Asked {
  readonly question: Question;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a view begins with, and the answers to its questions. */
export type Reply = readonly [revision: string, sequence: string, now: number, waitMs: number, ...answers: unknown[]];

export interface Opening {
  readonly questions: readonly Question[];
  /** Whether it makes way for a unit of somebody else that has the turn. */
  readonly makesWay?: boolean;
  /** Tells the time instead of the server. */
  readonly time?: (() => number) | undefined;
}

/** A view; undefined when it has to make way. */
export async function openView(
  link: Link,
  call: Call,
  keys: ProjectKeys,
  opening: Opening,
): Promise<RedisView | undefined> {
  const reply = await read(link, call, keys, ['*', opening.makesWay ? limits.turnMs : 0], opening.questions);
  return reply[3] > 0 ? undefined : viewOf(link, call, keys, opening, reply);
}

/** The view that begins with `reply`. */
export function viewOf(
  link: Link,
  call: Call,
  keys: ProjectKeys,
  { questions, time }: Opening,
  [revision, sequence, now, , ...answers]: Reply,
): RedisView {
  const ahead = questions.map((question, at) => ({
    question,
    answer: Promise.resolve(answerOf(question, answers[at])),
  }));
  return new RedisView(link, call, keys, { revision, sequence: Number(sequence), now: time?.() ?? now, ahead });
}

interface Opened {
  /** The token of the last commit; empty before the first. */
  readonly revision: string;
  readonly sequence: number;
  readonly now: number;
  readonly ahead: readonly ReadAhead[];
}

export class RedisView implements Snapshot {
  readonly revision: string;
  readonly sequence: number;
  readonly now: number;
  /** Answers that came with the opening. */
  readonly ahead: readonly ReadAhead[];
  readonly #link: Link;
  readonly #call: Call;
  readonly #keys: ProjectKeys;
  #asked: Asked[] = [];
  #failure: unknown;

  constructor(link: Link, call: Call, keys: ProjectKeys, { revision, sequence, now, ahead }: Opened) {
    this.#link = link;
    this.#call = call;
    this.#keys = keys;
    this.revision = revision;
    this.sequence = sequence;
    this.now = now;
    this.ahead = ahead;
  }

  /** Whether a question could not be answered because the project has moved on. */
  get isTorn(): boolean {
    return this.#failure instanceof Torn;
  }

  /** Why a question was not answered, if one was not. */
  get failure(): unknown {
    return this.#failure;
  }

  get(kind: Kind, id: string): Promise<string | undefined> {
    return this.#ask({ kind, id }) as Promise<string | undefined>;
  }

  list(kind: Kind, index: string, span: Span, page: { limit: number; reverse: boolean }): Promise<readonly Row[]> {
    return this.#ask({ kind, index, span, page }) as Promise<readonly Row[]>;
  }

  count(kind: Kind, index: string, span: Span): Promise<number> {
    return this.#ask({ kind, index, span, page: undefined }) as Promise<number>;
  }

  #ask(question: Question): Promise<unknown> {
    // Comes when all work that is ready has run: what is asked until then shares one round trip.
    if (this.#asked.length === 0) process.nextTick(() => void this.#answer());
    return new Promise((resolve, reject) => this.#asked.push({ question, resolve, reject }));
  }

  async #answer(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    const questions = asked.map(each => each.question);
    try {
      const [revision, , , , ...answers] = await read(
        this.#link,
        this.#call,
        this.#keys,
        [this.revision, 0],
        questions,
      );
      if (revision !== this.revision) throw new Torn();
      for (const [at, { question, resolve }] of asked.entries()) resolve(answerOf(question, answers[at]));
    } catch (error) {
      this.#failure ??= error;
      for (const { reject } of asked) reject(error);
    }
  }
}

async function read(
  link: Link,
  call: Call,
  { meta, records, entries }: ProjectKeys,
  conditions: readonly [revision: string, makesWayMs: number],
  questions: readonly Question[],
): Promise<Reply> {
  const values = [...conditions, ...questions.flatMap(questionArguments)];
  return (await link.run(call, scripts.read, [meta, records, entries], values)) as Reply;
}

/** No body and no entries are null or, from a unit's turn, false. */
function answerOf(question: Question, answer: unknown): unknown {
  if ('id' in question) return answer || undefined;
  if (question.page === undefined) return answer;
  const [members, bodies] = (answer || [[], []]) as readonly [readonly string[], readonly (string | null)[]];
  return members.map((member, at) => rowOf(member, bodies[at] || null));
}
