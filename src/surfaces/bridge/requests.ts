/** What a client has asked over a bridge and was not answered yet. */
import { limits } from '../../core/limits.ts';

type Id = string | number;

interface Request {
  readonly method: string;
  /** Whether another hub may do it from the beginning. */
  readonly isRepeatable: boolean;
  /** Whether its answer is on its way. */
  isOut: boolean;
}

export class Requests {
  readonly #open = new Map<Id, Request>();
  readonly #busy: (by: 1 | -1) => void;

  /** `busy` is told of each that somebody works on, and when that is done. */
  constructor(busy: (by: 1 | -1) => void) {
    this.#busy = busy;
  }

  /** A request has come. False when it is one too many: until it is over the client's own answers count too. */
  begin(id: Id, method: string, isRepeatable: boolean): boolean {
    if (this.#open.size >= limits.bridgeRequests) return false;
    this.over(id);
    this.#open.set(id, { method, isRepeatable, isOut: isLasting(method) });
    if (!isLasting(method)) this.#busy(1);
    return true;
  }

  methodOf(id: Id): string | undefined {
    return this.#open.get(id)?.method;
  }

  /** Its answer is on its way. */
  out(id: Id): void {
    const request = this.#open.get(id);
    if (request === undefined || request.isOut) return;
    request.isOut = true;
    this.#busy(-1);
  }

  /** Lets those go that another hub may do: none of them is under way here any more. */
  release(): Id[] {
    const released = [...this.#open].filter(([, { isRepeatable, isOut }]) => isRepeatable && !isOut).map(([id]) => id);
    for (const id of released) this.over(id);
    return released;
  }

  /** The client has the answer, or wants none any more. */
  over(id: Id): void {
    this.out(id);
    this.#open.delete(id);
  }
}

/** Requests that stay open as long as their client likes: nobody waits for their end. */
function isLasting(method: string): boolean {
  return method === 'subscriptions/listen';
}
