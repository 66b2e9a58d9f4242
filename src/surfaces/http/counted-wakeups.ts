/** Hints as they are, and counted: how many were heard, and how many requests wait for one. */
import type { Wakeups } from '../../core/ports.ts';

export interface HintCounts {
  heard(): void;
  /** `by` is 1 when a request begins to wait and -1 when it ends. */
  waiting(by: 1 | -1): void;
}

export function countedWakeups(wakeups: Wakeups, counts: HintCounts): Wakeups {
  return {
    listen: (session, wake) =>
      wakeups.listen(session, () => {
        counts.heard();
        wake();
      }),
    attend() {
      const rest = wakeups.attend();
      counts.waiting(1);
      return () => {
        rest();
        counts.waiting(-1);
      };
    },
    wake: sessions => wakeups.wake(sessions),
    problem: () => wakeups.problem(),
    close: () => wakeups.close(),
  };
}
