/** Claude Code when Signalbox fails it: the work goes on, and its user is told once. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { until } from '../support/workspace.ts';
import { Bench } from './support/bench.ts';
import { Claude, claudeVersions } from './support/claude.ts';
import { setUpClaude } from './support/configure.ts';
import type { Home } from './support/home.ts';
import { call, Gate } from './support/mock-model.ts';
import { Peer } from './support/peer.ts';
import { kill } from './support/processes.ts';

const auth = { paths: ['src/auth.ts'] };
const shell = { calls: [{ tool: 'Bash', input: { command: 'echo on', description: 'Work' } }] };
const line = 'Signalbox is not working';
/** The version that starts a server anew which died; with the other one hooks that call it reach nobody any more. */
const restarts = '2.1.329';

/** The server that the client has started: the peer's is started with a handle. */
function serverPid(bench: Bench, home: Home): number {
  const found = bench.leftovers(home).find(each => / mcp$/.test(each));
  return Number(found?.split(' ')[0]);
}

/** Stores that cannot be used. A test may run as root, for whom no file is unreadable. */
const broken = {
  'a folder in place of the store': (home: Home) => mkdirSync(home.path('state', 'signalbox.db'), { recursive: true }),
  'a store that is none': (home: Home) => {
    mkdirSync(home.path('state'), { recursive: true });
    writeFileSync(home.path('state', 'signalbox.db'), 'This is no database. '.repeat(500));
  },
};

describe.each(claudeVersions)('Claude Code %s', version => {
  const claude = new Claude(version);

  it('goes on when the server is killed in the middle of a turn', async () => {
    const bench = await Bench.open();
    const home = bench.home([claude]);
    await setUpClaude(bench, home);
    const peer = await Peer.join(bench, home);
    const gate = new Gate(shell);
    const ann = bench.model.lane('ann').script(call('mcp:signalbox/lock_acquire', auth), gate.step, shell, 'Done.');
    const talk = claude.converse(bench, { home });
    talk.send(ann.prompt('Work.'));
    await gate.reached;
    const [seen] = await peer.meets(1);
    kill(serverPid(bench, home), 'SIGKILL');
    await until('its locks are free', async () => (await peer.call('lock_acquire', auth)).granted);
    gate.open();
    await until('the turn has ended', () => talk.turns === 1);
    expect(ann.requests).toHaveLength(4);
    const bob = bench.model.lane('bob').script('Once more.');
    const message = await peer.send(seen?.handle ?? '', 'The PLUM-TREE waits.');
    await talk.ask(bob.prompt('Go on.'));
    if (version === restarts) {
      // Its server was started anew, and is the same session.
      expect(await peer.others()).toMatchObject([{ handle: seen?.handle, reach: 'hooks' }]);
      expect(bob.occurrences('PLUM-TREE')).toBe(1);
    } else expect(await peer.stateOf(message)).toBe('unreachable');
    await talk.end();
    expect(talk.running.ending?.code).toBe(0);
    expect(bench.model.problems).toEqual([]);
  });

  it.each(Object.entries(broken))('goes on with %s, and tells its user so in one line', async (_what, spoil) => {
    const bench = await Bench.open();
    const home = bench.home([claude]);
    await setUpClaude(bench, home);
    spoil(home);
    const ann = bench.model.lane('ann').script(shell, 'ANSWER-ONE');
    const terminal = await claude.terminal(bench, { home });
    await terminal.submit(ann.prompt('Begin.'));
    await terminal.shows('ANSWER-ONE');
    await ann.request(1);
    expect(terminal.screen().split(line)).toHaveLength(2);
    expect(ann.last?.includes(line)).toBe(false);
  });

  it.each(Object.entries(broken))('without a screen goes on with %s, and says so in one line', async (_what, spoil) => {
    const bench = await Bench.open();
    const home = bench.home([claude]);
    await setUpClaude(bench, home);
    spoil(home);
    const ann = bench.model.lane('ann').script(shell, 'ANSWER-ONE');
    const run = claude.print(bench, { home, prompt: ann.prompt('Begin.') });
    expect(await run.ended).toMatchObject({ code: 0 });
    // The event of the hook at the start carries it twice, as it came and as it was read; no later event does.
    const told = run.events().filter(event => JSON.stringify(event).includes(line));
    expect(told).toMatchObject([{ subtype: 'hook_response', hook_event: 'SessionStart' }]);
    expect(ann.last?.includes(line)).toBe(false);
  });
});
