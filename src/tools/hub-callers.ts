/** The sessions as which one request to a hub speaks, in one project or several, and what becomes of them while and after it. */
import type { Principal } from '../core/account.ts';
import { HubCaller } from './hub-caller.ts';
import { openSession } from './hub-session.ts';
import { hubWorld } from './hub-world.ts';
import type { World } from './world.ts';

export class HubCallers {
  readonly #world: World;
  readonly #principal: Principal;
  readonly #all: HubCaller[] = [];

  constructor(world: World, principal: Principal) {
    [this.#world, this.#principal] = [world, principal];
  }

  /** The session of a conversation in a project, joined if need be. Errors: `forbidden`, and those of joining. */
  async open(
    project: string,
    conversation: string,
    client: string | null,
    spoken: (session: string) => void = () => undefined,
  ): Promise<HubCaller> {
    const own = hubWorld(this.#world, this.#principal, project);
    const arrival = { conversation, client, handle: null, task: null, branch: null };
    const { id } = await openSession(own, project, this.#principal.id, arrival);
    spoken(id);
    const caller = new HubCaller(own, project, id, this.#principal.id);
    this.#all.push(caller);
    return caller;
  }

  /** Shows that they are still here, while the request waits. */
  async stay(): Promise<void> {
    for (const caller of this.#all) await caller.transact(async () => undefined);
  }

  /** Stops listening. */
  async leave(): Promise<void> {
    await Promise.all(this.#all.map(caller => caller.leave()));
  }
}
