/** What stands in the place of a store on a machine whose store is behind a hub: the rules run there, and nothing can be done here. */
import { SignalboxError } from '../core/errors.ts';
import type { Store, Wakeups } from '../core/ports.ts';

/** Every unit of work fails with `unavailable`; `why` says what is the matter at that moment, in a sentence. */
export function awayStore(location: string, why: () => string): Store {
  const fail = async (): Promise<never> => {
    throw new SignalboxError('unavailable', why(), 'Try again in a moment; `signalbox doctor` says what is wrong.');
  };
  return {
    spansMachines: true,
    transact: fail,
    read: fail,
    eventsAfter: fail,
    projects: fail,
    contents: fail,
    load: fail,
    inspect: async () => ({ isUsable: false, engine: 'hub', location, version: '', problems: [why()] }),
    close: async () => undefined,
  };
}

/** Nobody is woken where nobody can have slept. */
export const noWakeups: Wakeups = {
  listen: async () => async () => undefined,
  attend: () => () => undefined,
  wake: async () => undefined,
  problem: () => undefined,
  close: async () => undefined,
};
