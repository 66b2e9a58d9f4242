/** The plugin for Claude Code, installed as a person does it, at both versions. */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Bench } from './support/bench.ts';
import { Claude, claudeVersions } from './support/claude.ts';
import { configureClaude } from './support/configure.ts';
import type { Home } from './support/home.ts';
import { call, Gate } from './support/mock-model.ts';
import { Peer } from './support/peer.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const plugin = fileURLToPath(new URL('../../plugin', import.meta.url));
const lock = 'mcp:signalbox/lock_acquire';
const auth = { paths: ['src/auth.ts'] };
const shell = (command: string) => ({ tool: 'Bash', input: { command, description: 'Work' } });

describe.each(claudeVersions)('the plugin in Claude Code %s', version => {
  const claude = new Claude(version);

  async function manage(bench: Bench, home: Home, ...words: string[]): Promise<string> {
    const { code, output } = await bench.start(claude, ['plugin', ...words], { home }).ended;
    expect(code, `claude plugin ${words.join(' ')}: ${output}`).toBe(0);
    return output;
  }

  async function stage() {
    const bench = await Bench.open();
    const home = bench.home([claude]);
    await manage(bench, home, 'marketplace', 'add', repository);
    await manage(bench, home, 'install', 'signalbox@signalbox');
    return { bench, home, peer: await Peer.join(bench, home) };
  }

  it('and its marketplace are valid to the program that reads them', async () => {
    const bench = await Bench.open();
    const home = bench.home([claude]);
    for (const folder of [plugin, repository]) {
      expect(await manage(bench, home, 'validate', folder)).toContain('Validation passed');
    }
  });

  it('lets a session appear by itself, and brings it a message in the middle of a turn, once', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate({ calls: [shell('echo one')] });
    const ann = bench.model.lane('ann').script(gate.step, call(lock, auth), 'Done.');
    const run = claude.print(bench, { home, prompt: `Move the login.\n${ann.prompt('')}` });
    await gate.reached;
    const [seen] = await peer.meets(1);
    expect(seen).toMatchObject({ client: 'claude-code', task: 'Move the login.', branch: 'main', reach: 'hooks' });
    expect(seen?.checkout).toBe(bench.folder);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.firstSeen('PLUM-TREE')).toBe(1);
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    expect(await peer.stateOf(message)).toBe('read');
    await peer.meets(0);
    expect(bench.model.problems).toEqual([]);
  });

  it('makes one session of the hooks and the calls of its tools, whose names are those of a plugin', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate('Done.');
    const ann = bench.model.lane('ann').script(call(lock, auth), gate.step);
    const run = claude.print(bench, { home, prompt: ann.prompt('Lock it.') });
    await gate.reached;
    expect(await peer.meets(1)).toMatchObject([{ locks: 1, reach: 'hooks' }]);
    const names = ann.last?.results.map(({ name }) => name);
    expect(names).toEqual(['mcp__plugin_signalbox_signalbox__lock_acquire']);
    gate.open();
    await run.ended;
  });

  it('has commands: /signalbox:presence asks for who is here, with what stands behind it', async () => {
    const { bench, home } = await stage();
    const main = bench.model.lane().script(call('mcp:signalbox/session_list', {}), 'You and one other.');
    const run = claude.print(bench, { home, prompt: '/signalbox:presence machine' });
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(main.requests[0]?.includes('Show me who works on this code base now. Scope: machine')).toBe(true);
    expect(main.last?.lastResult).toContain('nimble-peer');
    expect(bench.model.problems).toEqual([]);
  });

  it('works from its folder and without an installed program, by the one that it has inside', async () => {
    const bench = await Bench.open();
    const home = bench.home([claude]);
    rmSync(home.path('bin', 'signalbox'));
    const peer = await Peer.join(bench, home);
    const gate = new Gate('Done.');
    const ann = bench.model.lane('ann').script(call(lock, auth), gate.step);
    const run = claude.print(bench, { home, prompt: ann.prompt('Lock it.'), args: ['--plugin-dir', plugin] });
    await gate.reached;
    expect(await peer.meets(1)).toMatchObject([{ client: 'claude-code', locks: 1 }]);
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    await peer.meets(0);
  });

  it('beside a server and hooks that were set up for the user is one session, told everything once', async () => {
    const { bench, home, peer } = await stage();
    configureClaude(home);
    const gate = new Gate({ calls: [shell('echo one')] });
    const second = new Gate('Done.');
    const ann = bench.model.lane('ann').script(gate.step, call(lock, auth), second.step);
    const run = claude.print(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    const [seen] = await peer.meets(1);
    await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    gate.open();
    await second.reached;
    expect(await peer.meets(1)).toMatchObject([{ handle: seen?.handle, locks: 1 }]);
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    second.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    await peer.meets(0);
  });

  it('shows its session in the status line of the terminal: handle, locks, messages, others', async () => {
    const { bench, home, peer } = await stage();
    const settings = JSON.parse(home.read('.claude/settings.json'));
    const statusLine = { type: 'command', command: 'signalbox statusline' };
    home.writeJson('.claude/settings.json', { ...settings, statusLine });
    const ann = bench.model.lane('ann').script('I am ready.', call(lock, auth), 'All locked.');
    const terminal = await claude.terminal(bench, { home });
    const [seen] = await peer.meets(1);
    // A terminal does not wait for its servers before the first prompt.
    await terminal.submit(ann.prompt('Hello.'));
    await terminal.shows('I am ready.');
    await terminal.submit(ann.prompt('Lock it.'));
    await terminal.shows('All locked.');
    await terminal.shows(`${seen?.handle} · 1 lock · 1 other here`);
  });
});
