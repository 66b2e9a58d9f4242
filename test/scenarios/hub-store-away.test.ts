/** A hub whose store is away for some seconds, as a database is that fails over. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { Hub, makeToken } from '../support/hub.ts';
import { postgresServer, redisServer } from '../support/servers/choose.ts';
import { startProxy, type TestProxy } from '../support/servers/proxy.ts';
import { describeWith } from '../support/servers/suites.ts';
import { pause, Workspace } from '../support/workspace.ts';

let place: Workspace;
let proxy: TestProxy;
let hub: Hub;

for (const kind of [postgresServer, redisServer]) {
  await describeWith(kind, `a hub on ${kind.name}`, server => {
    beforeEach(async () => {
      const { port, hostname } = new URL(server.url);
      proxy = await startProxy(Number(port), hostname);
      place = new Workspace(server.url.replace(`:${port}`, `:${proxy.port}`).replace(hostname, '127.0.0.1'));
      hub = await Hub.start(place);
    });
    afterEach(async () => {
      await hub.stop();
      await place.dispose();
      await proxy.close();
    });

    it('answers what it is asked while its store is away for longer than a person at a shell would wait', async () => {
      const ana = hub.as(await makeToken(place, 'ana'));
      const wren = await ana.open({ handle: 'wren' });
      proxy.refuse(true);
      proxy.cut();
      const asked = wren.call('lock_acquire', { resources: ['ci'] });
      await pause(limits.commandPatienceMs + 1_000);
      proxy.refuse(false);
      expect(await asked).toMatchObject({ status: 200, body: { granted: true } });
    });
  });
}
