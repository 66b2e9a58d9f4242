/** How the sessions of one server process are made for its client. */
import type { ProcessIdentity } from '../core/process.ts';
import type { HubLease } from '../core/token-record.ts';
import { Agent } from '../tools/agent.ts';
import { Callers } from '../tools/callers.ts';
import type { Stand } from '../tools/cast.ts';
import { withoutCheckout } from '../tools/place.ts';
import { Watcher } from '../tools/watcher.ts';
import type { World } from '../tools/world.ts';
import { traitsOf } from './index.ts';

/** What is known of the process and its client beside what that says of itself. */
export interface ServerFacts {
  readonly self: ProcessIdentity;
  readonly parent: ProcessIdentity | null;
  readonly directory: string;
  readonly project: string | null;
  readonly handle: string | null;
  /** The conversation that its environment names. */
  readonly conversation: string | null;
  readonly reach: 'channel' | 'calls';
  /** Whose the sessions are, for those that come by a hub. */
  readonly hub: HubLease | null;
  /** Whether nobody joins, because the token only reads. */
  readonly isLook?: boolean;
}

/** What a client says of itself. */
interface Told {
  readonly name: string;
  readonly version: string;
}

/** The sessions that a server process has for its client. */
export function callersOf(world: World, facts: ServerFacts, told: Told | undefined): Callers {
  const { traits, make } = agents(world, facts, told);
  const { directory, project } = facts;
  return new Callers(world.clock, traits, (conversation, lease) => make(conversation, lease, { directory, project }));
}

/** A session of it that stands elsewhere than where its client works, and is not the client's own: no conversation and no shell of it is this session's. */
export function standingElsewhere(world: World, facts: ServerFacts, told: Told | undefined, stand: Stand): Agent {
  const { isGuest = false, before, ...where } = stand;
  const { about } = agents(world, facts, told);
  const further = {
    ...about,
    ...where,
    handle: null,
    clientSession: null,
    process: facts.self,
    server: null,
    parent: null,
    isFurther: true,
  };
  return new Agent(isGuest ? withoutCheckout(world) : world, { ...further, reach: 'calls' }, before);
}

function agents(world: World, facts: ServerFacts, told: Told | undefined) {
  const { self, parent, handle, conversation: named, reach, hub, isLook = false } = facts;
  const Kind = isLook ? Watcher : Agent;
  const traits = traitsOf(told?.name);
  // What stands there for a client that tells its servers nothing was left by another one, from whose shell it was started.
  const firstConversation = traits.environment === 'nothing' ? null : named;
  const isSuccessive = traits.servers === 'of conversations';
  const about = {
    client: traits.name.slice(0, 60) || null,
    clientVersion: told?.version.slice(0, 40) || null,
    host: self.host,
    hub,
  };
  const make = (conversation: string | null | undefined, lease: 'server' | 'client', stand: Stand) =>
    new Kind(world, {
      ...about,
      handle,
      clientSession: conversation === undefined ? firstConversation : conversation,
      // Where a client kills the server with the conversation, the session has to outlive it.
      process: (lease === 'client' || isSuccessive) && parent ? parent : self,
      server: isSuccessive && parent ? self : null,
      parent,
      reach,
      ...stand,
      isOnlyConversation: traits.conversations === 'one',
      isSuccessive,
    });
  return { traits, make, about };
}
