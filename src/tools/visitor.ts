/** A participant of one call: a command that a person or a session's shell runs. */
import { joinChild, type SubAgent } from '../core/child.ts';
import { SignalboxError } from '../core/errors.ts';
import { operatorHandle } from '../core/handles.ts';
import { leaseHolds } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import { ownerOf } from '../core/owner.ts';
import { operator } from '../core/presence.ts';
import { touch } from '../core/session.ts';
import type { Unit, View } from '../core/unit.ts';
import { Hints } from './hints.ts';
import type { Foresight, Me, Participant } from './participant.ts';
import { presenceAsks, Standpoint } from './standpoint.ts';
import type { Work } from './unfinished.ts';
import type { World } from './world.ts';

/** Who lives on when the call is over, for one whose session does. */
export type Keeper = Pick<Participant, 'later' | 'watchQueue'>;

/** Somebody who calls from outside the session's own process: the person at a shell, or a command run inside a session. */
export class Visitor extends Standpoint {
  readonly #session: string | null;
  readonly #project: string | null;
  readonly #hints: Hints;
  readonly #keeper: Keeper | undefined;
  #listening: Promise<() => Promise<void>> | undefined;

  /** `session` is the id of the session the command runs in; null makes it the operator. */
  constructor(world: World, directory: string, project: string | null, session: string | null, keeper?: Keeper) {
    super(world, directory, project);
    this.#session = session;
    this.#project = project;
    this.#keeper = keeper;
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
    // Over a hub nobody is the operator, who may do everything.
    if (this.#session === null && this.world.principal !== undefined) throw notYours(operatorHandle);
    return this.world.store.transact(
      tree.project,
      async tx => {
        const unit = this.unit(tx);
        return work(unit, this.#session === null ? await operator(unit) : await this.#present(unit, id));
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

  /** A sub-agent of the session it speaks for, as a caller of its own. */
  async child(agent: SubAgent): Promise<Visitor> {
    const { id } = await this.transact((unit, me) => joinChild(unit, me, agent));
    return new Visitor(this.world, this.directory, this.#project, id);
  }

  later(work: Work): void {
    this.#keeper?.later(work);
  }

  /** A command does not live on: who ends a lock serves its place. */
  watchQueue(): void {
    this.#keeper?.watchQueue();
  }

  /** Stops listening. */
  async leave(): Promise<void> {
    const listening = this.#listening;
    this.#listening = undefined;
    await (await listening)?.();
  }

  /** A call of a sub-agent is its activity; a command in the shell of a session is not that of the session. */
  async #present(unit: Unit, id: string): Promise<Me> {
    const me = await this.#living(unit, id);
    const isDue = me.parentSession !== null && unit.tx.now - me.lastSeenAt >= limits.touchEveryMs;
    return isDue ? touch(unit, me, me.branch) : me;
  }

  async #living(view: View, id: string): Promise<Me> {
    const me = await view.tx.get('session', id);
    const { principal } = this.world;
    if (me && principal !== undefined && ownerOf(me) !== principal) throw notYours(me.handle);
    if (me && leaseHolds(view, me)) return me;
    throw new SignalboxError(
      'session_expired',
      'The session this command runs in has ended.',
      'Run it in a shell of your own to act as the operator.',
    );
  }
}

function notYours(handle: string): SignalboxError {
  return new SignalboxError('forbidden', `You have no session "${handle}".`, 'Act as a session of your own.');
}
