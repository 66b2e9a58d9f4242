/** The caller of a connection whose token only reads: it sees what sessions see, is none, and leaves nothing behind. */
import type { Attached } from '../core/attach.ts';
import { SignalboxError } from '../core/errors.ts';
import type { Unit, View } from '../core/unit.ts';
import { Agent } from './agent.ts';
import type { AgentFacts } from './agent-facts.ts';
import type { Hints } from './hints.ts';
import { Onlooker } from './hub-caller.ts';
import type { Me } from './participant.ts';
import type { Visitor } from './visitor.ts';
import type { World } from './world.ts';

export class Watcher extends Agent {
  readonly #looks: Promise<Onlooker>;

  constructor(world: World, facts: AgentFacts) {
    super(world, facts);
    this.#looks = this.place().then(({ project }) => new Onlooker(world, project));
    this.#looks.catch(() => undefined);
  }

  /** Nobody joins: whoever asks for the session is told so. */
  override async session(): Promise<string> {
    throw new SignalboxError(
      'forbidden',
      'A token that only reads has no session.',
      'Ask an admin of your hub for a token with the role write.',
    );
  }

  override async transact<T>(work: (unit: Unit, me: Me) => Promise<T>): Promise<T> {
    return (await this.#looks).transact(work);
  }

  override async read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T> {
    return (await this.#looks).read(work);
  }

  override async observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined> {
    return (await this.#looks).observe(work);
  }

  override async hints(): Promise<Hints> {
    return (await this.#looks).hints();
  }

  override async attach(): Promise<Attached> {
    return (await this.session()) as never;
  }

  override async child(): Promise<Visitor> {
    return (await this.session()) as never;
  }

  override async serve(): Promise<void> {}

  override async depart(): Promise<void> {}
}
