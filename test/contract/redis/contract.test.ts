import { createRedisStore } from '../../../src/engines/redis/engine.ts';
import { storeContract } from '../store-contract.ts';
import { describeRedis, removeKeys, useServer, withPrefix } from './server.ts';

describeRedis('a server that keeps what it is given', () => {
  // A store on another one is not healthy, which the contract asks for.
  const server = useServer();

  storeContract('redis', {
    isSynchronous: false,
    async createBed() {
      const url = withPrefix(server().url);
      return {
        connect: ({ clock, wakeups }) => createRedisStore({ url, wakeups, time: () => clock.now() }),
        destroy: () => removeKeys(url),
      };
    },
  });
});
