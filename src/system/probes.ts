/** The port `Probes`. */
import type { Probes } from '../core/ports.ts';

export function createProbes(): Probes {
  return { isPortFree: async () => true };
}
