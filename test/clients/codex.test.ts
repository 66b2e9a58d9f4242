/** Codex with Signalbox's server and hooks: joining, messages, identity, sub-agents, waking, and going on when we cannot. */
import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { until } from '../support/workspace.ts';
import { Bench } from './support/bench.ts';
import { Codex } from './support/codex.ts';
import { trustCodexHooks } from './support/configure.ts';
import type { Home } from './support/home.ts';
import { behindHub } from './support/hub.ts';
import { call, Gate, type Lane, type Step } from './support/mock-model.ts';
import { kill, livingWith } from './support/processes.ts';
import type { Running } from './support/running.ts';
import { freesLocks, openStage, showsOnce } from './support/scenes.ts';

const codex = new Codex();
const auth = { paths: ['src/auth.ts'] };
const fence = '<peer-message';
const lock = 'mcp:signalbox/lock_acquire';
const shell = (command: string) => ({ tool: 'exec_command', input: { cmd: command } });

async function setUp(bench: Bench, home: Home) {
  expect(await bench.signalbox(home, ['setup', '--yes', 'codex'])).toMatchObject({ code: 0 });
}

const stage = () => openStage(codex, setUp);

const threadOf = (run: Running): string => run.events().find(event => event.type === 'thread.started').thread_id;

/** Steps that start a sub-agent and wait for its end. */
const withSubAgent = (lane: Lane): Step[] => [
  call('spawn_agent', { message: lane.prompt('Do the part.'), agent_type: 'default' }),
  request => {
    const id = /"agent_id":\s*"([^"]+)"/.exec(request.lastResult)?.[1];
    return call('wait_agent', { targets: [id], ids: [id], timeout_ms: 20_000 });
  },
];

const serversOf = (home: Home, handle: string) =>
  livingWith(home.root).filter(({ command }) => / mcp$/.test(command) && !command.includes(handle));

describe('a run of one prompt', () => {
  it('is seen with task, branch, checkout and client before its model says a word, and leaves with its end', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate('Done.');
    const ann = bench.model.lane('ann').script(gate.step);
    const run = codex.exec(bench, { home, prompt: `Move the login.\nAnd more.\n${ann.prompt('')}` });
    await gate.reached;
    const [seen] = await peer.meets(1);
    expect(seen).toMatchObject({
      client: 'codex',
      task: 'Move the login.',
      branch: 'main',
      checkout: bench.folder,
      reach: 'hooks',
    });
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    await peer.meets(0);
  });

  it('shows a message to its model with the next step, once, as a peer’s, and it counts as read', async () => {
    const staged = await stage();
    const { bench, home } = staged;
    await showsOnce(staged, prompt => codex.exec(bench, { home, prompt }), {
      first: { calls: [shell('echo one')] },
      next: { calls: [shell('echo two')] },
      fence,
    });
  });

  it('is held up at its stop by an urgent message, once and not again', async () => {
    const { bench, home, peer } = await stage();
    const [first, second] = [new Gate('Done.'), new Gate('Understood.')];
    const ann = bench.model.lane('ann').script(first.step, second.step);
    const run = codex.exec(bench, { home, prompt: ann.prompt('Work.') });
    await first.reached;
    const [seen] = await peer.meets(1);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE burns.', { priority: 'urgent' });
    first.open();
    const held = await second.reached;
    expect(held.count('PLUM-TREE')).toBe(1);
    // Codex puts what holds it up into marks of its own, and escapes ours.
    expect(held.count(fence.replace('<', '&lt;'))).toBe(1);
    await peer.send(seen?.handle ?? '', 'The PEAR-TREE too.', { priority: 'urgent' });
    second.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.requests).toHaveLength(2);
    expect(await peer.stateOf(message)).toBe('read');
  });

  it('comes back as the session it was when it is resumed, and is another one as a fork', async () => {
    const { bench, home, peer } = await stage();
    const first = codex.exec(bench, { home, prompt: bench.model.lane('ann').script('One.').prompt('Begin.') });
    const [seen] = await peer.meets(1);
    await first.ended;
    await peer.meets(0);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE waits.');
    const gate = new Gate(call(lock, auth));
    const bob = bench.model.lane('bob').script(gate.step, 'Two.');
    const again = codex.resume(bench, threadOf(first), { home, prompt: bob.prompt('Go on.') });
    await gate.reached;
    expect(await peer.meets(1)).toMatchObject([{ handle: seen?.handle }]);
    expect(bob.occurrences('PLUM-TREE')).toBe(1);
    gate.open();
    await again.ended;
    expect(await peer.stateOf(message)).toBe('read');

    const fork = new Gate(call(lock, auth));
    const cat = bench.model.lane('cat').script(fork.step, 'Three.');
    const words = ['exec', '--json', '--dangerously-bypass-hook-trust', 'fork', threadOf(first), cat.prompt('Apart.')];
    const forked = bench.start(codex, words, { home });
    await fork.reached;
    const [other] = await peer.meets(1);
    expect(other?.handle).not.toBe(seen?.handle);
    fork.open();
    expect(await forked.ended).toMatchObject({ code: 0 });
    await peer.meets(0);
  });

  it('has its sub-agents as children with locks of their own, which end with their work', async () => {
    const { bench, home, peer } = await stage();
    const part = new Gate('The part is done.');
    const sub = bench.model.lane('sub').script(call(lock, { paths: ['src/part.ts'] }), part.step);
    const end = new Gate('Done.');
    const ann = bench.model.lane('ann').script(call(lock, auth), ...withSubAgent(sub), end.step);
    const run = codex.exec(bench, { home, prompt: ann.prompt('Begin.') });
    await part.reached;
    const here = await peer.meets(2, 'codex');
    const [root, child] = here.sort((a, b) => a.handle.length - b.handle.length);
    expect(child).toMatchObject({
      handle: `${root?.handle}.1`,
      locks: 1,
      task: `sub-agent default of ${root?.handle}`,
    });
    expect(root?.locks).toBe(1);
    part.open();
    await end.reached;
    expect(await peer.meets(1, 'codex')).toMatchObject([{ handle: root?.handle, locks: 1 }]);
    end.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    await peer.meets(0);
    expect(bench.model.problems).toEqual([]);
  });

  it('is itself in the shell of its model', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate('Done.');
    // The shell is one of login, whose path the machine decides.
    const words = `${home.path('bin/signalbox')} lock acquire src/shell.ts`;
    const ann = bench.model.lane('ann').script({ calls: [shell(words)] }, gate.step);
    const run = codex.exec(bench, { home, prompt: ann.prompt('Lock it.') });
    expect((await gate.reached).lastResult).toContain('src/shell.ts');
    expect(await peer.meets(1)).toMatchObject([{ locks: 1 }]);
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
  });

  it('frees its locks within a second when it is killed', async () => {
    const staged = await stage();
    const { bench, home, peer } = staged;
    await freesLocks(staged, prompt => codex.exec(bench, { home, prompt }));
    await peer.meets(0);
  });

  it('goes on when its server is killed', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate({ calls: [shell('echo one')] });
    const ann = bench.model.lane('ann').script(call(lock, auth), gate.step, 'Done all the same.');
    const run = codex.exec(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    for (const { pid } of serversOf(home, peer.handle)) kill(pid, 'SIGKILL');
    await until('its lock is free', async () => (await peer.call('lock_list')).locks.length === 0);
    gate.open();
    const { code, output } = await run.ended;
    expect([code, output]).toEqual([0, expect.stringContaining('Done all the same.')]);
    await peer.meets(0);
  });

  it('goes on when the store cannot be read', async () => {
    const bench = await Bench.open();
    const home = bench.home([codex]);
    await setUp(bench, home);
    home.write('state/signalbox.db', 'this is no database, and it never was one. '.repeat(200));
    chmodSync(home.path('state/signalbox.db'), 0o400);
    const ann = bench.model.lane('ann').script(call(lock, auth), { calls: [shell('echo one')] }, 'Done all the same.');
    const run = codex.exec(bench, { home, prompt: ann.prompt('Work.') });
    const { code, output } = await run.ended;
    expect([code, output]).toEqual([0, expect.stringContaining('Done all the same.')]);
    expect(ann.requests[1]?.lastResult).toContain('unavailable');
  });
});

describe('hooks that nobody has trusted', () => {
  it('are missed by nobody: calls tell whose they are, a sub-agent’s too, and take messages along', async () => {
    const { bench, home, peer } = await stage();
    const part = new Gate('The part is done.');
    const sub = bench.model.lane('sub').script(call(lock, { paths: ['src/part.ts'] }), part.step);
    const [gate, end] = [new Gate(call('mcp:signalbox/message_read')), new Gate('Done.')];
    const ann = bench.model.lane('ann').script(call(lock, auth), ...withSubAgent(sub), gate.step, end.step);
    const run = codex.exec(bench, { home, prompt: ann.prompt('Begin.'), trustHooks: false });
    await part.reached;
    const here = await peer.meets(2, 'codex');
    const [root, child] = here.sort((a, b) => a.handle.length - b.handle.length);
    expect([root, child]).toMatchObject([
      { locks: 1, reach: 'calls' },
      { locks: 1, handle: `${root?.handle}.1` },
    ]);
    part.open();
    await gate.reached;
    await peer.send(root?.handle ?? '', 'The PLUM-TREE is mine.');
    gate.open();
    await end.reached;
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    end.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    await peer.meets(0);
    expect(bench.model.problems).toEqual([]);
  });
});

describe('terminals, which one process serves', () => {
  it.each([
    ['a store at hand', async () => undefined],
    ['a store behind a hub', behindHub],
  ] as const)(
    'with %s are woken for a message while they rest, and stay the session when their context is cleared',
    async (_where, reached) => {
      const { bench, home, peer } = await openStage(codex, async (bench, home) => {
        await reached(bench, home);
        await setUp(bench, home);
      });
      trustCodexHooks(home);
      const ann = bench.model.lane('ann').script(call(lock, auth), 'Locked and resting.', 'I have read it.');
      const terminal = await codex.terminal(bench, { home, trustHooks: false });
      await terminal.submit(ann.prompt('Lock it.'));
      await terminal.shows('Locked and resting.');
      const seen = await peer.sees({ client: 'codex', reach: 'wake', locks: 1 });
      const message = await peer.send(seen.handle, 'The PLUM-TREE waits.');
      await terminal.shows('I have read it.');
      expect(ann.firstSeen('PLUM-TREE')).toBe(2);
      expect(ann.occurrences('PLUM-TREE')).toBe(1);
      await until('it is read', async () => (await peer.stateOf(message)) === 'read');
      expect((await peer.others())[0]?.task).toContain('Lock it.');

      const bob = bench.model.lane('bob').script('Here again.', 'And awake.');
      await terminal.submit('/clear');
      await until('the screen is empty', () => !terminal.screen().includes('I have read it.'));
      await terminal.shows('Ask Codex');
      await terminal.submit(bob.prompt('Go on.'));
      await terminal.shows('Here again.');
      expect(await peer.meets(1)).toMatchObject([{ handle: seen.handle, locks: 1 }]);
      expect(bob.occurrences(`you are still ${seen.handle}`)).toBe(1);
      // The server of the thread before ends about now; the session goes on. One that the client tries beside them has gone by then.
      await until('two serve', () => serversOf(home, peer.handle).length === 2);
      const before = serversOf(home, peer.handle)
        .map(({ pid }) => pid)
        .sort((a, b) => a - b);
      kill(before[0] as number, 'SIGTERM');
      await until('the server has ended', () => serversOf(home, peer.handle).length === 1);
      expect(await peer.meets(1)).toMatchObject([{ handle: seen.handle, locks: 1 }]);
      await peer.send(seen.handle, 'The PEAR-TREE waits.');
      await terminal.shows('And awake.');
      expect(bob.occurrences('PEAR-TREE')).toBe(1);
      expect(bench.model.problems).toEqual([]);
    },
  );
});
