/** Copilot CLI with Signalbox's server and hooks: joining, messages, identity, sub-agents, and what happens when something is missing. */
import { readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pause } from '../support/workspace.ts';
import { Bench } from './support/bench.ts';
import { configureCopilot, copilotHooks, sharedClaudeHooks } from './support/configure.ts';
import { Copilot } from './support/copilot.ts';
import type { Home } from './support/home.ts';
import { call, Gate, type Lane } from './support/mock-model.ts';
import { freesLocks, openStage, showsOnce } from './support/scenes.ts';

const copilot = new Copilot();
const fence = '<peer-message';
const lock = 'mcp:signalbox/lock_acquire';
const auth = { paths: ['src/auth.ts'] };
const shell = (command: string, mode = 'sync') => ({ tool: 'bash', input: { command, description: 'Work', mode } });
const agent = (lane: Lane, text: string) => ({
  tool: 'task',
  input: { description: text, prompt: lane.prompt(text), agent_type: 'general-purpose', name: 'helper', mode: 'sync' },
});

const stage = (events?: readonly string[]) => openStage(copilot, (_, home) => configureCopilot(home, events));

/** The ids of the conversations that Copilot keeps. */
const conversations = (home: Home) =>
  readdirSync(home.path('.copilot/session-state')).filter(name => /^[\da-f-]{36}$/.test(name));
const serverPids = (bench: Bench, home: Home) =>
  bench.leftovers(home).flatMap(line => (/signalbox\S* mcp$/.test(line) ? [Number.parseInt(line, 10)] : []));

describe('Copilot CLI', () => {
  it('is seen with task, branch, checkout and client before its model says a word', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate('Done.');
    const ann = bench.model.lane('ann').script(gate.step);
    const run = copilot.print(bench, { home, prompt: `Move the login.\nAnd more.\n${ann.prompt('')}` });
    await gate.reached;
    expect(await peer.meets(1)).toMatchObject([
      { client: 'copilot-cli', task: 'Move the login.', branch: 'main', checkout: bench.folder, reach: 'hooks' },
    ]);
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    await peer.meets(0);
    expect(serverPids(bench, home)).toEqual([]);
  });

  it('shows a message to its model with the next request, once, as a peer’s, and it counts as read', async () => {
    const staged = await stage();
    const { bench, home } = staged;
    await showsOnce(staged, prompt => copilot.print(bench, { home, prompt }), {
      first: { calls: [shell('echo one'), shell('echo two')] },
      next: { calls: [shell('echo three')] },
      fence,
    });
  });

  it('shows a message that comes while a tool runs with the result of the tool, also when that fails', async () => {
    const { bench, home, peer } = await stage();
    const failing = call('mcp:signalbox/lock_release', { lock: 'nothing-like-it' });
    const ann = bench.model.lane('ann').script(
      async () => {
        const [seen] = await peer.meets(1);
        void pause(1_000).then(() => peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.'));
        return { calls: [shell('sleep 2')] };
      },
      failing,
      'Done.',
    );
    const run = copilot.print(bench, { home, prompt: ann.prompt('Work.') });
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.firstSeen('PLUM-TREE')).toBe(1);
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
  });

  it('is held up at its stop by an urgent message, once, and our words do not become its task', async () => {
    const { bench, home, peer } = await stage();
    const [first, second] = [new Gate('Done.'), new Gate('Understood.')];
    const ann = bench.model.lane().script(first.step, second.step);
    const run = copilot.print(bench, { home, prompt: '<markup without a task>' });
    await first.reached;
    const [seen] = await peer.meets(1);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE burns.', { priority: 'urgent' });
    first.open();
    const held = await second.reached;
    expect(held.count('PLUM-TREE')).toBe(1);
    expect(held.count(fence)).toBe(1);
    expect((await peer.others()).map(({ task }) => task)).toEqual([undefined]);
    await peer.send(seen?.handle ?? '', 'The PEAR-TREE too.', { priority: 'urgent' });
    second.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.requests).toHaveLength(2);
    expect(await peer.stateOf(message)).toBe('read');
  });

  it('comes back as the session it was, with its mail, when its conversation is resumed', async () => {
    const { bench, home, peer } = await stage();
    const ann = bench.model.lane('ann').script('One.');
    const first = copilot.print(bench, { home, prompt: ann.prompt('Begin.') });
    const [seen] = await peer.meets(1);
    await first.ended;
    await peer.meets(0);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE waits.');
    const gate = new Gate('Three.');
    const bob = bench.model.lane('bob').script(gate.step);
    const args = [`--resume=${conversations(home)[0]}`];
    const again = copilot.print(bench, { home, prompt: bob.prompt('Go on.'), args });
    await gate.reached;
    expect(await peer.meets(1)).toMatchObject([{ handle: seen?.handle }]);
    expect(bob.occurrences('PLUM-TREE')).toBe(1);
    gate.open();
    await again.ended;
    expect(await peer.stateOf(message)).toBe('read');
  });

  it.each([
    ['each call says whose it is', undefined],
    [
      'only hooks tell of the calls',
      ['sessionStart', 'userPromptSubmitted', 'preToolUse', 'subagentStart', 'subagentStop'],
    ],
  ])('has sub-agents with handles and locks of their own, which end with them: %s', async (_how, events) => {
    const { bench, home, peer } = await stage(events);
    const [uno, dos] = [bench.model.lane('uno'), bench.model.lane('dos')];
    const [one, two, end] = [new Gate('One is done.'), new Gate('Two is done.'), new Gate('Done.')];
    const both = { calls: [agent(uno, 'First'), agent(dos, 'Second')] };
    const ann = bench.model.lane('ann').script(call(lock, auth), both, end.step);
    uno.script(call(lock, auth), call(lock, { paths: ['src/one.ts'] }), one.step);
    dos.script(async () => {
      await one.reached;
      return call(lock, { paths: ['src/one.ts'] });
    }, two.step);
    const run = copilot.print(bench, { home, prompt: ann.prompt('Share the work.') });
    const [seenByOne, seenByTwo] = await Promise.all([one.reached, two.reached]);
    const [parent, ...children] = (await peer.meets(3)).sort((a, b) => a.handle.length - b.handle.length);
    expect(children.map(({ handle }) => handle).sort()).toEqual([`${parent?.handle}.1`, `${parent?.handle}.2`]);
    expect(seenByOne.lastResult).toContain('"granted":true');
    expect(seenByTwo.lastResult).toContain('"granted":false');
    expect(seenByTwo.lastResult).toMatch(new RegExp(`"holder":"${parent?.handle}\\.[12]"`));
    one.open();
    two.open();
    await end.reached;
    expect(await peer.meets(1)).toMatchObject([{ handle: parent?.handle, locks: 1 }]);
    expect(await peer.call('lock_acquire', { paths: ['src/one.ts'] })).toMatchObject({ granted: true });
    end.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(bench.model.problems).toEqual([]);
  });

  it('has no session for the sub-agent of a sub-agent, which acts as the one that started it', async () => {
    const { bench, home, peer } = await stage();
    const [uno, deep] = [bench.model.lane('uno'), bench.model.lane('deep')];
    const [inside, after] = [new Gate('Deep is done.'), new Gate('One is done.')];
    const ann = bench.model.lane('ann').script({ calls: [agent(uno, 'First')] }, 'Done.');
    uno.script(call(lock, auth), { calls: [agent(deep, 'Deeper')] }, after.step);
    deep.script(call(lock, { paths: ['src/auth.ts', 'src/two.ts'] }), inside.step);
    const run = copilot.print(bench, { home, prompt: ann.prompt('Share the work.') });
    expect((await inside.reached).lastResult).toContain('"granted":true');
    const [parent, child] = (await peer.meets(2)).sort((a, b) => a.handle.length - b.handle.length);
    expect(child).toMatchObject({ handle: `${parent?.handle}.1`, locks: 2 });
    inside.open();
    await after.reached;
    expect(await peer.meets(2)).toContainEqual(expect.objectContaining({ handle: child?.handle, locks: 2 }));
    after.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    await peer.meets(0);
  });

  it('frees its locks within a second when it is killed', async () => {
    const staged = await stage();
    const { bench, home } = staged;
    await freesLocks(staged, prompt => copilot.print(bench, { home, prompt }));
  });

  it('tells once what three files of hooks tell it, and the hooks of Claude Code say nothing', async () => {
    const { bench, home, peer } = await stage();
    bench.repository.commit({
      '.github/hooks/signalbox.json': JSON.stringify(copilotHooks('signalbox hook')),
      '.github/hooks/mark.json': JSON.stringify({
        version: 1,
        hooks: { sessionStart: [{ type: 'command', bash: `touch ${home.path('github-ran')}` }] },
      }),
      '.claude/settings.json': JSON.stringify({
        hooks: {
          ...sharedClaudeHooks(),
          Stop: [{ hooks: [{ type: 'command', command: `touch ${home.path('claude-ran')}` }] }],
        },
      }),
    });
    const gate = new Gate({ calls: [shell('echo one')] });
    const ann = bench.model.lane('ann').script(gate.step, 'Done.');
    const run = copilot.print(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    const [seen, ...more] = await peer.meets(1);
    expect(more).toEqual([]);
    await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect([home.has('github-ran'), home.has('claude-ran')]).toEqual([true, true]);
    expect(ann.occurrences(`You are ${seen?.handle}`)).toBe(1);
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    await peer.meets(0);
  });

  it('goes on with its hooks when its server is killed', async () => {
    const { bench, home, peer } = await stage();
    const ann = bench.model.lane('ann').script(
      call(lock, auth),
      async () => {
        const [pid] = serverPids(bench, home);
        process.kill(pid as number, 'SIGKILL');
        const [seen] = await peer.meets(1);
        await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
        return { calls: [shell('echo one')] };
      },
      'Done.',
    );
    const run = copilot.print(bench, { home, prompt: ann.prompt('Work.') });
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.firstSeen('PLUM-TREE')).toBe(2);
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    await peer.meets(0);
  });

  it('works without a store that can be read, and its user is told so in one line', async () => {
    const bench = await Bench.open();
    const home = bench.home([copilot]);
    configureCopilot(home);
    writeFileSync(home.path('state'), 'not a folder');
    const ann = bench.model.lane('ann').script({ calls: [shell('echo one')] }, 'Done.');
    const run = copilot.print(bench, { home, prompt: ann.prompt('Work.') });
    expect(await run.ended).toMatchObject({ code: 0, output: expect.stringContaining('Done.') });
    expect(ann.last?.results).toMatchObject([{ text: expect.stringContaining('one') }]);
    expect((run.errors + run.output).match(/Signalbox is not working/g)).toHaveLength(1);
  });

  it('works when the program is gone', async () => {
    const bench = await Bench.open();
    const home = bench.home([copilot]);
    configureCopilot(home);
    home.writeJson('.copilot/hooks/signalbox.json', copilotHooks('/nowhere/signalbox hook'));
    const ann = bench.model.lane('ann').script({ calls: [shell('echo one')] }, 'Done.');
    const run = copilot.print(bench, { home, prompt: ann.prompt('Work.') });
    expect(await run.ended).toMatchObject({ code: 0, output: expect.stringContaining('Done.') });
    expect(ann.last?.results).toMatchObject([{ text: expect.stringContaining('one') }]);
    expect(run.errors).not.toContain('nowhere');
  });

  it('stays the session with its handle and locks when its context is cleared; a new conversation is another one', async () => {
    const { bench, home, peer } = await stage();
    const ann = bench.model.lane('ann').script(call(lock, auth), 'It is locked.');
    const terminal = await copilot.terminal(bench, { home });
    await terminal.submit(ann.prompt('Lock it.'));
    await terminal.shows('It is locked.');
    const [before] = await peer.meets(1);
    await terminal.submit('/clear');
    await terminal.shows('Started a fresh session');
    const bob = bench.model.lane('bob').script(call('mcp:signalbox/lock_list'), 'It is still mine.');
    await terminal.submit(bob.prompt('Go on.'));
    await terminal.shows('It is still mine.');
    expect(bob.occurrences(`you are still ${before?.handle}`)).toBe(1);
    expect(await peer.meets(1)).toMatchObject([
      { handle: before?.handle, locks: 1, task: expect.stringContaining('Go on.') },
    ]);
    await terminal.submit('/new');
    await terminal.shows('Started a new session');
    const eve = bench.model.lane('eve').script(call(lock, auth), 'It is not mine.');
    await terminal.submit(eve.prompt('Another thing.'));
    await terminal.shows('It is not mine.');
    expect(eve.last?.lastResult).toContain('"granted":false');
    expect((await peer.meets(2)).map(({ handle }) => handle)).toContain(before?.handle);
    // The first one closes the new conversation, and the one before is there again.
    await terminal.submit('/exit');
    await terminal.shows('It is still mine.');
    await terminal.submit('/exit');
    await terminal.ended(20_000);
    await peer.meets(0);
    expect(await peer.call('lock_acquire', auth)).toMatchObject({ granted: true });
  });

  it('is shown what came while it rested when a shell in the background ends, which is no task', async () => {
    const { bench, home, peer } = await stage();
    const steps = ['I wait for it.', 'It has ended.', 'I have read it.'];
    const ann = bench.model.lane().script({ calls: [shell('sleep 3', 'async')] }, ...steps);
    const terminal = await copilot.terminal(bench, { home });
    await terminal.submit('<markup without a task>');
    await terminal.shows('I wait for it.');
    const [seen] = await peer.meets(1);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    expect(await peer.stateOf(message)).toBe('queued');
    await terminal.shows('I have read it.');
    expect(ann.firstSeen('PLUM-TREE')).toBe(3);
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    expect(ann.occurrences(fence)).toBe(1);
    expect(await peer.stateOf(message)).toBe('read');
    expect((await peer.others()).map(({ task }) => task)).toEqual([undefined]);
  });
});
