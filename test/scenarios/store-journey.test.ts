import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { placeOwnEngine } from '../support/own-engine.ts';
import { postgresServer, redisServer, type StoreRoom } from '../support/servers/choose.ts';
import { describeWith } from '../support/servers/suites.ts';
import { Workspace } from '../support/workspace.ts';

let place: Workspace;
const rooms: StoreRoom[] = [];

beforeEach(() => {
  place = new Workspace();
  placeOwnEngine(place.repository);
});

afterEach(async () => {
  for (const room of rooms.splice(0)) await room.clear();
  await place.dispose();
});

const postgres = await postgresServer.choose();
afterAll(() => postgres?.release());

await describeWith(redisServer, 'a project that is copied from engine to engine', redis => {
  it('is at the end of its journey what it was at the beginning, to the byte', async () => {
    const otter = await place.session({ args: ['--handle', 'otter'] });
    await otter.call('session_update', { task: 'ä \u{1f600} "quoted" \\ \u2028' });
    await otter.call('lock_acquire', { paths: ['src/', 'src/**/*.ts'], reason: 'NUL and halves \u0001 \ud800' });
    await otter.call('message_send', { to: ['operator'], body: 'Zeile\n\ttab 漢字', key: 'k', tags: ['a'] });
    await otter.call('message_send', { to: ['all'], body: 'x'.repeat(16_000) });
    await otter.close();
    await place.command(['message', 'read']);
    rooms.push(...(postgres ? [postgres.room()] : []), redis.room());
    const way = [
      `sqlite:${join(place.home, 'signalbox.db')}`,
      ...rooms.map(room => room.url),
      `module:./own-engine.mjs?file=${join(place.folder, 'way.jsonl')}`,
      `sqlite:${join(place.folder, 'end.db')}`,
    ];
    const exported = async (store = '') => (await place.command(['export', '--store', store])).stdout;
    const first = await exported(way[0]);
    expect(first.split('\n').length).toBeGreaterThan(10);
    for (const [at, to] of way.entries()) {
      if (at === 0) continue;
      const copied = await place.command(['store', 'copy', way[at - 1] ?? '', to, '--all']);
      expect([copied.code, copied.stderr]).toEqual([0, '']);
      expect(await exported(to)).toBe(first);
    }
    // It is a project to work with there, not only a text.
    const sent = await place.command(['message', 'send', '--to', 'all', 'here', '--store', way.at(-1) ?? '']);
    expect(sent.code).toBe(0);
    const locks = await place.command(['lock', 'acquire', 'src/auth.ts', '--store', way.at(-1) ?? '', '--json']);
    expect(JSON.parse(locks.stdout).granted).toBe(true);
  });
});
