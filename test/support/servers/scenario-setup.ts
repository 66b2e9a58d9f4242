/** Gives the scenarios of a file the server of their run, or leaves them out where there is none. */
import { beforeEach, inject } from 'vitest';

const server = inject('storeServer');

// Read by `Workspace`, which tests, soak and bench share.
if (server !== null) process.env.SIGNALBOX_TEST_STORE_SERVER = server;

beforeEach(context => {
  if (server === null) context.skip('there is no server for it here');
});
