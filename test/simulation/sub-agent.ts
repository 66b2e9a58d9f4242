/** A sub-agent of a seat's session: it calls over the same server, as a session of its own. */
import type { Call, Client, Fate, Seat } from './seat.ts';

export class SubAgentSeat implements Client {
  readonly name: string;
  readonly seat: Seat;
  readonly id: string;
  lastSession: string | null = null;
  readonly #calls = new Set<Call>();

  constructor(seat: Seat, id: string) {
    this.seat = seat;
    this.id = id;
    this.name = `${seat.name}/${id}`;
  }

  get isUp(): boolean {
    return this.seat.isUp;
  }

  get calls(): readonly Call[] {
    return this.isUp ? [...this.#calls] : [];
  }

  call(call: Call, fate: Fate): void {
    this.seat.callAs(this, agent => agent.child({ id: this.id, type: null }), this.#calls, call, fate);
  }
}
