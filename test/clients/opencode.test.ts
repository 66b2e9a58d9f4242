/** opencode with Signalbox's server and plugin: joining, messages, sub-agents, identity, failures. */
import { describe, expect, it } from 'vitest';
import { Bench } from './support/bench.ts';
import { setUp } from './support/configure.ts';
import { call, Gate } from './support/mock-model.ts';
import { Opencode } from './support/opencode.ts';
import { livingWith } from './support/processes.ts';
import { freesLocks, openStage, showsOnce } from './support/scenes.ts';

const auth = { paths: ['src/auth.ts'] };
const fence = '<peer-message';
const shell = (command: string) => ({ tool: 'bash', input: { command, description: 'Work' } });
const opencode = new Opencode();

const stage = () => openStage(opencode, (bench, home) => setUp(bench, home, 'opencode'));

describe('opencode', () => {
  it('is seen with task, branch, checkout and client before its model says a word', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate('Done.');
    const ann = bench.model.lane('ann').script(gate.step);
    const run = opencode.run(bench, { home, prompt: `Move the "old" login.\nAnd more.\n${ann.prompt('')}` });
    await gate.reached;
    const [seen] = await peer.meets(1);
    expect(seen).toMatchObject({
      client: 'opencode',
      task: 'Move the "old" login.',
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
    await showsOnce(staged, prompt => opencode.run(bench, { home, prompt }), {
      first: { calls: [shell('echo one')] },
      next: { calls: [shell('echo two')] },
      fence,
    });
  });

  it('shows one that came before its first prompt with that, and one that waits with the result of a tool of ours', async () => {
    const { bench, home, peer } = await stage();
    await peer.send('all', 'The PLUM-TREE is mine.');
    const gate = new Gate(call('mcp:signalbox/lock_acquire', auth));
    const ann = bench.model.lane('ann').script(gate.step, 'Done.');
    const run = opencode.run(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    const [seen] = await peer.meets(1);
    await peer.send(seen?.handle ?? '', 'The PEAR-TREE is mine.');
    gate.open();
    await run.ended;
    expect(ann.firstSeen('PLUM-TREE')).toBe(0);
    expect(ann.firstSeen('PEAR-TREE')).toBe(1);
    expect(ann.occurrences('PEAR-TREE')).toBe(1);
    expect(JSON.stringify(ann.last?.body)).not.toContain('signalboxCall');
  });

  it('has a session of its own for each sub-agent, with locks of its own, which ends with its work', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate('Sub-agent done.');
    const after = new Gate('Done.');
    const bob = bench.model.lane('bob').script(call('mcp:signalbox/lock_acquire', auth), gate.step);
    const task = { description: 'Look', prompt: bob.prompt('Look into it.'), subagent_type: 'general' };
    const ann = bench.model.lane('ann').script(call('task', task), after.step);
    const run = opencode.run(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    const both = await peer.meets(2);
    const child = both.find(({ handle }) => /\.1$/.test(handle));
    const parent = both.find(seen => seen !== child);
    expect(child).toMatchObject({ handle: `${parent?.handle}.1`, locks: 1 });
    expect(child?.task).toContain('general');
    expect(parent).toMatchObject({ locks: 0 });
    await peer.send(child?.handle ?? '', 'The PLUM-TREE is mine.');
    gate.open();
    await after.reached;
    expect(await peer.meets(1)).toMatchObject([{ handle: parent?.handle, locks: 0 }]);
    after.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
  });

  it('keeps its session, with its mail, when its conversation goes on later', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate('One.');
    const ann = bench.model.lane('ann').script(gate.step);
    const first = opencode.run(bench, { home, prompt: ann.prompt('Begin.') });
    await gate.reached;
    const [seen] = await peer.meets(1);
    gate.open();
    await first.ended;
    await peer.meets(0);
    await peer.send(seen?.handle ?? '', 'The PLUM-TREE waits.');
    const later = new Gate('Two.');
    const bob = bench.model.lane('bob').script(later.step);
    const again = opencode.run(bench, { home, prompt: bob.prompt('Go on.'), args: ['--continue'] });
    await later.reached;
    expect(await peer.meets(1)).toMatchObject([{ handle: seen?.handle }]);
    expect(bob.occurrences('PLUM-TREE')).toBe(1);
    later.open();
    await again.ended;
  });

  it('lets a command in the shell of its model act as its session', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate('Done.');
    const command = { calls: [shell('signalbox lock acquire src/auth.ts')] };
    const ann = bench.model.lane('ann').script(command, gate.step);
    const run = opencode.run(bench, { home, prompt: ann.prompt('Lock it.') });
    await gate.reached;
    expect(await peer.meets(1)).toMatchObject([{ locks: 1 }]);
    gate.open();
    await run.ended;
  });

  it('frees its locks within a second when it is killed', async () => {
    const staged = await stage();
    const { bench, home } = staged;
    await freesLocks(staged, prompt => opencode.run(bench, { home, prompt }));
  });

  it('goes on with its session when its server is killed', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate({ calls: [shell('echo one')] });
    const ann = bench.model.lane('ann').script(gate.step, 'Done.');
    const run = opencode.run(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    const [seen] = await peer.meets(1);
    const servers = livingWith(home.root).filter(({ command }) => / mcp$/.test(command));
    expect(servers).toHaveLength(1);
    process.kill(servers[0]?.pid ?? 0, 'SIGKILL');
    await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
  });

  it('goes on without Signalbox when the store cannot be read, and says so in one line', async () => {
    const bench = await Bench.open();
    const home = bench.home([opencode]);
    await setUp(bench, home, 'opencode');
    home.write('state/signalbox.db', 'This is no database. '.repeat(500));
    const ann = bench.model.lane('ann').script({ calls: [shell('echo one')] }, 'Done.');
    const run = opencode.run(bench, { home, prompt: ann.prompt('Work.') });
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.requests).toHaveLength(2);
    expect(ann.last?.lastResult).toContain('one');
    expect(`${run.output}${run.errors}`.match(/Signalbox is not working/g)).toHaveLength(1);
  });
});
