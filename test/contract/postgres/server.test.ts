/** What the engine makes of a server: its time, its rights, its certificates, its version, and how few round trips it takes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Ask, Store } from '../../../src/core/ports.ts';
import { FakeClock } from '../../support/fakes.ts';
import { aLock } from '../../support/records.ts';
import { type Certificates, makeCertificates } from '../../support/servers/certificates.ts';
import { type PostgresTestServer, startPostgres } from '../../support/servers/postgres/test-server.ts';
import { postgresPrograms } from '../../support/servers/programs.ts';
import { startProxy } from '../../support/servers/proxy.ts';
import { describeUnless } from '../../support/servers/suites.ts';
import { allEvents, counted, happened, increment, project } from '../store-harness.ts';
import { endless, openEngine, through } from './bed.ts';

const lack = postgresPrograms() ? undefined : { what: 'PostgreSQL', remedy: 'Install the package "postgresql".' };

let server: PostgresTestServer;
let folder: string;
let certificates: Certificates;
let opened: Store[];
let rooms = 0;
let room: string;

const at = (parameters: string, user = 'postgres') =>
  `${server.url.replace('postgres@', `${user}@`)}?schema=${room}${parameters ? `&${parameters}` : ''}`;

function open(url = at(''), more: Parameters<typeof openEngine>[1] = {}): Store {
  const { store } = openEngine(url, more);
  opened.push(store);
  return store;
}

/** What a caller is shown when it tries to write: a code, a sentence and a next step, without the driver's words. */
async function refusal(store: Store) {
  const error = await store
    .transact(project, tx => increment(tx))
    .then(
      () => undefined,
      thrown => thrown,
    );
  expect(error).toMatchObject({ name: 'SignalboxError', code: 'unavailable', next: expect.stringMatching(/\.$/) });
  expect(`${error.message} ${error.next}`).not.toMatch(/SQLSTATE|ECONN|pg_hba|undefined|secret/);
  return error.message as string;
}

describeUnless(lack, 'postgres: the server', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'signalbox-certificates-'));
    certificates = makeCertificates(folder);
    server = await startPostgres({
      tls: certificates,
      isDurable: true,
      access: [
        'host all guarded all scram-sha-256',
        'hostnossl all encrypted all reject',
        'host all all all trust',
        'host replication all all trust',
      ],
    });
    await server.query("CREATE ROLE guarded LOGIN PASSWORD 'secret'; CREATE ROLE encrypted LOGIN SUPERUSER");
    await server.query('CREATE ROLE reader LOGIN; REVOKE CREATE ON DATABASE postgres FROM PUBLIC');
  });
  afterAll(async () => {
    await server?.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    opened = [];
    rooms += 1;
    room = `server_${rooms}`;
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
  });

  describe('time', () => {
    it('is the server’s, whatever the clock of this machine says, and the same in events', async () => {
      const clock = new FakeClock(1_000);
      const store = open(at(''), { clock });
      const serverNow = async () => {
        const [row] = await server.query('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now');
        return Number(row?.now);
      };
      const before = await serverNow();
      const unitNow = await store.transact(project, async tx => {
        tx.emit(happened(1));
        return tx.now;
      });
      const viewNow = await store.read(project, async reader => reader.now);
      expect(unitNow).toBeGreaterThanOrEqual(before);
      expect(viewNow).toBeGreaterThanOrEqual(unitNow);
      expect(viewNow).toBeLessThanOrEqual((await serverNow()) + 1);
      expect((await store.eventsAfter(project, 0, 1))[0]?.at).toBe(unitNow);
    });

    it('does not run back in a project when the server’s clock is set back, or another server takes over', async () => {
      const store = open();
      await store.transact(project, tx => increment(tx));
      const ahead = Date.now() + 3_600_000;
      await server.query(`UPDATE ${room}.project SET latest = ${ahead}`);
      expect(await store.read(project, async reader => reader.now)).toBe(ahead);
      expect(await store.transact(project, async tx => tx.now)).toBe(ahead);
      expect(await store.transact('another', async tx => tx.now)).toBeLessThan(ahead);
    });

    it('of a unit is not older than that of the unit it waited for', async () => {
      const stores = [open(), open(), open()];
      const times = await Promise.all(
        Array.from({ length: 60 }, (_, number) =>
          (stores[number % 3] as Store).transact(project, async tx => {
            await increment(tx);
            tx.emit(happened(tx.now));
          }),
        ),
      );
      expect(times).toHaveLength(60);
      const inOrder = (await allEvents(stores[0] as Store)).map(event => event.at);
      expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    });
  });

  describe('round trips', () => {
    it('are two for a unit whose reads are named ahead, three for one that reads on its own, two for a view', async () => {
      const proxy = await startProxy(server.port);
      const store = open(through(at(''), proxy.port));
      const ahead: Ask[] = [
        { kind: 'lock', id: 'counter' },
        { kind: 'lock', index: 'holder', range: { equals: 'h' } },
        { kind: 'lock', index: 'key', range: { prefix: 'file:' }, page: { limit: 10 } },
      ];
      const work = () =>
        store.transact(
          project,
          async tx => {
            await increment(tx);
            await tx.count('lock', 'holder', { equals: 'h' });
            await tx.list('lock', 'key', { prefix: 'file:' }, { limit: 10 });
            tx.put('lock', aLock('other', { holder: 'h' }));
            tx.emit(happened(1, ['a', 'b']));
          },
          ahead,
        );
      const count = async (use: () => Promise<unknown>) => {
        proxy.resetCounters();
        await use();
        return proxy.counters.roundTrips;
      };
      await work();
      // A view ends without waiting, and the next unit follows on the same connection: each first one is counted with it.
      expect(await count(work)).toBe(2);
      expect(await count(() => store.transact(project, tx => increment(tx)))).toBe(3);
      expect(await count(() => store.read(project, reader => reader.get('lock', 'counter')))).toBeLessThanOrEqual(3);
      await store.close();
      await proxy.close();
    });
  });

  describe('rights', () => {
    it('to connect: a wrong password, user or database is said at once, without the password', async () => {
      const atOnce = (url: string) => refusal(open(url, endless));
      expect(await atOnce(at('').replace('postgres@', 'guarded:secret-wrong@'))).toMatch(/user or the password/);
      expect(await atOnce(at('').replace('postgres@', 'guarded@'))).toMatch(/user or the password/);
      expect(await atOnce(at('').replace(/\/postgres\?/, '/nowhere?'))).toMatch(/does not exist/);
      const { problems, location } = await open(at('').replace('postgres@', 'guarded:secret-wrong@')).inspect();
      expect(`${problems} ${location}`).not.toContain('secret');
    });

    it('with the right password everything works', async () => {
      await server.query(`CREATE SCHEMA ${room} AUTHORIZATION guarded`);
      const store = open(at('').replace('postgres@', 'guarded:secret@'));
      await store.transact(project, tx => increment(tx));
      expect(await counted(store)).toBe(1);
    });

    it('to make tables: whoever lacks it is told what to grant, and doctor knows before', async () => {
      const store = open(at('', 'reader'));
      expect((await store.inspect()).problems.join()).toMatch(/may not use the tables/);
      expect(await refusal(store)).toMatch(/may not use the tables/);
      await server.query(`GRANT CREATE ON DATABASE postgres TO reader`);
      await store.transact(project, tx => increment(tx));
      expect((await store.inspect()).problems).toEqual([]);
      await server.query('REVOKE CREATE ON DATABASE postgres FROM reader');
    });
  });

  describe('TLS', () => {
    it('is checked against the authority that the address names', async () => {
      const store = open(at(`sslmode=verify-full&sslrootcert=${certificates.authority}`, 'encrypted'));
      await store.transact(project, tx => increment(tx));
      expect(await counted(store)).toBe(1);
    });

    it.each(['require', 'prefer', 'verify-ca', 'verify-full'])(
      'with sslmode=%s is refused when the certificate is not trusted, with what to do',
      async mode => {
        const store = open(at(`sslmode=${mode}`, 'encrypted'), endless);
        expect(await refusal(store)).toMatch(/certificate .* is not trusted/);
        expect((await store.inspect()).problems.join()).toMatch(/sslrootcert/);
      },
    );

    it('with sslmode=no-verify is encrypted without a check, and without it a server that insists refuses', async () => {
      await open(at('sslmode=no-verify', 'encrypted')).transact(project, tx => increment(tx));
      expect(await refusal(open(at('sslmode=disable', 'encrypted')))).toMatch(/./);
    });

    it('is refused by a server that has none, and an authority that cannot be read is said', async () => {
      const plain = await startPostgres();
      try {
        expect(await refusal(open(`${plain.url}?sslmode=require&schema=${room}`))).toMatch(/does not offer TLS/);
      } finally {
        await plain.remove();
      }
      const missing = open(at('sslmode=verify-full&sslrootcert=/nowhere/ca.crt', 'encrypted'));
      await expect(missing.transact(project, tx => increment(tx))).rejects.toMatchObject({ code: 'unavailable' });
    });
  });

  describe('tables', () => {
    it('of a newer Signalbox are left as they are, also when they come to be so under a running process', async () => {
      const store = open();
      await store.transact(project, tx => increment(tx));
      await server.query(`UPDATE ${room}.schema_version SET version = 99`);
      expect(await refusal(store)).toMatch(/newer Signalbox/);
      expect(await refusal(open())).toMatch(/newer Signalbox/);
      await expect(open().read(project, async () => 1)).rejects.toThrow(/newer Signalbox/);
      const { isUsable, problems } = await open().inspect();
      expect([isUsable, problems.join()]).toEqual([false, expect.stringMatching(/newer Signalbox/)]);
      const [row] = await server.query(`SELECT version FROM ${room}.schema_version`);
      expect(row?.version).toBe(99);
    });

    it('are not made by looking: doctor creates nothing', async () => {
      expect(await open().inspect()).toMatchObject({ isUsable: true, problems: [], engine: 'postgres' });
      const [row] = await server.query(`SELECT to_regnamespace('${room}') AS schema`);
      expect(row?.schema).toBeNull();
    });

    it('hold the longest names that fit into an index, and refuse longer ones as every engine does', async () => {
      const store = open();
      const key = (length: number) => aLock('id', { key: '漢'.repeat(length) });
      await store.transact(project, async tx => tx.put('lock', key(790)));
      expect(await store.read(project, reader => reader.count('lock', 'key', { prefix: '漢漢' }))).toBe(1);
      const tooLong = store.transact(project, async tx => tx.put('lock', key(830)));
      await expect(tooLong).rejects.toMatchObject({ code: 'limit_exceeded' });
      await expect(store.transact('p'.repeat(3_000), async () => 1)).rejects.toMatchObject({ code: 'limit_exceeded' });
    });
  });

  describe('an address', () => {
    it.each([
      ['postgres://[', /not a valid URL/],
      ['postgres://h/d?schema=Bad-Name', /one word/],
      ['postgres://h/d?schema=a;drop', /one word/],
      ['postgres://h/d?connections=0', /number of connections/],
      ['postgres://h/d?sslmode=always', /no sslmode/],
    ])('%s is refused before anything is opened', (url, message) => {
      expect(() => openEngine(url)).toThrow(message);
    });

    it('where nobody listens is unavailable, for doctor too', async () => {
      const store = open('postgres://u:secret@127.0.0.1:1/d');
      const { isUsable, problems, location } = await store.inspect();
      expect(isUsable).toBe(false);
      expect(problems.join()).toMatch(/127\.0\.0\.1:1\/d cannot be reached/);
      expect(location).toBe('postgres://u@127.0.0.1:1/d?schema=signalbox');
    });
  });

  it('a replica reads, and says that it does not write', async () => {
    const store = open();
    await store.transact(project, tx => increment(tx));
    const replica = await startPostgres({ replicaOf: server });
    try {
      const standby = open(`${replica.url}?schema=${room}`);
      await expect.poll(() => counted(standby), { timeout: 60_000 }).toBe(1);
      expect(await refusal(standby)).toMatch(/only reads/);
      expect(await standby.inspect()).toMatchObject({
        isUsable: false,
        problems: [expect.stringMatching(/only reads/)],
      });
    } finally {
      await replica.remove();
    }
  });
});
