/** What a Redis server refuses, and how that reaches a caller. */
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Store } from '../../../src/core/ports.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { aLock } from '../../support/records.ts';
import { makeCertificates } from '../../support/servers/certificates.ts';
import type { RedisTestServer } from '../../support/servers/redis/test-server.ts';
import { counted, happened, increment, project } from '../store-harness.ts';
import { until } from '../wakeups-contract.ts';
import { assertPlain, describeRedis, refusal, temporaryRedis, useStores, withPrefix } from './server.ts';

const open = useStores();
/** The patience of a call that must not need any: a test in which it waits does not end in time. */
const endless = { patienceMs: 3_600_000 };
const started: RedisTestServer[] = [];

const start = async (...options: Parameters<typeof temporaryRedis>) => {
  const server = await temporaryRedis(...options);
  started.push(server);
  return server;
};

afterEach(async () => {
  for (const server of started.splice(0).reverse()) await server.remove();
});

const withUser = (url: string, user: string, password: string) => {
  const own = new URL(withPrefix(url));
  own.username = user;
  own.password = password;
  return own.href;
};

async function storeSomething(store: Store): Promise<void> {
  await store.transact(project, async tx => {
    await increment(tx);
    tx.emit(happened(1));
  });
}

describeRedis('a full Redis server', () => {
  it('stores no part of a unit, says that it is full, can be read, and works again when it has room', async () => {
    const server = await start();
    const store = open(withPrefix(server.url));
    await storeSomething(store);
    const before = await store.contents(project);
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    expect((await refusal(store)).message).toMatch(/is full \(maxmemory\)\.$/);
    expect(await store.contents(project)).toEqual(before);
    expect(await counted(store)).toBe(1);
    const loading = store.load('copy', before);
    await expect(loading).rejects.toMatchObject({ code: 'unavailable', message: /is full/ });
    expect(await store.projects()).toEqual([project]);
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    expect(await store.transact(project, tx => increment(tx))).toBe(2);
    await store.load('copy', before);
    expect(await store.contents('copy')).toEqual(before);
  });

  it('takes a unit whole that makes it full, or not at all', async () => {
    const server = await start();
    const store = open(withPrefix(server.url));
    await storeSomething(store);
    await server.command('CONFIG', 'SET', 'maxmemory', '4mb');
    const reason = 'x'.repeat(20_000);
    let stored = 0;
    for (let round = 0; round < 50; round++) {
      const filling = store.transact(project, async tx => {
        for (let at = 0; at < 10; at++) tx.put('lock', aLock(`${round}-${at}`, { reason, holder: 'h' }));
        tx.emit(happened(round));
      });
      const isStored = await filling.then(() => true, assertPlain);
      if (isStored !== true) break;
      stored += 1;
    }
    expect(stored).toBeGreaterThan(2);
    const { records, events } = await store.contents(project);
    expect([records.length, events.length]).toEqual([1 + 10 * stored, 1 + stored]);
    expect(await store.read(project, reader => reader.count('lock', 'holder', { equals: 'h' }))).toBe(10 * stored);
  });
});

describeRedis('a read-only replica', () => {
  it('answers views and refuses units, with the way to the master', async () => {
    const master = await start();
    const url = withPrefix(master.url);
    await storeSomething(open(url));
    const replica = await start({}, { replicaOf: master });
    const store = open(url.replace(`:${master.port}`, `:${replica.port}`));
    await until(async () => (await counted(store).catch(() => 0)) === 1, 'the replica has caught up');
    expect(await store.projects()).toEqual([project]);
    expect(await store.eventsAfter(project, 0, 9)).toHaveLength(1);
    expect((await store.contents(project)).records).toHaveLength(1);
    const error = await refusal(store);
    expect(error.message).toMatch(/is a read-only replica\.$/);
    expect(error.next).toMatch(/master/);
    const report = await store.inspect();
    expect(report.isUsable).toBe(false);
    expect(report.problems.join()).toMatch(/read-only replica/);
  });
});

describeRedis('a master that becomes a replica', () => {
  it('is left as soon as it refuses: the next unit goes to whatever server the address leads to then', async () => {
    const [first, second] = [await start(), await start()];
    let target = first.port;
    const address = createServer(client => {
      const server = createConnection(target, '127.0.0.1');
      for (const socket of [client, server]) socket.on('error', () => {});
      client.pipe(server).pipe(client);
    }).listen(0, '127.0.0.1');
    await once(address, 'listening');
    const store = open(withPrefix(`redis://127.0.0.1:${(address.address() as AddressInfo).port}`));
    await storeSomething(store);
    await second.command('REPLICAOF', '127.0.0.1', first.port);
    await until(async () => Number(await second.command('DBSIZE')) > 3, 'the second has caught up');
    await second.command('REPLICAOF', 'NO', 'ONE');
    await first.command('REPLICAOF', '127.0.0.1', second.port);
    target = second.port;
    expect((await refusal(store)).message).toMatch(/is a read-only replica/);
    expect(await store.transact(project, tx => increment(tx))).toBe(2);
    await store.close();
    address.close();
  });
});

describeRedis('rights on a Redis server', () => {
  it('are refused at once for a wrong or missing password, which is shown nowhere', async () => {
    const server = await start({ requirepass: 'right-secret' });
    for (const url of [
      withPrefix(server.url),
      withUser(server.url, '', 'wrong-secret'),
      withUser(server.url, 'x', 'y'),
    ]) {
      const store = open(url, endless);
      const error = await refusal(store);
      expect(error.message).toMatch(/does not accept the user and password|asks for a password/);
      const report = await store.inspect();
      expect(report).toMatchObject({ isUsable: false, problems: [expect.stringContaining(error.message)] });
      expect(JSON.stringify([report, error, String((error.cause as Error).stack)])).not.toMatch(/-secret/);
    }
    const store = open(withUser(server.url, '', 'right-secret'));
    await storeSomething(store);
    expect((await store.inspect()).location).toContain('***');
  });

  it('that cover only a part of what a commit needs store no part of it', async () => {
    const server = await start();
    for (const lacking of ['-xadd', '-hdel', '-zadd', '-expire']) {
      await server.command('ACL', 'SETUSER', 'some', 'reset', 'on', '>word', '~*', '&*', '+@all', lacking);
      const url = withPrefix(server.url);
      const all = open(url);
      await all.transact(project, async tx => tx.put('lock', aLock('old')));
      const before = await all.contents(project);
      const store = open(Object.assign(new URL(url), { username: 'some', password: 'word' }).href);
      // Takes everything there is to a commit.
      const whole = store.transact(project, async tx => {
        tx.delete('lock', 'old');
        tx.put('lock', aLock('new'));
        tx.emit(happened(1));
      });
      await expect(whole).rejects.toThrow(/does not give this user the rights it needs/);
      expect(await all.contents(project)).toEqual(before);
      await server.command('ACL', 'SETUSER', 'some', '+@all');
      await storeSomething(store);
    }
  });

  it('suffice without those to look at settings, to publish, and to ask what the server is', async () => {
    const server = await start();
    await server.command(
      'ACL',
      'SETUSER',
      'some',
      'reset',
      'on',
      '>word',
      '~*',
      '+@all',
      '-config',
      '-info',
      '-publish',
    );
    const store = open(withUser(server.url, 'some', 'word'));
    await store.transact(project, async tx => tx.emit(happened(1, ['s'])));
    expect(await store.eventsAfter(project, 0, 9)).toHaveLength(1);
    await server.command('ACL', 'SETUSER', 'some', '+info');
    expect(await store.inspect()).toMatchObject({ isUsable: true, problems: [] });
  });
});

describeRedis('a Redis server over TLS', () => {
  it('is used when its certificate is trusted, and refused in plain words when it is not', async () => {
    const folder = temporaryFolder();
    const tls = makeCertificates(folder.root);
    const server = await start({}, { tls });
    const url = withPrefix(server.url);
    expect((await refusal(open(url))).message).toMatch(/certificate that is not trusted/);
    const store = open(`${url}&ca=${tls.authority}`);
    await storeSomething(store);
    expect(await counted(store)).toBe(1);
    expect(await counted(open(`${url.replace('127.0.0.1', 'localhost')}&ca=${tls.authority}`))).toBe(1);
    const plain = open(url.replace('rediss:', 'redis:'), { patienceMs: 100 });
    assertPlain(await refusal(plain));
    folder.remove();
  });
});

describeRedis('a store on Redis', () => {
  it('says which package to install when it is missing', async () => {
    const driver = () => Promise.reject(new Error("Cannot find package 'ioredis'"));
    const store = open('redis://127.0.0.1:1', { driver });
    const error = await refusal(store);
    expect(error.message).toBe('The Redis engine needs the package ioredis.');
    expect(error.next).toContain('npm install -g ioredis');
    expect((await store.inspect()).problems).toEqual([`${error.message} ${error.next}`]);
  });

  it('refuses a server that is too old, at once', async () => {
    const facts = 'redis_version:6.2.14\r\n';
    const old = createServer(socket =>
      socket.on('data', bytes => {
        for (const [word] of String(bytes).matchAll(/SETINFO|info/g)) {
          socket.write(word === 'info' ? `$${facts.length}\r\n${facts}\r\n` : '+OK\r\n');
        }
      }),
    ).listen(0, '127.0.0.1');
    await once(old, 'listening');
    const { port } = old.address() as AddressInfo;
    const error = await refusal(open(`redis://127.0.0.1:${port}`, endless));
    expect(error.message).toBe(`The Redis server 127.0.0.1:${port} is too old: Redis 6.2.14.`);
    expect(error.next).toBe('Signalbox needs Redis 7.0 or newer, or Valkey.');
    old.close();
  });

  it('is reached over a Unix socket as well', async () => {
    const server = await start();
    const store = open(withPrefix(`redis+unix://${server.socket}`));
    await storeSomething(store);
    expect(await counted(store)).toBe(1);
    expect((await store.inspect()).location).toContain(server.socket);
  });
});
