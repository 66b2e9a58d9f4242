import { expect, it } from 'vitest';
import { Bench } from './support/bench.ts';
import { Claude } from './support/claude.ts';
import { call, Gate } from './support/mock-model.ts';

it('one command sets a machine with Claude Code up: a session appears and gets its mail, and another command leaves no trace', async () => {
  const bench = await Bench.open();
  const claude = new Claude('2.1.329');
  const home = bench.home([claude]);
  const settings = home.read('.claude/settings.json');
  const before = JSON.parse(home.read('.claude.json'));

  expect(await bench.signalbox(home, ['setup', '--yes'])).toMatchObject({ code: 0, stderr: '' });
  const gate = new Gate(call('mcp:signalbox/lock_list', {}));
  const lane = bench.model.lane('fresh').script(call('mcp:signalbox/session_list', {}), gate.step, 'The end.');
  const run = claude.print(bench, { home, prompt: lane.prompt('Tidy the shop.') });
  await gate.reached;
  const { stdout } = await bench.signalbox(home, ['session', 'list', '--json']);
  expect(JSON.parse(stdout).sessions).toMatchObject([
    { client: 'claude-code', branch: 'main', checkout: bench.folder, reach: 'hooks' },
  ]);
  const sent = await bench.signalbox(home, ['message', 'send', 'QUAGGA stands in the yard', '--to', 'all']);
  expect(sent.code).toBe(0);
  gate.open();
  expect(await run.ended).toMatchObject({ code: 0 });
  expect(lane.occurrences('QUAGGA')).toBe(1);

  expect(await bench.signalbox(home, ['remove', '--yes'])).toMatchObject({ code: 0, stderr: '' });
  expect(home.read('.claude/settings.json')).toBe(settings);
  // Claude Code itself wrote into this file meanwhile: what is ours is gone, and what was there before stands.
  const after = JSON.parse(home.read('.claude.json'));
  expect(JSON.stringify(after)).not.toContain('hook.cjs');
  expect(after.mcpServers).toEqual(before.mcpServers);
  expect(after.customApiKeyResponses).toEqual(before.customApiKeyResponses);
  expect(home.has('state/setup.json')).toBe(false);
  const without = bench.model.lane('without').script('Alone.');
  await claude.print(bench, { home, prompt: without.prompt('Again.') }).ended;
  expect(without.requests[0]?.everything()).not.toMatch(/mcp__signalbox|Signalbox/);
});
