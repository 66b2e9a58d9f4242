/** A caller for the length of one call, in whose process the client may turn to another session meanwhile. */
import type { Unit, View } from '../core/unit.ts';
import type { Foresight, Me, Participant } from './participant.ts';
import { wasLeft } from './session-over.ts';
import type { Work } from './unfinished.ts';

/** Does what its participant does as long as that is the session it was at first; then it fails with `session_expired`. */
export class CallOf implements Participant {
  readonly world: Participant['world'];
  readonly directory: string;
  readonly #caller: Participant;
  #session: string | undefined;

  constructor(caller: Participant) {
    this.#caller = caller;
    this.world = caller.world;
    this.directory = caller.directory;
  }

  transact<T>(work: (unit: Unit, me: Me) => Promise<T>, ahead?: Foresight): Promise<T> {
    return this.#caller.transact((unit, me) => work(unit, this.#same(me)), ahead);
  }

  read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T> {
    return this.#caller.read((view, me) => work(view, this.#same(me)));
  }

  observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined> {
    return this.#caller.observe((view, me) => work(view, this.#same(me)));
  }

  later = (work: Work) => this.#caller.later(work);
  watchQueue = () => this.#caller.watchQueue();
  hints = () => this.#caller.hints();
  place = () => this.#caller.place();
  resources: Participant['resources'] = (...names) => this.#caller.resources(...names);

  #same(me: Me): Me {
    this.#session ??= me.id;
    if (this.#session === me.id) return me;
    throw wasLeft();
  }
}
