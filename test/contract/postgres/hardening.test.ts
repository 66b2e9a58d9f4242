/** What careful users of a server run into: crashes that hand ids out again, poolers, foreign addresses, halted processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/core/ports.ts';
import { type Bundle, bundle } from '../../support/bundle.ts';
import { aLock } from '../../support/records.ts';
import { type PostgresTestServer, startPostgres } from '../../support/servers/postgres/test-server.ts';
import { postgresPrograms } from '../../support/servers/programs.ts';
import { type Matcher, startProxy, type TestProxy } from '../../support/servers/proxy.ts';
import { describeUnless } from '../../support/servers/suites.ts';
import { allEvents, counted, happened, increment, project } from '../store-harness.ts';
import { endless, openEngine, through } from './bed.ts';

const lack = postgresPrograms() ? undefined : { what: 'PostgreSQL', remedy: 'Install the package "postgresql".' };
const isCommit = (bytes: Buffer) => bytes.includes('\\"type\\":\\"test\\"');
const step = (store: Store) => store.transact(project, async tx => tx.emit(happened(await increment(tx))));
const told = (work: Promise<unknown>) =>
  work.then(
    () => 'stored',
    error => `${error.code} ${error.message}`,
  );

let server: PostgresTestServer;
let opened: Store[];
let rooms = 0;
let room: string;

const open = (url = `${server.url}?schema=${room}`, more: Parameters<typeof openEngine>[1] = {}): Store => {
  const { store } = openEngine(url, more);
  opened.push(store);
  return store;
};

/** For a cut after which nobody gets through: whoever is cut off has no moment in which it could. */
function leavesAlone(proxy: TestProxy, match: Matcher) {
  let tell = () => {};
  const happened = new Promise<void>(resolve => {
    tell = resolve;
  });
  const cutting: Matcher = bytes => {
    if (!match(bytes)) return false;
    proxy.refuse(true);
    tell();
    return true;
  };
  return { match: cutting, happened };
}

describeUnless(lack, 'postgres: hardening', () => {
  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: 60 }, isDurable: true });
  });
  afterAll(() => server?.remove());
  beforeEach(() => {
    opened = [];
    rooms += 1;
    room = `hard_${rooms}`;
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
  });

  describe('the outcome of a lost commit', () => {
    it('is not taken from another transaction that got its id after a crash of the server', async () => {
      const proxy = await startProxy(server.port);
      const [lost, other] = [open(through(`${server.url}?schema=${room}`, proxy.port)), open()];
      await step(other);
      await step(lost);
      const cut = leavesAlone(proxy, isCommit);
      proxy.cutBeforeRequest(cut.match);
      const unit = told(step(lost));
      await cut.happened;
      await server.kill();
      await server.start();
      await other.transact('another project', async tx => tx.emit(happened(await increment(tx))));
      proxy.refuse(false);
      const answer = await unit;
      // Stored means stored, by another attempt if need be.
      expect(await counted(other)).toBe(answer === 'stored' ? 3 : 2);
      expect(await allEvents(other)).toHaveLength(answer === 'stored' ? 3 : 2);
      await proxy.close();
    });

    it('of a unit without an event is not known after a crash, unless the server says that it was undone', async () => {
      const proxy = await startProxy(server.port);
      const [lost, other] = [open(through(`${server.url}?schema=${room}`, proxy.port)), open()];
      await lost.transact(project, tx => increment(tx));
      const cut = leavesAlone(proxy, bytes => bytes.includes('\\"fence\\":2'));
      proxy.cutBeforeRequest(cut.match);
      const unit = told(lost.transact(project, tx => increment(tx)));
      await cut.happened;
      await server.kill();
      await server.start();
      await other.transact('another project', tx => increment(tx));
      proxy.refuse(false);
      const answer = await unit;
      expect(answer).toMatch(/^stored$|whether it was is not known/);
      expect(await counted(other)).toBe(answer === 'stored' ? 2 : 1);
      await proxy.close();
    });

    it('that cannot be asked for is said to be unknown, in words', async () => {
      const proxy = await startProxy(server.port);
      const store = open(through(`${server.url}?schema=${room}`, proxy.port), { patienceMs: 500 });
      await step(store);
      proxy.cutAfterRequestBeforeAnswer(leavesAlone(proxy, isCommit).match);
      expect(await told(step(store))).toMatch(/unavailable .*whether it was is not known/);
      await proxy.close();
    });
  });

  it('calls that stand in line behind failing ones fail with them, not one after the other', async () => {
    const store = open('postgres://127.0.0.1:1/d', { patienceMs: 500 });
    const timed = async (calls: number) => {
      const begun = performance.now();
      const answers = await Promise.all(Array.from({ length: calls }, () => told(step(store))));
      expect(answers.every(answer => answer.startsWith('unavailable'))).toBe(true);
      return performance.now() - begun;
    };
    // By the time that one alone takes on this machine, at this moment.
    expect(await timed(12)).toBeLessThan(6 * (await timed(1)));
  });

  it('ten processes that meet an empty database at the same moment make its tables once', async () => {
    for (let round = 0; round < 8; round++) {
      const url = `${server.url}?schema=${room}_${round}`;
      const stores = Array.from({ length: 10 }, () => open(url));
      const answers = await Promise.all(stores.map(store => told(step(store))));
      expect(answers.filter(answer => answer !== 'stored')).toEqual([]);
      for (const store of stores) await store.close();
    }
  });

  it('a view that is torn by a commit is read again, also where its first reads were named ahead', async () => {
    const store = open();
    const other = open();
    const write = (fence: number) =>
      other.transact(project, async tx => {
        tx.put('lock', aLock('a', { fence }));
        tx.put('lock', aLock('b', { fence }));
      });
    await write(1);
    for (const ahead of [undefined, [{ kind: 'lock', id: 'a' } as const]]) {
      let looks = 0;
      const seen = await store.read(
        project,
        async reader => {
          looks += 1;
          const a = await reader.get('lock', 'a');
          if (looks <= 3) await write(looks + 10);
          return [a?.fence, (await reader.get('lock', 'b'))?.fence];
        },
        ahead,
      );
      expect(seen[0]).toBe(seen[1]);
      expect(looks).toBeGreaterThan(1);
    }
  });

  it('a connection on which the server failed is not used again, whatever the work throws then', async () => {
    const store = open(`${server.url}?schema=${room}&connections=1`);
    await step(store);
    const holder = new pg.Client(server.url);
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE ${room}.entry IN ACCESS EXCLUSIVE MODE`);
    const look = (tx: Parameters<Parameters<Store['transact']>[1]>[0]) =>
      tx.list('waiter', 'queue', { prefix: '' }, { limit: 3 });
    const own = store.transact(project, tx =>
      look(tx).catch(() => {
        throw new Error('mine');
      }),
    );
    await expect(own).rejects.toThrow();
    await holder.query('ROLLBACK');
    await holder.end();
    expect(await store.transact(project, async tx => (await look(tx)).length)).toBe(0);
  });

  it('a database that is not in UTF-8 is refused before it loses a text, and doctor says so', async () => {
    await server.query("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    const store = open(server.url.replace(/\/postgres$/, `/latin?schema=${room}`));
    expect(await told(step(store))).toMatch(/unavailable .*not UTF-8/);
    expect(await store.inspect()).toMatchObject({ isUsable: false, problems: [expect.stringMatching(/not UTF-8/)] });
  });

  it('a server that only reads and has no tables says that it only reads', async () => {
    await server.query('CREATE DATABASE frozen');
    await server.query('ALTER DATABASE frozen SET default_transaction_read_only = on');
    const store = open(server.url.replace(/\/postgres$/, `/frozen?schema=${room}`), endless);
    expect(await told(step(store))).toMatch(/only reads/);
  });

  it('an address that somebody else chose gets no password of the environment', async () => {
    const heard: Buffer[] = [];
    const thief = createServer(socket => {
      let isFirst = true;
      socket.on('error', () => {});
      socket.on('data', bytes => {
        heard.push(bytes);
        const isGreeting = isFirst;
        isFirst = false;
        // AuthenticationCleartextPassword
        if (isGreeting) socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
        else socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    await once(thief, 'listening');
    const { port } = thief.address() as { port: number };
    process.env.PGPASSWORD = 'of-another-server';
    try {
      const url = `postgres://somebody@127.0.0.1:${port}/d`;
      await told(step(open(url, { isOwnAddress: false, patienceMs: 100 })));
      await open(url, { isOwnAddress: false }).inspect();
      expect(heard.length).toBeGreaterThan(1);
      expect(Buffer.concat(heard).toString('latin1')).not.toContain('of-another-server');
      heard.length = 0;
      await told(step(open(url, { patienceMs: 100 })));
      expect(Buffer.concat(heard).toString('latin1')).toContain('of-another-server');
    } finally {
      delete process.env.PGPASSWORD;
      thief.close();
    }
  });

  describe('a process that is halted in the middle of a unit', () => {
    let program: Bundle;
    let child: ChildProcess | undefined;

    beforeAll(async () => {
      program = await bundle('test/contract/postgres/halted-child.ts');
    });
    afterAll(() => program.remove());
    afterEach(() => {
      child?.kill('SIGKILL');
    });

    it('lets the others in after seconds, because the server undoes it', async () => {
      const url = `${server.url}?schema=${room}`;
      const store = open(url);
      await step(store);
      child = spawn(process.execPath, [program.file, url], { stdio: ['ignore', 'pipe', 'inherit'] });
      if (child.stdout) await once(child.stdout, 'data');
      child.kill('SIGSTOP');
      const begun = performance.now();
      expect(await told(step(store))).toBe('stored');
      expect(performance.now() - begun).toBeGreaterThan(500);
      expect(await counted(store)).toBe(2);
    });
  });
});
