import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import type { Clock, Wakeups } from '../../src/core/ports.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createSocketWakeups } from '../../src/system/socket-wakeups.ts';
import { type Bundle, bundle } from '../support/bundle.ts';
import { FakeClock, FakeLog } from '../support/fakes.ts';
import { killAll, startDistantEnd } from './distant-end.ts';
import { describeWakeups, quiet, until } from './wakeups-contract.ts';

// Not the temporary folder of the environment: a socket's path must stay short.
const newFolder = () => mkdtempSync('/tmp/signalbox-wakeups-');
let program: Bundle;

beforeAll(async () => {
  program = await bundle('test/contract/socket-wakeups-child.ts');
});

afterAll(() => program.remove());

const startChild = (directory: string, children: ChildProcess[]) =>
  startDistantEnd(program.file, [directory], children);

describeWakeups('Unix sockets', async () => {
  const directory = newFolder();
  const children: ChildProcess[] = [];
  return {
    connect: () => createSocketWakeups({ directory, clock: systemClock, log: new FakeLog() }),
    spawn: async () => startChild(directory, children),
    dispose: async () => {
      await killAll(children);
      rmSync(directory, { recursive: true, force: true });
    },
  };
});

describe.runIf(process.platform !== 'win32')('createSocketWakeups', () => {
  const checkEveryMs = limits.safetyPollMs * 15;
  const children: ChildProcess[] = [];
  let base: string;
  let directory: string;
  let ends: Wakeups[];
  let log: FakeLog;

  const open = (clock: Clock = systemClock, folder = directory) => {
    const end = createSocketWakeups({ directory: folder, clock, log });
    ends.push(end);
    return end;
  };
  const listenTo = async (end: Wakeups, session: string) => {
    const heard = { count: 0 };
    const stop = await end.listen(session, () => heard.count++);
    return Object.assign(heard, { stop });
  };
  const files = () => readdirSync(directory).sort();
  const onlyFile = () => join(directory, files()[0] ?? 'none');
  const fileOf = (session: string) =>
    join(directory, `${createHash('sha256').update(session).digest('hex').slice(0, 20)}.sock`);
  const age = (path: string) => utimesSync(path, new Date(Date.now() - 120_000), new Date(Date.now() - 120_000));
  const leaveStaleSocket = async (session: string) => {
    const distant = startChild(directory, children);
    await distant.listen(session);
    await killAll(children);
  };

  beforeEach(() => {
    base = newFolder();
    directory = join(base, 'run');
    ends = [];
    log = new FakeLog();
  });

  afterEach(async () => {
    for (const end of ends) await end.close();
    await killAll(children);
    rmSync(base, { recursive: true, force: true });
  });

  it('makes its folder private and names sockets by no part of the session id', async () => {
    const heard = await listenTo(open(), 'session-id');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(files()).toEqual([expect.stringMatching(/^[0-9a-f]{20}\.sock$/)]);
    await heard.stop();
    expect(files()).toEqual([]);
  });

  it('leaves no file behind after close, whatever was going on', async () => {
    const end = open();
    const other = open();
    void end.listen('unfinished', () => {});
    await listenTo(end, 'a');
    await listenTo(end, 'b');
    await other.wake(['a', 'b']);
    await end.close();
    expect(files()).toEqual([]);
  });

  it('replaces the socket of a process that died', async () => {
    await leaveStaleSocket('a');
    expect(files()).toHaveLength(1);
    const heard = await listenTo(open(), 'a');
    await open().wake(['a']);
    await until(() => heard.count > 0, 'the hint');
  });

  it('neither fails on nor removes the socket of a dead process when giving a hint', async () => {
    await leaveStaleSocket('a');
    await open().wake(['a', 'never-there']);
    expect(files()).toHaveLength(1);
  });

  it('removes old sockets of dead processes when it first listens, and nothing else', async () => {
    await leaveStaleSocket('old');
    await leaveStaleSocket('young');
    const notes = join(directory, 'notes.txt');
    writeFileSync(notes, '');
    age(notes);
    age(fileOf('old'));
    const living = await listenTo(open(), 'living');
    await until(() => !existsSync(fileOf('old')), 'the old one is gone');
    expect([fileOf('young'), fileOf('living'), notes].map(existsSync)).toEqual([true, true, true]);
    // The next process sweeps, too. A living socket stays however old its file is.
    age(fileOf('living'));
    age(fileOf('young'));
    await listenTo(open(), 'last');
    await until(() => !existsSync(fileOf('young')), 'the young one has grown old');
    await quiet();
    await open().wake(['living']);
    await until(() => living.count > 0, 'the living one is still heard');
  });

  it('does not take a session from the living process that hears it, says so, and follows when that one ends', async () => {
    const clock = new FakeClock();
    const [first, second, sender] = [open(), open(clock), open()];
    const firstHeard = await listenTo(first, 'a');
    const secondHeard = await listenTo(second, 'a');
    expect(first.problem()).toBeUndefined();
    expect(second.problem()).toMatch(/Another process/);
    await sender.wake(['a']);
    await until(() => firstHeard.count === 1, 'the owner is woken');
    await second.wake(['a']);
    await until(() => firstHeard.count === 2 && secondHeard.count === 1, 'a hint given by the deaf one wakes both');
    await first.close();
    await clock.advance(checkEveryMs);
    await until(() => second.problem() === undefined, 'the second took over');
    await until(() => secondHeard.count === 2, 'it looks once for what it missed');
    await sender.wake(['a']);
    await until(() => secondHeard.count === 3, 'it hears');
  });

  it('binds its socket anew when the file or the whole folder was deleted', async () => {
    const clock = new FakeClock();
    const end = open(clock);
    const heard = await listenTo(end, 'a');
    for (const remove of [() => rmSync(onlyFile()), () => rmSync(directory, { recursive: true })]) {
      remove();
      await clock.advance(checkEveryMs);
      await until(() => existsSync(directory) && files().length === 1, 'the socket is back');
      const before = heard.count;
      await open().wake(['a']);
      await until(() => heard.count > before, 'a new sender is heard');
      expect(end.problem()).toBeUndefined();
    }
  });

  it('keeps hearing senders that were connected before the file was deleted', async () => {
    const clock = new FakeClock();
    const heard = await listenTo(open(clock), 'a');
    const sender = open();
    await sender.wake(['a']);
    await until(() => heard.count === 1, 'the first hint');
    rmSync(onlyFile());
    await clock.advance(checkEveryMs);
    await until(() => files().length === 1, 'the socket is back');
    await sender.wake(['a']);
    await until(() => heard.count === 2, 'the second hint');
  });

  it('leaves the path to its successor when it lost its file to it', async () => {
    const clock = new FakeClock();
    const loser = open(clock);
    await listenTo(loser, 'a');
    rmSync(onlyFile());
    const heard = await listenTo(open(), 'a');
    const successor = lstatSync(onlyFile()).ino;
    await clock.advance(checkEveryMs);
    await until(() => loser.problem() !== undefined, 'the loser notices');
    await loser.close();
    expect(lstatSync(onlyFile()).ino).toBe(successor);
    await open().wake(['a']);
    await until(() => heard.count > 0, 'the successor hears');
  });

  it('works deaf in a folder it cannot make, says what to do, and heals once it can', async () => {
    writeFileSync(join(base, 'file'), '');
    const clock = new FakeClock();
    const end = open(clock, join(base, 'file/run'));
    const heard = await listenTo(end, 'a');
    expect(end.problem()).toMatch(/cannot be used.*SIGNALBOX_HOME/);
    expect(log.messages('warn')).toHaveLength(1);
    await end.wake(['a', 'b']);
    await until(() => heard.count === 1, 'sessions of the same process are woken all the same');
    await clock.advance(checkEveryMs);
    expect(log.messages('warn')).toHaveLength(1);
    rmSync(join(base, 'file'));
    await clock.advance(checkEveryMs);
    await until(() => end.problem() === undefined, 'healed');
    await heard.stop();
  });

  it('closes a folder of its own that others could write to', async () => {
    mkdirSync(directory);
    chmodSync(directory, 0o777);
    const end = open();
    await listenTo(end, 'a');
    expect([end.problem(), statSync(directory).mode & 0o777]).toEqual([undefined, 0o700]);
  });

  it.runIf(process.getuid?.() === 0)('listens in no folder of another user', async () => {
    mkdirSync(directory, { mode: 0o777 });
    chownSync(directory, 12_345, 12_345);
    const end = open();
    await listenTo(end, 'a');
    expect(end.problem()).toMatch(/another user/);
    expect(files()).toEqual([]);
  });

  it('says so when the path is too long for a socket, and still gives hints without failing', async () => {
    const end = open(systemClock, join(directory, 'x'.repeat(100)));
    await listenTo(end, 'a');
    await end.wake(['b']);
    expect(end.problem()).toMatch(/longer than 100 bytes/);
  });

  it('survives garbage, floods and connections that never say anything', async () => {
    const heard = await listenTo(open(), 'a');
    const strangers: Socket[] = [];
    const stranger = () => {
      const socket = connectSocket(onlyFile());
      socket.on('error', () => {});
      strangers.push(socket);
      return socket;
    };
    const flooding = stranger();
    let floodEnded = false;
    flooding.on('close', () => {
      floodEnded = true;
    });
    flooding.write(Buffer.alloc(4_000_000, 'x'));
    await until(() => floodEnded, 'the flood is cut off');
    // More silent connections than there is room for.
    for (let count = 0; count < 400; count++) stranger();
    await Promise.all(
      strangers.map(socket => (socket.connecting ? new Promise(done => socket.once('connect', done)) : 0)),
    );
    await quiet();
    const before = heard.count;
    await open().wake(['a']);
    await until(() => heard.count > before, 'a real hint still arrives');
    for (const socket of strangers) socket.destroy();
  });

  it('closes connections that were idle, and opens them again when needed', async () => {
    const heard = await listenTo(open(), 'a');
    const clock = new FakeClock();
    const sender = open(clock);
    await sender.wake(['a']);
    await until(() => heard.count === 1, 'the first hint');
    expect(clock.pending).toBe(1);
    await clock.advance(120_000);
    expect(clock.pending).toBe(0);
    await sender.wake(['a']);
    await until(() => heard.count === 2, 'the second hint');
  });

  it('wakes hundreds of sessions by one call', async () => {
    const listener = open();
    const heard: { readonly count: number }[] = [];
    for (let count = 0; count < 300; count++) heard.push(await listenTo(listener, `s${count}`));
    await open().wake(heard.map((_, index) => `s${index}`));
    await until(() => heard.every(each => each.count === 1), 'every one of them');
  });
});
