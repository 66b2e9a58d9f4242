/** A hub over the store of a home, for clients that speak to it over HTTP without a server of ours beside them. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { binary } from '../../support/workspace.ts';
import type { Bench, ClientProgram } from './bench.ts';
import type { Home } from './home.ts';
import { Peer } from './peer.ts';

const run = promisify(execFile);

/** What a command of ours prints as JSON, over a home's store. */
async function told(bench: Bench, home: Home, ...words: string[]) {
  const options = { env: home.environment, cwd: bench.folder };
  return JSON.parse((await run(process.execPath, [binary, ...words, '--json'], options)).stdout);
}

/** A hub over a home's store; its port. It ends with the test. */
async function hubOver(bench: Bench, home: Home): Promise<number> {
  const child = spawn(process.execPath, [binary, 'hub', '--listen', '127.0.0.1:0'], {
    env: home.environment,
    cwd: bench.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const { msg, port } = JSON.parse(line);
    if (msg === 'ready') return port;
  }
  throw new Error('the hub ended');
}

/** Has everything of a home go to a hub over the store of another one, as a person would set that up. */
export async function behindHub(bench: Bench, home: Home): Promise<void> {
  const office = bench.home([]);
  const { token } = await told(bench, office, 'token', 'create', 'ann', '--role', 'write');
  const port = await hubOver(bench, office);
  home.writeJson('state/config.json', { store: `http://127.0.0.1:${port}` });
  home.write('state/token', `${token}\n`);
  chmodSync(home.path('state/token'), 0o600);
}

export interface HubStage {
  readonly bench: Bench;
  readonly home: Home;
  readonly peer: Peer;
  readonly token: string;
  /** Where clients find the project of the bench's repository. */
  readonly url: string;
}

/** A home with a client, a hub over its store with a token, and a native session beside. */
export async function hubStage(bench: Bench, client: ClientProgram): Promise<HubStage> {
  const home = bench.home([client]);
  const peer = await Peer.join(bench, home);
  const { token } = await told(bench, home, 'token', 'create', 'ana');
  const { project } = await told(bench, home, 'status');
  const port = await hubOver(bench, home);
  return { bench, home, peer, token, url: `http://127.0.0.1:${port}/mcp?project=${encodeURIComponent(project)}` };
}

/** By which a person's shell says goodbye for the client that was started in it, as the guide has it. */
export const goodbye = (url: string, session: string) =>
  `curl -s -X DELETE -H "Authorization: Bearer $SIGNALBOX_TOKEN" -H "Signalbox-Session: ${session}" "${url}"`;
