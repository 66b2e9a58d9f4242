import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../../test/support/folder.ts';
import { askOneOf, gitHookServers } from './git-hook-servers.ts';

let folder: TemporaryFolder;
let servers: Server[];

beforeEach(() => {
  folder = temporaryFolder();
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map(server => new Promise(done => server.close(done))));
  folder.remove();
});

/** A server that says these lines one after the other, each to one of the other side's, and notes what it heard. */
async function serving(name: string, ...answers: readonly (string | null)[]) {
  const heard: Record<string, unknown>[] = [];
  const server = createServer(socket => {
    let at = 0;
    socket.setEncoding('utf8').on('error', () => undefined);
    socket.on('data', text => {
      for (const line of String(text).split('\n').filter(Boolean)) {
        heard.push(JSON.parse(line));
        const answer = answers[at++];
        if (answer === null) socket.destroy();
        else if (answer !== undefined) socket.write(`${answer}\n`);
      }
    });
  });
  servers.push(server);
  const path = folder.path(name);
  await new Promise<void>(done => server.listen(path, done));
  return { path, heard };
}

const ready = '{"ready":true}';

describe('asking a server', () => {
  it('tells the one that can answer, and nobody else, whatever the others do', async () => {
    const hung = await serving('hung.sock');
    const other = await serving('other.sock', '{"pass":true}');
    const broken = await serving('broken.sock', 'no JSON');
    const gone = await serving('gone.sock', null);
    const good = await serving('good.sock', ready, '{"refused":true}');
    const sockets = [hung, other, broken, gone, good].map(({ path }) => path);
    const answer = await askOneOf(
      [folder.path('nobody.sock'), ...sockets],
      { gitHook: { hook: 'x' } },
      Promise.resolve({ a: 1 }),
    );
    expect(answer).toEqual({ refused: true });
    expect(good.heard).toEqual([expect.objectContaining({ gitHook: { hook: 'x' } }), { a: 1 }]);
    expect([hung, other, broken, gone].map(({ heard }) => heard.length)).toEqual([1, 1, 1, 1]);
  });

  it('has two that can answer do it once', async () => {
    const one = await serving('one.sock', ready, '{"refused":false}');
    const two = await serving('two.sock', ready, '{"refused":false}');
    await askOneOf([one.path, two.path], {}, Promise.resolve({ a: 1 }));
    expect([...one.heard, ...two.heard].filter(said => 'a' in said)).toHaveLength(1);
  });

  it('gives nothing where nobody can, or who can dies over it, so that somebody else is asked', async () => {
    const none = await serving('none.sock', '{"pass":true}');
    const dying = await serving('dying.sock', ready, null);
    const facts = Promise.resolve({});
    expect(await askOneOf([], {}, facts)).toBeUndefined();
    expect(await askOneOf([none.path], {}, facts)).toBeUndefined();
    expect(await askOneOf([dying.path], {}, facts)).toBeUndefined();
  });

  it('fails with what could not be found out, and tells nobody', async () => {
    const good = await serving('good.sock', ready, '{}');
    const failing = Promise.reject(new Error('git is missing'));
    await expect(askOneOf([good.path], {}, failing)).rejects.toThrow('git is missing');
    expect(good.heard).toHaveLength(1);
  });
});

describe.skipIf(process.platform === 'win32')('the servers that are asked', () => {
  it('are those in the folder that is this user’s alone, the youngest first', () => {
    const home = folder.path('home');
    const runtime = folder.path('run');
    mkdirSync(runtime, { mode: 0o700 });
    const environment = { HOME: home, XDG_RUNTIME_DIR: runtime };
    const sockets = join(runtime, 'signalbox');
    expect(gitHookServers(environment)).toEqual([]);
    mkdirSync(sockets, { mode: 0o700 });
    for (const name of ['h5-20.sock', 'h6-100.sock', 'abc.sock', 'h7-9.lock']) writeFileSync(join(sockets, name), '');
    expect(gitHookServers(environment)).toEqual([join(sockets, 'h6-100.sock'), join(sockets, 'h5-20.sock')]);
    chmodSync(sockets, 0o777);
    expect(gitHookServers(environment)).toEqual([]);
  });
});
