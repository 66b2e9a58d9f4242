/** A machine as a hub knows it once it has said who it is, and what its sessions work with. */
import type { Far } from '../../bridge/far.ts';
import type { Link } from '../../bridge/link.ts';
import type { Hello } from '../../bridge/questions.ts';
import { callersOf, type ServerFacts, standingElsewhere } from '../../clients/agents.ts';
import { sessionOfShell } from '../../compose.ts';
import type { Principal } from '../../core/account.ts';
import { mayUse } from '../../core/authority.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Wakeups } from '../../core/ports.ts';
import { processKey } from '../../core/process.ts';
import { isRealProject } from '../../core/project.ts';
import { touch } from '../../core/session.ts';
import type { HubLease } from '../../core/token-record.ts';
import type { Profile } from '../../profiles/define-profile.ts';
import type { CallTool } from '../../tools/call-tool.ts';
import type { Callers } from '../../tools/callers.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { openSession } from '../../tools/hub-session.ts';
import { narrowed } from '../../tools/hub-world.ts';
import { operations } from '../../tools/index.ts';
import { ownStore } from '../../tools/own-store.ts';
import { selectTools } from '../../tools/toolset.ts';
import { Visitor } from '../../tools/visitor.ts';
import type { World } from '../../tools/world.ts';
import type { Auditor } from '../http/calls.ts';
import type { Permission } from '../mcp/beside-tools.ts';
import type { Foreign } from '../mcp/serve.ts';
import { surroundingsOf } from './foreign.ts';
import type { Clues } from './forms.ts';
import { notedHooks, type Permit, permissionOf, permittedCalls } from './permitted.ts';

/** What the hub gives to every machine. */
export interface HubSide {
  readonly world: World;
  readonly audit: Auditor;
  /** Aborts when the hub stops. */
  readonly stopping: AbortSignal;
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
  /** What this machine offers to its models. */
  readonly tools: readonly ToolDefinition[];
  /** What is asked before anything is done, and where that is noted. */
  readonly permit: Permit;
  readonly permission: Permission;
  /** By which clients and commands call, and hooks. */
  readonly call: CallTool;
  readonly hookCall: CallTool;
  readonly link: Link;
  readonly stopping: AbortSignal;
  callers(client: { name: string; version: string } | undefined): Callers;
  /** A session of the machine that stands elsewhere than where its client works. */
  readonly standing: Foreign['standing'];
  /** The vocabulary of another system that its client speaks; null for our own. */
  readonly foreign: Foreign | null;
  /** Whoever is at a shell: the session that it belongs to, else the person whose token it is. */
  visitor(clues: Clues): Promise<Visitor>;
  /** The id of the session that a shell belongs to; null for a person's own. */
  shell(clues: Clues): Promise<string | null>;
  person(within: World, directory: string): Promise<Visitor>;
}

/** The project that a machine names; for a token that only reads what its folder says now, since nothing is to be remembered for it. */
export async function projectFor(
  { role }: Principal,
  { project, directory }: Hello,
  { worktrees }: Far,
): Promise<string | null> {
  return project ?? (role === 'read' ? (await worktrees.describe(directory)).project : null);
}

/** The project of a machine's folder at this moment; another remote may make it another one. Errors: `forbidden` for one that the token is not for. */
export async function placeOf({
  world,
  hello,
  principal,
}: Pick<Guest, 'world' | 'hello' | 'principal'>): Promise<string> {
  const { project } = await new Visitor(world, hello.directory, hello.project, null).place();
  if (isRealProject(project) && mayUse(principal, project)) return project;
  throw new SignalboxError(
    'forbidden',
    `The token "${principal.name}" is not for the project ${project}.`,
    'Ask an admin of your hub for a token that allows it.',
  );
}

/** Whoever comes back is told from who lives: which servers of the same client are dead has to be known before. */
export async function lookForDead(
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

/** Calls `joined` for everybody who is heard for from then on, as whoever joins is. */
function heardFor(wakeups: Wakeups, joined: () => void): Wakeups {
  return {
    listen: async (...given) => {
      const stop = await wakeups.listen(...given);
      joined();
      return stop;
    },
    attend: () => wakeups.attend(),
    wake: sessions => wakeups.wake(sessions),
    problem: () => wakeups.problem(),
    close: () => wakeups.close(),
  };
}

/** `profile` is the one that the machine names; null where its client speaks our own words. `joined` is told when a session may have joined. */
export function guestOf(
  { hello, far, principal }: Pick<Guest, 'hello' | 'far' | 'principal'>,
  { world: hub, audit, stopping }: HubSide,
  link: Link,
  profile: Profile | null = null,
  joined: () => void = () => undefined,
): Guest {
  const lease: HubLease = { principal: principal.id, leaseMs: limits.leaseWithoutHeartbeatMs };
  const world: World = {
    store: ownStore(narrowed(hub.store, principal, true), principal.id),
    clock: far.clock,
    ids: hub.ids,
    wakeups: heardFor(hub.wakeups, joined),
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
    guardPolicy: far.policy,
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
  const { directory } = hello;
  const standing: Guest['standing'] = (told, stand) => standingElsewhere(world, facts, told, stand);
  const foreign = profile &&
    hello.foreign && { profile, directory, surroundings: surroundingsOf(hello.foreign, directory), standing };
  const place = () => placeOf({ world, hello, principal });
  const permit = { principal, audit };
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
    ...{ hello, far, principal, lease, world, link, stopping, person, place, permit, standing, foreign },
    // In another vocabulary a tool of the same name is another one.
    tools: foreign ? [] : selectTools(hello.tools),
    call: permittedCalls(permit),
    permission: permissionOf(operations, permit),
    hookCall: notedHooks(permit),
    callers: client => callersOf(world, facts, client),
    shell,
    visitor: async clues => {
      const session = await shell(clues);
      const { directory, project } = hello;
      return session === null ? person(world, directory) : new Visitor(world, directory, project, session);
    },
  };
}
