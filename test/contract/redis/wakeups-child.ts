/** A process with an end of the channel over Redis, steered by lines of JSON. Its argument is the URL. */
import { createInterface } from 'node:readline';
import { createRedisWakeups } from '../../../src/engines/redis/wakeups.ts';

interface Command {
  readonly id: number;
  readonly do: 'listen' | 'stop' | 'wake' | 'count' | 'problem' | 'release';
  readonly session?: string;
  readonly sessions?: readonly string[];
}

const wakeups = createRedisWakeups({ url: process.argv[2] ?? '' });
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
