import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Wakeups } from '../../../src/core/ports.ts';
import { createRedisEngine } from '../../../src/engines/redis/engine.ts';
import { createRedisWakeups } from '../../../src/engines/redis/wakeups.ts';
import { type Bundle, bundle } from '../../support/bundle.ts';
import { FakeLog } from '../../support/fakes.ts';
import { redisServer } from '../../support/servers/choose.ts';
import { startProxy, type TestProxy } from '../../support/servers/proxy.ts';
import { describeWith } from '../../support/servers/suites.ts';
import { killAll, startDistantEnd } from '../distant-end.ts';
import { happened, project } from '../store-harness.ts';
import { describeWakeups, quiet, until } from '../wakeups-contract.ts';
import { describeRedis, removeKeys, useServer, withPrefix } from './server.ts';

let program: Bundle;

beforeAll(async () => {
  program = await bundle('test/contract/redis/wakeups-child.ts');
});

afterAll(() => program.remove());

await describeWith(redisServer, 'a Redis server', server => {
  describeWakeups('Redis', async () => {
    const url = withPrefix(server.url);
    const children: ChildProcess[] = [];
    return {
      connect: () => createRedisWakeups({ url }),
      spawn: async () => startDistantEnd(program.file, [url], children),
      dispose: () => killAll(children),
    };
  });
});

describeRedis('wake-ups over Redis, when the server goes away', () => {
  const server = useServer();
  let proxy: TestProxy;
  let url: string;
  let ends: Wakeups[];
  let log: FakeLog;

  const open = (at = url) => {
    const end = createRedisWakeups({ url: at, log });
    ends.push(end);
    return end;
  };
  const listenTo = async (end: Wakeups, session: string) => {
    const heard = { count: 0 };
    await end.listen(session, () => heard.count++);
    return heard;
  };

  beforeEach(async () => {
    proxy = await startProxy(server().port);
    url = withPrefix(`redis://127.0.0.1:${proxy.port}`);
    ends = [];
    log = new FakeLog();
  });

  afterEach(async () => {
    for (const end of ends) await end.close();
    await proxy.close();
  });

  it('say that they are deaf, are heard again by themselves, and wake every listener once for what it missed', async () => {
    const end = open();
    const heard = [await listenTo(end, 'a'), await listenTo(end, 'b')];
    expect(end.problem()).toBeUndefined();
    proxy.refuse(true);
    proxy.cut();
    await until(() => end.problem() !== undefined, 'it notices');
    expect(end.problem()).toMatch(/cannot be reached\..*seconds late/);
    proxy.refuse(false);
    await until(() => end.problem() === undefined, 'it hears again');
    await until(() => heard.every(each => each.count === 1), 'each is woken');
    await quiet();
    expect(heard.map(each => each.count)).toEqual([1, 1]);
    expect(log.messages('warn')).toHaveLength(1);
    await open().wake(['a']);
    await until(() => heard[0]?.count === 2, 'a hint');
  });

  it('begin deaf without a server, and heal once there is one', async () => {
    proxy.refuse(true);
    const end = open();
    const heard = await listenTo(end, 'a');
    expect(end.problem()).toMatch(/cannot be reached/);
    await end.wake(['a']);
    proxy.refuse(false);
    await until(() => heard.count === 1, 'it looks once for what it missed');
    expect(end.problem()).toBeUndefined();
  });

  it('are not kept waiting by a server that hangs, neither giving nor closing', async () => {
    const end = open();
    await listenTo(end, 'a');
    await end.wake(['a']);
    proxy.blackhole(true);
    // Nothing will ever answer: a wait for it would end with this test.
    await end.wake(['a', 'b']);
    await end.close();
  });

  it('come with a commit, without a further round trip', async () => {
    const { store, wakeups } = createRedisEngine({ url });
    ends.push(wakeups);
    const heard = await listenTo(open(withPrefix(server().url, new URL(url).searchParams.get('prefix') ?? '')), 'a');
    await store.transact(project, async tx => tx.emit(happened(1)));
    proxy.resetCounters();
    await store.transact(project, async tx => tx.emit(happened(2, ['a', 'b'])));
    await until(() => heard.count === 1, 'the hint');
    expect(proxy.counters.roundTrips).toBe(2);
    await store.close();
    await removeKeys(url);
  });
});
