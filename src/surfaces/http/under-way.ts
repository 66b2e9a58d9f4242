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

export class UnderWay {
  #count = 0;

  get isIdle(): boolean {
    return this.#count === 0;
  }

  /** A request, until its answer is out or its client is gone. */
  begin(outgoing: Outgoing | undefined): void {
    if (outgoing) this.#until(new Promise<void>(resolve => outgoing.once('close', resolve)));
  }

  /** Runs what follows an answer that was handed over, or one that was not. */
  follow(outgoing: Outgoing | undefined, { handed, over }: Afterwards, failed: (error: unknown) => void): void {
    const end = (work: () => Promise<void>) => this.#until(work().finally(over).catch(failed));
    if (!outgoing) {
      end(handed);
      return;
    }
    let isDone = false;
    const once = (work: () => Promise<void>) => () => {
      if (!isDone) end(work);
      isDone = true;
    };
    outgoing.once('finish', once(handed));
    outgoing.once(
      'close',
      once(async () => undefined),
    );
  }

  #until(work: Promise<unknown>): void {
    this.#count += 1;
    void work.finally(() => {
      this.#count -= 1;
    });
  }
}
