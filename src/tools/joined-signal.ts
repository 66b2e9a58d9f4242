/** Several signals as one, for a while. */

export interface JoinedSignal {
  readonly signal: AbortSignal;
  /** Aborts it, and lets go of those that it was made of. */
  end(): void;
}

/**
 * Aborts when any of these does, and when it is ended. `AbortSignal.any` would leave something on each of them for as long as that lives:
 * the signal by which a hub stops lives as long as the hub, and everything that waits there joins it to its own.
 */
export function joinedSignal(...signals: readonly (AbortSignal | undefined)[]): JoinedSignal {
  const joined = new AbortController();
  const end = () => {
    for (const each of signals) each?.removeEventListener('abort', end);
    joined.abort();
  };
  for (const each of signals) each?.addEventListener('abort', end, { once: true });
  if (signals.some(each => each?.aborted)) end();
  return { signal: joined.signal, end };
}
