/** The one connection of a process to its Redis server or cluster: opened when it is used, thrown away when it is in doubt. */
import type { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { ServerFailure } from '../server/failure.ts';
import { type Call, within } from './call.ts';
import { type Client, type Cluster, loadDriver, type Redis, type RedisDriver, type RedisOptions } from './driver.ts';
import { closed, lost, toFailure, tooOld } from './errors.ts';
import type { Script } from './scripts.ts';
import type { RedisPlace } from './url.ts';

/** The driver never tries again on its own: only who knows what was under way can tell whether that is right. */
const noRetries: RedisOptions = {
  // Old enough for every proxy and managed service.
  protocol: 2,
  lazyConnect: true,
  retryStrategy: () => null,
  enableOfflineQueue: false,
  enableReadyCheck: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: limits.serverConnectMs,
  keepAlive: 10_000,
};

interface Seed {
  readonly host: string;
  readonly port: number;
}

/** What is said of a command that did not come through: whether it may have reached the server all the same. */
export interface Sending {
  isSent: boolean;
}

/**
 * Everything it rejects with is a `ServerFailure` or another `SignalboxError`. It keeps the process alive only while an answer
 * is awaited: every wait has its timer, which does.
 */
export class Link {
  readonly #place: RedisPlace;
  readonly #load: (() => Promise<RedisDriver>) | undefined;
  #opening: Promise<Client> | undefined;
  #client: Client | undefined;
  /** The nodes of a cluster as they were last known: the one that the URL names may be away. */
  #seeds: readonly Seed[] = [];
  #trouble: SignalboxError | undefined;
  #isClosed = false;

  constructor(place: RedisPlace, load?: () => Promise<RedisDriver>) {
    this.#place = place;
    this.#load = load;
  }

  /** Why the last command did not come through; undefined when it did. For who waits behind it. */
  get trouble(): SignalboxError | undefined {
    return this.#trouble;
  }

  /** Runs a script on `keys`, which lie in one slot. With `sending` the caller learns whether the server may have got it. */
  async run(
    call: Call,
    script: Script,
    keys: readonly string[],
    values: readonly (string | number)[],
    sending?: Sending,
  ): Promise<unknown> {
    return this.use(
      call,
      async client => {
        try {
          return await client.call('evalsha', script.hash, keys.length, ...keys, ...values);
        } catch (error) {
          if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
          return await client.call('eval', script.text, keys.length, ...keys, ...values);
        }
      },
      sending,
    );
  }

  /** Runs one command, or some that go together. */
  async use<T>(call: Call, commands: (client: Client) => Promise<T>, sending?: Sending): Promise<T> {
    const client = this.#client ?? (await this.#open(call));
    const { label } = this.#place;
    if (sending !== undefined) sending.isSent = true;
    try {
      const answer = await within(commands(client), call.waitMs, () => lost(label));
      this.#trouble = undefined;
      return answer;
    } catch (error) {
      const failure = toFailure(error, label);
      this.#trouble = failure;
      // Lost: whatever else is under way on it gets no answer either. Refused: after a failover the address may lead to another
      // server, while this connection still leads to one that has become a replica.
      if (failure instanceof ServerFailure && failure.kind !== 'busy') this.#discard(client);
      throw failure;
    }
  }

  /** Whether the data lies on several servers; not known before the first connection. */
  get isCluster(): boolean {
    return this.#seeds.length > 0;
  }

  /** A connection of its own for who only hears: to the server, or to a node of the cluster. It keeps no process alive. */
  async openListener(): Promise<Redis> {
    const driver = await loadDriver(this.#load);
    const { options } = this.#place;
    let reason: unknown = lost(this.#place.label);
    for (const seed of this.isCluster ? this.#seeds : [{}]) {
      try {
        const server = await openServer(driver, { ...this.#place, options: { ...options, ...seed } });
        releaseProcess(server);
        return server;
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  }

  /** Every server that holds a part of the data: the one there is, or the masters of a cluster. */
  async servers(call: Call): Promise<readonly Redis[]> {
    const client = this.#client ?? (await this.#open(call));
    return client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
  }

  close(): void {
    this.#isClosed = true;
    if (this.#client !== undefined) this.#discard(this.#client);
  }

  #open(call: Call): Promise<Client> {
    if (this.#isClosed) return Promise.reject(closed());
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return within(this.#opening, call.waitMs, () => lost(this.#place.label));
  }

  async #connect(): Promise<Client> {
    const driver = await loadDriver(this.#load);
    const client =
      this.#seeds.length === 0 ? await this.#connectServer(driver) : await this.#connectCluster(driver, this.#seeds);
    if (this.#isClosed) {
      end(client);
      throw closed();
    }
    this.#client = client;
    client.once('end', () => {
      if (this.#client === client) this.#client = undefined;
    });
    return client;
  }

  async #connectServer(driver: RedisDriver): Promise<Client> {
    const { options, label } = this.#place;
    const server = await openServer(driver, this.#place);
    try {
      // Who may not ask is believed to have a server that is new enough.
      const facts = await within(server.info().catch(ifForbidden), limits.serverConnectMs, () => lost(label));
      assertSupported(facts, label);
      if (!/^cluster_enabled:1/m.test(facts)) {
        releaseProcess(server);
        return server;
      }
    } catch (error) {
      end(server);
      throw toFailure(error, label);
    }
    end(server);
    return this.#connectCluster(driver, [{ host: options.host ?? 'localhost', port: options.port ?? 6379 }]);
  }

  async #connectCluster(driver: RedisDriver, seeds: readonly Seed[]): Promise<Cluster> {
    const { options, label } = this.#place;
    const { host: _host, port: _port, path: _path, db: _db, ...way } = options;
    const { lazyConnect: _lazy, retryStrategy: _retry, enableOfflineQueue: _queue, ...common } = noRetries;
    const cluster = new driver.Cluster([...seeds], {
      lazyConnect: true,
      // For commands to a node that is just being connected to.
      enableOfflineQueue: true,
      clusterRetryStrategy: () => null,
      // Where the data lies is learnt from the servers' answers.
      slotsRefreshInterval: 0,
      slotsRefreshTimeout: limits.serverConnectMs,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      // Names stay names: certificates are made out to them.
      dnsLookup: (address, callback) => callback(null, address),
      redisOptions: { ...common, ...way },
    });
    // Nodes are connected to when they are needed, and come and go.
    cluster.on('+node', (node: Redis) => node.on('connect', () => releaseProcess(node)));
    let reason: Error | undefined;
    cluster.on('error', error => {
      reason = error.lastNodeError ?? error;
    });
    cluster.on('node error', error => {
      reason = error;
    });
    try {
      await within(cluster.connect(), limits.serverConnectMs, () => lost(label));
    } catch (error) {
      end(cluster);
      this.#seeds = [];
      throw toFailure(reason ?? error, label);
    }
    this.#seeds = seedsOf(cluster);
    return cluster;
  }

  #discard(client: Client): void {
    if (this.#client === client) this.#client = undefined;
    end(client);
  }
}

/** A connection to the server that the URL names, ready for commands. Throws a failure in the engine's words. */
export async function openServer({ Redis }: RedisDriver, { options, label }: RedisPlace): Promise<Redis> {
  const server = new Redis({ ...noRetries, ...options });
  let reason: Error | undefined;
  server.on('error', error => {
    reason ??= error;
  });
  try {
    await within(server.connect(), limits.serverConnectMs, () => lost(label));
    return server;
  } catch (error) {
    end(server);
    throw toFailure(reason ?? error, label);
  }
}

/** Ends a connection at once; commands under way on it are rejected. */
export function end(client: Client): void {
  // Ending one twice would start a timer that nobody stops.
  if (client.status === 'end') return;
  const streams = streamsOf(client);
  client.disconnect();
  for (const stream of streams) stream.destroy();
}

/** From now on an open connection does not keep the process from ending; who awaits an answer does, by the time it has. */
export function releaseProcess(server: Redis): void {
  for (const stream of streamsOf(server)) stream.unref?.();
}

interface Stream {
  destroy(): void;
  unref?(): void;
}

function streamsOf(client: Client): readonly Stream[] {
  const servers = client.isCluster ? (client as Cluster).nodes('all') : [client as Redis];
  // There is no stream before a server was connected to.
  return servers.flatMap(server => ((server as { stream?: Stream }).stream ? [server.stream as Stream] : []));
}

function seedsOf(cluster: Cluster): Seed[] {
  return cluster.nodes('master').flatMap(({ options: { host, port } }) => (host && port ? [{ host, port }] : []));
}

function ifForbidden(error: Error): string {
  if (error.message.startsWith('NOPERM')) return '';
  throw error;
}

function assertSupported(facts: string, label: string): void {
  const version = /^redis_version:(\d+)/m.exec(facts)?.[1];
  // Valkey tells the version of Redis that it stands for, 7.2.4.
  if (version === undefined || Number(version) >= 7) return;
  throw tooOld(label, versionOf(facts));
}

/** The server's name and version by its `INFO`. */
export function versionOf(facts: string): string {
  const valkey = /^valkey_version:(\S+)/m.exec(facts)?.[1];
  if (valkey !== undefined) return `Valkey ${valkey}`;
  return `Redis ${/^redis_version:(\S+)/m.exec(facts)?.[1] ?? '(unknown version)'}`;
}
