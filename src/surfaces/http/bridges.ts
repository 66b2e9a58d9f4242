/** The connections of machines whose sessions live at this hub: `/v1/bridge`, a WebSocket for each. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Wire } from '../../bridge/link.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { Station } from '../bridge/station.ts';
import type { Hub, HubParts } from './app.ts';
import { countedWakeups } from './counted-wakeups.ts';
import { problemOf, Refusal } from './problem.ts';

type Accept = (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<Wire>;

export class Bridges {
  readonly #parts: HubParts;
  readonly #hub: Hub;
  readonly #accept: Accept;
  /** What goes on here with counted hints and waits. */
  readonly #world: HubParts['world'];
  readonly #open = new Set<Station>();
  readonly #sockets = new Set<Duplex>();

  constructor(parts: HubParts, hub: Hub, accept: Accept) {
    [this.#parts, this.#hub, this.#accept] = [parts, hub, accept];
    this.#world = { ...parts.world, wakeups: countedWakeups(parts.world.wakeups, hub.metrics) };
  }

  /** Whether nothing is under way on any of them. */
  get isIdle(): boolean {
    return this.#open.size === 0;
  }

  /** Cuts off what is still open. */
  end(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Answers a request to upgrade. Never rejects. */
  async take(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const { note, stopping, addressIn } = this.#parts;
    const world = this.#world;
    try {
      const { guard } = this.#hub;
      const { host = '', origin, authorization } = request.headers;
      const forwarded = request.headers['x-forwarded-for'];
      const address = addressIn(request.socket.remoteAddress, forwarded === undefined ? undefined : String(forwarded));
      guard.refuseForeign(host, origin);
      if ((request.url ?? '').split('?')[0] !== '/v1/bridge') throw nothingHere();
      if (stopping.aborted) throw new SignalboxError('unavailable', 'The hub stops.', 'Try another one, or again.');
      if (this.#open.size >= limits.hubBridges)
        throw new SignalboxError('unavailable', 'The hub is full.', 'Start another one.');
      const arrival = { authorization, address, host, path: '/v1/bridge' };
      await guard.principal(arrival);
      const wire = await this.#accept(request, socket, head);
      const principal = (counts: 'counted' | 'free') => guard.principal(arrival, counts);
      const log = (message: string, details: Record<string, unknown>) => note('error', message, details);
      const isKnown = () => guard.knows(authorization);
      const audit = this.#hub.auditor(address);
      const station = new Station(wire, { world, audit, principal, isKnown, stopping, log });
      this.#begin(station);
      note('info', 'bridge', { bridges: this.#open.size });
    } catch (error) {
      const id = world.ids.next();
      const { status, cause } = problemOf(error, id);
      if (status === 500)
        note('error', 'request failed', { request: id, cause: String((cause as Error)?.stack ?? cause) });
      refuse(socket, error, id);
    }
  }

  #begin(station: Station): void {
    const { metrics } = this.#hub;
    this.#open.add(station);
    metrics.bridged(1);
    station.closed(() => {
      this.#open.delete(station);
      metrics.bridged(-1);
    });
  }
}

function nothingHere(): Refusal {
  return new Refusal('not_found', 404, 'There is nothing to connect to here.', 'Machines connect to /v1/bridge.');
}

/** Answers in plain HTTP, with the error body of every other request. */
function refuse(socket: Duplex, error: unknown, request: string): void {
  const { status, body } = problemOf(error, request);
  const more = error instanceof Refusal ? error : { status, headers: {} };
  const text = JSON.stringify(body);
  const lines = [
    `HTTP/1.1 ${more.status} Refused`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...Object.entries(more.headers).map(([name, value]) => `${name}: ${value}`),
  ];
  // What it sent behind its request is never read, and would hide that it has gone.
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`);
}
