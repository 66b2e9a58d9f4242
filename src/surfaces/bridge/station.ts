/**
 * A hub's end of a connection with a machine: the sessions of that machine live here as long as it can be heard, by the same code that serves
 * them where the store is at hand. What only the machine can tell is asked over the same connection.
 */
import { Far } from '../../bridge/far.ts';
import { type Channel, Link, type Wire } from '../../bridge/link.ts';
import { type Hello, hello as helloForm, moment as momentForm } from '../../bridge/questions.ts';
import { callersOf, type ServerFacts, standingElsewhere } from '../../clients/agents.ts';
import { sessionOfShell } from '../../compose.ts';
import type { Principal } from '../../core/account.ts';
import { mayUse } from '../../core/authority.ts';
import { SignalboxError, toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { processKey } from '../../core/process.ts';
import { isRealProject } from '../../core/project.ts';
import { touch } from '../../core/session.ts';
import type { HubLease } from '../../core/token-record.ts';
import type { Callers } from '../../tools/callers.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { openSession } from '../../tools/hub-session.ts';
import { narrowed } from '../../tools/hub-world.ts';
import { operations } from '../../tools/index.ts';
import { ownStore } from '../../tools/own-store.ts';
import { selectTools } from '../../tools/toolset.ts';
import { Visitor } from '../../tools/visitor.ts';
import type { World } from '../../tools/world.ts';
import { version } from '../../version.ts';
import type { Auditor } from '../http/calls.ts';
import { answerCommand, answerStatus } from './command.ts';
import { answerDirectHook, answerGitHook, relayHook } from './hooks.ts';
import { permitted } from './permitted.ts';
import { type Connected, connectMcp } from './talk.ts';

export interface StationParts {
  readonly world: World;
  readonly audit: Auditor;
  /** Whose the connection is now; asked before everything that is done. Errors: those of a token that is not taken, or was used too often. */
  principal(): Promise<Principal>;
  /** Aborts when the hub stops. */
  readonly stopping: AbortSignal;
  log(message: string, details: Record<string, unknown>): void;
}

/** Everything that is known of a machine once it has said who it is. */
export interface Guest {
  readonly hello: Hello;
  /** The project of its folder at this moment. */
  place(): Promise<string>;
  readonly principal: Principal;
  readonly lease: HubLease;
  readonly far: Far;
  readonly world: World;
  readonly facts: ServerFacts;
  /** What this machine may use, as its models are offered it, and all that there is. */
  readonly tools: readonly ToolDefinition[];
  readonly operations: readonly ToolDefinition[];
  readonly link: Link;
  readonly stopping: AbortSignal;
  callers(client: { name: string; version: string } | undefined): Callers;
  standing: (
    ...about: Parameters<typeof standingElsewhere> extends [unknown, unknown, ...infer Rest] ? Rest : never
  ) => ReturnType<typeof standingElsewhere>;
  /** Whoever is at a shell: the session that it belongs to, else the person whose token it is. */
  visitor(clues: Clues): Promise<Visitor>;
  /** The id of the session that a shell belongs to; null for a person's own. */
  shell(clues: Clues): Promise<string | null>;
  person(within: World, directory: string): Promise<Visitor>;
}

export interface Clues {
  readonly session: string | null;
  readonly conversation: string | null;
  readonly pid: number | null;
  readonly isMarked: boolean;
  /** The processes above the command, the nearest first. */
  readonly ancestors: readonly number[];
}

type Action = (guest: Guest, value: Readonly<Record<string, unknown>>, channel: Channel) => Promise<void> | void;

/** Takes a connection. What is not understood ends it. */
export class Station {
  readonly #parts: StationParts;
  readonly #link: Link;
  #guest: Guest | undefined;
  #talk: Connected | undefined;
  #known = new Set<string>();
  #underWay = 0;

  constructor(wire: Wire, parts: StationParts) {
    this.#parts = parts;
    this.#link = new Link(wire, 'second', (what, value, channel) => void this.#take(what, value, channel));
    this.#watch();
    this.#link.signal.addEventListener('abort', () => this.#talk?.close('cut off'), { once: true });
    parts.stopping.addEventListener('abort', () => void this.#move(), { once: true });
  }

  /** Calls `over` when the connection has ended. */
  closed(over: () => void): void {
    if (this.#link.signal.aborted) over();
    else this.#link.signal.addEventListener('abort', over, { once: true });
  }

  /** Whoever says nothing for so long is gone, whatever the network says. */
  #watch(): void {
    let [heard, quiet] = [-1, 0];
    const stop = this.#parts.world.clock.every(limits.bridgeBeatMs / 2, () => {
      quiet = heard === this.#link.heard ? quiet + limits.bridgeBeatMs / 2 : 0;
      heard = this.#link.heard;
      if (quiet >= limits.bridgeSilentMs) this.#link.close('silent');
    });
    this.#link.signal.addEventListener('abort', stop, { once: true });
  }

  /** The hub stops: what is under way is answered, and nothing else is taken. */
  async #move(): Promise<void> {
    const { clock } = this.#parts.world;
    const until = clock.elapsed() + limits.hubDrainMs / 2;
    this.#talk?.hold();
    while (this.#underWay > 0 && clock.elapsed() < until && !this.#link.signal.aborted)
      await clock.sleep(limits.hubDrainLookMs);
    this.#link.close('the hub stops');
  }

  async #take(what: string, value: unknown, channel: Channel): Promise<void> {
    this.#underWay += 1;
    try {
      const principal = await this.#parts.principal();
      const said = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
      if (what === 'hello') return await this.#greet(principal, said, channel);
      const guest = this.#guest;
      if (guest === undefined) return this.#link.close('say hello first');
      this.#note(guest, said.moment);
      const action = this.#actions[what];
      if (action === undefined) throw new SignalboxError('not_found', 'This hub knows no such request.', 'Update it.');
      await action(guest, said, channel);
      await this.#meet(guest);
    } catch (error) {
      const { code, message, next } = toSignalboxError(error);
      if (code === 'internal') this.#parts.log('bridge', { what, cause: String((error as Error)?.stack ?? error) });
      channel.say({ error: { code, message, next } });
      channel.end();
      if (code === 'unauthenticated') this.#link.close('unauthenticated');
    } finally {
      this.#underWay -= 1;
    }
  }

  readonly #actions: Readonly<Record<string, Action>> = {
    talk: (guest, said, channel) => {
      this.#talk = connectMcp(guest, said, channel, {
        permit: async about => {
          this.#note(guest, about);
          await this.#parts.principal();
        },
        busy: by => {
          this.#underWay += by;
        },
        met: () => this.#meet(guest),
      });
    },
    beat: async (_guest, _said, channel) => {
      const alive = await Promise.all((this.#talk?.present() ?? []).map(agent => agent.renew()));
      channel.say({ isTaken: alive.every(Boolean) });
      channel.end();
    },
    hook: (guest, said, channel) => relayHook(this.#talk?.hooks, guest, said, channel),
    'direct-hook': answerDirectHook,
    'git-hook': answerGitHook,
    call: answerCommand,
    status: answerStatus,
    bye: async (guest, said, channel) => {
      guest.far.isClientAlive = said.isClientAlive === true;
      await this.#talk?.close('left');
      channel.say({});
      channel.end();
    },
  };

  #note(guest: Guest, told: unknown): void {
    const parsed = momentForm.safeParse(told);
    if (parsed.success) guest.far.note(parsed.data);
  }

  /** Notes the sessions that have joined by what was done. */
  async #meet(guest: Guest): Promise<void> {
    for (const agent of this.#talk?.present() ?? []) {
      const id = await agent.session().catch(() => undefined);
      if (id === undefined || this.#known.has(id)) continue;
      this.#known.add(id);
      const { name: principal } = guest.principal;
      const { project } = await agent.place();
      const about = { action: 'session', what: 'open', principal, subject: null, project } as const;
      await this.#parts.audit.note({ ...about, session: id, digest: null, decision: 'done', code: null, ms: null });
    }
  }

  async #greet(principal: Principal, said: unknown, channel: Channel): Promise<void> {
    if (this.#guest !== undefined) return this.#link.close('said hello twice');
    const parsed = helloForm.safeParse(said);
    if (!parsed.success) {
      throw new SignalboxError(
        'invalid_input',
        'The hub does not understand this version.',
        'Update both to one version.',
      );
    }
    const far = new Far(this.#link, this.#parts.world.clock, parsed.data.guard, principal.id);
    const { self, parent } = parsed.data;
    far.note(parsed.data.moment);
    const hello = {
      ...parsed.data,
      self: far.owned(self),
      parent: parent && far.owned(parent),
      project: await projectFor(principal, parsed.data, far),
    };
    const guest = guestOf({ hello, far, principal }, this.#parts, this.#link);
    const project = await placeOf(guest);
    await lookForDead(guest, project);
    this.#guest = guest;
    channel.say({ version, name: principal.name, role: principal.role, project });
  }
}

/** The project that a machine names; for a token that only reads what its folder says now, since nothing is to be remembered for it. */
async function projectFor(
  { role }: Principal,
  { project, directory }: Hello,
  { worktrees }: Far,
): Promise<string | null> {
  return project ?? (role === 'read' ? (await worktrees.describe(directory)).project : null);
}

/** The project of a machine's folder at this moment; another remote may make it another one. Errors: `forbidden` for one that the token is not for. */
async function placeOf({ world, hello, principal }: Pick<Guest, 'world' | 'hello' | 'principal'>): Promise<string> {
  const { project } = await new Visitor(world, hello.directory, hello.project, null).place();
  if (isRealProject(project) && mayUse(principal, project)) return project;
  throw new SignalboxError(
    'forbidden',
    `The token "${principal.name}" is not for the project ${project}.`,
    'Ask an admin of your hub for a token that allows it.',
  );
}

/** Whoever comes back is told from who lives: which servers of the same client are dead has to be known before. */
async function lookForDead(
  { world, hello, far }: Pick<Guest, 'world' | 'hello' | 'far'>,
  project: string,
): Promise<void> {
  const { parent } = hello;
  if (parent === null) return;
  const page = { limit: limits.sessionsOfProcess };
  const same = await world.store.read(project, tx =>
    tx.list('session', 'parent', { equals: processKey(parent) }, page),
  );
  const open = same.filter(session => session.endedAt === null);
  await far.lookFor(open.flatMap(({ process, server }) => [process, server].filter(each => each !== null)));
}

function guestOf(
  { hello, far, principal }: Pick<Guest, 'hello' | 'far' | 'principal'>,
  { world: hub, audit, stopping }: StationParts,
  link: Link,
): Guest {
  const lease: HubLease = { principal: principal.id, leaseMs: limits.leaseWithoutHeartbeatMs };
  const world: World = {
    store: ownStore(narrowed(hub.store, principal, true), principal.id),
    clock: far.clock,
    ids: hub.ids,
    wakeups: hub.wakeups,
    log: hub.log,
    processes: far.processes(hello, hub.processes),
    worktrees: far.worktrees,
    git: far.git,
    stage: far.stage,
    probes: far.probes,
    home: hello.home,
    policy: {
      pools: hello.pools,
      get guard() {
        return far.guard;
      },
      messagesKeptDays: hub.policy.messagesKeptDays,
    },
    principal: principal.id,
  };
  const facts: ServerFacts = {
    self: hello.self,
    parent: hello.parent,
    directory: hello.directory,
    project: hello.project,
    handle: hello.handle,
    conversation: hello.conversation,
    reach: hello.reach,
    hub: lease,
    isLook: principal.role === 'read',
  };
  const place = () => placeOf({ world, hello, principal });
  const about = { principal, audit };
  const person = async (within: World, directory: string) => {
    const arrival = { conversation: 'person', handle: principal.name, client: null, task: null, branch: null };
    const project = await place();
    const { id } = await openSession(within, project, principal.id, arrival);
    const overrules = principal.role === 'admin';
    const visitor = new Visitor({ ...within, overrules }, directory, project, id);
    await visitor.transact((unit, me) => touch(unit, me, me.branch));
    return visitor;
  };
  const shell = (clues: Clues) =>
    sessionOfShell(world, hello.directory, hello.project, { ...clues, directory: null }, () => clues.ancestors);
  return {
    ...{ hello, far, principal, lease, world, facts, link, stopping, person, place },
    tools: permitted(selectTools(hello.tools), about),
    operations: permitted(operations, about),
    callers: client => callersOf(world, facts, client),
    standing: (client, stand) => standingElsewhere(world, facts, client, stand),
    shell,
    visitor: async clues => {
      const session = await shell(clues);
      const { directory, project } = hello;
      return session === null ? person(world, directory) : new Visitor(world, directory, project, session);
    },
  };
}
