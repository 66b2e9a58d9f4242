/** What a person sees at a shell whose store is a server: that it works, that it is away, that its driver is missing. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { postgresServer, redisServer, type StoreRoom } from '../support/servers/choose.ts';
import { describeWith } from '../support/servers/suites.ts';
import { binary, type CommandResult, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});
afterEach(() => place.dispose());

const withStore = (store: string, words: readonly string[]) =>
  place.command(words, { environment: { SIGNALBOX_STORE: store } });
const json = ({ stdout }: CommandResult) => JSON.parse(stdout);
const levels = (result: CommandResult) =>
  Object.fromEntries(json(result).checks.map(({ check, level }: Record<string, string>) => [check, level]));

for (const kind of [postgresServer, redisServer]) {
  await describeWith(kind, `a shell with a store on ${kind.name}`, server => {
    let room: StoreRoom;

    beforeEach(() => {
      room = server.room();
    });
    afterEach(() => room.clear());

    it('tells a doctor that asks that the server is reached and hints are heard, before and after its first use', async () => {
      for (const words of [['status'], ['lock', 'acquire', 'a']]) {
        const report = await withStore(room.url, ['doctor', '--json']);
        expect(report).toMatchObject({ code: 0, stderr: '' });
        expect(levels(report)).toMatchObject({ engine: 'ok', 'wake-ups': 'ok', sessions: 'ok' });
        expect((await withStore(room.url, words)).code).toBe(0);
      }
    });

    it('does the work of every day, and ends at once when it is done', async () => {
      const begun = performance.now();
      const taken = await withStore(room.url, ['lock', 'acquire', 'src/a.ts', '--reason', 'release', '--json']);
      const [{ fence }] = json(taken).locks;
      const renewed = await withStore(room.url, ['lock', 'acquire', 'src/a.ts', '--fence', String(fence), '--json']);
      expect(json(renewed)).toMatchObject({ granted: true, locks: [{ fence }] });
      // Nothing that it keeps ready for its next call holds it up.
      expect(performance.now() - begun).toBeLessThan(2 * limits.connectionIdleMs);
      await withStore(room.url, ['lock', 'release', 'src/a.ts']);
      const lost = await withStore(room.url, ['lock', 'acquire', 'src/a.ts', '--fence', String(fence)]);
      expect(lost.stderr).toMatch(/no longer hold .* under fence/);
      expect(lost.code).toBe(4);
      await withStore(room.url, ['message', 'send', '--to', 'all', 'to whom it may concern']);
      expect((await withStore(room.url, ['status'])).stdout).toMatch(/no sessions/);
    });

    it('shows no password, wherever it shows the address', async () => {
      const secret = new URL(room.url);
      secret.username ||= 'somebody';
      secret.password = 'geheim-7';
      secret.port = '1';
      // At the same time: each waits for a server that is not there.
      const commands = [['config'], ['status'], ['doctor'], ['lock', 'list']];
      for (const { stdout, stderr } of await Promise.all(commands.map(words => withStore(secret.href, words)))) {
        expect(`${stdout}${stderr}`).not.toContain('geheim');
        expect(`${stdout}${stderr}`).toMatch(/\*\*\*|cannot be reached/);
      }
    });
  });
}

describe('a shell', () => {
  it.each(['postgres://127.0.0.1:1/d', 'redis://127.0.0.1:1'])(
    'is told within seconds that %s cannot be reached',
    async store => {
      const begun = performance.now();
      const { code, stderr } = await withStore(store, ['lock', 'list']);
      expect(stderr).toMatch(/cannot be reached\.\n {2}\S/);
      expect(code).toBe(9);
      expect(performance.now() - begun).toBeLessThan(12_000);
    },
  );

  it.each([
    ['postgres://127.0.0.1:1/d', /needs the package pg.*\n.*npm install/],
    ['redis://127.0.0.1:1', /needs the package ioredis.*\n.*npm install/],
  ])('without the driver for %s is told what to install', async (store, words) => {
    // A copy of the program with nothing beside it, as somebody has it who installed nothing else.
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-alone-'));
    try {
      cpSync(dirname(binary), join(folder, 'dist'), { recursive: true });
      mkdirSync(join(folder, 'node_modules'));
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      const { stderr, status } = spawnSync(process.execPath, [join(folder, 'dist', 'signalbox.mjs'), 'lock', 'list'], {
        cwd: place.repository,
        env: { ...place.environment, SIGNALBOX_STORE: store },
        encoding: 'utf8',
      });
      expect(stderr).toMatch(words);
      expect(status).toBe(9);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
