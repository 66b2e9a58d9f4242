/** The processes above this one, as far as the system tells: whoever started a command may have hidden that from its environment. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The nearest first, `most` at most; none on Windows, where a parent may be any process by now. */
export function ancestorsOf(pid: number, most: number): number[] {
  if (process.platform === 'win32') return [];
  const parentOf = process.platform === 'linux' ? parentInProc : parentsByPs();
  const found: number[] = [];
  for (let at: number | undefined = pid; at !== undefined && at > 1 && found.length < most; at = parentOf(at)) {
    found.push(at);
  }
  return found;
}

function parentInProc(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ', 2)[1]);
  } catch {
    return undefined;
  }
}

function parentsByPs(): (pid: number) => number | undefined {
  const result = spawnSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8', timeout: 2_000 });
  const pairs = [...(result.stdout ?? '').matchAll(/^\s*(\d+)\s+(\d+)$/gm)];
  const parents = new Map(pairs.map(([, pid, parent]) => [Number(pid), Number(parent)]));
  return pid => parents.get(pid);
}
