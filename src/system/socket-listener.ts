/** One Unix socket (or Windows pipe) on which one session hears hints. */
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, renameSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { longestSocketPathBytes } from './folders.ts';

const connectionsMax = 256;
// A sender hands over single bytes and stops when they are not taken; more than this in one piece comes from a stranger.
const pieceMaxBytes = 4_096;
const sweptAfterMs = 60_000;
const sweptPerStart = 500;

/** Who is at a socket's path: a process that accepts connections, nobody (its owner died), or there is no such file. */
type SocketAnswer = 'answered' | 'refused' | 'absent';

/** Connects once and hangs up. Rejects when the system allows no such connection (a sandbox, missing rights). */
function probeSocket(path: string): Promise<SocketAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('answered');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve('absent');
      else if (error.code === 'ECONNREFUSED' || error.code === 'ENOTSOCK') resolve('refused');
      // Its queue of connections is full: a living process that is slow or stopped.
      else if (error.code === 'EAGAIN' || error.code === 'EBUSY') resolve('answered');
      else reject(error);
    });
  });
}

export interface SocketListenerOptions {
  readonly path: string;
  /** True for a Windows pipe, which is no file: nothing to replace, lose or clean up. */
  readonly pipe: boolean;
  /** Makes sure that the folder is there and private; what it throws becomes the problem. */
  readonly prepareFolder: () => void;
  readonly onHint: () => void;
}

/**
 * Holds the socket of one session. `open` may be called again at any time: it does nothing while the socket is in place and
 * binds it anew when its file was deleted or replaced. It never takes the path from a living process. A socket left by a
 * process that died is replaced. Nothing here keeps the process alive or throws; `problem` says why nothing is heard.
 */
export class SocketListener {
  problem: string | undefined;
  readonly #options: SocketListenerOptions;
  readonly #connections = new Set<Socket>();
  #server: Server | undefined;
  #file: string | undefined;
  #closed = false;

  constructor(options: SocketListenerOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    if (this.#closed || this.#isInPlace()) return;
    this.#release();
    try {
      this.problem = await this.#bind();
    } catch (error) {
      this.problem = sentence(error);
    }
    if (this.#closed || this.problem !== undefined) this.#release();
  }

  /** Stops hearing and removes the socket's file if it is this listener's own. */
  close(): void {
    this.#closed = true;
    this.#release();
    for (const connection of this.#connections) connection.destroy();
  }

  async #bind(): Promise<string | undefined> {
    const { path, pipe, prepareFolder } = this.#options;
    if (Buffer.byteLength(path) > longestSocketPathBytes && !pipe) {
      return `The socket path ${path} is longer than ${longestSocketPathBytes} bytes. Set XDG_RUNTIME_DIR to a folder with a shorter path.`;
    }
    prepareFolder();
    if ((await probeSocket(path)) === 'answered') {
      return 'Another process already hears the hints for this session, so this one looks for news only every few seconds. End one of them.';
    }
    const server = createServer(connection => this.#accept(connection));
    server.maxConnections = connectionsMax;
    // Whoever found no room still wanted to give a hint.
    server.on('drop', () => this.#options.onHint());
    this.#server = server;
    if (pipe) {
      await listening(server, path);
      return undefined;
    }
    // Bound under another name and moved into place in one step. Node deletes the name it bound when the server closes; were
    // that the real one, a listener that lost its file would take its successor's with it.
    const bound = path.replace(/sock$/, randomBytes(2).toString('hex'));
    await listening(server, bound);
    try {
      this.#file = fileIdentity(bound);
      renameSync(bound, path);
    } catch (error) {
      removeIfAllowed(bound);
      throw error;
    }
    return undefined;
  }

  #accept(connection: Socket): void {
    this.#connections.add(connection);
    connection.unref();
    connection.on('data', piece => {
      this.#options.onHint();
      if (piece.length > pieceMaxBytes) connection.destroy();
    });
    // A sender that dies mid-way is nothing to report.
    connection.on('error', () => {});
    connection.on('close', () => this.#connections.delete(connection));
  }

  #isInPlace(): boolean {
    if (this.#server === undefined) return false;
    return this.#options.pipe || fileIdentity(this.#options.path) === this.#file;
  }

  /** Stops accepting. Connections that stand stay: their senders need not notice that the socket was bound anew. */
  #release(): void {
    const server = this.#server;
    if (server === undefined) return;
    if (!this.#options.pipe && this.#isInPlace()) removeIfAllowed(this.#options.path);
    this.#server = undefined;
    this.#file = undefined;
    server.close();
  }
}

/**
 * Removes the sockets of dead processes: those that refuse a connection and are older than a minute (a younger one may be
 * about to be listened on). Never throws; stops when `stopped()` says so.
 */
export async function sweepDeadSockets(folder: string, now: number, stopped: () => boolean): Promise<void> {
  try {
    const names = readdirSync(folder).filter(name => /^(?:[0-9a-f]{20}|h\d+-\d+)\.(?:sock|[0-9a-f]{4})$/.test(name));
    for (const name of names.slice(0, sweptPerStart)) {
      if (stopped()) return;
      await sweepOne(join(folder, name), now);
    }
  } catch {
    // Without the right to look there is nothing to tidy.
  }
}

async function sweepOne(path: string, now: number): Promise<void> {
  try {
    const before = fileIdentity(path);
    if (now - lstatSync(path).mtimeMs < sweptAfterMs) return;
    if ((await probeSocket(path)) === 'refused' && fileIdentity(path) === before) unlinkSync(path);
  } catch {
    // Somebody else was faster.
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      // Out of handles, for instance: the periodic look at the store still works.
      server.on('error', () => {});
      server.unref();
      resolve();
    });
  });
}

/** Tells a file from a later one of the same name; undefined when there is none to be seen. */
function fileIdentity(path: string): string | undefined {
  try {
    const found = lstatSync(path, { bigint: true });
    return `${found.dev}:${found.ino}`;
  } catch {
    return undefined;
  }
}

function removeIfAllowed(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or the folder is no longer ours to change: the sweep of a later process finds it.
  }
}

function sentence(error: unknown): string {
  const { message, next, code } = error as Error & { next?: string; code?: string };
  if (next !== undefined) return `${message} ${next}`;
  return `No socket can be opened in the runtime folder (${code ?? message}), so news is looked for only every few seconds. Allow local sockets there, or set SIGNALBOX_HOME to another folder.`;
}
