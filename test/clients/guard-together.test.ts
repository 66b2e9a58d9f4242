/** The scene that users lose work in: three sessions in one checkout want the same file, another branch, the stash, and everything staged. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../support/workspace.ts';
import { Bench } from './support/bench.ts';
import { Claude } from './support/claude.ts';
import { Codex } from './support/codex.ts';
import type { Home } from './support/home.ts';
import { call, Gate, type Reply } from './support/mock-model.ts';

const bash = (command: string): Reply => call('Bash', { command, description: 'Work' });
const shell = (cmd: string): Reply => call('exec_command', { cmd });
const patch = (path: string, from: string, to: string): Reply =>
  shell(`apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: ${path}\n@@\n-${from}\n+${to}\n*** End Patch\nEOF`);

async function setUp(bench: Bench, homes: readonly Home[]): Promise<void> {
  for (const home of homes) {
    const { code, stderr } = await bench.signalbox(home, ['setup', '--yes']);
    expect([code, stderr]).toEqual([0, '']);
  }
  const { code, stderr } = await bench.signalbox(homes[0] as Home, ['guard', 'install', '--yes']);
  expect([code, stderr]).toEqual([0, '']);
}

it('two Claude Code and a Codex in one checkout lose no edit and commit none of another, the losers are told who, why and what next, the one that waits is woken, and the ledger says who changed what', async () => {
  const bench = await Bench.open();
  const files = { 'src/a.ts': 'one\n', 'src/b.ts': 'two\n', 'signalbox.json': '{ "guard": { "graceSeconds": 1 } }\n' };
  bench.repository.commit(files);
  const [older, newer, codex] = [new Claude('2.1.197'), new Claude('2.1.329'), new Codex()];
  const home = bench.home([newer, codex]);
  const second = bench.home([older], { sharing: home });
  await setUp(bench, [home, second]);
  const path = (name: string) => join(bench.folder, name);
  const read = (name: string) => call('Read', { file_path: path(name) });
  const write = (name: string, content: string) => call('Write', { file_path: path(name), content });
  const signalbox = home.path('bin', 'signalbox');
  const git = (...args: string[]) => bench.repository.git(...args).trim();

  // The first edits a file and stands in the middle of its turn.
  const gate = new Gate(bash(`${signalbox} stage && git commit -q -m "Of ann"`));
  const ann = bench.model.lane('ann').script(read('src/a.ts'), write('src/a.ts', 'ann\n'), gate.step, 'ANN-IS-DONE');
  const first = older.converse(bench, { home: second });
  first.send(ann.prompt('The login.'));
  await gate.reached;
  expect(readFileSync(path('src/a.ts'), 'utf8')).toBe('ann\n');

  // The second wants the same, moves HEAD, stashes, commits everything; then it rests.
  const bob = bench.model
    .lane('bob')
    .script(
      read('src/a.ts'),
      write('src/a.ts', 'bob\n'),
      bash('git switch -c elsewhere'),
      bash('git stash'),
      bash('git add -A && git commit -q -m "All of bob"'),
      'BOB-WAITS',
      read('src/a.ts'),
      write('src/a.ts', 'ann\nbob\n'),
      'BOB-IS-DONE',
    );
  const terminal = await newer.terminal(bench, { home });
  await terminal.submit(bob.prompt('The logout.'));
  await terminal.shows('BOB-WAITS', 60_000);

  // The third does the same by patches and its shell, and then its own work.
  const cat = bench.model
    .lane('cat')
    .script(
      patch('src/a.ts', 'ann', 'cat'),
      shell('git stash'),
      shell('git add -A && git commit -q -m "All of cat"'),
      patch('src/b.ts', 'two', 'cat'),
      shell(`${signalbox} stage && git commit -q -m "Of cat"`),
      'CAT-IS-DONE',
    );
  const third = codex.exec(bench, { home, prompt: cat.prompt('The footer.') });
  expect(await third.ended).toMatchObject({ code: 0 });

  const told = (lane: typeof ann) => lane.requests.map(request => request.lastResult).join('\n');
  for (const lane of [bob, cat]) {
    const text = told(lane);
    expect(text).toContain('src/a.ts is being edited by');
    expect(text).toContain('"[[lane:ann]] The login."');
    expect(text).toMatch(/not run: "git stash"\. .*has uncommitted edits in 1 file \(src\/a\.ts\) here/);
    expect(text).toMatch(/not run: "git add -A"\. .*src\/a\.ts/);
    expect(text).toContain('signalbox stage');
  }
  expect(told(bob)).toContain('not run: "git switch -c elsewhere"');
  expect([git('branch', '--show-current'), git('stash', 'list')]).toEqual(['main', '']);

  // The first commits its own and ends its turn: the file goes to the one that waits, who is woken.
  gate.open();
  await until('ann is done', () => first.turns === 1);
  await terminal.shows('BOB-IS-DONE', 60_000);
  expect(bob.requests.at(-3)?.includes('src/a.ts is free now and kept for you')).toBe(true);
  expect(readFileSync(path('src/a.ts'), 'utf8')).toBe('ann\nbob\n');

  const subjects = git('log', '--format=%s', 'main').split('\n');
  expect(subjects.slice(0, 2).sort()).toEqual(['Of ann', 'Of cat']);
  const filesOf = (subject: string) => git('log', '-1', '--format=', '--name-only', `--grep=^${subject}$`);
  expect([filesOf('Of ann'), filesOf('Of cat')]).toEqual(['src/a.ts', 'src/b.ts']);
  expect(git('status', '--short')).toBe('M src/a.ts');

  const who = async (name: string) => {
    const { stdout } = await bench.signalbox(home, ['who', name, '--json']);
    return JSON.parse(stdout) as object;
  };
  const { stdout: listed } = await bench.signalbox(home, ['session', 'list', '--json']);
  const { sessions } = JSON.parse(listed) as {
    sessions: { handle: string; task?: string; guard: Record<string, string> }[];
  };
  const about = (name: string) => sessions.find(({ task }) => task?.includes(`[[lane:${name}]]`));
  expect(about('bob')?.guard).toMatchObject({ edit: 'proven', shell: 'proven' });
  const ledger = JSON.stringify(await who('src/a.ts'));
  for (const name of ['ann', 'bob']) expect(ledger).toContain(about(name)?.handle);
  await first.end();
  await terminal.submit('/exit');
  expect(bench.model.problems).toEqual([]);
}, 150_000);
