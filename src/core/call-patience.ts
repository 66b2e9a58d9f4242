/** How long clients let one call of a tool last: whoever waits longer is cut off, and its model is told of an error. */
import { limits } from './limits.ts';

const minuteMs = 60_000;

/** Those that wait on as long as they are told how it goes. */
const patientWhileTold: readonly (string | null)[] = ['opencode', 'copilot-cli'];

/**
 * How long one call may wait in a client, in milliseconds; infinite for one that sets no bound. `toldMs` is what the client's user has
 * set, null for nothing. Seen with the clients themselves: Claude Code has not ended a call by itself, Codex does after five minutes,
 * opencode and the libraries that clients are made of after one. What others do is taken for the same.
 */
export function callPatienceMs(client: string | null, hearsProgress: boolean, toldMs: number | null): number {
  if (client === 'claude-code') return toldMs === null ? Number.POSITIVE_INFINITY : toldMs * 0.8;
  if (client === 'codex') return 4 * minuteMs;
  if (hearsProgress && patientWhileTold.includes(client)) return Number.POSITIVE_INFINITY;
  return limits.callPatienceMs;
}
