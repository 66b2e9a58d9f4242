import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProcessIdentity } from '../core/ports.ts';
import { createProcesses, type ProcessSources, type SystemProcesses } from './processes.ts';

const posix = process.platform !== 'win32';
const children: ChildProcess[] = [];

function start(program: string, args: string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(child);
  return child;
}

function identityOf(processes: SystemProcesses, pid: number | undefined): ProcessIdentity {
  const identity = processes.identify(pid ?? 0);
  if (identity === undefined) throw new Error(`no process ${pid}`);
  return identity;
}

/** Asks without a turn of the event loop, so that Node cannot collect the child in the meantime: what dies stays a zombie. */
function becomesDeadWithoutBeingCollected(processes: SystemProcesses, identity: ProcessIdentity): boolean {
  const end = performance.now() + 20_000;
  while (performance.now() < end) if (processes.liveness(identity) === 'dead') return true;
  return false;
}

/** Without this the question may be asked before the signal has arrived. */
function becomesStopped(pid: number): boolean {
  const end = performance.now() + 20_000;
  const state = () => String(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)]).stdout);
  while (performance.now() < end) if (state().startsWith('T')) return true;
  return false;
}

describe.runIf(posix)('createProcesses on this machine', () => {
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it('sees itself and its parent alive', () => {
    const processes = createProcesses();
    const parent = processes.parent();
    expect(processes.liveness(processes.self())).toBe('alive');
    expect(parent?.pid).toBe(process.ppid);
    expect(parent && processes.liveness(parent)).toBe('alive');
    expect(processes.self().boot).not.toContain('/');
  });

  it('sees a killed child dead while it is still a zombie, and after', async () => {
    const processes = createProcesses();
    const child = start('sleep', ['60']);
    const identity = identityOf(processes, child.pid);
    expect(processes.liveness(identity)).toBe('alive');
    child.kill('SIGKILL');
    expect(becomesDeadWithoutBeingCollected(processes, identity)).toBe(true);
    await once(child, 'exit');
    expect(processes.liveness(identity)).toBe('dead');
  });

  it('takes a zombie that nobody collects for dead, although its pid answers', async () => {
    const processes = createProcesses();
    // The shell turns into a program that never collects the child it inherits.
    const parent = start('sh', ['-c', 'sleep 60 & echo $!; exec cat']);
    const [line] = (await once(parent.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    // Once it echoes, the shell, which does collect, is gone.
    parent.stdin?.write('ready');
    await once(parent.stdout as NodeJS.ReadableStream, 'data');
    const identity = identityOf(processes, Number(line.toString()));
    process.kill(identity.pid, 'SIGKILL');
    expect(becomesDeadWithoutBeingCollected(processes, identity)).toBe(true);
    expect(() => process.kill(identity.pid, 0)).not.toThrow();
    expect(processes.identify(identity.pid)).toBeUndefined();
  });

  it('takes a stopped process for alive', async () => {
    const processes = createProcesses();
    const child = start('sleep', ['60']);
    const identity = identityOf(processes, child.pid);
    child.kill('SIGSTOP');
    expect(becomesStopped(identity.pid)).toBe(true);
    expect(processes.liveness(identity)).toBe('alive');
  });

  it('takes a later process with the same pid for another one', () => {
    const processes = createProcesses();
    expect(processes.liveness({ ...processes.self(), startedAt: '1' })).toBe('dead');
  });

  it('does not judge processes of another boot, machine or pid namespace', () => {
    const processes = createProcesses();
    expect(processes.liveness({ ...processes.self(), boot: 'elsewhere' })).toBe('unknown');
  });

  it('never asks about process groups or nonsense', () => {
    const processes = createProcesses();
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 60]) {
      expect(processes.identify(pid)).toBeUndefined();
      expect(processes.liveness({ ...processes.self(), pid })).toBe('dead');
    }
  });

  it('gives two processes on this machine the same boot, by ps as by /proc', () => {
    for (const platform of ['linux', 'darwin'] as const) {
      if (platform === 'linux' && process.platform !== 'linux') continue;
      const [one, other] = [createProcesses({ platform }), createProcesses({ platform })];
      expect(other.liveness(one.self())).toBe('alive');
    }
  });
});

/** A Linux machine made of files. */
function linux(files: Record<string, string>, more: Partial<ProcessSources> = {}): SystemProcesses {
  const all: Record<string, string> = { '/proc/sys/kernel/random/boot_id': 'b00t\n', ...files };
  return createProcesses({
    platform: 'linux',
    host: () => 'box',
    readFile: path => all[path],
    readLink: () => 'pid:[4026531836]',
    probe: () => 'gone',
    ...more,
  });
}

const stat = (pid: number, name: string, state: string, startedAt: number) =>
  `${pid} (${name}) ${state} 1 ${pid} ${pid} 0 -1 4194304 5 6 7 8 9 10 11 12 20 0 1 0 ${startedAt} 17000 200 1844 1 1 0 0\n`;

describe('createProcesses on Linux', () => {
  it('reads state and start time behind any program name', () => {
    for (const name of ['node', 'a b', 'a) Z 9 (b', ') ) )', '']) {
      expect(linux({ '/proc/7/stat': stat(7, name, 'S', 123) }).identify(7)?.startedAt).toBe('123');
    }
  });

  it('keeps boot and pid namespace together, and pids of another container apart', () => {
    const files = { '/proc/7/stat': stat(7, 'node', 'S', 123) };
    const here = linux(files);
    const container = linux(files, { readLink: () => 'pid:[4026539999]' });
    expect(here.identify(7)?.boot).toBe('b00t+4026531836');
    expect(container.liveness(identityOf(here, 7))).toBe('unknown');
  });

  it('tells machines of one name apart even where there is no boot id', () => {
    const files = { '/proc/sys/kernel/random/boot_id': '', '/proc/7/stat': stat(7, 'node', 'S', 123) };
    const one = linux({ ...files, '/proc/stat': 'cpu 1\nbtime 1700000000\n' });
    const other = linux({ ...files, '/proc/stat': 'cpu 1\nbtime 1700009999\n' });
    expect(other.liveness(identityOf(one, 7))).toBe('unknown');
  });

  it('says unknown, not dead, of a process that exists but is hidden from this user', () => {
    const seen = identityOf(linux({ '/proc/7/stat': stat(7, 'node', 'S', 123) }), 7);
    expect(linux({}, { probe: () => 'denied' }).liveness(seen)).toBe('unknown');
    expect(linux({}, { probe: () => 'gone' }).liveness(seen)).toBe('dead');
  });
});

describe('createProcesses on macOS', () => {
  function mac(answer: () => string | undefined, more: Partial<ProcessSources> = {}): SystemProcesses {
    return createProcesses({
      platform: 'darwin',
      host: () => 'book',
      probe: () => 'exists',
      run: (program, args) =>
        program === 'ps' ? answer() : args.includes('kern.bootsessionuuid') ? 'UUID\n' : undefined,
      ...more,
    });
  }

  it('compares the start time that ps gives, and takes zombies for dead', () => {
    let line: string | undefined = 'S+   Thu Nov 21 07:39:00 2030\n';
    const identity = identityOf(
      mac(() => line),
      7,
    );
    expect(identity).toMatchObject({ boot: 'UUID', startedAt: 'Thu Nov 21 07:39:00 2030' });
    expect(mac(() => line).liveness(identity)).toBe('alive');
    line = 'S+   Thu Nov 21 08:00:00 2030\n';
    expect(mac(() => line).liveness(identity)).toBe('dead');
    line = 'Z    Thu Nov 21 07:39:00 2030\n';
    expect(mac(() => line).liveness(identity)).toBe('dead');
    line = undefined;
    expect(mac(() => line).liveness(identity)).toBe('unknown');
  });

  it('asks ps at most once a second for a process, and notices its end in between', () => {
    let [asked, elapsed, exists] = [0, 0, true];
    const processes = mac(
      () => {
        asked++;
        return 'S    Thu Nov 21 07:39:00 2030\n';
      },
      { elapsed: () => elapsed, probe: () => (exists ? 'exists' : 'gone') },
    );
    const identity = identityOf(processes, 7);
    elapsed = 999;
    expect([processes.liveness(identity), asked]).toEqual(['alive', 1]);
    elapsed = 1_000;
    expect([processes.liveness(identity), asked]).toEqual(['alive', 2]);
    exists = false;
    expect([processes.liveness(identity), asked]).toEqual(['dead', 2]);
  });
});

describe('createProcesses on Windows', () => {
  it('finds the dead at once and leaves a pid that is in use to heartbeats, since it may have been given away', () => {
    const machine: Partial<ProcessSources> = {
      platform: 'win32',
      host: () => 'desk',
      uptimeSeconds: () => 1_000,
      now: () => Date.UTC(2030, 0, 1),
    };
    const identity = createProcesses({ ...machine, probe: () => 'exists' }).self();
    expect(createProcesses({ ...machine, probe: () => 'exists' }).liveness(identity)).toBe('unknown');
    expect(createProcesses({ ...machine, probe: () => 'denied' }).liveness(identity)).toBe('unknown');
    expect(createProcesses({ ...machine, probe: () => 'gone' }).liveness(identity)).toBe('dead');
    const rebooted = createProcesses({ ...machine, uptimeSeconds: () => 3, probe: () => 'gone' });
    expect(rebooted.liveness(identity)).toBe('unknown');
  });
});
