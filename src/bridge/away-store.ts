/** What stands in the place of a store on a machine whose store is behind a hub: the rules run there, and nothing can be done here. */
import { SignalboxError } from '../core/errors.ts';
import type { Store, Wakeups } from '../core/ports.ts';

/** What is the matter, and what to do about it, in a sentence each. */
export interface Trouble {
  readonly message: string;
  readonly next: string;
}

/** Every unit of work fails with `unavailable`; `why` says what is the matter at that moment. */
export function awayStore(location: string, why: () => Trouble): Store {
  const fail = async (): Promise<never> => {
    const { message, next } = why();
    throw new SignalboxError('unavailable', message, next);
  };
  return {
    spansMachines: true,
    transact: fail,
    read: fail,
    eventsAfter: fail,
    projects: fail,
    contents: fail,
    load: fail,
    inspect: async () => ({ isUsable: false, engine: 'hub', location, version: '', problems: [why().message] }),
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
