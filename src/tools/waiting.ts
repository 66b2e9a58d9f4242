/** Waiting for something that a session will find in the store: as long as its time lasts, whether or not a hint tells of it. */
import { limits } from '../core/limits.ts';
import { whileAway } from './away.ts';
import type { ToolContext } from './define-tool.ts';
import { joinedSignal } from './joined-signal.ts';

export interface Wait<T> {
  readonly ms: number;
  /** Told as progress: `waiting for a message`. */
  readonly what: string;
  /** Whether taking is worth while; leaves writers alone. */
  look(): Promise<boolean>;
  /** Takes what is there; undefined when it is nothing. */
  take(): Promise<T | undefined>;
}

/**
 * What was taken, or undefined when the time is over (`waitsEnd` is the end of any) or the call is cancelled; nothing is taken for a
 * cancelled call. A look comes first; a hint says that there is something, so then it takes at once. Goes on while the store is away.
 */
export async function untilThere<T>(context: ToolContext, wait: Wait<T>): Promise<T | undefined> {
  const woken = joinedSignal(context.signal, context.waitsEnd);
  try {
    return await waited(context, wait, woken.signal);
  } finally {
    woken.end();
  }
}

async function waited<T>(
  context: ToolContext,
  { ms, what, look, take }: Wait<T>,
  woken: AbortSignal,
): Promise<T | undefined> {
  const { clock } = context.caller.world;
  const hints = await context.caller.hints();
  const begin = clock.elapsed();
  let told = begin;
  let wasHinted = false;
  while (true) {
    const seen = hints.version;
    if (!context.signal.aborted && (wasHinted || (await whileAway(look)))) {
      const taken = await whileAway(take);
      if (taken !== undefined) return taken;
    }
    const passed = clock.elapsed() - begin;
    if (passed >= ms || woken.aborted) return undefined;
    if (clock.elapsed() - told >= limits.progressEveryMs) {
      told = clock.elapsed();
      context.progress(what, Math.round(passed / 1000), Math.round(ms / 1000));
    }
    await hints.changed(seen, ms - passed, woken);
    wasHinted = hints.version !== seen;
  }
}
