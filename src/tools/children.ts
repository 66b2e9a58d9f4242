/** The sub-agents of a session, as callers of their own. */
import { limits } from '../core/limits.ts';
import type { AgentFacts } from './agent-facts.ts';
import { forSession } from './unfinished.ts';
import { type Keeper, Visitor } from './visitor.ts';
import type { World } from './world.ts';

/** By the ids of their sessions; the one that was met first makes room. */
export class Children {
  readonly #known = new Map<string, Visitor>();
  readonly #make: (id: string) => Visitor;

  /** `parent` lives on when a call is over: it does later what they leave. */
  constructor(world: World, { directory, project }: Pick<AgentFacts, 'directory' | 'project'>, parent: Keeper) {
    this.#make = id =>
      new Visitor(world, directory, project, id, {
        watchQueue: () => parent.watchQueue(),
        later: work => parent.later(forSession(id, work)),
      });
  }

  async of(id: string): Promise<Visitor> {
    const known = this.#known.get(id);
    if (known) return known;
    const child = this.#make(id);
    this.#known.set(id, child);
    const [oldest] = this.#known;
    if (oldest && this.#known.size > limits.childrenPerSession) {
      this.#known.delete(oldest[0]);
      await oldest[1].leave();
    }
    return child;
  }

  async leave(): Promise<void> {
    for (const [id, child] of this.#known) {
      this.#known.delete(id);
      await child.leave();
    }
  }
}
