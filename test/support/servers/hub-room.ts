/** A hub of its own over an empty store, on a free port of this machine: room for the sessions of one test that reach their store over a bridge. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StoreRoom } from './choose.ts';

const program =
  process.env.SIGNALBOX_TEST_PROGRAM || fileURLToPath(new URL('../../../dist/signalbox.mjs', import.meta.url));

/** Started before it returns: where a test is played must not change how it is written. */
export function hubRoom(): StoreRoom {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-hub-'));
  const env = { PATH: process.env.PATH ?? '', HOME: folder, SIGNALBOX_HOME: join(folder, 'home') };
  const run = (...words: string[]) =>
    execFileSync(process.execPath, [program, ...words], { env, cwd: folder, encoding: 'utf8' });
  const { token } = JSON.parse(run('token', 'create', 'scenario', '--role', 'admin', '--json')) as { token: string };
  const log = join(folder, 'hub.log');
  const words = ['hub', '--listen', '127.0.0.1:0'];
  const hub = spawn(process.execPath, [program, ...words], {
    env,
    cwd: folder,
    stdio: ['ignore', 'ignore', openSync(log, 'w')],
  });
  const port = portIn(log);
  return {
    url: `http://127.0.0.1:${port}`,
    store: `sqlite:${join(folder, 'home', 'signalbox.db')}`,
    environment: { SIGNALBOX_TOKEN: token },
    clear: async () => {
      hub.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function portIn(log: string): number {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  for (let attempt = 0; attempt < 1_500; attempt += 1) {
    const line = readFileSync(log, 'utf8')
      .split('\n')
      .find(text => text.includes('"msg":"ready"'));
    if (line) return (JSON.parse(line) as { port: number }).port;
    Atomics.wait(nobody, 0, 0, 20);
  }
  throw new Error(`The hub did not start: ${readFileSync(log, 'utf8')}`);
}
