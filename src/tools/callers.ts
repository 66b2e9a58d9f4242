/**
 * Who calls: which session, or which of its sub-agents, an event or a call of the client belongs to. A server process belongs to
 * one process of a client; that may have one conversation at a time or several.
 */
import type { ConversationStart } from '../core/attach.ts';
import { endChild, type SubAgent } from '../core/child.ts';
import { childrenOf } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import type { Clock } from '../core/ports.ts';
import type { SessionRecord } from '../core/records.ts';
import { end, isUnserved } from '../core/session.ts';
import type { Agent } from './agent.ts';
import type { Participant } from './participant.ts';
import { idOf, quietly } from './quietly.ts';
import { hasLeft } from './session-over.ts';

/** What a client's way of running says about whose a call is. */
export interface ClientTraits {
  /** The name by which sessions of this client are known (`claude-code`). */
  readonly name: string;
  /** Whether one process of the client has one conversation at a time, or several, which then share servers or not. */
  readonly conversations: 'one' | 'many';
  /** What the environment of a server says of its conversation: nothing, the first one of several, or the one it is for. */
  readonly environment: 'nothing' | 'first' | 'own';
  /**
   * What a server is for where a client's process runs several conversations: one of them, one thread of one (a sub-agent has a
   * thread of its own), or whatever goes on in its folder. Default: whatever the process runs.
   */
  readonly servers?: 'of conversations' | 'of threads' | 'of folders';
}

/** What a hook's event says about whose it is. */
export interface EventOwner {
  readonly conversation: string | null;
  readonly agent: SubAgent | null;
  readonly start: ConversationStart;
  /** The call of one of our tools that it announces. */
  readonly call: AnnouncedCall | null;
}

export interface AnnouncedCall {
  /** The client's id of the call, where it has one. */
  readonly id: string | null;
  readonly tool: string;
  readonly input: unknown;
}

/** What a call of a tool says about whose it is. */
export interface CallOwner {
  readonly id: string | null;
  readonly tool: string;
  readonly input: unknown;
  /** The conversation and sub-agent, where the client tells them with each call. */
  readonly conversation: string | null;
  readonly agent: SubAgent | null;
}

/** Makes a session's participant; `server`: its lease is this process, `client`: the client's. */
export type MakeAgent = (conversation: string | null | undefined, lease: 'server' | 'client') => Agent;

interface Expected extends AnnouncedCall {
  readonly conversation: string | null;
  readonly agent: SubAgent | null;
  readonly at: number;
}

export interface CallerOfEvent {
  readonly caller: Participant;
  readonly twin: SessionRecord | null;
}

export class Callers {
  readonly #clock: Clock;
  readonly #make: MakeAgent;
  readonly traits: ClientTraits;
  readonly #main: Agent;
  readonly #others = new Map<string, Agent>();
  /** Sub-agents whose own thread this server is for, by their ids. */
  readonly #guests = new Map<string, { readonly host: Agent; readonly subAgent: SubAgent }>();
  #expected: Expected[] = [];
  /** The conversations of which calls have proved that this very server serves them. */
  readonly #proven = new Set<string>();
  /** Whose sub-agents are: those of sub-agents are told as if their parent were a conversation. */
  readonly #lineage = new Map<string, { readonly conversation: string; readonly agent: SubAgent }>();
  #attaching: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(clock: Clock, traits: ClientTraits, make: MakeAgent) {
    this.#clock = clock;
    this.traits = traits;
    this.#make = make;
    this.#main = make(undefined, 'server');
  }

  /** Whoever uses the connection, where a request says no more. */
  get main(): Agent {
    if (!this.#isOfOne) return this.#main;
    const [guest] = this.#guests.values();
    const proven = [...this.#proven].map(conversation => this.#others.get(conversation)).findLast(Boolean);
    return proven ?? guest?.host ?? this.#main;
  }

  /** Whether a conversation was met here before. */
  knows(conversation: string | null): boolean {
    return conversation === null || this.#agentOf(conversation) !== undefined || this.#proven.has(conversation);
  }

  /** The living sessions of this process that have joined. */
  get present(): Agent[] {
    return [this.#main, ...this.#others.values()].filter(agent => agent.isHere);
  }

  /**
   * The caller of an event, joined or moved on to the event's conversation. Undefined when the event is another server's: then
   * that one is to be asked.
   */
  async ofEvent(told: EventOwner): Promise<CallerOfEvent | undefined> {
    const owner = this.#rooted(told);
    if (!this.#isMine(owner.conversation)) return undefined;
    const { agent, twin } = await this.#attached(owner);
    this.#expect(owner);
    return { caller: owner.agent === null ? agent : await agent.child(owner.agent), twin };
  }

  /**
   * Ends the session of a conversation that is over, unless it goes on in another one by now. False when the conversation is not
   * known here: another server may know it.
   */
  async end(conversation: string | null, reason: string): Promise<boolean> {
    const agent = this.#agentOf(conversation);
    const isOnly = this.traits.conversations === 'one';
    if (!agent?.isHere) return isOnly;
    const isCurrent = conversation === null || agent.conversation === null || agent.conversation === conversation;
    if (isCurrent) await agent.depart(reason);
    if (conversation !== null) this.#others.delete(conversation);
    return true;
  }

  /** The caller of a tool. */
  async ofCall(told: CallOwner): Promise<Participant> {
    const owner = this.#rooted(told);
    const announced = this.#announced(owner);
    const conversation = owner.conversation ?? announced?.conversation ?? null;
    const subAgent = owner.agent ?? announced?.agent ?? null;
    const isOfOne = this.#isOfOne && owner.conversation !== null;
    const agent = await this.#inTurn(() =>
      isOfOne
        ? this.#agentOfOne(owner.conversation as string, subAgent)
        : this.#agentOfCall(conversation, owner.conversation !== null),
    );
    return subAgent === null ? agent : agent.child(subAgent);
  }

  async leave(reason: string): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#guests.values()].map(guest => this.#dismiss(guest).catch(() => undefined)));
    await Promise.all([this.#main, ...this.#others.values()].map(agent => agent.leave(reason)));
  }

  /** Leaves all of them as they are: their machine cannot be heard any more, and may come back. */
  async abandon(): Promise<void> {
    this.#isOver = true;
    await Promise.all([this.#main, ...this.#others.values()].map(agent => agent.abandon()));
  }

  /** Takes the sessions of these conversations up again, null for the one without, as they were before a connection broke. */
  async resume(conversations: readonly (string | null)[]): Promise<void> {
    for (const conversation of conversations) {
      if (conversation === null) await this.#main.session();
      else await this.#attached({ conversation, agent: null, start: null, call: null });
    }
  }

  #isMine(conversation: string | null): boolean {
    if (this.traits.conversations === 'one' || conversation === null) return true;
    if (this.#agentOf(conversation) !== undefined || this.#proven.has(conversation)) return true;
    if (this.traits.environment === 'own') return this.#main.conversation === null;
    // A server that serves two conversations serves them all.
    return this.#proven.size === 0 || (this.#proven.size > 1 && !this.#isOfOne);
  }

  /** Whether another conversation of the process has another server. */
  get #isOfOne(): boolean {
    return this.traits.servers === 'of conversations' || this.traits.servers === 'of threads';
  }

  /** A sub-agent of a sub-agent acts as the one below the conversation: it works for that one, on its locks. */
  #rooted<T extends { readonly conversation: string | null; readonly agent: SubAgent | null }>(told: T): T {
    const above = told.conversation === null ? undefined : this.#lineage.get(told.conversation);
    const owner = above ? { ...told, ...above } : told;
    if (told.agent === null || owner.conversation === null || owner.agent === null) return owner;
    this.#lineage.delete(told.agent.id);
    this.#lineage.set(told.agent.id, { conversation: owner.conversation, agent: owner.agent });
    const [oldest] = this.#lineage.keys();
    if (this.#lineage.size > limits.subAgentsRemembered && oldest !== undefined) this.#lineage.delete(oldest);
    return owner;
  }

  #agentOf(conversation: string | null): Agent | undefined {
    if (this.traits.conversations === 'one' || conversation === null) return this.#main;
    return this.#main.conversation === conversation ? this.#main : this.#others.get(conversation);
  }

  async #attached({ conversation, start }: EventOwner): Promise<{ agent: Agent; twin: SessionRecord | null }> {
    return this.#inTurn(async () => {
      const agent = this.#agentOf(conversation) ?? (await this.#minded(conversation as string));
      const isKnown = agent.isHere && start === null && (conversation === null || agent.conversation === conversation);
      if (isKnown) return { agent, twin: null };
      const { twin } = await agent.attach(conversation, start);
      return { agent, twin: start === null ? null : twin };
    });
  }

  /** Sees to a session of its client's process of which nobody knows which server it has. */
  async #minded(conversation: string): Promise<Agent> {
    await this.#forgetEnded();
    // Nobody would end what begins behind the end.
    if (this.#isOver) throw hasLeft();
    const agent = this.#make(conversation, 'client');
    this.#others.set(conversation, agent);
    return agent;
  }

  /** A process that serves many terminals for days must not see to every conversation there ever was. */
  async #forgetEnded(): Promise<void> {
    for (const [conversation, agent] of this.#others) {
      const lives = agent.isHere && (await agent.observe(async () => true).catch(() => true));
      if (lives) continue;
      this.#others.delete(conversation);
      await agent.leave('its conversation is over');
    }
  }

  /**
   * The session of a call in a client whose conversations or threads have servers of their own. A living session of the
   * conversation is shared, whichever server it has; the server of a sub-agent's thread never takes its lease over.
   */
  async #agentOfOne(conversation: string, subAgent: SubAgent | null): Promise<Agent> {
    // It was used before anything told whose it is.
    if (this.#main.isHere && this.#main.conversation === null) await this.#main.depart('its conversation was told');
    const agent = this.#agentOf(conversation) ?? (await this.#minded(conversation));
    if (!agent.isHere) await agent.attach(conversation, null);
    if (subAgent !== null && this.traits.servers === 'of threads') {
      this.#guests.set(subAgent.id, { host: agent, subAgent });
      return agent;
    }
    this.#proven.add(conversation);
    await agent.serve();
    return agent;
  }

  /**
   * Ends a sub-agent whose thread, and with it this server, is over; no hook may tell that. A session of which nothing else was ever
   * heard ends with the last of them: nobody would know when it is over.
   */
  async #dismiss({ host, subAgent }: { host: Agent; subAgent: SubAgent }): Promise<void> {
    const id = await idOf(host);
    if (id === undefined) return;
    await quietly(host, id, async (unit, me) => {
      await endChild(unit, me, subAgent);
      if (me.hookedAt !== null || !isUnserved(me)) return;
      if ((await childrenOf(unit.tx, me.id)).length === 0) await end(unit, me.id, 'its sub-agents are done');
    });
  }

  async #agentOfCall(conversation: string | null, isTold: boolean): Promise<Agent> {
    if (conversation === null || this.traits.conversations === 'one') {
      if (conversation !== null && this.#main.conversation !== conversation)
        await this.#main.attach(conversation, null);
      return this.#main;
    }
    const known = this.#agentOf(conversation);
    if (isTold) this.#proven.add(conversation);
    if (known === undefined && !this.#main.isHere) {
      await this.#main.attach(conversation, null);
      return this.#main;
    }
    const agent = known ?? (await this.#minded(conversation));
    if (!agent.isHere) await agent.attach(conversation, null);
    if (isTold) await agent.serve();
    return agent;
  }

  /** Attaching one after the other: two events at once must not join twice. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#attaching.then(work, work);
    this.#attaching = next.catch(() => undefined);
    return next;
  }

  #expect({ call, conversation, agent }: EventOwner): void {
    if (call === null) return;
    const now = this.#clock.elapsed();
    const fresh = this.#expected.filter(({ at }) => now - at < limits.expectedCallMs);
    this.#expected = [...fresh, { ...call, conversation, agent, at: now }].slice(-limits.expectedCalls);
  }

  /** The announcement of a call: by the client's id of it, else by what is called. Each is good for one call. */
  #announced({ id, tool, input }: CallOwner): Expected | undefined {
    const text = canonical(input);
    const matches = (expected: Expected) =>
      id !== null && expected.id !== null
        ? expected.id === id
        : expected.tool.endsWith(tool) && canonical(expected.input) === text;
    const at = this.#expected.findIndex(matches);
    return at < 0 ? undefined : this.#expected.splice(at, 1)[0];
  }
}

/** JSON with sorted keys: the same for the same arguments, in whatever order they come. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
