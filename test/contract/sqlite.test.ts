import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { storeContract } from './store-contract.ts';

storeContract('sqlite', {
  isSynchronous: true,
  async createBed() {
    const folder = temporaryFolder();
    return {
      connect: context => createSqliteStore({ ...context, path: folder.path('store.db') }),
      destroy: async () => folder.remove(),
    };
  },
});
