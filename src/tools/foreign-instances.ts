/** The instances of a vocabulary in which a connection says once which one it is, and is that for all of its calls. */
import {
  type Instance,
  instancesOf,
  keepInstance,
  leaveInstance,
  type Numbering,
  type Standing,
  speaks,
  standingOf,
  takeInstance,
} from '../core/instance.ts';
import { update } from '../core/session.ts';
import type { Agent } from './agent.ts';
import type { Cast } from './cast.ts';
import type { Participant } from './participant.ts';
import type { World } from './world.ts';

export class ForeignInstances {
  readonly #world: World;
  readonly #cast: Cast;

  constructor(world: World, cast: Cast) {
    [this.#world, this.#cast] = [world, cast];
  }

  /** The instance that the connection is; null before it has signed on. */
  get current(): string | null {
    return this.#cast.instance;
  }

  /** The same, as far as no other session is it by now; see `caller`. */
  async present(numbering: Numbering): Promise<string | null> {
    const name = this.current;
    return name !== null && (await this.#standing(numbering, name)) !== 'lost' ? name : null;
  }

  /** The session of the connection, signed on or not; from then on it is known to be no native one. */
  async self(numbering: Numbering): Promise<Participant> {
    const agent = this.#cast.main;
    if (this.current === null) await agent.transact((unit, me) => speaks(unit, me, numbering));
    return agent;
  }

  /** All instances of the project, in order. */
  async all(numbering: Numbering): Promise<Instance[]> {
    const { store, processes } = this.#world;
    const { main } = this.#cast;
    const { project } = await main.place();
    return store.read(project, tx => instancesOf({ tx, processes }, numbering, ({ id }) => main.isNow(id)));
  }

  /** Makes the connection an instance, in place of the one that it was. Errors: those of `takeInstance`. */
  async signOn(numbering: Numbering, wanted: string | null): Promise<string> {
    const agent = this.#cast.main;
    this.#cast.instance = await agent.transact((unit, me) => takeInstance(unit, me, numbering, wanted));
    return this.#cast.instance;
  }

  /** Ends the connection's session as an instance; the name is available at once. Returns what it was, null for nothing. */
  async signOff(numbering: Numbering): Promise<string | null> {
    if (this.current === null) return null;
    const name = await this.present(numbering);
    const agent = this.#cast.main;
    await agent.transact(async (unit, me) => {
      const next = await leaveInstance(unit, me, numbering.issuer);
      await update(unit, next, { task: '' });
    });
    this.#cast.instance = null;
    await agent.depart('it signed off');
    return name;
  }

  /**
   * The connection's session, under the name of its instance, which is taken anew where nobody has it any more: another process had it,
   * or this session was away for too long. Null before it has signed on. Where another living session is that instance by now, and this
   * one did not choose to share it, the connection is none any more: `lost` is the name, told once.
   */
  async caller(numbering: Numbering): Promise<Agent | { readonly lost: string } | null> {
    const name = this.current;
    if (name === null) return null;
    const agent = this.#cast.main;
    const standing = await agent.read((view, me) => standingOf(view, numbering, name, ({ id }) => id === me.id));
    if (standing === 'held') return agent;
    const isIt = await agent.transact((unit, me) => keepInstance(unit, me, numbering, name));
    if (isIt) return agent;
    this.#cast.instance = null;
    return { lost: name };
  }

  async #standing(numbering: Numbering, name: string): Promise<Standing> {
    const { main } = this.#cast;
    const { project } = await main.place();
    const { store, processes } = this.#world;
    return store.read(project, tx => standingOf({ tx, processes }, numbering, name, ({ id }) => main.isNow(id)));
  }
}
