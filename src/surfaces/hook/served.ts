/** The desk of a server process: events of the sessions that its client runs. */
import { realpathSync } from 'node:fs';
import type { ReadEvent } from '../../clients/define-client.ts';
import { clientNamed } from '../../clients/index.ts';
import type { Waking } from '../../clients/waking.ts';
import { limits } from '../../core/limits.ts';
import type { PolicySource } from '../../core/policy-watch.ts';
import type { Clock } from '../../core/ports.ts';
import type { Callers } from '../../tools/callers.ts';
import type { Participant } from '../../tools/participant.ts';
import { rememberTree } from '../../tools/tree-look.ts';
import type { CallerFound, EventDesk } from './answer.ts';
import { Wakers } from './wakers.ts';

export interface ServedParts extends Pick<EventDesk, 'call' | 'tellsFailure'> {
  readonly clock: Clock;
  /** Asked with the client's name, because an event may come before the connection has told who the client is. */
  callers(client: string): Callers;
  readonly waking: Waking;
  readonly failsClosed?: EventDesk['failsClosed'];
  readonly policy?: PolicySource | undefined;
}

export class ServedDesk implements EventDesk {
  readonly #callers: (client: string) => Callers;
  readonly #clock: Clock;
  readonly #wakers: Wakers;
  readonly #seen = new Map<string, { readonly teller: string; readonly at: number }>();
  readonly call: EventDesk['call'];
  readonly tellsFailure: EventDesk['tellsFailure'];
  readonly failsClosed: EventDesk['failsClosed'];
  readonly #policy: PolicySource | undefined;

  constructor(parts: ServedParts) {
    this.#clock = parts.clock;
    this.#callers = client => parts.callers(client);
    this.#wakers = new Wakers(parts.waking);
    this.call = parts.call;
    this.tellsFailure = isFailing => parts.tellsFailure(isFailing);
    this.failsClosed = parts.failsClosed ?? (() => false);
    this.#policy = parts.policy;
  }

  wrongSettings() {
    const policy = this.#policy;
    const line = policy?.untold ?? null;
    return policy === undefined || line === null ? undefined : { line, told: () => policy.told() };
  }

  async callerOf(client: string, read: ReadEvent): Promise<CallerFound | 'pass' | null> {
    const { owner } = read;
    const callers = this.#callers(client);
    // Settings of one client that another one reads: the connection knows who is there.
    if (callers.traits.name !== client) return null;
    if (!isOfFolder(callers, read)) return 'pass';
    if (owner.agent === null) this.#wakers.steps(owner.conversation);
    const found = await callers.ofEvent(owner);
    // In nobody's way: the model has yet to think of a command.
    if (found && read.event.kind === 'prompt') void rememberTree(found.caller);
    return found === undefined ? 'pass' : { caller: found.caller, twin: found.twin?.handle ?? null };
  }

  present(client: string): Participant | undefined {
    const callers = this.#callers(client);
    return callers.traits.name === client ? callers.present[0] : undefined;
  }

  async end(client: string, read: ReadEvent): Promise<'pass' | undefined> {
    const { owner, endReason } = read;
    const callers = this.#callers(client);
    if (callers.traits.name !== client) return undefined;
    if (!isOfFolder(callers, read)) return 'pass';
    this.#wakers.steps(owner.conversation);
    return (await callers.end(owner.conversation, endReason ?? 'its client ended it')) ? undefined : 'pass';
  }

  rests(client: string, { caller }: CallerFound): void {
    // Who looked a moment before the stop was noted looks again.
    void caller.hints().then(
      hints => hints.bump(),
      () => undefined,
    );
    if (clientNamed(client)?.wakeCommand) void this.#wakers.stand(caller, client);
  }

  /** Told by another of the client's files a moment ago. From the same one it is the next event that looks the same, unless none can. */
  isRepeated(fingerprint: string, teller: string, isExact: boolean): boolean {
    const now = this.#clock.elapsed();
    for (const [key, { at }] of this.#seen) if (now - at > limits.hookTwiceMs) this.#seen.delete(key);
    const before = this.#seen.get(fingerprint);
    if (before !== undefined && (isExact || before.teller !== teller)) return true;
    if (this.#seen.size < limits.hookEventsRemembered) this.#seen.set(fingerprint, { teller, at: now });
    return false;
  }

  hasHeard(fingerprint: string): boolean {
    return this.#seen.has(fingerprint);
  }

  /** Wakes nobody any more. */
  close(): void {
    this.#wakers.close();
  }
}

/**
 * Whether an event is of this server's folder, where a client has several servers: it may be told by any hook of the client, which
 * works in other folders too. A conversation that is known here is this server's wherever it is by now.
 */
function isOfFolder(callers: Callers, { directory, owner }: ReadEvent): boolean {
  const { traits, main } = callers;
  if (traits.servers === undefined || directory === null) return true;
  if (traits.servers !== 'of folders' && callers.knows(owner.conversation)) return true;
  return realPath(directory) === realPath(main.directory);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
