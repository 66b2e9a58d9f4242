/** `signalbox mcp`: serves one AI session over stdio until its client goes away, and leaves nothing behind. */
import { Console } from 'node:console';
import type { McpRequestContext, Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { clientNamed } from '../../clients/index.ts';
import type { Composition } from '../../compose.ts';
import { limits } from '../../core/limits.ts';
import type { Profile } from '../../profiles/define-profile.ts';
import type { Agent } from '../../tools/agent.ts';
import type { CallTool } from '../../tools/call-tool.ts';
import type { Callers } from '../../tools/callers.ts';
import { Cast } from '../../tools/cast.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import type { DeskContext } from '../../tools/desk-parts.ts';
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

/** What serving a client takes, wherever the client and the store are. */
export interface ServeParts {
  readonly world: World;
  readonly tools: readonly ToolDefinition[];
  /** By which everything is called that the client asks for, and that its hooks do. */
  readonly call: CallTool;
  readonly hookCall: CallTool;
  readonly permission: Permission;
  readonly channel: boolean;
  /** Makes the participants of this process from what the client says of itself. A session joins at its first use. */
  callers(client: ClientFacts | undefined): Callers;
  /** The vocabulary that is spoken instead of our own; null for that. */
  readonly foreign: Foreign | null;
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

/** The vocabulary of another system, and what of the process it may know and make. */
export interface Foreign extends Pick<Composition, 'directory' | 'surroundings' | 'standing'> {
  readonly profile: Profile;
  /** Where whoever answers may go before the client: when waits end as if their time were over, and whether what comes can still be shown. */
  readonly waiting?: Pick<DeskContext, 'waitsEnd' | 'mayTake'>;
}

/** What a process of a client has besides: git's own hooks ask it too. */
export interface ProcessParts extends ServeParts, Pick<Composition, 'config' | 'directory'> {}

type HookHandler = Parameters<Composition['hearHooks']>[0];

/** How a connection ended: its client went, or can only not be heard any more. */
export type Parting = 'left' | 'cut off';

/**
 * Serves until standard input ends, the client's process is gone, or a signal asks to stop; then the session has left and
 * nothing is in flight. Standard output carries protocol only: everything that writes to the console goes to standard error.
 */
export async function serve(parts: ProcessParts): Promise<void> {
  globalThis.console = new Console(process.stderr, process.stderr);
  const transport = new AnsweringTransport(process.stdin, process.stdout);
  const stopWatching = watchForTheEnd(parts.world, () => void transport.close());
  const hearHooks = (handle: HookHandler) => parts.hearHooks(withGitHooks(parts, handle));
  await serveOn(
    { ...parts, hearHooks },
    transport,
    () => 'left',
    () => {
      if (parts.foreign) process.stderr.write(`${parts.foreign.profile.ready}\n`);
    },
  );
  stopWatching();
}

/**
 * Serves one client over a transport until that is closed. `begun` is called when it can be used, with the callers that it has then or
 * that are made for it, and for a profile whom it plays; `parting` tells at the end whether its sessions are over.
 */
export async function serveOn(
  parts: ServeParts,
  transport: AnsweringTransport,
  parting: () => Parting,
  begun: (callers: ServeParts['callers'], cast: Cast | null) => void = () => undefined,
): Promise<void> {
  const { world, tools, call, permission, channel, foreign } = parts;
  const ended = new AbortController();
  let known: Callers | undefined;
  const callers = (client: ClientFacts | undefined) => {
    known ??= parts.callers(client);
    return known;
  };
  const desk = new ServedDesk({
    clock: world.clock,
    callers: client => callers({ name: clientNamed(client)?.mcpNames[0] ?? '', version: '' }),
    waking: parts.waking,
    call: parts.hookCall,
    tellsFailure: isFailing => parts.tellsFailure(isFailing),
    failsClosed: () => world.policy.guard.onFailure === 'block',
    policy: world.guardPolicy,
  });
  let push: (agent: Agent) => void = () => undefined;
  const cast = foreign && castFor(world, foreign, callers, agent => push(agent));
  const create = () =>
    foreign && cast
      ? createProfileServer({ ...foreign, world, permission, transport, callers, desk, cast })
      : createServer({ tools, call, permission, transport, channel, callers, desk });
  const onerror = (error: Error) => world.log.warn('protocol', { error: error.message.split('\n')[0]?.slice(0, 200) });

  const stopHearing = await parts.hearHooks(hookHandler(desk));
  const { notificationFile } = parts;
  const ofBlock = () => [...(known?.present ?? []), ...(known && cast ? cast.others : [])];
  const reading = foreign && { issuer: foreign.profile.name, tool: foreign.profile.reader ?? null };
  const block =
    notificationFile && keepBlock(notificationFile, world.clock, ofBlock, ended.signal, reading ?? undefined);
  void keepGitRing(world.clock, () => known?.present ?? [], parts.gitHooksHold, ended.signal);
  const participant = (client: ClientFacts | undefined) => callers(client).main;
  if (foreign?.profile.pushed && cast) {
    const { profile } = foreign;
    const server = create();
    server.onerror = onerror;
    const desk = new ForeignDesk({ ...foreign, world, issuer: profile.name, cast }, unasked(ended.signal));
    push = agent => void pushShown(server, agent, ended.signal, async item => profile.pushed?.(desk, item) ?? null);
    await server.connect(transport);
  } else if (channel && !foreign)
    await connectWithChannel(world, create(), transport, participant, ended.signal, onerror);
  else {
    const maxSubscriptions = limits.listensPerConnection;
    serveStdio((_context: McpRequestContext) => create(), { transport, onerror, maxSubscriptions });
  }

  begun(callers, cast);
  await transport.closed();
  ended.abort();
  stopHearing();
  desk.close();
  const over = parting() === 'left' ? leave(transport, known, cast) : Promise.all([known?.abandon(), cast?.abandon()]);
  await atMost(world.clock, limits.shutdownMs, Promise.all([over, block]));
}

/** Waits for something, and not longer than `ms`. */
async function atMost(clock: World['clock'], ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, clock.sleep(ms, done.signal)]);
  // A process may be ready to end, and a time that nobody waits for would keep it.
  done.abort();
}

/** The sessions of a profile's callers; those of the first client that speaks. */
function castFor(
  world: World,
  { standing, profile: { name } }: Foreign,
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
