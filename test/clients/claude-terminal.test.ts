/** Claude Code in a terminal: a session that rests is woken by a message, and nothing of the waiting stays behind. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pause, until } from '../support/workspace.ts';
import { Bench } from './support/bench.ts';
import { Claude, claudeVersions } from './support/claude.ts';
import { setUpClaude } from './support/configure.ts';
import type { Home } from './support/home.ts';
import { Gate } from './support/mock-model.ts';
import { Peer } from './support/peer.ts';
import type { Terminal } from './support/terminal.ts';

const fence = '<peer-message';
const shell = { calls: [{ tool: 'Bash', input: { command: 'echo on', description: 'Work' } }] };

/** The waiters that stand in a home. */
const waiters = (bench: Bench, home: Home) => bench.leftovers(home).filter(line => line.includes('claude-code Wake'));

/** What stands in the field in which a person types: nothing, or the grey words that it shows in place of nothing. */
const typed = (terminal: Terminal) =>
  terminal
    .screen()
    .split('\n')
    .findLast(line => /^\s*[❯>]/.test(line)) ?? '';

async function stage(claude: Claude, change: (home: Home) => void = () => {}) {
  const bench = await Bench.open();
  const home = bench.home([claude]);
  await setUpClaude(bench, home);
  change(home);
  const peer = await Peer.join(bench, home);
  const terminal = await claude.terminal(bench, { home });
  await connected(home, terminal);
  return { bench, home, peer, terminal };
}

/** What is asked before its server is connected goes through without hooks to the end of the turn at 2.1.197. */
async function connected(home: Home, terminal: Terminal): Promise<void> {
  const socket = new RegExp(`(^|/)h${terminal.pid}-\\d+\\.sock$`);
  const files = () => readdirSync(home.path('run'), { recursive: true, encoding: 'utf8' });
  await until('its server hears hooks', () => files().some(name => socket.test(name)));
  await pause(700);
}

describe.each(claudeVersions)('Claude Code %s in a terminal', version => {
  const claude = new Claude(version);

  it('is woken by each message while it rests, sees it once, and leaves no waiter behind', async () => {
    const { bench, home, peer, terminal } = await stage(claude);
    const gate = new Gate('ANSWER-ONE');
    const ann = bench.model.lane('ann').script(gate.step, 'ANSWER-TWO', 'ANSWER-THREE');
    await terminal.submit(ann.prompt('Begin.'));
    await gate.reached;
    const [seen] = await peer.meets(1);
    expect(seen?.reach).toBe('hooks');
    gate.open();
    await terminal.shows('ANSWER-ONE');
    await peer.sees({ reach: 'wake' });
    const before = typed(terminal);
    const first = await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    await terminal.shows('ANSWER-TWO');
    expect(ann.requests).toHaveLength(2);
    expect([ann.occurrences('PLUM-TREE'), ann.occurrences(fence)]).toEqual([1, 1]);
    expect(terminal.screen()).not.toContain('PLUM-TREE');
    await until('it is read', async () => (await peer.stateOf(first)) === 'read');
    await peer.sees({ reach: 'wake' });
    const second = await peer.send(seen?.handle ?? '', 'The PEAR-TREE is yours.');
    await terminal.shows('ANSWER-THREE');
    expect(ann.requests).toHaveLength(3);
    expect([ann.occurrences('PLUM-TREE'), ann.occurrences('PEAR-TREE'), ann.occurrences(fence)]).toEqual([1, 1, 2]);
    await until('it is read', async () => (await peer.stateOf(second)) === 'read');
    await peer.sees({ reach: 'wake' });
    expect(waiters(bench, home)).toHaveLength(1);
    expect(typed(terminal)).toBe(before);
    await terminal.submit('/exit');
    await terminal.ended();
    await peer.meets(0);
    await until('no waiter stands', () => waiters(bench, home).length === 0);
    expect(bench.model.problems).toEqual([]);
  });

  it('leaves no waiter behind when it is killed', async () => {
    const { bench, home, peer, terminal } = await stage(claude);
    const ann = bench.model.lane('ann').script('ANSWER-ONE');
    await terminal.submit(ann.prompt('Begin.'));
    await peer.sees({ reach: 'wake' });
    expect(waiters(bench, home)).toHaveLength(1);
    terminal.kill('SIGKILL');
    await until('no waiter stands', () => waiters(bench, home).length === 0);
    await peer.meets(0);
  });

  it('is woken after its context was cleared, too', async () => {
    const { bench, peer, terminal } = await stage(claude);
    const ann = bench.model.lane('ann').script('ANSWER-ONE');
    await terminal.submit(ann.prompt('Begin.'));
    const { handle } = await peer.sees({ reach: 'wake' });
    await terminal.shows('ANSWER-ONE');
    await terminal.submit('/clear');
    await until('the screen is cleared', () => !terminal.screen().includes('ANSWER-ONE'));
    const main = bench.model.lane().script('ANSWER-TWO');
    await peer.send(handle, 'The PLUM-TREE is mine.');
    await terminal.shows('ANSWER-TWO');
    expect([main.occurrences('PLUM-TREE'), main.requests.length]).toEqual([1, 1]);
    const [seen] = await peer.meets(1);
    expect(seen).toMatchObject({ handle });
    expect(seen?.task).toBeUndefined();
  });

  it('sees a message once that comes when the client goes on for a reason of its own', async () => {
    // Our hook hears a stop, which another one holds up: so the waiter fires in the middle of a turn.
    const command = `if grep -q '"stop_hook_active":true' -; then echo '{}'; else echo '{"decision":"block","reason":"Go on."}'; fi`;
    const { bench, home, peer, terminal } = await stage(claude, place => {
      const settings = JSON.parse(place.read('.claude/settings.json'));
      settings.hooks.Stop.push({ hooks: [{ type: 'command', command }] });
      place.writeJson('.claude/settings.json', settings);
    });
    const gate = new Gate(shell);
    const ann = bench.model.lane('ann').script('ANSWER-ONE', gate.step, 'ANSWER-TWO', 'ANSWER-THREE');
    await terminal.submit(ann.prompt('Begin.'));
    await gate.reached;
    const { handle } = await peer.sees({ reach: 'wake' });
    const message = await peer.send(handle, 'The PLUM-TREE is mine.');
    await until('the waiter has fired', () => waiters(bench, home).length === 0);
    gate.open();
    await ann.reached('PLUM-TREE');
    await peer.sees({ reach: 'wake' });
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    await until('it is read', async () => (await peer.stateOf(message)) === 'read');
  });
});
