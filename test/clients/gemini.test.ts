/** Gemini CLI with Signalbox's server and hooks: joining, messages, stops, identity, failures. */
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Bench } from './support/bench.ts';
import { setUp } from './support/configure.ts';
import { Gemini } from './support/gemini.ts';
import { call, Gate } from './support/mock-model.ts';
import { livingWith } from './support/processes.ts';
import { freesLocks, openStage, showsOnce } from './support/scenes.ts';

/** Gemini escapes what hooks say, and wraps it. */
const fence = '&lt;peer-message';
const shell = (command: string) => ({ tool: 'run_shell_command', input: { command, description: 'Work' } });
const gemini = new Gemini();

const stage = () => openStage(gemini, (bench, home) => setUp(bench, home, 'gemini-cli'));

describe('Gemini CLI', () => {
  it('is seen with the line of its user as task, branch, checkout and client before its model says a word', async () => {
    const { bench, home, peer } = await stage();
    await peer.send('all', 'The PLUM-TREE is mine.');
    const gate = new Gate('Done.');
    const ann = bench.model.lane('ann').script(gate.step);
    const run = gemini.print(bench, { home, prompt: `Move the login.\nAnd more.\n${ann.prompt('')}` });
    await gate.reached;
    const [seen] = await peer.meets(1);
    expect(seen).toMatchObject({
      client: 'gemini-cli',
      task: 'Move the login.',
      branch: 'main',
      checkout: bench.folder,
      reach: 'hooks',
    });
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    await peer.meets(0);
  });

  it('shows a message to its model with the next step, once, as a peer’s, and it counts as read', async () => {
    const staged = await stage();
    const { bench, home } = staged;
    await showsOnce(staged, prompt => gemini.print(bench, { home, prompt }), {
      first: { calls: [shell('echo one')] },
      next: { calls: [shell('echo two')] },
      fence,
    });
  });

  it('loses no message by a tool that fails, with which Gemini shows nothing', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate(call('mcp:signalbox/lock_acquire', { paths: [] }));
    const next = new Gate({ calls: [shell('echo two')] });
    const ann = bench.model.lane('ann').script(gate.step, next.step, 'Done.');
    const run = gemini.print(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    const [seen] = await peer.meets(1);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    gate.open();
    const failed = await next.reached;
    expect(failed.lastResult).toContain('invalid_input');
    expect(failed.count('PLUM-TREE')).toBe(0);
    expect(await peer.stateOf(message)).not.toBe('read');
    next.open();
    await run.ended;
    expect(ann.firstSeen('PLUM-TREE')).toBe(2);
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
  });

  it('is held up at its stop by an urgent message, once and not again, and that is nobody’s task', async () => {
    const { bench, home, peer } = await stage();
    const [first, second] = [new Gate('Done.'), new Gate('Understood.')];
    const ann = bench.model.lane('ann').script(first.step, second.step);
    const run = gemini.print(bench, { home, prompt: `<x>\n${ann.prompt('')}` });
    await first.reached;
    const [seen] = await peer.meets(1);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE burns.', { priority: 'urgent' });
    first.open();
    const held = await second.reached;
    expect(held.count('PLUM-TREE')).toBe(1);
    const [meanwhile] = await peer.meets(1);
    expect(meanwhile?.task ?? '').not.toContain('Signalbox');
    await peer.send(seen?.handle ?? '', 'The PEAR-TREE too.', { priority: 'urgent' });
    second.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.requests).toHaveLength(2);
    expect(await peer.stateOf(message)).toBe('read');
  });

  it('comes back as the session it was, with its mail, when its conversation is resumed', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate('One.');
    const ann = bench.model.lane('ann').script(gate.step);
    const first = gemini.print(bench, { home, prompt: ann.prompt('Begin.') });
    await gate.reached;
    const [seen] = await peer.meets(1);
    gate.open();
    await first.ended;
    await peer.meets(0);
    await peer.send(seen?.handle ?? '', 'The PLUM-TREE waits.');
    const later = new Gate('Two.');
    const bob = bench.model.lane('bob').script(later.step);
    const again = gemini.print(bench, { home, prompt: bob.prompt('Go on.'), args: ['-r', 'latest'] });
    await later.reached;
    expect(await peer.meets(1)).toMatchObject([{ handle: seen?.handle }]);
    expect(bob.occurrences('PLUM-TREE')).toBe(1);
    later.open();
    await again.ended;
  });

  it('frees its locks within a second when it is killed', async () => {
    const staged = await stage();
    const { bench, home } = staged;
    await freesLocks(staged, prompt => gemini.print(bench, { home, prompt }));
  });

  it('goes on with its session when its server is killed', async () => {
    const { bench, home, peer } = await stage();
    const gate = new Gate({ calls: [shell('echo one')] });
    const ann = bench.model.lane('ann').script(gate.step, 'Done.');
    const run = gemini.print(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    const [seen] = await peer.meets(1);
    const server = livingWith(home.root).find(({ command }) => / mcp$/.test(command));
    process.kill(server?.pid ?? 0, 'SIGKILL');
    await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
  });

  it('goes on without Signalbox when the store cannot be read, and says so in one line', async () => {
    const bench = await Bench.open();
    const home = bench.home([gemini]);
    await setUp(bench, home, 'gemini-cli');
    home.write('state/signalbox.db', 'This is no database. '.repeat(500));
    const ann = bench.model.lane('ann').script({ calls: [shell('echo one')] }, 'Done.');
    const run = gemini.print(bench, { home, prompt: ann.prompt('Work.') });
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.requests).toHaveLength(2);
    expect(ann.last?.lastResult).toContain('one');
    expect(`${run.output}${run.errors}`.match(/Signalbox is not working/g)).toHaveLength(1);
  });

  it('goes on, and says nothing, when the program is gone', async () => {
    const { bench, home } = await stage();
    const settings = home.read('.gemini/settings.json');
    home.write('.gemini/settings.json', settings.replaceAll(/[^" ]*node [^ ]*hook\.cjs/g, home.path('gone')));
    rmSync(home.path('gone'), { force: true });
    const ann = bench.model.lane('ann').script({ calls: [shell('echo one')] }, 'Done.');
    const run = gemini.print(bench, { home, prompt: ann.prompt('Work.') });
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.last?.lastResult).toContain('one');
    expect(`${run.output}${run.errors}`).not.toContain('not found');
  });
});
