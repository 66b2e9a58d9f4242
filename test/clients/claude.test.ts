/** Claude Code with Signalbox's server and hooks, at both versions: joining, messages, identity, sub-agents. */
import { describe, expect, it } from 'vitest';
import { until } from '../support/workspace.ts';
import { Bench } from './support/bench.ts';
import { Claude, claudeVersions, sessionOf } from './support/claude.ts';
import { setUpClaude } from './support/configure.ts';
import { call, Gate, type Lane } from './support/mock-model.ts';
import type { ModelRequest } from './support/model-request.ts';
import { Peer } from './support/peer.ts';
import { freesLocks, openStage, showsOnce } from './support/scenes.ts';

const auth = { paths: ['src/auth.ts'] };
const fence = '<peer-message';
const lock = 'mcp:signalbox/lock_acquire';
const agent = (lane: Lane, text: string) => ({
  tool: 'Agent',
  input: { description: text, prompt: lane.prompt(text), subagent_type: 'general-purpose' },
});
const shell = (command: string) => ({ tool: 'Bash', input: { command, description: 'Work' } });

const stage = (claude: Claude) => openStage(claude, setUpClaude);

describe.each(claudeVersions)('Claude Code %s', version => {
  const claude = new Claude(version);

  it('is seen with task, branch, checkout and client before its model says a word', async () => {
    const { bench, home, peer } = await stage(claude);
    const gate = new Gate('Done.');
    const ann = bench.model.lane('ann').script(gate.step);
    const run = claude.print(bench, { home, prompt: `Move the login.\nAnd more.\n${ann.prompt('')}` });
    await gate.reached;
    const [seen] = await peer.meets(1);
    expect(seen).toMatchObject({
      client: 'claude-code',
      task: 'Move the login.',
      branch: 'main',
      checkout: bench.folder,
      reach: 'hooks',
    });
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    await peer.meets(0);
  });

  it('does not wait for messages without a screen', async () => {
    const { bench, home, peer } = await stage(claude);
    const ann = bench.model.lane('ann').script('Done.', 'Done again.');
    const talk = claude.converse(bench, { home });
    await talk.ask(ann.prompt('Work.'));
    await talk.ask('Once more.');
    await until('no waiter stands', () => !bench.leftovers(home).some(line => line.includes('claude-code Wake')));
    expect(await peer.meets(1)).toMatchObject([{ reach: 'hooks' }]);
    expect(await talk.end()).toMatchObject({ code: 0 });
  });

  it('shows a message to its model with the next step, once, as a peer’s, and it counts as read', async () => {
    const staged = await stage(claude);
    const { bench, home } = staged;
    await showsOnce(staged, prompt => claude.print(bench, { home, prompt }), {
      first: { calls: [shell('echo one'), shell('echo two')] },
      next: { calls: [shell('echo three')] },
      fence,
    });
  });

  it('loses no message with a prompt that another hook forbids', async () => {
    const bench = await Bench.open();
    const home = bench.home([claude]);
    const settings = JSON.parse(home.read('.claude/settings.json'));
    const forbid = 'grep -q FORBIDDEN && { echo no >&2; exit 2; }; exit 0';
    const hooks = { UserPromptSubmit: [{ hooks: [{ type: 'command', command: forbid }] }] };
    home.writeJson('.claude/settings.json', { ...settings, hooks });
    await setUpClaude(bench, home);
    const peer = await Peer.join(bench, home);
    const ann = bench.model.lane('ann').script('One.', 'Two.');
    const talk = claude.converse(bench, { home });
    await talk.ask(ann.prompt('Work.'));
    const [seen] = await peer.meets(1);
    const id = await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    talk.send('FORBIDDEN');
    await until('the hook has handed it over', async () => (await peer.stateOf(id)) === 'delivered');
    await talk.ask(ann.prompt('Again.'));
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    await until('it counts as read', async () => (await peer.stateOf(id)) === 'read');
    await talk.end();
  });

  it('is held up at its stop by an urgent message, once and not again', async () => {
    const { bench, home, peer } = await stage(claude);
    const [first, second] = [new Gate('Done.'), new Gate('Understood.')];
    const ann = bench.model.lane('ann').script(first.step, second.step);
    const run = claude.print(bench, { home, prompt: ann.prompt('Work.') });
    await first.reached;
    const [seen] = await peer.meets(1);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE burns.', { priority: 'urgent' });
    first.open();
    const held = await second.reached;
    expect(held.count('PLUM-TREE')).toBe(1);
    expect(held.count(fence)).toBe(1);
    const late = await peer.send(seen?.handle ?? '', 'The PEAR-TREE too.', { priority: 'urgent' });
    second.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.requests).toHaveLength(2);
    expect(await peer.stateOf(message)).toBe('read');
    expect(['queued', 'unreachable']).toContain(await peer.stateOf(late));
  });

  it('stays the session with its handle and locks when its context is cleared, and is reminded', async () => {
    const { bench, home, peer } = await stage(claude);
    const ann = bench.model.lane('ann').script(call(lock, auth), 'Locked.');
    const bob = bench.model.lane('bob').script('Here again.');
    const talk = claude.converse(bench, { home });
    await talk.ask(ann.prompt('Lock it.'));
    const before = talk.session;
    const [seen] = await peer.meets(1);
    talk.send('/clear');
    await talk.ask(bob.prompt('Go on.'));
    expect(talk.session).not.toBe(before);
    expect(await peer.meets(1)).toMatchObject([
      { handle: seen?.handle, locks: 1, task: expect.stringContaining('Go on.') },
    ]);
    expect(bob.occurrences(`you are still ${seen?.handle}`)).toBe(1);
    expect(bob.last?.includes('file:src/auth.ts')).toBe(true);
    await talk.end();
    await peer.meets(0);
  });

  it('comes back as the session it was, with its mail, when its conversation is resumed', async () => {
    const { bench, home, peer } = await stage(claude);
    const ann = bench.model.lane('ann').script('One.', 'Two.');
    const first = claude.print(bench, { home, prompt: ann.prompt('Begin.') });
    const [seen] = await peer.meets(1);
    await first.ended;
    await peer.meets(0);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE waits.');
    const gate = new Gate('Three.');
    const bob = bench.model.lane('bob').script(gate.step);
    const again = claude.print(bench, { home, prompt: bob.prompt('Go on.'), args: ['--resume', sessionOf(first)] });
    await gate.reached;
    expect(await peer.meets(1)).toMatchObject([{ handle: seen?.handle }]);
    expect(bob.occurrences('PLUM-TREE')).toBe(1);
    gate.open();
    await again.ended;
    expect(await peer.stateOf(message)).toBe('read');
  });

  it('is a new session when its conversation is forked, and the one it came from keeps its mail', async () => {
    const { bench, home, peer } = await stage(claude);
    const ann = bench.model.lane('ann').script('One.');
    const first = claude.print(bench, { home, prompt: ann.prompt('Begin.') });
    const [seen] = await peer.meets(1);
    await first.ended;
    await peer.meets(0);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE waits.');
    const gate = new Gate('Two.');
    const bob = bench.model.lane('bob').script(call('mcp:signalbox/session_list'), gate.step);
    const origin = sessionOf(first);
    const args = ['--resume', origin, '--fork-session'];
    const forked = claude.print(bench, { home, prompt: bob.prompt('Go another way.'), args });
    await gate.reached;
    const [other] = await peer.meets(1);
    expect(other?.handle).not.toBe(seen?.handle);
    expect(bob.last?.includes('PLUM-TREE')).toBe(false);
    gate.open();
    await forked.ended;
    await peer.meets(0);
    expect(await peer.stateOf(message)).toBe('unreachable');
    const eve = bench.model.lane('eve').script('Three.');
    await claude.print(bench, { home, prompt: eve.prompt('Go on.'), args: ['--resume', origin] }).ended;
    expect(eve.occurrences('PLUM-TREE')).toBe(1);
    expect(await peer.stateOf(message)).toBe('read');
  });

  it('is reminded of what it holds when its context is compacted, in few words', async () => {
    const { bench, home, peer } = await stage(claude);
    const paths = Array.from({ length: 40 }, (_, index) => `src/with/a/rather/long/path/number-${index}.ts`);
    const ann = bench.model
      .lane('ann')
      .script(
        call(lock, { paths, reason: 'x'.repeat(200) }),
        'Locked.',
        'Two.',
        'A summary of all.',
        'Three.',
        'Four.',
      );
    const talk = claude.converse(bench, { home });
    await talk.ask(ann.prompt('Lock them.'));
    await talk.ask('And more.');
    const [seen] = await peer.meets(1);
    talk.send('/compact');
    const bob = bench.model.lane('bob').script('Here again.');
    await talk.ask(bob.prompt('Go on.'));
    const [reminder = ''] =
      /Signalbox: you are still [\s\S]*? more: lock_list/.exec(bob.last?.everything() ?? '') ?? [];
    expect(reminder).toContain(`you are still ${seen?.handle}`);
    expect(reminder.length).toBeLessThanOrEqual(1_200);
    expect(reminder).toContain('file:src/with/a');
    expect(bob.occurrences('you are still')).toBe(1);
    await talk.end();
  });

  it('frees its locks within a second when it is killed', async () => {
    const staged = await stage(claude);
    const { bench, home } = staged;
    const took = await freesLocks(staged, prompt => claude.print(bench, { home, prompt }));
    console.log(`Claude Code ${version}: locks free ${took} ms after kill -9`);
  });

  it('is two sessions when two processes have one conversation open, and the second is told', async () => {
    const { bench, home, peer } = await stage(claude);
    const ann = bench.model.lane('ann').script('One.');
    const origin = claude.print(bench, { home, prompt: ann.prompt('Begin.') });
    await origin.ended;
    await peer.meets(0);
    const args = ['--resume', sessionOf(origin)];
    const [bob, eve] = [bench.model.lane('bob').script('Two.'), bench.model.lane('eve').script('Three.')];
    const first = claude.converse(bench, { home, args });
    await first.ask(bob.prompt('Go on.'));
    const [seen] = await peer.meets(1);
    const second = claude.converse(bench, { home, args });
    await second.ask(eve.prompt('Go on, too.'));
    const both = await peer.meets(2);
    expect(first.session).toBe(second.session);
    expect(eve.occurrences(`the session ${seen?.handle} has this same conversation open`)).toBe(1);
    expect(bob.last?.includes('same conversation open')).toBe(false);
    await second.end();
    expect(await peer.meets(1)).toMatchObject([{ handle: seen?.handle }]);
    expect(both.map(({ handle }) => handle)).toContain(seen?.handle);
    await first.end();
  });

  it('has sub-agents with handles, locks and mail of their own, which end with them', async () => {
    const { bench, home, peer } = await stage(claude);
    const [uno, dos] = [bench.model.lane('uno'), bench.model.lane('dos')];
    const [one, two, ending] = [new Gate({ calls: [shell('echo on')] }), new Gate('Two is done.'), new Gate('Done.')];
    let haveEnded = false;
    const rest = (request: ModelRequest) => (haveEnded ? ending.step(request) : 'I wait.');
    const both = { calls: [agent(uno, 'First'), agent(dos, 'Second')] };
    const ann = bench.model.lane('ann').script(call(lock, auth), both, rest, rest, rest);
    uno.script(call(lock, auth), call(lock, { paths: ['src/one.ts'] }), one.step, 'One is done.');
    dos.script(async () => {
      await one.reached;
      return call(lock, { paths: ['src/one.ts'] });
    }, two.step);
    const run = claude.print(bench, { home, prompt: ann.prompt('Share the work.') });
    const [seenByOne, seenByTwo] = await Promise.all([one.reached, two.reached]);
    const [parent, ...children] = (await peer.meets(3)).sort((a, b) => a.handle.length - b.handle.length);
    expect(children.map(({ handle }) => handle).sort()).toEqual([`${parent?.handle}.1`, `${parent?.handle}.2`]);
    expect(children.map(({ task }) => task)).toEqual(
      Array.from({ length: 2 }, () => `sub-agent general-purpose of ${parent?.handle}`),
    );
    // What the parent holds is lent to each; what one of them holds is not the other's.
    expect(seenByOne.results.map(({ text }) => JSON.parse(text).granted)).toEqual([true, true]);
    const { granted, blockedBy } = JSON.parse(seenByTwo.lastResult);
    expect(granted).toBe(false);
    const named = blockedBy[0].holder;
    expect(children.map(({ handle }) => handle)).toContain(named);
    await peer.send(named, 'The PLUM-TREE is for you.');
    haveEnded = true;
    one.open();
    two.open();
    await ending.reached;
    expect(await peer.meets(1)).toMatchObject([{ handle: parent?.handle, locks: 1 }]);
    expect(await peer.call('lock_acquire', { paths: ['src/one.ts'] })).toMatchObject({ granted: true });
    ending.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(uno.occurrences('PLUM-TREE')).toBe(1);
    expect([dos.firstSeen('PLUM-TREE'), ann.firstSeen('PLUM-TREE')]).toEqual([-1, -1]);
    expect(bench.model.problems).toEqual([]);
  });

  it('shows a message once to tools that run at once, also where hooks of a repository tell the same events again', async () => {
    const { bench, home, peer } = await stage(claude);
    await setUpClaude(bench, home, '--project');
    const gate = new Gate({ calls: [shell('echo one'), shell('echo two'), shell('echo three')] });
    const ann = bench.model.lane('ann').script(gate.step, { calls: [shell('echo four')] }, 'Done.');
    const run = claude.print(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    const [seen] = await peer.meets(1);
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    expect(ann.last?.results).toHaveLength(4);
    await until('it is read', async () => (await peer.stateOf(message)) === 'read');
  });

  it('takes tool inputs of two megabytes, and terminal escapes in a prompt change no screen', async () => {
    const { bench, home, peer } = await stage(claude);
    await setUpClaude(bench, home, '--project');
    const content = 'x'.repeat(2_000_000);
    const gate = new Gate('Done.');
    const ann = bench.model
      .lane('ann')
      .script({ calls: [{ tool: 'Write', input: { file_path: `${bench.folder}/big.txt`, content } }] }, gate.step);
    const prompt = `\u001b]0;owned\u0007\u001b[2JErase\u202e it \u001b[31mred\n${ann.prompt('Go.')}`;
    const run = claude.print(bench, { home, prompt });
    const { lastResult } = await gate.reached;
    expect(lastResult).toContain('big.txt');
    const [seen] = await peer.meets(1);
    expect(seen?.task).toBe('Erase it red');
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
  });
});
