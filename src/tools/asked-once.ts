/** Asks the system about each process once. */
import type { Liveness, Processes } from '../core/ports.ts';
import { processKey } from '../core/process.ts';

/** Within one view every question gets one answer: rules that look twice agree, and the system is asked once. */
export function askedOnce(processes: Processes): Processes {
  const known = new Map<string, Liveness>();
  return {
    self: () => processes.self(),
    identify: pid => processes.identify(pid),
    liveness(process) {
      const key = processKey(process);
      const answer = known.get(key) ?? processes.liveness(process);
      known.set(key, answer);
      return answer;
    },
  };
}
