/** Which process is the client: whoever started us, but for the shells and launchers in between, which wait and do nothing else. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

export interface ProcessLine {
  readonly parent: number;
  /** The words it was started with. */
  readonly words: readonly string[];
}

/** Reads what is known of a process; undefined when there is none, or when the system does not tell. */
export type LookAtProcess = (pid: number) => ProcessLine | undefined;

const launchersPassed = 6;
const shells = /^-?(?:sh|bash|dash|zsh|ksh|fish|ash|busybox)$/;
const launchers = /^(?:env|timeout|nice|npx|npm|pnpm|yarn|bunx)(?:\.cmd)?$/;
const launcherScripts = /(?:^|\/)(?:npx-cli|npm-cli|pnpm|pnpx|yarn)(?:\.c?js)?$/;

/**
 * The pid of the client above a process that it started, given that one's parent. A shell that runs one command, `npx` and their like are passed over; a
 * shell that a person types in is not. At most a few are passed, and where nothing can be read the pid itself is the answer.
 */
export function clientPid(pid: number, look: LookAtProcess = lookAtProcess): number {
  let client = pid;
  for (let passed = 0; passed < launchersPassed; passed += 1) {
    const line = look(client);
    if (line === undefined || line.parent <= 1 || !isLauncher(line.words)) return client;
    client = line.parent;
  }
  return client;
}

function isLauncher(words: readonly string[]): boolean {
  const [program = '', first = ''] = words;
  const name = basename(program).split(' ')[0] ?? '';
  // A login shell may get `-lc`.
  if (shells.test(name)) return words.slice(1, 6).some(word => /^-[a-z]*c$/.test(word));
  if (name === 'node') return launcherScripts.test(first);
  return launchers.test(name);
}

/** The words that a process was started with; none where the system does not tell, or there is no such process. */
export function wordsOf(pid: number): readonly string[] {
  return lookAtProcess(pid)?.words ?? [];
}

function lookAtProcess(pid: number): ProcessLine | undefined {
  if (process.platform === 'linux') return lookInProc(pid);
  return process.platform === 'win32' ? undefined : askPs(pid);
}

function lookInProc(pid: number): ProcessLine | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ', 2)[1]);
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
      .split('\0')
      .filter(word => word !== '');
    return { parent, words };
  } catch {
    return undefined;
  }
}

function askPs(pid: number): ProcessLine | undefined {
  // Loaded here only: a hook on Linux needs none of it.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const args = ['-o', 'ppid=', '-o', 'command=', '-p', String(pid)];
  const result = spawnSync('ps', args, { encoding: 'utf8', timeout: 2_000, stdio: ['ignore', 'pipe', 'ignore'] });
  const [, parent, command] = /^\s*(\d+)\s+(.*)$/m.exec(result.stdout ?? '') ?? [];
  return parent && command ? { parent: Number(parent), words: command.split(/\s+/) } : undefined;
}
