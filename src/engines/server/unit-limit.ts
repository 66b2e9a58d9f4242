/** Ends a unit of work that waits for something other than its own transaction, where reads take real time. */
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { after } from './real-time.ts';

/**
 * Runs `work` and rejects with `internal` when it takes longer than `limits.unitMs`: it holds up everybody in its project, and
 * a unit inside a unit would wait for itself for ever. Where the store answers at once `withoutWaiting` sees that immediately.
 */
export function withinUnitLimit<T>(work: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = after(limits.unitMs, () => {
      reject(
        new SignalboxError(
          'internal',
          'A unit of work waited for something other than its own transaction and was undone.',
          'Report this as a defect of Signalbox.',
        ),
      );
    });
    work().then(resolve, reject).finally(stop);
  });
}
