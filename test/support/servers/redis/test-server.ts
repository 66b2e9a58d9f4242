/** A Redis of its own for one test: any settings, on a free port, to be stopped, killed, paused and started again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Certificates } from '../certificates.ts';
import { program } from '../programs.ts';
import { freePort, ServerProcess } from '../server-process.ts';

export interface RedisOptions {
  /** Lines of `redis.conf`, by name: `{ maxmemory: '4mb', requirepass: 'secret' }`; several of one name as a list. */
  readonly settings?: Readonly<Record<string, string | number | readonly string[]>>;
  /** Whether each write is on the disk before its answer (append-only file). Default no: then a killed server starts empty. */
  readonly isDurable?: boolean;
  /** Answers only over TLS, with these. */
  readonly tls?: Certificates;
  /** Makes this one a replica of a running server. */
  readonly replicaOf?: RedisTestServer;
  /** Where it listens. Default 127.0.0.1. */
  readonly host?: string;
  readonly port?: number;
  /** Starts it through another command, for example in the network of another machine. */
  readonly through?: readonly string[];
}

export interface RedisTestServer {
  /** Without the password, if the settings give it one. `rediss://` with TLS. */
  readonly url: string;
  readonly port: number;
  readonly version: string;
  readonly pid: number;
  /** Path of its Unix socket; reaches the server from every network of this machine. */
  readonly socket: string;
  /** Runs one command, past every proxy. */
  command(name: string, ...args: (string | number)[]): Promise<unknown>;
  /** Starts it again on the same port, with what it has stored. */
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Kills it if it runs, and removes its data. */
  remove(): Promise<void>;
}

/** Starts one. Throws when no Redis is installed. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisTestServer> {
  const binary = program('redis-server');
  if (!binary) throw new Error('no Redis is installed here');
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-redis-'));
  const socket = join(folder, 'redis.sock');
  const port = options.port ?? (await freePort());
  const { host = '127.0.0.1' } = options;
  const configuration = join(folder, 'redis.conf');
  writeFileSync(configuration, lines(options, { port, host, socket, folder }));
  const password = options.settings?.requirepass;
  const command = (name: string, ...args: (string | number)[]) =>
    ask({ path: socket, ...(password ? { password: String(password) } : {}) }, name, args);
  let version = '';
  const server = new ServerProcess({
    program: binary,
    args: [configuration],
    folder,
    endsBy: 'SIGTERM',
    ...(options.through ? { through: options.through } : {}),
    async ready() {
      // While it loads its data it answers with an error, and is asked again.
      await command('DBSIZE');
      version = /redis_version:(\S+)/.exec(String(await command('INFO', 'server')))?.[1] ?? '';
    },
  });
  const remove = async () => {
    await server.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await server.start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    url: `${options.tls ? 'rediss' : 'redis'}://${host}:${port}`,
    port,
    socket,
    command,
    get version() {
      return version;
    },
    get pid() {
      return server.pid;
    },
    start: () => server.start(),
    stop: () => server.stop(),
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
    remove,
  };
}

interface Place {
  readonly port: number;
  readonly host: string;
  readonly socket: string;
  readonly folder: string;
}

function lines(options: RedisOptions, { port, host, socket, folder }: Place): string {
  const { tls, replicaOf: primary } = options;
  const settings: Record<string, string | number | readonly string[]> = {
    bind: host,
    'protected-mode': 'no',
    unixsocket: socket,
    dir: folder,
    save: '""',
    // Otherwise a replica waits for five seconds whether another one comes along.
    'repl-diskless-sync-delay': 0,
    ...(tls ? { port: 0, 'tls-port': port, 'tls-cert-file': tls.certificate, 'tls-key-file': tls.key } : { port }),
    ...(tls ? { 'tls-ca-cert-file': tls.authority, 'tls-auth-clients': 'no' } : {}),
    ...(options.isDurable ? { appendonly: 'yes', appendfsync: 'always' } : {}),
    ...(primary ? { replicaof: `127.0.0.1 ${primary.port}` } : {}),
    ...options.settings,
  };
  return Object.entries(settings)
    .flatMap(([name, value]) => [value].flat().map(single => `${name} ${single}\n`))
    .join('');
}

async function ask(to: { path: string; password?: string }, name: string, args: (string | number)[]): Promise<unknown> {
  const client = new Redis({ ...to, lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
  // What goes wrong is thrown by the command.
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.call(name, ...args.map(String));
  } finally {
    client.disconnect();
  }
}
