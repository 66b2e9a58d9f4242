import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { hubOf } from './hub-door.ts';

let folder: string;
let server: Server;
/** The token that the hub takes, and those that it was shown. */
let good: string;
let shown: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'door-'));
  shown = [];
  const hub = new WebSocketServer({ noServer: true });
  server = createServer().on('upgrade', (request, socket, head) => {
    const token = String(request.headers.authorization).replace('Bearer ', '');
    shown.push(token);
    if (token === good) hub.handleUpgrade(request, socket, head, () => undefined);
    else socket.end('HTTP/1.1 401 Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const now = (token: string) => writeFileSync(join(folder, 'token'), `${token}\n`);
const asked = () => readFileSync(join(folder, 'asked'), 'utf8').length;

/** A door whose token is printed by a command that counts how often it is run. */
function doorTo() {
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const command = `printf x >> '${join(folder, 'asked')}'; cat '${join(folder, 'token')}'`;
  const sources = { value: '', command, file: join(folder, 'none'), isOwnChoice: true, environment: process.env };
  const { door } = hubOf(address, sources);
  return async () => (await door.dial(address, 5_000)).close('over');
}

describe('the command that prints a token', () => {
  it('is asked once as long as its token is taken, and again when it is not any more', async () => {
    good = 'sbx_first';
    now(good);
    const connect = doorTo();
    for (let time = 0; time < 3; time += 1) await connect();
    expect(asked()).toBe(1);
    good = 'sbx_second';
    now(good);
    await connect();
    await connect();
    expect([asked(), shown.slice(3)]).toEqual([2, ['sbx_first', 'sbx_second', 'sbx_second']]);
  });

  it('is not asked while the hub is gone, and its token is shown once more to one that did not take it', async () => {
    good = 'sbx_first';
    now(good);
    const connect = doorTo();
    await connect();
    good = 'sbx_other';
    await expect(connect()).rejects.toMatchObject({ status: 401 });
    await expect(connect()).rejects.toMatchObject({ status: 401 });
    expect(shown).toEqual(['sbx_first', 'sbx_first', 'sbx_first']);
    good = 'sbx_first';
    await connect();
    const before = asked();
    server.closeAllConnections();
    server.close();
    for (let time = 0; time < 3; time += 1) await expect(connect()).rejects.toMatchObject({ status: null });
    expect(asked()).toBe(before);
  });
});
