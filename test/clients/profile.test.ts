/** A profile beside our own server in a real Claude Code: two entries, one session. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Bench } from './support/bench.ts';
import { Claude } from './support/claude.ts';
import { setUpClaude } from './support/configure.ts';
import { call, Gate } from './support/mock-model.ts';
import { Peer } from './support/peer.ts';

describe('Claude Code with the profile of claude-presence beside the server and hooks that setup wrote', () => {
  it('is one session: what it edits it may claim by the other vocabulary, and who has it is told natively', async () => {
    const claude = new Claude('2.1.329');
    const bench = await Bench.open();
    const home = bench.home([claude]);
    await setUpClaude(bench, home);
    const config = JSON.parse(home.read('.claude.json'));
    const entry = { ...config.mcpServers.signalbox };
    const presence = { ...entry, args: [...entry.args, '--profile', 'claude-presence'] };
    home.writeJson('.claude.json', { ...config, mcpServers: { signalbox: entry, 'claude-presence': presence } });
    const settings = JSON.parse(home.read('.claude/settings.json'));
    const allow = [...(settings.permissions?.allow ?? []), 'mcp__claude-presence'];
    home.writeJson('.claude/settings.json', { ...settings, permissions: { ...settings.permissions, allow } });
    const peer = await Peer.join(bench, home);
    const auth = join(bench.folder, 'src/auth.ts');
    const gate = new Gate('Done.');
    const mine = { session_id: 'front-end', project: bench.folder };
    const ann = bench.model
      .lane('ann')
      .script(
        call('mcp:claude-presence/session_register', { ...mine, intent: 'Move the login' }),
        call('Read', { file_path: auth }),
        call('Write', { file_path: auth, content: 'export {};\n' }),
        call('mcp:claude-presence/resource_claim', { ...mine, resource: 'src/auth.ts', reason: 'rewrite' }),
        gate.step,
      );
    const run = claude.print(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    expect(await peer.meets(1)).toMatchObject([{ handle: 'front-end', client: 'claude-code', task: 'Move the login' }]);
    const refused = await peer.call('lock_acquire', { paths: ['src/auth.ts'] });
    expect(refused.granted).toBe(false);
    expect(refused.blockedBy).toContainEqual(expect.objectContaining({ holder: 'front-end', reason: 'rewrite' }));
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    await peer.meets(0);
  });
});
