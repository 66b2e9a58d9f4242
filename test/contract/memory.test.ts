import { createMemoryState, createMemoryStore } from '../../src/engines/memory/engine.ts';
import { storeContract } from './store-contract.ts';

storeContract('memory', {
  isSynchronous: true,
  async createBed() {
    const state = createMemoryState();
    return { connect: context => createMemoryStore({ ...context, state }), destroy: async () => {} };
  },
});
