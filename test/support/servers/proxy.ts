/** A TCP proxy in this process, in front of any server: cuts, delays, swallows, and counts what passes. */
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** Looks at one piece of what a client sent, as it came from its connection. */
export type Matcher = (bytes: Buffer) => boolean;

export interface ProxyCounters {
  /** Connections that clients have made. */
  connections: number;
  bytesToServer: number;
  bytesToClient: number;
  /** How often a client spoke (again) after the server had: what waiting for a server's answers costs. The first words of a connection count. */
  roundTrips: number;
}

export interface TestProxy {
  readonly port: number;
  readonly counters: Readonly<ProxyCounters>;
  /** How long every piece is held back, in each direction. Set it while nothing is under way, or pieces may overtake. */
  delayMs: number;
  /** How many connections are open through it now. */
  open(): number;
  /** Destroys all connections; new ones are welcome. */
  cut(): void;
  /** While on, connections are reset as soon as they are made. */
  refuse(on: boolean): void;
  /** While on, all bytes of both directions are dropped without a word; new connections are made, and hear nothing. */
  blackhole(on: boolean): void;
  /** Cuts the connection instead of passing on the next piece of a client that matches (any one, by default). */
  cutBeforeRequest(match?: Matcher): void;
  /** Passes the next matching piece of a client on, drops what the server says to it, and cuts the connection then. */
  cutAfterRequestBeforeAnswer(match: Matcher): void;
  /** Whether a cut that was ordered still waits for its moment. */
  pending(): boolean;
  resetCounters(): void;
  close(): Promise<void>;
}

type Ordered = { readonly match: Matcher; readonly when: 'before' | 'after' } | undefined;

/** Listens on a free port of 127.0.0.1 and passes everything on to `targetPort` of `targetHost`. */
export async function startProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<TestProxy> {
  const counters: ProxyCounters = { connections: 0, bytesToServer: 0, bytesToClient: 0, roundTrips: 0 };
  const pairs = new Set<() => void>();
  let refuses = false;
  let swallows = false;
  let ordered: Ordered;
  let delayMs = 0;

  const server = createServer({ noDelay: true }, client => {
    counters.connections += 1;
    if (refuses) {
      client.resetAndDestroy();
      return;
    }
    const upstream = createConnection({ port: targetPort, host: targetHost, noDelay: true });
    const cut = () => {
      client.destroy();
      upstream.destroy();
      pairs.delete(cut);
    };
    pairs.add(cut);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      // An error is followed by `close`.
      one.on('error', () => {});
      // What was said before the end still has to arrive.
      one.on('close', hadError => afterDelay(() => (hadError ? other.destroy() : other.end())));
      one.on('close', () => other.closed && pairs.delete(cut));
    }
    let lastSpoke: 'client' | 'server' = 'server';
    let isDoomed = false;

    client.on('data', bytes => {
      if (swallows || isDoomed) return;
      if (lastSpoke === 'server') counters.roundTrips += 1;
      lastSpoke = 'client';
      const order = ordered?.match(bytes) ? ordered.when : undefined;
      if (order) ordered = undefined;
      if (order === 'before') return cut();
      if (order === 'after') isDoomed = true;
      counters.bytesToServer += bytes.length;
      pass(bytes, upstream);
    });
    upstream.on('data', bytes => {
      if (swallows) return;
      if (isDoomed) return cut();
      lastSpoke = 'server';
      counters.bytesToClient += bytes.length;
      pass(bytes, client);
    });
  });

  /** Timers of one length fire in the order in which they were set, so what is delayed keeps its order. */
  const afterDelay = (act: () => void) => {
    if (delayMs > 0) setTimeout(act, delayMs);
    else act();
  };
  const pass = (bytes: Buffer, to: Socket) =>
    afterDelay(() => {
      if (!swallows && to.writable) to.write(bytes);
    });
  const cutAll = () => {
    for (const cut of [...pairs]) cut();
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    counters,
    get delayMs() {
      return delayMs;
    },
    set delayMs(value: number) {
      delayMs = value;
    },
    open: () => pairs.size,
    cut: cutAll,
    refuse(on) {
      refuses = on;
    },
    blackhole(on) {
      swallows = on;
    },
    cutBeforeRequest(match = () => true) {
      ordered = { match, when: 'before' };
    },
    cutAfterRequestBeforeAnswer(match) {
      ordered = { match, when: 'after' };
    },
    pending: () => ordered !== undefined,
    resetCounters() {
      Object.assign(counters, { connections: 0, bytesToServer: 0, bytesToClient: 0, roundTrips: 0 });
    },
    async close() {
      cutAll();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
