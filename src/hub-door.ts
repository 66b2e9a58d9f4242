/** How a process reaches the hub that its store is behind, and what it says of itself there. */
import { awayStore, noWakeups, type Trouble } from './bridge/away-store.ts';
import type { Wire } from './bridge/link.ts';
import type { Hello } from './bridge/questions.ts';
import type { ServerFacts } from './clients/agents.ts';
import type { ClientEnvironment } from './clients/environment.ts';
import { hubAddresses } from './core/hub-address.ts';
import { limits } from './core/limits.ts';
import type { Processes, ProcessIdentity } from './core/ports.ts';
import { ancestorsOf } from './system/ancestors.ts';
import { hubToken, type TokenSources } from './system/hub-token.ts';
import type { World } from './tools/world.ts';
import { version } from './version.ts';

/** How a hub is reached, and what a machine says of itself there. */
export interface HubDoor {
  /** Replicas of one another. */
  readonly addresses: readonly string[];
  /** Opens a connection within `ms`, with the token that was taken last, or as it is now where that is taken no more. Errors: `unauthenticated` without one; what `dial` rejects with. */
  dial(address: string, ms: number): Promise<Wire>;
  /** Says why nothing can be done here at the moment. */
  explain(why: () => Trouble): void;
  hello(resumes: readonly (string | null)[], foreign?: Hello['foreign']): Omit<Hello, 'moment'>;
  /** What is known of the session in whose shell a command runs. */
  readonly clues: {
    readonly session: string | null;
    readonly conversation: string | null;
    readonly pid: number | null;
    readonly isMarked: boolean;
    readonly ancestors: readonly number[];
  };
  /** The processes that tell it. */
  identities(): Identities;
}

type Identities = [number, ProcessIdentity][];

type Door = Pick<HubDoor, 'addresses' | 'dial' | 'explain'>;

/** The door with everything that is said there. */
export function openDoor(
  door: Door,
  { policy, home = null }: World,
  processes: Processes,
  client: ClientEnvironment,
  facts: ServerFacts,
  { serves, tools }: { readonly serves: 'session' | 'command'; readonly tools: string },
): HubDoor {
  const { self, parent, directory, project, handle, conversation, reach } = facts;
  const { session, pid, isMarked } = client;
  const above = () => (isMarked ? ancestorsOf(process.ppid, limits.ancestorsExamined) : []);
  return {
    ...door,
    hello: (resumes, foreign = null) => ({
      ...{ protocol: 1, version, purpose: serves, directory, home, project },
      ...{ self, parent, handle, conversation, reach, tools },
      guard: policy.guard,
      pools: policy.pools,
      resumes: [...resumes],
      foreign,
    }),
    clues: { session, conversation: client.conversation, pid, isMarked, ancestors: above() },
    identities: () => identitiesOf(processes, [...(pid === null ? [] : [pid]), ...above()]),
  };
}

/** Processes as a hub is told them: those that are there, by their ids. */
export function identitiesOf(processes: Pick<Processes, 'identify'>, pids: readonly number[]): Identities {
  return pids.flatMap(pid => {
    const identity = processes.identify(pid);
    return identity ? [[pid, identity] as [number, ProcessIdentity]] : [];
  });
}

/** How a hub is reached, for those who call it. */
export function hubOf(storeUrl: string, sources: TokenSources) {
  const addresses = hubAddresses(storeUrl);
  let trouble = (): Trouble => ({
    message: `This works on the store itself, which is behind the hub ${addresses[0]} here.`,
    next: 'Do it where the hub runs, with the store that this serves.',
  });
  let kept: string | undefined;
  const open = async (address: string, token: string, ms: number): Promise<Wire> => {
    const { dial } = await import('./system/web-socket.ts');
    return dial(`${address.replace(/^http/, 'ws')}/v1/bridge`, { Authorization: `Bearer ${token}` }, ms);
  };
  const door = {
    addresses,
    // Asking for it may start a program, or have a keychain ask its user: once is enough as long as it is taken.
    dial: async (address: string, ms: number): Promise<Wire> => {
      const before = kept;
      kept ??= await hubToken(addresses, sources);
      try {
        return await open(address, kept, ms);
      } catch (error) {
        if ((error as { status?: unknown }).status !== 401) throw error;
        kept = undefined;
        if (before === undefined) throw error;
        kept = await hubToken(addresses, sources);
        if (kept === before) throw error;
        return open(address, kept, ms);
      }
    },
    explain: (why: () => Trouble) => {
      trouble = why;
    },
  };
  return { engine: { store: awayStore(addresses[0] ?? '', () => trouble()), wakeups: noWakeups }, door };
}
