/** What the guard costs: before an edit and before a shell command, over the connection of the server and by command. */
import { againstFloor, below, type Figure, type Row } from '../support/row.ts';
import { onStage, type Stage } from '../support/stage.ts';
import { median, p99, quantile, shown } from '../support/statistics.ts';

/** By this a hook knows that Claude Code called it. */
const asClient = { CLAUDECODE: '1' };

type Server = ReturnType<Stage['startProduct']>;
type About = { readonly tool_name: string; readonly tool_input: object };

const write = (path: string): About => ({ tool_name: 'Write', tool_input: { file_path: path, content: '' } });
const run = (command: string): About => ({ tool_name: 'Bash', tool_input: { command } });

export const guard: Row = {
  name: 'guard',
  title: 'The guard, before a tool',
  floor: 'an empty Node process for a command, a round trip of a tool that does nothing for a call over the connection',
  run: ({ programs, quick }) =>
    onStage(programs, async stage => {
      const server = stage.startProduct();
      await server.initialize('claude-code');
      const other = stage.startProduct();
      await other.initialize('codex-mcp-client');
      // Somebody else is there, and has a file.
      await other.time('lock_acquire', { paths: ['taken.ts'] });
      return [
        ...(await decisions(stage, server, quick ? 50 : 500)),
        ...(await byCommand(stage, programs.product, quick ? 5 : 20)),
      ];
    }),
};

function told(stage: Stage, about: About, round: number) {
  const use = { tool_name: about.tool_name, tool_use_id: `use-${round}`, tool_input: about.tool_input };
  const event = { hook_event_name: 'PreToolUse', session_id: 'bench', cwd: stage.workspace.repository };
  return { client: 'claude-code', ...event, ...use };
}

async function decisions(stage: Stage, server: Server, rounds: number): Promise<Figure[]> {
  const bare = await stage.bare();
  const cases: readonly [string, (round: number) => About][] = [
    ['an edit of a file that is its own', () => write('mine.ts')],
    ['an edit that takes a lock', round => write(`new-${round}.ts`)],
    ['an edit that is refused', () => write('taken.ts')],
    ['a command without git', () => run('npm test -- --watch=false 2>&1 | tail -20')],
    ['a git command that only reads', () => run('git status --short && git log --oneline | head -5')],
    ['a git command that is looked into', () => run('git switch main')],
  ];
  const floor: number[] = [];
  const figures: Figure[] = [];
  for (const [name, about] of cases) {
    const samples: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const [noop, took] = [
        await bare.time('noop'),
        await server.time('client_event', told(stage, about(round), round)),
      ];
      if (round === 0) continue;
      floor.push(noop);
      samples.push(took);
    }
    figures.push(againstFloor(`${name}, p50`, 'ms', median(samples), median(floor), undefined));
    figures.push(below('the same, p99', 'ms', p99(samples), 5, `floor p99 ${shown(p99(floor))} ms`));
  }
  return figures;
}

async function byCommand(stage: Stage, product: string, rounds: number): Promise<Figure[]> {
  const event = { hook_event_name: 'PreToolUse', session_id: 'bench', cwd: stage.workspace.repository };
  const input = JSON.stringify({ ...event, tool_use_id: 'use', ...write('taken.ts') });
  // The file that setup writes into the clients' configurations.
  const words = [product.replace(/signalbox\.mjs$/, 'hook.cjs'), 'claude-code', 'PreToolUse'];
  const samples = { served: [] as number[], empty: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const served = await stage.run(words, input, asClient);
    const empty = await stage.run(['-e', '0']);
    if (round === 0) continue;
    samples.served.push(served);
    samples.empty.push(empty);
  }
  const best = `best ${shown(quantile(samples.served, 0))} ms`;
  return [
    againstFloor(
      'a refusal by command, answered by the server',
      'ms',
      median(samples.served),
      median(samples.empty),
      1.6,
      best,
    ),
  ];
}
