/** Ends of a wake-up channel in processes of their own: `startDistantEnd` steers what `serveDistantEnd` carries out over there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Wakeups } from '../../src/core/ports.ts';
import type { DistantEnd } from './wakeups-contract.ts';

interface Command {
  readonly id: number;
  readonly do: 'listen' | 'stop' | 'wake' | 'count' | 'problem' | 'release';
  readonly session?: string;
  readonly sessions?: readonly string[];
}

/** Starts the bundled program `file`, which calls `serveDistantEnd`. The caller kills what it adds to `children`. */
export function startDistantEnd(file: string, args: readonly string[], children: ChildProcess[]): DistantEnd {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
  const waiting = new Map<number, (answer: unknown) => void>();
  createInterface({ input: child.stdout }).on('line', line => {
    const { id, answer } = JSON.parse(line);
    waiting.get(id)?.(answer);
  });
  let asked = 0;
  const ask = (command: object): Promise<unknown> =>
    new Promise(resolve => {
      const id = ++asked;
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ id, ...command })}\n`);
    });
  return {
    pid: child.pid ?? 0,
    listen: async session => void (await ask({ do: 'listen', session })),
    stop: async session => void (await ask({ do: 'stop', session })),
    wake: async sessions => void (await ask({ do: 'wake', sessions })),
    count: async session => Number(await ask({ do: 'count', session })),
    problem: async () => ((await ask({ do: 'problem' })) as string | null) ?? undefined,
    signal: name => void child.kill(name),
    endsByItself: async () => {
      await ask({ do: 'release' });
      return ended;
    },
  };
}

/** Kills what runs of them, and resolves when they are gone. */
export async function killAll(children: ChildProcess[]): Promise<void> {
  await Promise.all(
    children.splice(0).map(async child => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }),
  );
}

/** Carries out the commands that come as lines of JSON on standard input. */
export function serveDistantEnd(wakeups: Wakeups): void {
  const counts = new Map<string, number>();
  const stops = new Map<string, () => Promise<void>>();
  const lines = createInterface({ input: process.stdin });

  async function carryOut(command: Command): Promise<unknown> {
    const session = command.session ?? '';
    if (command.do === 'listen' && !stops.has(session)) {
      stops.set(session, await wakeups.listen(session, () => counts.set(session, (counts.get(session) ?? 0) + 1)));
    }
    if (command.do === 'stop') {
      await stops.get(session)?.();
      stops.delete(session);
    }
    if (command.do === 'wake') await wakeups.wake(command.sessions ?? []);
    if (command.do === 'count') return counts.get(session) ?? 0;
    if (command.do === 'problem') return wakeups.problem() ?? null;
    if (command.do === 'release') {
      lines.close();
      process.stdin.destroy();
    }
    return null;
  }

  lines.on('line', async line => {
    const command: Command = JSON.parse(line);
    const answer = await carryOut(command);
    process.stdout.write(`${JSON.stringify({ id: command.id, answer })}\n`);
  });
}
