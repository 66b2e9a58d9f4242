/** A PostgreSQL of its own for one test: any settings, on a free port, to be stopped, killed, paused and started again. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Certificates } from '../certificates.ts';
import { postgresPrograms, unprivilegedUser } from '../programs.ts';
import { freePort, ServerProcess } from '../server-process.ts';

export interface PostgresOptions {
  /** Lines of `postgresql.conf`, by name: `{ max_connections: 20 }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Lines of `pg_hba.conf` instead of `host all all all trust`; through the socket the superuser always gets in. */
  readonly access?: readonly string[];
  /** Whether commits are flushed to the disk. Default no: a killed server keeps them all the same, a machine without power would not. */
  readonly isDurable?: boolean;
  /** Turns TLS on with these. */
  readonly tls?: Certificates;
  /** Makes this one a hot standby of a running server. */
  readonly replicaOf?: PostgresTestServer;
  /** Where it listens. Default 127.0.0.1. */
  readonly host?: string;
  readonly port?: number;
  /** Starts it through another command, for example in the network of another machine. */
  readonly through?: readonly string[];
}

export interface PostgresTestServer {
  /** As the superuser `postgres`, in the database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly version: string;
  readonly pid: number;
  /** Folder of its Unix socket; reaches the server from every network of this machine. */
  readonly socketFolder: string;
  /** Runs one statement as the superuser, past every proxy. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** `fast` rolls back what is under way and closes the connections; `smart` waits until the clients have gone. */
  stop(how?: 'fast' | 'smart'): Promise<void>;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Kills it if it runs, and removes its data. */
  remove(): Promise<void>;
}

/** Starts one. Throws when no PostgreSQL is installed. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresTestServer> {
  const programs = postgresPrograms();
  if (!programs) throw new Error('no PostgreSQL is installed here');
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-postgres-'));
  const own = (path: string) => user && chownSync(path, user.uid, user.gid);
  own(folder);
  const data = join(folder, 'data');
  const socketFolder = join(folder, 'socket');
  mkdirSync(socketFolder);
  own(socketFolder);
  const run = (name: string, ...args: string[]) =>
    execFileSync(join(programs, name), args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...user });
  const port = options.port ?? (await freePort());
  const { host = '127.0.0.1', replicaOf: primary } = options;
  const query = (sql: string) => ask({ host: socketFolder, port, user: 'postgres', database: 'postgres' }, sql);
  let version = '';
  const server = new ServerProcess({
    program: join(programs, 'postgres'),
    args: ['-D', data, '-p', String(port), '-c', `listen_addresses=${host}`, '-k', socketFolder],
    folder,
    endsBy: 'SIGQUIT',
    ...(user ? { user } : {}),
    ...(options.through ? { through: options.through } : {}),
    async ready() {
      version = String((await query('SHOW server_version'))[0]?.server_version);
    },
  });
  const kill = async () => {
    const memory = sharedMemory(data);
    await server.kill();
    // A postmaster that was killed cannot give this back; nobody else ever would.
    if (memory) spawnSync('ipcrm', ['-m', memory]);
  };
  const remove = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    if (primary) {
      const from = ['-h', primary.socketFolder, '-p', String(primary.port), '-U', 'postgres'];
      run('pg_basebackup', ...from, '-D', data, '-R', '-X', 'stream', '-c', 'fast', '--no-sync');
    } else {
      run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync');
    }
    configure(data, options, own);
    await server.start();
  } catch (error) {
    await remove();
    const { stderr, message } = error as Error & { stderr?: Buffer };
    throw new Error(`PostgreSQL does not start: ${stderr?.toString() || message}`, { cause: error });
  }
  return {
    url: `postgres://postgres@${host}:${port}/postgres`,
    port,
    socketFolder,
    query,
    get version() {
      return version;
    },
    get pid() {
      return server.pid;
    },
    start: () => server.start(),
    stop: (how = 'fast') => server.stop(how === 'fast' ? 'SIGINT' : 'SIGTERM'),
    kill,
    pause: () => server.pause(),
    resume: () => server.resume(),
    remove,
  };
}

/** The id of the System V segment by which a postmaster keeps others off its data; it notes it in the seventh line. */
function sharedMemory(data: string): string | undefined {
  if (!existsSync(join(data, 'postmaster.pid'))) return undefined;
  const [, id] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[6]?.trim().split(/\s+/) ?? [];
  return id;
}

function configure(data: string, options: PostgresOptions, own: (path: string) => void): void {
  const settings: Record<string, string | number> = {
    // A test's server must not take the memory of all others, nor be held up by their disks.
    shared_buffers: '32MB',
    // In its folder, where it goes with the rest even when the server is killed.
    dynamic_shared_memory_type: 'mmap',
    ...(options.isDurable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  if (options.tls) {
    const { certificate, key } = options.tls;
    // It insists that the key is its own and nobody else may read it.
    for (const [from, name] of [[certificate, 'server.crt'] as const, [key, 'server.key'] as const]) {
      copyFileSync(from, join(data, name));
      chmodSync(join(data, name), 0o600);
      own(join(data, name));
    }
    settings.ssl = 'on';
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  appendFileSync(join(data, 'postgresql.conf'), lines.join(''));
  const access = options.access ?? ['host all all all trust', 'host replication all all trust'];
  writeFileSync(
    join(data, 'pg_hba.conf'),
    `${['local all all trust', 'local replication all trust', ...access].join('\n')}\n`,
  );
}

async function ask(to: pg.ClientConfig, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...to, connectionTimeoutMillis: 2_000 });
  // A server that goes away afterwards is the test's business, not an error of this connection's.
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(sql)).rows ?? [];
  } finally {
    await client.end().catch(() => {});
  }
}
