/** Hands hints to other processes' sockets over connections that are kept for the next one. */
import { connect, type Socket } from 'node:net';
import type { Clock } from '../core/ports.ts';

const hint = Buffer.from([1]);
const connectionsKept = 64;
const idleMs = 30_000;
const giveUpAfterMs = 250;

interface Connection {
  readonly socket: Socket;
  readonly handedOver: Promise<void>;
  usedAt: number;
}

const nothingToWaitFor = Promise.resolve();

/**
 * Gives one-byte hints. Nothing waits for a receiver: a hint that the receiver's queue does not take is dropped, because the
 * bytes that fill the queue are the same hint. Nobody listening, or a file whose owner died, is not an error, and the file is
 * left alone: its session may be binding it anew. An idle connection neither lasts nor keeps the process alive.
 */
export class SocketSender {
  // In order of last use, oldest first.
  readonly #connections = new Map<string, Connection>();
  readonly #clock: Clock;
  #stopIdleCheck: (() => void) | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many connections are open. */
  get size(): number {
    return this.#connections.size;
  }

  /** Resolves when the system has the byte or nobody takes it; after a quarter of a second at the latest. */
  poke(path: string): Promise<void> {
    if (this.#closed) return nothingToWaitFor;
    const open = this.#connections.get(path);
    if (open === undefined || !open.socket.writable) return this.#connect(path);
    this.#touch(path, open);
    // A byte that is still to leave arrives after this call, so it serves for this hint, too.
    if (open.socket.connecting) return open.handedOver;
    if (open.socket.writableLength === 0) {
      open.socket.write(hint, error => {
        // The receiver died; another may have taken its place since.
        if (error && !this.#closed) void this.#connect(path);
      });
    }
    return nothingToWaitFor;
  }

  close(): void {
    this.#closed = true;
    for (const { socket } of this.#connections.values()) socket.destroy();
    this.#connections.clear();
    this.#stopIdleChecks();
  }

  #connect(path: string): Promise<void> {
    // Until the byte has left, the connection keeps the process alive: a command may end right after its commit.
    const socket = connect(path);
    const settled = new AbortController();
    const handedOver = new Promise<void>(resolve => {
      socket.write(hint, () => resolve());
      socket.once('close', () => resolve());
    }).then(() => {
      settled.abort();
      socket.unref();
      this.#keepFew();
    });
    const connection = { socket, handedOver, usedAt: this.#clock.elapsed() };
    void this.#clock.sleep(giveUpAfterMs, settled.signal).then(() => {
      if (socket.connecting) socket.destroy();
    });
    // Receivers say nothing. One that does is a stranger.
    socket.on('data', () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#connections.get(path) === connection) this.#drop(path);
    });
    this.#touch(path, connection);
    return handedOver;
  }

  #touch(path: string, connection: Connection): void {
    connection.usedAt = this.#clock.elapsed();
    this.#connections.delete(path);
    this.#connections.set(path, connection);
    this.#stopIdleCheck ??= this.#clock.every(idleMs, () => this.#closeIdle());
  }

  #drop(path: string): void {
    this.#connections.get(path)?.socket.destroy();
    this.#connections.delete(path);
    if (this.#connections.size === 0) this.#stopIdleChecks();
  }

  #closeIdle(): void {
    for (const [path, { usedAt }] of [...this.#connections]) {
      if (this.#clock.elapsed() - usedAt >= idleMs) this.#drop(path);
    }
  }

  #keepFew(): void {
    for (const [path, { socket }] of [...this.#connections]) {
      if (this.#connections.size <= connectionsKept) return;
      if (!socket.connecting) this.#drop(path);
    }
  }

  #stopIdleChecks(): void {
    this.#stopIdleCheck?.();
    this.#stopIdleCheck = undefined;
  }
}
