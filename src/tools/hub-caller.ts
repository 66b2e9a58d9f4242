/** Who calls over a hub: a session that its principal opened, for the length of one request; or somebody who only looks. */
import { SignalboxError } from '../core/errors.ts';
import { unguarded } from '../core/guard-record.ts';
import { leaseHolds } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import { touch } from '../core/session.ts';
import type { Unit, View } from '../core/unit.ts';
import { Hints } from './hints.ts';
import type { Foresight, Me } from './participant.ts';
import { presenceAsks, Standpoint } from './standpoint.ts';
import type { World } from './world.ts';

/** A session that came by a hub. Every request is its activity, and renews its locks. */
export class HubCaller extends Standpoint {
  readonly #project: string;
  readonly #session: string;
  readonly #principal: string;
  readonly #hints: Hints;
  #listening: Promise<() => Promise<void>> | undefined;

  /** `principal` is the id of whose token the request came with. */
  constructor(world: World, project: string, session: string, principal: string) {
    super(world, '', project);
    [this.#project, this.#session, this.#principal] = [project, session, principal];
    this.#hints = new Hints(world.clock, world.wakeups);
  }

  /** Errors: `session_expired` for one that is over, or was never this principal's: who asks is not told which. */
  transact<T>(work: (unit: Unit, me: Me) => Promise<T>, ahead?: Foresight): Promise<T> {
    const asks = [...presenceAsks(this.#session, true), ...(ahead?.(this.#session) ?? [])];
    const present = async (unit: Unit) => {
      const me = await this.#own(unit);
      return unit.tx.now - me.lastSeenAt >= limits.touchEveryMs ? touch(unit, me, me.branch) : me;
    };
    return this.world.store.transact(
      this.#project,
      async tx => {
        const unit = this.unit(tx);
        return work(unit, await present(unit));
      },
      asks,
    );
  }

  read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T> {
    return this.world.store.read(this.#project, async tx => {
      const view = this.view(tx);
      return work(view, await this.#own(view));
    });
  }

  observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined> {
    return this.read(work);
  }

  /** A request lives no longer than its answer. */
  later(): void {}

  /** Who ends a lock serves its place. */
  watchQueue(): void {}

  async hints(): Promise<Hints> {
    this.#listening ??= this.world.wakeups.listen(this.#session, () => this.#hints.bump());
    await this.#listening;
    return this.#hints;
  }

  /** Stops listening. */
  async leave(): Promise<void> {
    await (await this.#listening)?.();
  }

  async #own(view: View): Promise<Me> {
    const me = await view.tx.get('session', this.#session);
    if (me && me.hub?.principal === this.#principal && leaseHolds(view, me)) return me;
    throw new SignalboxError(
      'session_expired',
      'This session is over, or is not yours.',
      'Open one with POST /v1/sessions and send its id as the header Signalbox-Session.',
    );
  }
}

/** What a look ends with: it is undone. */
class Seen {
  readonly result: unknown;

  constructor(result: unknown) {
    this.result = result;
  }
}

/** Somebody without a session: sees what all sessions see, and leaves nothing behind, not even what a look tidies up. */
export class Onlooker extends Standpoint {
  readonly #project: string;

  /** `directory` is where it stands, for whoever comes from a machine with a checkout. */
  constructor(world: World, project: string, directory = '') {
    super(world, directory, project);
    this.#project = project;
  }

  async transact<T>(work: (unit: Unit, me: Me) => Promise<T>): Promise<T> {
    try {
      return await this.world.store.transact(this.#project, async tx => {
        throw new Seen(await work(this.unit(tx), nobody(tx.now)));
      });
    } catch (thrown) {
      if (thrown instanceof Seen) return thrown.result as T;
      throw thrown;
    }
  }

  read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T> {
    return this.world.store.read(this.#project, tx => work(this.view(tx), nobody(tx.now)));
  }

  observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined> {
    return this.read(work);
  }

  later(): void {}

  watchQueue(): void {}

  async hints(): Promise<Hints> {
    return new Hints(this.world.clock, this.world.wakeups);
  }
}

/** A session that there is not. */
function nobody(now: number): Me {
  return {
    id: 'onlooker',
    kind: 'agent',
    handle: 'onlooker',
    ...{ client: null, clientVersion: null, clientSession: null, process: null, server: null, parent: null },
    ...{ host: '', root: '', anchor: '', branch: null, task: null, status: null, group: null, pastHandles: [] },
    ...{ reach: 'calls', startedAt: now, lastSeenAt: now, heartbeatAt: now, endedAt: null, endReason: null },
    ...{ pastConversations: [], arrivedBy: null, parentSession: null, taskFrom: null, restingSince: null },
    ...{ hookedAt: null, nudgedAt: null, guard: unguarded, personas: [], hub: null },
  };
}
