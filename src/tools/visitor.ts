/** A participant of one call: a command that a person or a session's shell runs. */
import { SignalboxError } from '../core/errors.ts';
import { operatorHandle } from '../core/handles.ts';
import { leaseHolds } from '../core/lease.ts';
import { operator } from '../core/presence.ts';
import type { Unit, View } from '../core/unit.ts';
import { Hints } from './hints.ts';
import type { Foresight, Me } from './participant.ts';
import { presenceAsks, Standpoint } from './standpoint.ts';
import type { World } from './world.ts';

/** Somebody who calls from outside the session's own process: the person at a shell, or a command run inside a session. */
export class Visitor extends Standpoint {
  readonly #session: string | null;
  readonly #hints: Hints;
  #listening: Promise<() => Promise<void>> | undefined;

  /** `session` is the id of the session the command runs in; null makes it the operator. */
  constructor(world: World, directory: string, project: string | null, session: string | null) {
    super(world, directory, project);
    this.#session = session;
    this.#hints = new Hints(world.clock, world.wakeups);
  }

  async hints(): Promise<Hints> {
    const me = this.#session ?? (await this.transact(async (_unit, operatorSession) => operatorSession.id));
    this.#listening ??= this.world.wakeups.listen(me, () => this.#hints.bump());
    await this.#listening;
    return this.#hints;
  }

  async transact<T>(work: (unit: Unit, me: Me) => Promise<T>, ahead?: Foresight): Promise<T> {
    const tree = await this.place();
    const id = this.#session ?? operatorHandle;
    return this.world.store.transact(
      tree.project,
      async tx => {
        const unit = this.unit(tx);
        return work(unit, this.#session === null ? await operator(unit) : await this.#living(unit, id));
      },
      [...presenceAsks(id, false), ...(ahead?.(id) ?? [])],
    );
  }

  async read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T> {
    const attempt = () => this.observe(async (view, me) => ({ value: await work(view, me) }));
    const first = await attempt();
    if (first) return first.value;
    // The operator has never been here: a unit of work writes the record.
    await this.transact(async () => undefined);
    return (await attempt())?.value as T;
  }

  async observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined> {
    const tree = await this.place();
    return this.world.store.read(tree.project, async tx => {
      const view = this.view(tx);
      if (this.#session === null && !(await tx.get('session', operatorHandle))) return undefined;
      return work(view, await this.#living(view, this.#session ?? operatorHandle));
    });
  }

  later(): void {}

  /** It does not live on; who ends a lock serves the place. */
  watchQueue(): void {}

  /** Stops listening. */
  async leave(): Promise<void> {
    await (await this.#listening)?.();
  }

  async #living(view: View, id: string): Promise<Me> {
    const me = await view.tx.get('session', id);
    if (me && leaseHolds(view, me)) return me;
    throw new SignalboxError(
      'session_expired',
      'The session this command runs in has ended.',
      'Run it in a shell of your own to act as the operator.',
    );
  }
}
