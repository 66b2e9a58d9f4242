/** `signalbox mcp`: serves one AI session over stdio until its client goes away, and leaves nothing behind. */
import { Console } from 'node:console';
import type { McpRequestContext, Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { limits } from '../../core/limits.ts';
import type { Agent } from '../../tools/agent.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import type { World } from '../../tools/world.ts';
import { AnsweringTransport, type ClientFacts } from './answers.ts';
import { pushMessages } from './channel.ts';
import { createServer } from './server.ts';

export interface ServeParts {
  readonly world: World;
  readonly tools: readonly ToolDefinition[];
  readonly channel: boolean;
  /** Makes the session's participant from what the client says of itself. It joins at its first use. */
  agent(client: ClientFacts | undefined): Agent;
}

/**
 * Serves until standard input ends, the client's process is gone, or a signal asks to stop; then the session has left and
 * nothing is in flight. Standard output carries protocol only: everything that writes to the console goes to standard error.
 */
export async function serve(parts: ServeParts): Promise<void> {
  const { world, tools, channel } = parts;
  globalThis.console = new Console(process.stderr, process.stderr);
  const transport = new AnsweringTransport(process.stdin, process.stdout);
  const ended = new AbortController();
  let agent: Agent | undefined;
  const participant = (client: ClientFacts | undefined) => {
    agent ??= parts.agent(client);
    return agent;
  };
  const create = () => createServer({ tools, transport, channel, participant });
  const onerror = (error: Error) => world.log.warn('protocol', { error: error.message.split('\n')[0]?.slice(0, 200) });

  const stopWatching = watchForTheEnd(world, () => void transport.close());
  if (channel) await connectWithChannel(world, create(), transport, participant, ended.signal, onerror);
  else {
    const maxSubscriptions = limits.listensPerConnection;
    serveStdio((_context: McpRequestContext) => create(), { transport, onerror, maxSubscriptions });
  }

  await transport.closed();
  ended.abort();
  stopWatching();
  await Promise.race([leave(transport, agent), world.clock.sleep(limits.shutdownMs)]);
}

async function leave(transport: AnsweringTransport, agent: Agent | undefined): Promise<void> {
  await transport.settled();
  await agent?.leave('client gone');
}

/**
 * A channel works only on a connection of the older protocol, so nothing newer is offered. The session joins a little later
 * without being used, because it wants to be reached; a client's health check, which is over by then, joins nothing.
 */
async function connectWithChannel(
  world: World,
  server: Server,
  transport: AnsweringTransport,
  participant: (client: ClientFacts | undefined) => Agent,
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
function watchForTheEnd(world: World, end: () => void): () => void {
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
