import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLog } from '../../test/support/fakes.ts';
import { until } from '../../test/support/workspace.ts';
import { limits } from '../core/limits.ts';
import { type HookHandler, hookSocketsOf, openHookSocket, pidNamespace } from './hook-socket.ts';

let folder: string;
let close: (() => void) | undefined;
const sockets: Socket[] = [];

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'signalbox-hook-')), 'run');
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  close?.();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

const open = async (handle: HookHandler, pid = 20, log = new FakeLog()) => {
  close = await openHookSocket({ folder, clientPid: 10, pid, log, handle });
  return log;
};

/** A request of this very space of processes. */
const greeting = `${JSON.stringify({ namespace: pidNamespace() })}\n`;

function caller(path = hookSocketsOf(folder, 10)[0] ?? '') {
  const socket = connect(path);
  sockets.push(socket);
  const heard = { text: '', closed: false };
  socket.on('error', () => {});
  socket.on('data', piece => {
    heard.text += piece;
  });
  socket.on('close', () => {
    heard.closed = true;
  });
  return { heard, say: (text: string) => socket.write(text), hangUp: () => socket.destroy() };
}

describe.skipIf(process.platform === 'win32')('the socket for hooks', () => {
  it('is found by the pid of the client, the youngest server first, and is for this user alone', async () => {
    await open(() => {});
    for (const name of ['h10-7.sock', 'h10-300.sock', 'h1-10.sock', 'h101-5.sock', 'h10-40.ab12', 'x.sock']) {
      writeFileSync(join(folder, name), '');
    }
    const found = hookSocketsOf(folder, 10).map(path => path.slice(folder.length + 1));
    expect(found).toEqual(['h10-300.sock', 'h10-20.sock', 'h10-7.sock']);
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(hookSocketsOf(join(folder, 'nowhere'), 10)).toEqual([]);
  });

  it('are none in a folder that is another user’s, or open to others, who would be told every prompt', async () => {
    await open(() => {});
    expect(hookSocketsOf(folder, 10)).toHaveLength(1);
    expect(hookSocketsOf(folder, 10, (process.getuid?.() ?? 0) + 1)).toEqual([]);
    chmodSync(folder, 0o755);
    expect(hookSocketsOf(folder, 10)).toEqual([]);
    chmodSync(folder, 0o700);
    const link = `${folder}-link`;
    symlinkSync(folder, link);
    expect(hookSocketsOf(link, 10)).toHaveLength(1);
  });

  it('hands over each request whole, however it comes, and what the caller says next', async () => {
    const requests: unknown[] = [];
    const nexts: unknown[] = [];
    await open((request, connection) => {
      requests.push(request);
      connection.next(value => void nexts.push(value));
      connection.reply({ said: 'ü' });
    });
    const { heard, say } = caller();
    const line = Buffer.from(`${JSON.stringify({ prompt: 'ü'.repeat(3), namespace: pidNamespace() })}\n`);
    for (const byte of line) say(String.fromCharCode(byte) === '\n' ? '\n' : (Buffer.from([byte]) as never));
    await until('it is answered', () => heard.text.endsWith('\n'));
    expect(requests).toEqual([{ prompt: 'üüü', namespace: pidNamespace() }]);
    expect(JSON.parse(heard.text)).toEqual({ said: 'ü' });
    say('{"shown":true}\n');
    await until('the next word is heard', () => nexts.length === 1);
    expect(nexts).toEqual([{ shown: true }]);
  });

  it.each([
    ['is no JSON', 'What?\n'],
    ['is no object', '7\n'],
    ['never ends', 'x'.repeat(limits.hookInputBytes + 1)],
  ])('hangs up on what %s, and goes on with others', async (_what, text) => {
    await open((_request, connection) => connection.reply({ ok: true }));
    const bad = caller();
    bad.say(text);
    await until('it has hung up', () => bad.heard.closed);
    expect(bad.heard.text).toBe('');
    const good = caller();
    good.say(greeting);
    await until('the other one is answered', () => good.heard.text !== '');
  });

  it('passes on what comes from another space of processes, where the same pid is another client', async () => {
    const requests: unknown[] = [];
    await open(request => void requests.push(request));
    const { heard, say } = caller();
    say(`${JSON.stringify({ namespace: 'pid:[1]', prompt: 'mine' })}\n`);
    await until('it is answered', () => heard.text.endsWith('\n'));
    expect([JSON.parse(heard.text), requests]).toEqual([{ pass: true }, []]);
  });

  it('tells when a caller hangs up, and writes nothing to it any more', async () => {
    let signal: AbortSignal | undefined;
    await open((_request, connection) => {
      signal = connection.signal;
      signal.addEventListener('abort', () => connection.reply({ late: true }));
    });
    const { say, hangUp } = caller();
    say(greeting);
    await until('it is heard', () => signal !== undefined);
    hangUp();
    await until('the hanging up is seen', () => signal?.aborted === true);
  });

  it('closes every connection when it ends, and takes its file away', async () => {
    await open(() => {});
    const { heard, say } = caller();
    say(greeting);
    await until('there is a file', () => hookSocketsOf(folder, 10).length === 1);
    await until('it is connected', () => sockets[0]?.readyState === 'open');
    close?.();
    await until('the caller is let go', () => heard.closed);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is left out with a note where it cannot be made', async () => {
    writeFileSync(folder, 'a file');
    const log = await open(() => {});
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
    expect(existsSync(join(folder, 'h10-20.sock'))).toBe(false);
  });
});
