/**
 * The turn of a unit that was overtaken, or has to make way: until then it stands in line at the server, and is told there by
 * whoever ends a turn, together with the answers to its questions. Saves work and decides nothing.
 */
import { randomUUID } from 'node:crypto';
import { limits } from '../../core/limits.ts';
import { pause } from '../server/real-time.ts';
import type { Question } from '../snapshot.ts';
import { Call } from './call.ts';
import type { Doorbell } from './doorbell.ts';
import { Crowded, closed } from './errors.ts';
import { type ProjectKeys, questionArguments } from './keys.ts';
import type { Link } from './link.ts';
import { scripts } from './scripts.ts';
import type { Reply } from './view.ts';

/** Between two questions of a unit that nobody can call. */
const longestPauseMs = 4;

/** How a unit gets its turn. */
export interface Way {
  readonly link: Link;
  readonly doorbell: Doorbell;
  readonly below: (bound: number) => number;
}

export class Turn {
  readonly #way: Way;
  readonly #keys: ProjectKeys;
  #questions: readonly Question[] = [];
  #token = '';
  #channel = '';
  /** As it stands in the line. */
  #place: string | undefined;
  #hasWaited = false;
  /** As if one other waited, until it is known. */
  #unitsLeft = limits.unitsInRound / 2;

  constructor(way: Way, keys: ProjectKeys) {
    this.#way = way;
    this.#keys = keys;
  }

  /** Names it to the scripts; empty while it is not asked for. */
  get token(): string {
    return this.#token;
  }

  /** Whether it was asked for, and not given back. */
  get isTaken(): boolean {
    return this.#token !== '';
  }

  /** Whether others were before it. */
  get hasWaited(): boolean {
    return this.#hasWaited;
  }

  /** Whether another unit may follow with it before it is handed on. */
  get hasRoom(): boolean {
    return this.isTaken && this.#unitsLeft > 0;
  }

  /** It is for a unit with these questions now. */
  begin(questions: readonly Question[]): void {
    this.#questions = questions;
    this.#place = undefined;
    this.#unitsLeft -= 1;
  }

  /**
   * Resolves when the unit has the turn, with the answers to its questions at that moment; one that has it gets more time.
   * `busy` when that takes longer than the call has.
   */
  async take(call: Call): Promise<Reply> {
    const { doorbell, below } = this.#way;
    for (;;) {
      if (doorbell.isClosed) throw closed();
      const place = this.#stand();
      // From now on: the call may be quicker than the answer to the question.
      const summons = doorbell.expect(this.#token);
      try {
        const answer = await this.#ask(call, 'take', place);
        if (typeof answer !== 'number') return answer;
        this.#hasWaited = true;
        if (call.isOver) throw new Crowded();
        if (answer === 0) await pause(1 + below(longestPauseMs));
        else {
          // Who was to call may have died; when its turn is over, whoever asks first sees to it that the line goes on.
          const calling = await summons.within(Math.min(answer + 1 + below(longestPauseMs), call.leftMs));
          if (calling !== undefined) {
            // With the one that takes its place there, and itself.
            this.#unitsLeft = Math.floor(limits.unitsInRound / (calling.behind + 2)) - 1;
            return calling.opening;
          }
        }
      } finally {
        summons.end();
      }
    }
  }

  /** The commit has ended the turn. */
  end(): void {
    this.#token = '';
    this.#place = undefined;
  }

  /** Gives the turn, or the place in the line, back; both end on their own if that does not arrive. Never rejects. */
  async giveBack(): Promise<void> {
    if (!this.isTaken) return;
    const place = this.#placed();
    this.end();
    await this.#ask(new Call(), 'leave', place).catch(() => {});
  }

  #stand(): string {
    const { channel } = this.#way.doorbell;
    // Nobody could call it at its place any more.
    if (this.#channel !== '' && channel === '') void this.giveBack();
    if (!this.isTaken) {
      this.#token = randomUUID();
      this.#channel = channel;
    }
    return this.#placed();
  }

  #placed(): string {
    // Half a character has no form in the script's JSON; there is no record of such a name either.
    const questions = () => this.#questions.flatMap(questionArguments).map(each => each.toWellFormed());
    const { isElsewhere } = this.#way.doorbell;
    this.#place ??= JSON.stringify([this.#token, this.#channel, isElsewhere, limits.turnMs, ...questions()]);
    return this.#place;
  }

  #ask(call: Call, what: 'take' | 'leave', place: string): Promise<Reply | number> {
    const { meta, records, entries, line } = this.#keys;
    const values = [what, place, limits.unitsInLine];
    return this.#way.link.run(call, scripts.turn, [meta, records, entries, line], values) as Promise<Reply | number>;
  }
}
