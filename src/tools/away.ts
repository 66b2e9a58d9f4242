/** Waiting goes on while the store is away. */
import { SignalboxError } from '../core/errors.ts';

/** What `look` gives, or undefined when the store could not be reached: whoever has time left looks again later. */
export async function whileAway<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'unavailable') return undefined;
    throw error;
  }
}
