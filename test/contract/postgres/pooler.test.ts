/** The engine behind a pooler that gives one connection of the server to a different process for each transaction. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../../src/core/ports.ts';
import { type PostgresTestServer, startPostgres } from '../../support/servers/postgres/test-server.ts';
import { postgresPrograms, program, unprivilegedUser } from '../../support/servers/programs.ts';
import { freePort } from '../../support/servers/server-process.ts';
import { describeUnless } from '../../support/servers/suites.ts';
import { allEvents, happened, increment, project } from '../store-harness.ts';
import { until } from '../wakeups-contract.ts';
import { openEngine, through } from './bed.ts';

const pooler = program('pgbouncer');
const lack =
  pooler && postgresPrograms()
    ? undefined
    : { what: 'PostgreSQL and PgBouncer', remedy: 'Install the packages "postgresql" and "pgbouncer".' };

describeUnless(lack, 'postgres: behind PgBouncer with transaction pooling', () => {
  let server: PostgresTestServer;
  let bouncer: ChildProcess;
  let folder: string;
  let port: number;

  beforeAll(async () => {
    server = await startPostgres();
    port = await freePort();
    folder = mkdtempSync(join(tmpdir(), 'signalbox-pooler-'));
    const settings = join(folder, 'pgbouncer.ini');
    writeFileSync(
      settings,
      `[databases]\n* = host=127.0.0.1 port=${server.port} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}
auth_type = any\npool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 200\nunix_socket_dir =\n`,
    );
    const user = unprivilegedUser();
    if (user) for (const path of [folder, settings]) chownSync(path, user.uid, user.gid);
    chmodSync(folder, 0o755);
    bouncer = spawn(pooler ?? '', [settings], { stdio: 'ignore', ...user });
  });
  afterAll(async () => {
    const ended = new Promise(resolve => bouncer?.once('exit', resolve));
    if (bouncer?.kill('SIGKILL')) await ended;
    await server?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('loses, doubles and refuses nothing, with more processes than the server has connections for them', async () => {
    const url = through(`${server.url}?schema=pooled`, port);
    const stores = Array.from({ length: 6 }, () => openEngine(url).store);
    const first = stores[0];
    await until(async () => (await first?.inspect())?.isUsable === true, 'the pooler answers');
    await Promise.all(
      stores.map(async (store, name) => {
        for (let round = 0; round < 25; round++) {
          await store.transact(project, async tx => tx.emit(happened(await increment(tx))));
          await store.read(project, async reader => {
            await reader.list('lock', 'all', { prefix: '' }, { limit: 5 });
            await reader.count('lock', 'holder', { equals: String(name) });
          });
        }
      }),
    );
    const numbers = (await allEvents(first as Store)).map(event => event.data.number);
    expect(numbers).toEqual(Array.from({ length: 150 }, (_, at) => at + 1));
    for (const store of stores) await store.close();
  });
});
