/** Tells one operating-system process from a later one with the same pid, and the living from the dead. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import type { Liveness, Processes, ProcessIdentity } from '../core/ports.ts';
import { systemClock } from './clock.ts';

/** What is asked of the machine; replaced in tests. */
export interface ProcessSources {
  readonly platform: NodeJS.Platform;
  readonly pid: number;
  parentPid(): number;
  host(): string;
  /** Whole text of a small file, or undefined when it cannot be read. */
  readFile(path: string): string | undefined;
  readLink(path: string): string | undefined;
  /** Standard output of a program, or undefined when it cannot be run or fails without output. */
  run(program: string, args: readonly string[]): string | undefined;
  /** Signal 0: `denied` means that the process exists and belongs to somebody else. */
  probe(pid: number): 'exists' | 'denied' | 'gone';
  /** Seconds since the machine started. */
  uptimeSeconds(): number;
  now(): number;
  elapsed(): number;
}

export interface SystemProcesses extends Processes {
  /**
   * The process that started this one, or undefined when it is outside this pid namespace. Ask early and keep the answer:
   * when the parent dies the system names another process as parent.
   */
  parent(): ProcessIdentity | undefined;
}

/** When the process started (opaque, '' where the system does not tell), or why that is not known. */
type Look = { readonly startedAt: string } | 'gone' | 'unreadable';

interface ProcessTable {
  /** One line without `/` that is equal exactly for processes whose pids can be compared. */
  boot(): string;
  look(pid: number): Look;
}

/**
 * The machine's processes. How sure the answer is depends on the system:
 *
 * - Linux: exact. The start time comes from `/proc`, pids compare within one boot and pid namespace; some 20 µs.
 * - macOS and BSD: a process that is gone is seen at once; one whose pid was taken over, or a zombie, within a second, because
 *   the start time comes from `ps` (some 10 ms), which is asked at most once a second for each process.
 * - Windows: weaker. There is no cheap start time, so a pid that is in use is `unknown` (heartbeats decide), never `alive`;
 *   one that is not in use is `dead`.
 *
 * Zombies are dead. `unknown` also answers for a process hidden from this user (`hidepid`). Nothing here throws.
 */
export function createProcesses(options: Partial<ProcessSources> = {}): SystemProcesses {
  const sources: ProcessSources = { ...machine, ...options };
  const table = tableFor(sources);
  let boot: string | undefined;
  let self: ProcessIdentity | undefined;

  const bootOnce = () => {
    boot ??= table.boot();
    return boot;
  };
  const identify = (pid: number): ProcessIdentity | undefined => {
    const seen = look(table, pid);
    if (typeof seen === 'string') return undefined;
    return { host: sources.host(), boot: bootOnce(), pid, startedAt: seen.startedAt };
  };

  return {
    self() {
      self ??= identify(sources.pid) ?? { host: sources.host(), boot: bootOnce(), pid: sources.pid, startedAt: '' };
      return self;
    },
    identify,
    parent: () => identify(sources.parentPid()),
    liveness(process): Liveness {
      if (process.boot !== bootOnce()) return 'unknown';
      const seen = look(table, process.pid);
      if (seen === 'gone') return 'dead';
      // Without a start time on either side a later process with the same pid would pass for this one.
      if (seen === 'unreadable' || seen.startedAt === '' || process.startedAt === '') return 'unknown';
      return seen.startedAt === process.startedAt ? 'alive' : 'dead';
    },
  };
}

function look(table: ProcessTable, pid: number): Look {
  // Zero and negative numbers mean process groups to the system, and those always seem to exist.
  return Number.isSafeInteger(pid) && pid > 0 ? table.look(pid) : 'gone';
}

function tableFor(sources: ProcessSources): ProcessTable {
  if (sources.platform === 'linux' || sources.platform === 'android') return linuxTable(sources);
  if (sources.platform === 'win32') return windowsTable(sources);
  return psTable(sources);
}

function linuxTable(sources: ProcessSources): ProcessTable {
  const read = (pid: number) => {
    const stat = sources.readFile(`/proc/${pid}/stat`);
    return stat === undefined ? undefined : parseStat(stat);
  };
  return {
    boot() {
      const bootId = sources.readFile('/proc/sys/kernel/random/boot_id')?.trim();
      const startedAt = /^btime (\d+)$/m.exec(sources.readFile('/proc/stat') ?? '')?.[1];
      const namespace = sources.readLink('/proc/self/ns/pid')?.replace(/\D/g, '');
      // The host name alone is no proof of being the same machine, so it is used together with when that machine started.
      return `${bootId || `${oneWord(sources.host())}+${startedAt ?? ''}`}+${namespace ?? ''}`;
    },
    look(pid) {
      const seen = read(pid);
      if (seen) return seen;
      if (sources.probe(pid) === 'gone') return 'gone';
      // It may have been started between the two questions; if it still cannot be read it is hidden from us.
      return read(pid) ?? 'unreadable';
    },
  };
}

/** Fields 3 (state) and 22 (start time in clock ticks since boot) of `/proc/<pid>/stat`, see proc(5). */
function parseStat(stat: string): Look | undefined {
  // Field 2 is the program's name in brackets. It may itself hold spaces and brackets, so the last one counts.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 20);
  const [state, startedAt] = [fields[0], fields[19]];
  if (!state || !startedAt) return undefined;
  return /[ZXx]/.test(state) ? 'gone' : { startedAt };
}

const psAnswerKeptMs = 1_000;

function psTable(sources: ProcessSources): ProcessTable {
  const answers = new Map<number, { readonly seen: Look; readonly askedAt: number }>();
  const ask = (pid: number): Look => {
    // One `-o` a column: in `-o lstart=,stat=` everything behind the first `=` would be a heading.
    const line = sources.run('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)])?.trim();
    const [, state, startedAt] = /^(\S+)\s+(\S.*)$/.exec(line ?? '') ?? [];
    if (!state || !startedAt) return 'unreadable';
    return state.startsWith('Z') ? 'gone' : { startedAt: startedAt.replace(/\s+/g, ' ') };
  };
  return {
    boot() {
      // Not `kern.boottime` first: it moves whenever the clock is set.
      const session = sources.run('sysctl', ['-n', 'kern.bootsessionuuid'])?.trim();
      const startedAt = /sec = (\d+)/.exec(sources.run('sysctl', ['-n', 'kern.boottime']) ?? '')?.[1];
      return session || `${oneWord(sources.host())}+${startedAt ?? ''}`;
    },
    look(pid) {
      if (sources.probe(pid) === 'gone') {
        answers.delete(pid);
        return 'gone';
      }
      const known = answers.get(pid);
      const now = sources.elapsed();
      if (known && now - known.askedAt < psAnswerKeptMs) return known.seen;
      const seen = ask(pid);
      // Pids come and go for as long as this process lives; what is kept about them must not grow.
      if (answers.size >= 1_000) answers.clear();
      answers.set(pid, { seen, askedAt: now });
      return seen;
    },
  };
}

const bootRoundedToMs = 600_000;

function windowsTable(sources: ProcessSources): ProcessTable {
  return {
    boot() {
      // The start of the machine is only known as now minus uptime and drifts with the clock. Rounded, processes mostly agree;
      // where they do not, they cannot judge each other and heartbeats decide.
      const startedAt = sources.now() - sources.uptimeSeconds() * 1_000;
      return `${oneWord(sources.host())}+${Math.round(startedAt / bootRoundedToMs)}`;
    },
    look: pid => (sources.probe(pid) === 'gone' ? 'gone' : { startedAt: '' }),
  };
}

function oneWord(host: string): string {
  return host.replace(/[^\w.-]/g, '-');
}

// Reused: liveness is asked for every holder at every lock call. A stat line has at most some 400 bytes.
const fileBuffer = Buffer.allocUnsafe(4_096);

const machine: ProcessSources = {
  platform: process.platform,
  pid: process.pid,
  parentPid: () => process.ppid,
  host: hostname,
  readFile: readSmallFile,
  readLink(path) {
    try {
      return readlinkSync(path);
    } catch {
      return undefined;
    }
  },
  run(program, args) {
    // The start time is compared as text, so language and time zone of whoever asks must not show in it.
    const env = { PATH: `/bin:/usr/bin:/sbin:/usr/sbin:${process.env.PATH ?? ''}`, LC_ALL: 'C', TZ: 'UTC0' };
    const result = spawnSync(program, args, {
      env,
      encoding: 'utf8',
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return result.error === undefined && result.stdout !== '' ? result.stdout : undefined;
  },
  probe(pid) {
    try {
      process.kill(pid, 0);
      return 'exists';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'denied' : 'gone';
    }
  },
  uptimeSeconds: uptime,
  now: systemClock.now,
  elapsed: systemClock.elapsed,
};

function readSmallFile(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const length = readSync(file, fileBuffer, 0, fileBuffer.length, 0);
    // A file larger than the buffer (/proc/stat on many cores) is read again in full.
    if (length === fileBuffer.length) return readFileSync(path, 'latin1');
    return fileBuffer.toString('latin1', 0, length);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
