/** What a hook costs its client: over the connection of the server, by a command that asks the server, and by one that finds none. */
import { againstFloor, below, type Figure, type Row } from '../support/row.ts';
import { onStage, type Stage } from '../support/stage.ts';
import { median, p99, quantile, shown } from '../support/statistics.ts';

const folder = (stage: Stage) => ({ session_id: 'bench', cwd: stage.workspace.repository });
/** By this a hook knows that Claude Code called it. */
const asClient = { CLAUDECODE: '1' };

export const hooks: Row = {
  name: 'hooks',
  title: 'A hook of a client',
  floor: 'an empty Node process for a command, a round trip of a tool that does nothing for a call over the connection',
  run: ({ programs, quick }) =>
    onStage(programs, async stage => {
      const server = stage.startProduct();
      await server.initialize('claude-code');
      return [
        ...(await overConnection(stage, server, quick ? 100 : 1_000)),
        ...(await byCommand(stage, programs.product, quick ? 5 : 20)),
      ];
    }),
};

type Server = ReturnType<Stage['startProduct']>;

async function overConnection(stage: Stage, server: Server, rounds: number): Promise<Figure[]> {
  const bare = await stage.bare();
  const hook: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const use = { tool_name: 'Edit', tool_use_id: `use-${round}` };
    const input = { client: 'claude-code', hook_event_name: 'PreToolUse', ...folder(stage), ...use };
    const [noop, told] = [await bare.time('noop'), await server.time('client_event', input)];
    if (round === 0) continue;
    floor.push(noop);
    hook.push(told);
  }
  return [
    againstFloor('before a tool, over the connection, p50', 'ms', median(hook), median(floor), undefined),
    below('the same, p99', 'ms', p99(hook), 5, `floor p99 ${shown(p99(floor))} ms`),
  ];
}

async function byCommand(stage: Stage, product: string, rounds: number): Promise<Figure[]> {
  const input = JSON.stringify({ ...folder(stage), hook_event_name: 'UserPromptSubmit', prompt: 'go on' });
  // The file that setup writes into the clients' configurations.
  const words = [product.replace(/signalbox\.mjs$/, 'hook.cjs'), 'claude-code', 'UserPromptSubmit'];
  // A client without a server: the process above this one.
  const alone = { ...asClient, CLAUDE_PID: String(process.ppid) };
  const samples = { served: [] as number[], direct: [] as number[], empty: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const served = await stage.run(words, input, asClient);
    const empty = await stage.run(['-e', '0']);
    const direct = await stage.run(words, input, alone);
    if (round === 0) continue;
    samples.served.push(served);
    samples.empty.push(empty);
    samples.direct.push(direct);
  }
  const best = (values: readonly number[]) => `best ${shown(quantile(values, 0))} ms`;
  const floor = median(samples.empty);
  return [
    againstFloor('by command, answered by the server', 'ms', median(samples.served), floor, 1.6, best(samples.served)),
    againstFloor('by command, no server: straight into the store', 'ms', median(samples.direct), floor, undefined),
  ];
}
