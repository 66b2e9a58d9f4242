/** Hooks that the server of a session hears where its store is behind a hub: they go there, and are answered here where that says nothing. */
import type { Channel } from '../../bridge/link.ts';
import type { Near } from '../../bridge/near.ts';
import type { Composition } from '../../compose.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';
import type { Rests } from './rests.ts';
import type { Shuttle } from './shuttle.ts';

type HookHandler = Parameters<Composition['hearHooks']>[0];
type HookConnection = Parameters<HookHandler>[1];
type Request = Parameters<HookHandler>[0];

export interface RelayParts {
  readonly shuttle: Pick<Shuttle, 'up' | 'ever'>;
  readonly near: Pick<Near, 'moment'>;
  readonly clock: Clock;
  /** Learns by them which conversations rest. */
  readonly rests: Pick<Rests, 'note' | 'passed' | 'missed'>;
  /** Answers as policy has it while there is no store. */
  here: HookHandler;
}

/**
 * Every hook is answered within `limits.bridgeHookMs`, because its command gives up soon after. One that stands beside a resting
 * session stays as long as that rests, also when its hub goes: nobody else would wake it.
 */
export function hookRelay(parts: RelayParts): HookHandler {
  return (request, connection) => {
    const relayed = request.wait === true ? stoodBy(parts, request, connection) : relay(parts, request, connection);
    void relayed.catch(() => parts.here(request, connection));
  };
}

async function relay({ shuttle, near, clock, rests, here }: RelayParts, request: Request, connection: HookConnection) {
  rests.note(request);
  const until = clock.elapsed() + limits.bridgeHookMs;
  const link = await shuttle.up(limits.bridgeHookUpMs);
  if (connection.signal.aborted) return;
  const channel = link?.open('hook', { request, moment: near.moment() });
  const reply = (value: unknown) => {
    if ((value as { pass?: unknown } | null)?.pass === true) rests.passed(request);
    connection.reply(value);
  };
  const hook = { next: connection.next, close: connection.close, signal: connection.signal, reply };
  const isAnswered = channel && (await answered(channel, hook, until - clock.elapsed(), clock));
  if (!isAnswered) rests.missed(request);
  if (!isAnswered && !connection.signal.aborted) here(request, connection);
}

async function stoodBy({ shuttle, near, clock }: RelayParts, request: Request, connection: HookConnection) {
  let again = false;
  while (!connection.signal.aborted) {
    const link = await shuttle.ever(connection.signal);
    if (link === undefined) return;
    const channel = link.open('hook', { request: { ...request, again }, moment: near.moment() });
    if (await answered(channel, connection, Number.POSITIVE_INFINITY, clock)) return;
    again = true;
    // What the hub does not take, or cannot now, it is not asked again at once.
    await clock.sleep(limits.bridgeAgainMostMs, connection.signal);
  }
}

/** Hands on what the hub answers. Whether it did: not within `ms`, nor when it could not, or the connection went. */
async function answered(channel: Channel, connection: HookConnection, ms: number, clock: Clock): Promise<boolean> {
  const end = () => channel.end();
  connection.signal.addEventListener('abort', end, { once: true });
  if (connection.signal.aborted) end();
  const done = new AbortController();
  let isAnswered = false;
  channel.hear(said => {
    const { reply, error } = said as { reply?: unknown; error?: unknown };
    if (done.signal.aborted) return;
    isAnswered = error === undefined;
    done.abort();
    if (!isAnswered) return;
    connection.next(value => channel.say({ next: value }));
    connection.reply(reply);
  });
  await clock.sleep(ms, AbortSignal.any([channel.signal, done.signal]));
  if (!isAnswered) {
    done.abort();
    channel.end();
  }
  return isAnswered;
}
