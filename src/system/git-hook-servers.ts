/** How a hook of git finds a server that is running already: any one of this user that works in the same checkout will do. */
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { limits } from '../core/limits.ts';
import { isPrivateFolder } from './folders.ts';
import { hookFolder } from './hook-client.ts';
import { pidNamespace } from './hook-socket.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The sockets of servers, the youngest first; none where anybody else could have put one there. */
export function gitHookServers(environment: Environment): string[] {
  try {
    const folder = hookFolder(environment);
    if (process.platform === 'win32' || !isPrivateFolder(folder)) return [];
    const pidOf = (name: string) => Number(/^h\d+-(\d+)\.sock$/.exec(name)?.[1] ?? 0);
    const names = readdirSync(folder).filter(name => pidOf(name) > 0);
    return names.sort((a, b) => pidOf(b) - pidOf(a)).map(name => join(folder, name));
  } catch {
    return [];
  }
}

/**
 * What a server answers; undefined when none of them is the one to ask, or it does not answer. All are asked at once whether they
 * are; only one is told `what`, so that nothing is done twice. One that hangs holds nobody up for long.
 */
export async function askOneOf(
  sockets: readonly string[],
  who: Readonly<Record<string, unknown>>,
  what: Promise<unknown>,
): Promise<unknown> {
  // Whoever waits for it hears of its failure; until a server is found nobody does.
  what.catch(() => undefined);
  const asked = sockets.slice(0, limits.gitServersAsked).map(path => openTo(path, who));
  const talks = asked.map(({ ready }) => ready);
  const ready = await Promise.any(talks).catch(() => undefined);
  for (const { socket } of asked) if (socket !== ready?.socket) socket.destroy();
  if (ready === undefined) return undefined;
  try {
    return await ready.tell(await what);
  } finally {
    ready.socket.destroy();
  }
}

interface Ready {
  readonly socket: Socket;
  tell(what: unknown): Promise<unknown>;
}

/** `ready` rejects when the server is not the one to ask. */
function openTo(path: string, who: Readonly<Record<string, unknown>>): { socket: Socket; ready: Promise<Ready> } {
  const socket = connect(path).setEncoding('utf8');
  const next = linesOf(socket);
  const ready = next(limits.gitServerMs).then(said => {
    if ((said as { ready?: unknown } | undefined)?.ready !== true) throw new Error('not the one to ask');
    const tell = (what: unknown) => {
      socket.write(`${JSON.stringify(what)}\n`);
      return next(limits.hookSocketMs);
    };
    return { socket, tell };
  });
  socket.write(`${JSON.stringify({ ...who, namespace: pidNamespace() })}\n`);
  return { socket, ready };
}

/** Gives the next line as JSON, again and again; undefined when none comes within the time, or the other side has hung up. */
function linesOf(socket: Socket): (withinMs: number) => Promise<unknown> {
  let text = '';
  let give: (line: string | undefined) => void = () => undefined;
  socket.on('data', piece => {
    text += String(piece);
    const end = text.indexOf('\n');
    if (end < 0) return;
    const line = text.slice(0, end);
    text = text.slice(end + 1);
    give(line);
  });
  socket.on('error', () => give(undefined));
  socket.on('close', () => give(undefined));
  return withinMs =>
    new Promise(done => {
      const timer = setTimeout(() => give(undefined), withinMs);
      give = line => {
        clearTimeout(timer);
        done(line === undefined ? undefined : parsed(line));
      };
    });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
