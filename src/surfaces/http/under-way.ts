/** What a hub has begun and not ended: answers that are not out yet, and what follows them. A hub that stops waits for it. */

/** What the server tells of an answer: `finish` when it was handed over whole, `close` at the end in any case. */
export interface Outgoing {
  once(event: 'finish' | 'close', listener: () => void): unknown;
}

/** What follows an answer. */
export interface Afterwards {
  /** Once it was handed over. */
  handed(): Promise<void>;
  /** In any case, at the end. */
  over(): Promise<void>;
}

/** An answer on its way, with what follows it; `isOver` once nothing more is heard of it. */
interface Answer {
  readonly ends: ((isHanded: boolean) => void)[];
  isOver: boolean;
}

export class UnderWay {
  #count = 0;
  readonly #answers = new WeakMap<Outgoing, Answer>();

  get isIdle(): boolean {
    return this.#count === 0;
  }

  /** A request, until its answer is out or its client is gone. */
  begin(outgoing: Outgoing | undefined): void {
    if (!outgoing) return;
    this.#answerOf(outgoing);
    this.#until(new Promise<void>(resolve => outgoing.once('close', resolve)));
  }

  /**
   * Runs what follows an answer that was handed over, or one that was not: the client of a request that began may have gone before its
   * answer was made. May be called several times for one answer.
   */
  follow(outgoing: Outgoing | undefined, { handed, over }: Afterwards, failed: (error: unknown) => void): void {
    const end = (isHanded: boolean) =>
      this.#until((isHanded ? handed() : Promise.resolve()).finally(over).catch(failed));
    const answer = outgoing && this.#answerOf(outgoing);
    if (!answer) end(true);
    else if (answer.isOver) end(false);
    else answer.ends.push(end);
  }

  #answerOf(outgoing: Outgoing): Answer {
    const known = this.#answers.get(outgoing);
    if (known) return known;
    const answer: Answer = { ends: [], isOver: false };
    const ended = (isHanded: boolean) => {
      answer.isOver = true;
      for (const end of answer.ends.splice(0)) end(isHanded);
    };
    this.#answers.set(outgoing, answer);
    outgoing.once('finish', () => ended(true));
    outgoing.once('close', () => ended(false));
    return answer;
  }

  #until(work: Promise<unknown>): void {
    this.#count += 1;
    void work.finally(() => {
      this.#count -= 1;
    });
  }
}
