/** `signalbox mcp`: serves one AI session over stdio until its client goes away, and leaves nothing behind. */
import { Console } from 'node:console';
import type { McpRequestContext, Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { clientNamed } from '../../clients/index.ts';
import type { Composition } from '../../compose.ts';
import { limits } from '../../core/limits.ts';
import type { Profile } from '../../profiles/define-profile.ts';
import type { Agent } from '../../tools/agent.ts';
import type { Callers } from '../../tools/callers.ts';
import { Cast } from '../../tools/cast.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { ForeignDesk } from '../../tools/foreign-desk.ts';
import { keepGitRing } from '../../tools/git-ring.ts';
import { keepBlock } from '../../tools/notification-block.ts';
import type { Participant } from '../../tools/participant.ts';
import type { World } from '../../tools/world.ts';
import { withGitHooks } from '../git-hook/served.ts';
import { hookHandler } from '../hook/handler.ts';
import { ServedDesk } from '../hook/served.ts';
import { AnsweringTransport, type ClientFacts } from './answers.ts';
import type { Permission } from './beside-tools.ts';
import { pushMessages, pushShown } from './channel.ts';
import { createProfileServer, unasked } from './profile-server.ts';
import { createServer } from './server.ts';

export interface ServeParts extends Pick<Composition, 'config' | 'directory' | 'surroundings'> {
  readonly world: World;
  readonly tools: readonly ToolDefinition[];
  readonly permission: Permission;
  readonly channel: boolean;
  /** Makes the participants of this process from what the client says of itself. A session joins at its first use. */
  callers(client: ClientFacts | undefined): Callers;
  /** A session of this process that stands elsewhere. */
  readonly standing: Composition['standing'];
  /** The vocabulary that is spoken instead of our own; null for that. */
  readonly profile: Profile | null;
  /** Whether a failure is to be told to the client's user now. */
  tellsFailure(isFailing: boolean): boolean;
  /** What a resting session of the client is woken with. */
  readonly waking: Composition['waking'];
  readonly notificationFile: Composition['notificationFile'];
  /** Whether git's own hooks in a folder are ours and stop git, as a self-test shows; what was written over is put back first. */
  gitHooksHold(directory: string): Promise<boolean>;
  /** Has the hooks of the client answered here; the result stops that. */
  hearHooks(handle: HookHandler): Promise<() => void>;
}

type HookHandler = Parameters<Composition['hearHooks']>[0];

/** How a connection ended: its client went, or can only not be heard any more. */
export type Parting = 'left' | 'cut off';

/**
 * Serves until standard input ends, the client's process is gone, or a signal asks to stop; then the session has left and
 * nothing is in flight. Standard output carries protocol only: everything that writes to the console goes to standard error.
 */
export async function serve(parts: ServeParts): Promise<void> {
  globalThis.console = new Console(process.stderr, process.stderr);
  const transport = new AnsweringTransport(process.stdin, process.stdout);
  const stopWatching = watchForTheEnd(parts.world, () => void transport.close());
  await serveOn(
    parts,
    transport,
    () => 'left',
    () => {
      if (parts.profile) process.stderr.write(`${parts.profile.ready}\n`);
    },
  );
  stopWatching();
}

/** Serves one client over a transport until that is closed. `begun` is called when it can be used; `parting` tells at the end whether its sessions are over. */
export async function serveOn(
  parts: ServeParts,
  transport: AnsweringTransport,
  parting: () => Parting,
  begun: () => void = () => undefined,
): Promise<void> {
  const { world, tools, permission, channel } = parts;
  const ended = new AbortController();
  let known: Callers | undefined;
  const callers = (client: ClientFacts | undefined) => {
    known ??= parts.callers(client);
    return known;
  };
  const desk = new ServedDesk(
    world.clock,
    client => callers({ name: clientNamed(client)?.mcpNames[0] ?? '', version: '' }),
    parts.waking,
    parts.tellsFailure,
    () => world.policy.guard.onFailure === 'block',
    world.guardPolicy,
  );
  let push: (agent: Agent) => void = () => undefined;
  const cast = parts.profile && castFor(parts, parts.profile, callers, agent => push(agent));
  const create = () =>
    parts.profile && cast
      ? createProfileServer({ ...parts, profile: parts.profile, transport, callers, desk, cast })
      : createServer({ tools, permission, transport, channel, callers, desk });
  const onerror = (error: Error) => world.log.warn('protocol', { error: error.message.split('\n')[0]?.slice(0, 200) });

  const stopHearing = await parts.hearHooks(withGitHooks(parts, hookHandler(desk)));
  const { notificationFile } = parts;
  const ofBlock = () => [...(known?.present ?? []), ...(known && cast ? cast.others : [])];
  const reading = parts.profile && { issuer: parts.profile.name, tool: parts.profile.reader ?? null };
  const block =
    notificationFile && keepBlock(notificationFile, world.clock, ofBlock, ended.signal, reading ?? undefined);
  void keepGitRing(world.clock, () => known?.present ?? [], parts.gitHooksHold, ended.signal);
  const participant = (client: ClientFacts | undefined) => callers(client).main;
  const { profile } = parts;
  if (profile?.pushed && cast) {
    const server = create();
    server.onerror = onerror;
    const desk = new ForeignDesk({ ...parts, issuer: profile.name, cast }, unasked(ended.signal));
    push = agent => void pushShown(server, agent, ended.signal, async item => profile.pushed?.(desk, item) ?? null);
    await server.connect(transport);
  } else if (channel && !parts.profile)
    await connectWithChannel(world, create(), transport, participant, ended.signal, onerror);
  else {
    const maxSubscriptions = limits.listensPerConnection;
    serveStdio((_context: McpRequestContext) => create(), { transport, onerror, maxSubscriptions });
  }

  begun();
  await transport.closed();
  ended.abort();
  stopHearing();
  desk.close();
  const over = parting() === 'left' ? leave(transport, known, cast) : known?.abandon();
  await Promise.race([Promise.all([over, block]), world.clock.sleep(limits.shutdownMs)]);
}

/** The sessions of a profile's callers; those of the first client that speaks. */
function castFor(
  { world, standing }: ServeParts,
  { name }: Profile,
  callers: ServeParts['callers'],
  played: (agent: Agent) => void,
): Cast {
  return new Cast(
    world,
    name,
    () => callers(undefined).main,
    stand => standing(undefined, stand),
    played,
  );
}

async function leave(transport: AnsweringTransport, callers: Callers | undefined, cast: Cast | null): Promise<void> {
  await transport.settled();
  await cast?.leave('client gone');
  await callers?.leave('client gone');
}

/**
 * A channel works only on a connection of the older protocol, so nothing newer is offered. The session joins a little later
 * without being used, because it wants to be reached; a client's health check, which is over by then, joins nothing.
 */
async function connectWithChannel(
  world: World,
  server: Server,
  transport: AnsweringTransport,
  participant: (client: ClientFacts | undefined) => Participant,
  ended: AbortSignal,
  onerror: (error: Error) => void,
): Promise<void> {
  server.onerror = onerror;
  server.oninitialized = () => {
    void world.clock.sleep(limits.channelJoinDelayMs, ended).then(async () => {
      if (!ended.aborted) await pushMessages(server, participant(server.getClientVersion()), ended);
    });
  };
  await server.connect(transport);
}

/** Calls `end` on a signal, or when the client died without closing our input (a process it left behind holds the pipe). */
export function watchForTheEnd(world: World, end: () => void): () => void {
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  const { ppid } = process;
  const stop = world.clock.every(limits.parentCheckMs, () => {
    if (process.ppid !== ppid) end();
  });
  process.on('unhandledRejection', error => world.log.error('unhandled rejection', { error: String(error) }));
  return () => {
    stop();
    for (const signal of signals) process.off(signal, end);
  };
}
