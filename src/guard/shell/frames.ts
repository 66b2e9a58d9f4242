/** The functions and loops that are being followed, and what becomes of them when they are left before their end. */
import { joined, type State } from './state.ts';

interface Frame {
  /** The state in which it was left so far. */
  left: State | null;
  /** Null around commands in a shell of their own: what is left there leaves nothing outside. */
  readonly kind: 'function' | 'loop' | null;
  /** The variables that belong to a function. */
  readonly locals: Set<string>;
}

export interface Framed<T> {
  readonly found: T;
  readonly left: State | null;
  readonly locals: ReadonlySet<string>;
}

export class Frames {
  readonly #frames: Frame[] = [];

  /** Follows commands as a function, as a loop, or in a shell of their own. */
  within<T>(kind: Frame['kind'], read: () => T): Framed<T> {
    const frame: Frame = { left: null, kind, locals: new Set() };
    this.#frames.push(frame);
    const found = read();
    this.#frames.pop();
    return { found, left: frame.left, locals: frame.locals };
  }

  /** Notes that the nearest function or loop is left with this state. Gives whether there is one. */
  leave(kind: 'function' | 'loop', state: State): boolean {
    const isInside = this.#frames.some(frame => frame.kind === kind);
    const nearest = this.#frames.findLast(frame => frame.kind === kind || frame.kind === null);
    if (nearest?.kind === kind) nearest.left = joined(nearest.left, state);
    return isInside;
  }

  /** Notes that a variable belongs to the function that is being followed. */
  local(name: string): void {
    this.#frames.findLast(frame => frame.kind === 'function')?.locals.add(name);
  }
}
