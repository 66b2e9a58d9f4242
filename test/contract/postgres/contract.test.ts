import { postgresServer } from '../../support/servers/choose.ts';
import { describeWith } from '../../support/servers/suites.ts';
import { storeContract } from '../store-contract.ts';
import { openEngine } from './bed.ts';

await describeWith(postgresServer, 'the engine postgres', server => {
  storeContract('postgres', {
    isSynchronous: false,
    async createBed() {
      const room = server.room();
      return {
        connect: ({ clock, wakeups }) => openEngine(room.url, { wakeups, time: () => clock.now() }).store,
        destroy: () => room.clear(),
      };
    },
  });
});
