/** A hub in this process, without a port: what answers requests, over a bench whose clock the test moves. */
import { accountsProject, createToken, mintToken, type TokenWish } from '../../src/core/account.ts';
import { type Connection, createHub, type HubParts } from '../../src/surfaces/http/app.ts';
import { systemDigests } from '../../src/system/digests.ts';
import { systemIds } from '../../src/system/ids.ts';
import { operations } from '../../src/tools/index.ts';
import type { World } from '../../src/tools/world.ts';
import { createBench } from './rules.ts';
import { serve } from './served.ts';

export const hubName = 'hub.example.com';

export function createHubApp(about: Partial<HubParts> = {}, world: Partial<World> = {}) {
  const bench = createBench();
  const log: { readonly level: string; readonly message: string; readonly details: object }[] = [];
  const served = serve(bench, bench.processes.spawn());
  const stopping = new AbortController();
  const hub = createHub({
    ...{
      world: { ...served.world, ...world },
      digests: systemDigests,
      tools: operations,
      profiles: [],
      hosts: [hubName],
    },
    ...{ asksForTokens: true, signIn: null, addressIn: () => '192.0.2.1', stopping: stopping.signal },
    note: (level, message, details) => log.push({ level, message, details }),
    ...about,
  });
  return {
    ...{ bench, log, stopping, ...hub },
    /** Makes a token and the headers of a request with it. */
    async token(name: string, wish: Partial<TokenWish> = {}): Promise<Record<string, string>> {
      const { id, token } = mintToken(() => systemIds.next());
      const plain = { name, role: 'write', projects: [], tools: [], notes: null, expiresAt: null };
      const hash = systemDigests.sha256(token);
      const names = operations.map(tool => tool.name);
      await bench.store.transact(accountsProject, tx => createToken(tx, { ...plain, ...wish }, { id, hash }, names));
      return { authorization: `Bearer ${token}` };
    },
    /** `connection` is what the server would tell of it. */
    request: async (path: string, init: RequestInit = {}, connection: Connection = {}) =>
      hub.app.request(`http://${hubName}${path}`, { ...init, headers: { host: hubName, ...init.headers } }, connection),
  };
}
