/** Pools declared in a repository, with real sessions and real listeners. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, until, Workspace } from '../support/workspace.ts';

let place: Workspace;
const servers: Server[] = [];

beforeEach(() => {
  place = new Workspace();
});

afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await place.dispose();
});

async function listenOn(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return (server.address() as { port: number }).port;
}

/** Ports that nobody listens on: given out by the system, and let go of together. */
async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let index = 0; index < count; index += 1) ports.push(await listenOn(0));
  const closed = servers.splice(-count).map(server => {
    server.close();
    return once(server, 'close');
  });
  await Promise.all(closed);
  return ports;
}

const declare = (pools: object) => place.write('signalbox.json', JSON.stringify({ pools }));
const take = async (session: LiveSession, ...resources: string[]): Promise<string | undefined> =>
  (await session.call('lock_acquire', { resources })).locks[0]?.resource;

describe('a pool of ports', () => {
  it('gives each session its own, passes over the one in use, and gives the waiter what a killed session had', async () => {
    const ports = await freePorts(4);
    declare({ port: { values: ports } });
    await listenOn(ports[1] as number);
    const sessions = await Promise.all(
      ['otter', 'heron', 'wren', 'finch'].map(handle => place.session({ args: ['--handle', handle] })),
    );
    const [otter, heron, wren, finch] = sessions as [LiveSession, LiveSession, LiveSession, LiveSession];
    const given = await Promise.all([take(otter, 'pool:port'), take(heron, 'pool:port'), take(wren, 'pool:port')]);
    const usable = [ports[0], ports[2], ports[3]].map(port => `port:${port}`);
    expect([...given].sort()).toEqual([...usable].sort());
    const waiting = finch.call('lock_acquire', { resources: ['pool:port'], waitSeconds: 45 });
    await until('finch waits', async () => (await otter.call('lock_list')).waiting.length === 1);
    heron.crash();
    const answer = await waiting;
    expect(answer.locks).toMatchObject([{ resource: given[1], pool: 'pool:port' }]);
    const list = await otter.call('lock_list', { resources: ['pool:port'] });
    expect(list.locks.map((lock: { holder: string }) => lock.holder).sort()).toEqual(['finch', 'otter', 'wren']);
    expect(list.pools).toMatchObject([{ size: 4, free: 1, next: [`port:${ports[1]}`] }]);
  });

  it('swaps for the waiter what is freed in Signalbox but in use outside', async () => {
    const [first, second] = (await freePorts(2)) as [number, number];
    declare({ port: { values: [first, second] } });
    const [otter, heron] = [await place.session(), await place.session()];
    const both = await otter.call('lock_acquire', { resources: ['pool:port', 'pool:port'] });
    expect(both.locks).toHaveLength(2);
    const waiting = heron.call('lock_acquire', { resources: ['pool:port'], waitSeconds: 45 });
    await until('heron waits', async () => (await otter.call('lock_list')).waiting.length === 1);
    await listenOn(first);
    await otter.call('lock_release', { resources: [`port:${first}`] });
    await until('the port went back', async () => {
      const { pools, waiting: line } = await otter.call('lock_list', { resources: ['pool:port'] });
      return pools[0].free === 1 && line.length === 1;
    });
    await otter.call('lock_release', { resources: ['pool:port'] });
    expect((await waiting).locks).toMatchObject([{ resource: `port:${second}` }]);
  });
});

describe('a pool under many sessions', () => {
  it('of three places never has two sessions at one place, while eight race for it', async () => {
    declare({ ci: { places: 3 } });
    const sessions = await Promise.all(Array.from({ length: 8 }, () => place.session()));
    const inside = new Map<string, number>();
    let rounds = 0;
    const work = async (session: LiveSession, number: number) => {
      for (let round = 0; round < 6; round += 1) {
        const answer = await session.call('lock_acquire', { resources: ['pool:ci'], waitSeconds: 45 });
        const [{ resource }] = answer.locks;
        expect(inside.get(resource), `${resource} is given to two`).toBeUndefined();
        inside.set(resource, number);
        expect(inside.size).toBeLessThanOrEqual(3);
        await session.call('session_update', { status: `round ${round}` });
        inside.delete(resource);
        await session.call('lock_release', { resources: ['pool:ci'] });
        rounds += 1;
      }
    };
    await Promise.all(sessions.map(work));
    expect(rounds).toBe(48);
    expect((await sessions[0]?.call('lock_list'))?.locks).toEqual([]);
  });
});

describe('a declaration', () => {
  it('is shown by config with where it comes from, beside a number as a file may hold it', async () => {
    place.write(
      'signalbox.json',
      JSON.stringify({ messagesKeptDays: 7, pools: { port: { values: ['3000-3009'] }, ci: { places: 3 } } }),
    );
    const config = JSON.parse((await place.command(['config', '--json'])).stdout);
    expect(config.pools).toMatchObject([
      { name: 'port', origin: 'project file', probe: 'tcp', values: expect.arrayContaining(['port:3009']) },
      { name: 'ci', origin: 'project file', probe: 'none', values: ['ci:1', 'ci:2', 'ci:3'] },
    ]);
    const kept = config.settings.find((setting: { key: string }) => setting.key === 'messagesKeptDays');
    expect(kept).toMatchObject({ value: '7', origin: 'project file', environment: 'SIGNALBOX_MESSAGES_KEPT_DAYS' });
    expect(config.unknown).toEqual([]);
    const { stdout } = await place.command(['config']);
    expect(stdout).toMatch(/^pool:port +port:3000 … port:3009 {2}project file\n +10 places; a TCP port/m);
    expect(stdout).toMatch(/^pool:ci +ci:1, ci:2, ci:3 {2}project file\n +3 places\.$/m);
  });

  it('that is wrong is refused by every command, with the file, the pool and what to write', async () => {
    declare({ port: { values: ['3009-3000'] } });
    const { code, stderr } = await place.command(['lock', 'list']);
    expect(code).toBe(2);
    expect(stderr).toContain(`The pool "port" in ${join(place.repository, 'signalbox.json')} has "3009-3000"`);
    expect(stderr).toMatch(/Write the smaller number first/);
  });

  it('serves a person at a shell as well', async () => {
    declare({ db: { values: ['test_1', 'test_2'] } });
    const taken = await place.command(['lock', 'acquire', '--resources', 'pool:db', '--json']);
    expect(JSON.parse(taken.stdout).locks).toMatchObject([{ resource: 'db:test_1', pool: 'pool:db' }]);
    const { stdout } = await place.command(['lock', 'acquire', '--resources', 'pool:db']);
    expect(stdout).toContain('db:test_1');
    const missing = await place.command(['lock', 'acquire', '--resources', 'pool:port']);
    expect(missing).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/There is no pool:port; there is pool:db/),
    });
    const freed = await place.command(['lock', 'release', '--resources', 'pool:db']);
    expect(freed.stdout).toContain('db:test_1');
  });
});
