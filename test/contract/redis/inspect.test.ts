/** What `doctor` and `status` are told of a Redis server, and what its URL may say. */
import { afterEach, describe, expect, it } from 'vitest';
import { parseRedisUrl } from '../../../src/engines/redis/url.ts';
import type { RedisTestServer } from '../../support/servers/redis/test-server.ts';
import { increment, project } from '../store-harness.ts';
import { describeRedis, temporaryRedis, useStores, withPrefix } from './server.ts';

const open = useStores();

describeRedis('the report of a Redis store', () => {
  let server: RedisTestServer | undefined;

  const reportOf = async (settings: Parameters<typeof temporaryRedis>[0]) => {
    server = await temporaryRedis(settings);
    return open(withPrefix(server.url)).inspect();
  };

  afterEach(async () => {
    await server?.remove();
    server = undefined;
  });

  it('names engine, version and place, and finds nothing wrong with a server that keeps what it is given', async () => {
    const report = await reportOf({});
    expect(report).toMatchObject({ isUsable: true, engine: 'redis', problems: [] });
    expect(report.version).toMatch(/^(Redis|Valkey) \d+\.\d+\.\d+$/);
    expect(report.location).toMatch(/^redis:\/\/127\.0\.0\.1:\d+\?prefix=test-/);
  });

  it('says that a server without persistence loses everything at a restart', async () => {
    const report = await reportOf({ appendonly: 'no' });
    expect(report.isUsable).toBe(true);
    expect(report.problems).toEqual([
      expect.stringMatching(
        /keeps nothing on disk: a restart .* loses all sessions, locks and messages\. Set appendonly/,
      ),
    ]);
  });

  it('says that a server that only takes snapshots loses what came after the last one', async () => {
    const { problems } = await reportOf({ appendonly: 'no', save: '3600 1' });
    expect(problems).toEqual([expect.stringMatching(/a crash loses what came after the last snapshot/)]);
  });

  it('says that a server that throws data away when it is full may throw away locks', async () => {
    const { problems } = await reportOf({ 'maxmemory-policy': 'allkeys-lru' });
    expect(problems).toEqual([
      expect.stringMatching(/throw away locks and messages when it is full \(.*allkeys-lru\)/),
    ]);
  });

  it('says that a server cannot be reached, without waiting for it', async () => {
    const report = await open('redis://user:secret@127.0.0.1:1/0').inspect();
    expect(report).toMatchObject({ isUsable: false, location: 'redis://user:***@127.0.0.1:1/0' });
    expect(report.problems).toEqual([expect.stringMatching(/127\.0\.0\.1:1 cannot be reached\. Check/)]);
  });

  it('says that a closed store is closed, and connects to nothing', async () => {
    server = await temporaryRedis();
    const store = open(withPrefix(server.url));
    await store.transact(project, tx => increment(tx));
    await store.close();
    expect(await store.inspect()).toMatchObject({ isUsable: false, problems: ['The store is closed.'] });
    const clients = String(await server.command('CLIENT', 'LIST'))
      .trim()
      .split('\n');
    expect(clients).toHaveLength(1);
  });

  it('changes nothing on the server', async () => {
    await reportOf({});
    expect(await server?.command('DBSIZE')).toBe(0);
  });
});

describe('the URL of a Redis store', () => {
  it('gives host, port, user, password, database and the beginning of keys', () => {
    expect(parseRedisUrl('redis://me:p%40ss@example.com:7000/3?prefix=team')).toEqual({
      label: 'example.com:7000',
      location: 'redis://me:***@example.com:7000/3?prefix=team',
      prefix: 'team',
      options: { host: 'example.com', port: 7000, username: 'me', password: 'p@ss', db: 3 },
    });
    expect(parseRedisUrl('redis://localhost')).toMatchObject({ prefix: 'signalbox', options: { port: 6379, db: 0 } });
    expect(parseRedisUrl('redis://[::1]:7000').options).toMatchObject({ host: '::1', port: 7000 });
    expect(parseRedisUrl('rediss://:word@example.com').options).toMatchObject({ password: 'word', tls: {} });
    expect(parseRedisUrl('redis+unix:///run/redis.sock?db=2').options).toEqual({ path: '/run/redis.sock', db: 2 });
  });

  it('is refused when it says what nobody understands, without showing its password', () => {
    const wrong = [
      'redis://:secret@host/0?timeout=3',
      'redis://:secret@host/zero',
      'redis://:secret@host?prefix={a}',
      'redis://:secret%@host',
      'rediss://:secret@host?ca=/nowhere/ca.pem',
      'http://:secret@host',
      'redis://:secret@host:port',
    ];
    for (const url of wrong) {
      const parse = () => parseRedisUrl(url);
      expect(parse).toThrow(expect.objectContaining({ code: 'invalid_input' }));
      expect(parse).not.toThrow(/secret/);
    }
  });
});
