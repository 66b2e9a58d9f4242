/**
 * The socket on which a server process hears the hooks of its client: one JSON text on a line each way. The file's name holds
 * the pid of the client's process and that of the server, so that a hook finds the servers of its own client.
 */
import { readdirSync, readlinkSync, renameSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { limits } from '../core/limits.ts';
import type { Log } from '../core/ports.ts';
import { ensurePrivateFolder, isPrivateFolder, longestSocketPathBytes } from './folders.ts';

/** One connection of a hook: what it asked, and how it is answered. */
export interface HookConnection {
  /** Writes one line. Nothing is written to one that has gone. */
  reply(value: unknown): void;
  /** Hears what it says next; at most one listener. */
  next(hear: (value: unknown) => void): void;
  /** Aborts when the hook hangs up. */
  readonly signal: AbortSignal;
  close(): void;
}

export type HookHandler = (request: Readonly<Record<string, unknown>>, connection: HookConnection) => void;

export interface HookSocketOptions {
  readonly folder: string;
  readonly clientPid: number;
  readonly pid: number;
  readonly log: Log;
  readonly handle: HookHandler;
}

const nameOf = (clientPid: number, pid: number) => `h${clientPid}-${pid}.sock`;

/**
 * Opens the socket; a failure is said in the log, and hooks then look into the store themselves. Neither the socket nor its
 * connections keep the process alive. Not on Windows, where there is no folder to find pipes in.
 */
export async function openHookSocket(options: HookSocketOptions): Promise<() => void> {
  const { folder, clientPid, pid, log, handle } = options;
  if (process.platform === 'win32') return () => {};
  const path = join(folder, nameOf(clientPid, pid));
  if (Buffer.byteLength(path) > longestSocketPathBytes) return () => {};
  const connections = new Set<Socket>();
  const server = createServer(socket => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    converse(socket, handle);
  });
  server.maxConnections = 64;
  try {
    ensurePrivateFolder(folder);
    await bindInPlace(server, path);
  } catch (error) {
    log.warn('hooks are answered without the server of their session', { error: String(error) });
    return () => {};
  }
  server.unref();
  return () => {
    for (const socket of connections) socket.destroy();
    server.close();
    removeQuietly(path);
  };
}

/**
 * The sockets of a client's servers, the youngest server first. Empty when there are none, the folder cannot be read, or it is not
 * this user's alone: whoever put a socket there would be told every prompt, and could put words before the model.
 */
export function hookSocketsOf(
  folder: string,
  clientPid: number,
  uid: number | undefined = process.getuid?.(),
): string[] {
  try {
    if (!isPrivateFolder(folder, process.platform, uid)) return [];
    const names = readdirSync(folder).filter(name => name.startsWith(`h${clientPid}-`) && name.endsWith('.sock'));
    const pidOf = (name: string) => Number(/-(\d+)\.sock$/.exec(name)?.[1] ?? 0);
    return names.sort((a, b) => pidOf(b) - pidOf(a)).map(name => join(folder, name));
  } catch {
    return [];
  }
}

/** Bound under another name and moved into place: nobody meets a socket that does not accept yet. */
async function bindInPlace(server: Server, path: string): Promise<void> {
  // No other process makes this very name; `node:crypto` would cost every hook that loads this file some milliseconds.
  const bound = path.replace(/sock$/, (process.hrtime.bigint() % 0x10000n).toString(16).padStart(4, '0'));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(bound, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
  renameSync(bound, path);
}

/**
 * In which space of process ids this process lives; pids of another one say nothing here. Empty where the system has only one.
 */
export function pidNamespace(): string {
  try {
    return process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : '';
  } catch {
    return '';
  }
}

function converse(socket: Socket, handle: HookHandler): void {
  const gone = new AbortController();
  let hear: ((value: unknown) => void) | undefined;
  const connection: HookConnection = {
    reply: value => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
    },
    next: listener => {
      hear = listener;
    },
    signal: gone.signal,
    close: () => socket.end(),
  };
  socket.unref();
  // Whoever connects and says nothing takes the room of others.
  socket.setTimeout(limits.hookSocketMs, () => socket.destroy());
  socket.on('error', () => {});
  socket.on('close', () => gone.abort());
  const take = (request: Readonly<Record<string, unknown>>) => {
    // Two sandboxes of one user may share the folder: there the client of that pid is another one.
    if (request.namespace === pidNamespace()) handle(request, connection);
    else connection.reply({ pass: true });
  };
  readLines(socket, value => {
    socket.setTimeout(0);
    if (hear) hear(value);
    else if (typeof value === 'object' && value !== null) take(value as Record<string, unknown>);
    else socket.destroy();
  });
}

/** Calls with the JSON value of each line; hangs up on what is none, and on a line that is too long. */
function readLines(socket: Socket, tell: (value: unknown) => void): void {
  let pieces: Buffer[] = [];
  let bytes = 0;
  socket.on('data', piece => {
    let rest = piece;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...pieces, rest.subarray(0, end)]).toString('utf8');
      pieces = [];
      bytes = 0;
      rest = rest.subarray(end + 1);
      const value = parsed(line);
      if (value === undefined) return socket.destroy();
      tell(value);
    }
    pieces.push(rest);
    bytes += rest.length;
    if (bytes > limits.hookInputBytes) socket.destroy();
    return undefined;
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already.
  }
}
