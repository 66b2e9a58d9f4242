/** Whose a session of opencode is: sub-agents have sessions of their own below the one that the user talks to. */

/** What opencode tells of a session. */
export interface SessionFacts {
  readonly id: string;
  readonly parentID?: string | undefined;
  readonly title?: string;
  readonly agent?: string;
}

export interface Owner {
  readonly conversation: string;
  /** The sub-agent's own session, where it is one. */
  readonly agent?: string;
  readonly agentType?: string;
}

/** Deeper than any sub-agents go; a circle ends there. */
const levels = 20;

export class Conversations {
  readonly #known = new Map<string, SessionFacts>();
  readonly #find: (id: string) => Promise<SessionFacts | undefined>;

  /** `find` asks opencode for a session that no event has told of, such as one of an earlier run. */
  constructor(find: (id: string) => Promise<SessionFacts | undefined>) {
    this.#find = find;
  }

  learn(facts: SessionFacts): void {
    this.#known.set(facts.id, { ...this.#known.get(facts.id), ...facts });
  }

  forget(id: string): void {
    this.#known.delete(id);
  }

  async ownerOf(id: string): Promise<Owner> {
    const own = await this.#facts(id);
    let root = own;
    for (let level = 0; root.parentID && level < levels; level += 1) root = await this.#facts(root.parentID);
    if (root === own) return { conversation: id };
    return { conversation: root.id, agent: id, ...(own.agent ? { agentType: own.agent } : {}) };
  }

  async #facts(id: string): Promise<SessionFacts> {
    const known = this.#known.get(id);
    if (known) return known;
    const found = (await this.#find(id).catch(() => undefined)) ?? { id };
    this.learn({ id, parentID: found.parentID, ...(found.agent ? { agent: found.agent } : {}) });
    return found;
  }
}
