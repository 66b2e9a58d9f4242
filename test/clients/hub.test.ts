/** A real Claude Code on a hub over HTTP: no server of ours runs beside it. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { binary } from '../support/workspace.ts';
import { Bench } from './support/bench.ts';
import { Claude, claudeVersions } from './support/claude.ts';
import type { Home } from './support/home.ts';
import { call, Gate } from './support/mock-model.ts';
import { Peer } from './support/peer.ts';

const run = promisify(execFile);

/** What a command of ours prints as JSON, over a home's store. */
async function told(bench: Bench, home: Home, ...words: string[]) {
  const options = { env: home.environment, cwd: bench.folder };
  return JSON.parse((await run(process.execPath, [binary, ...words, '--json'], options)).stdout);
}

/** A hub over a home's store; its port. It ends with the test. */
async function hubOver(bench: Bench, home: Home): Promise<number> {
  const child = spawn(process.execPath, [binary, 'hub', '--listen', '127.0.0.1:0'], {
    env: home.environment,
    cwd: bench.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const { msg, port } = JSON.parse(line);
    if (msg === 'ready') return port;
  }
  throw new Error('the hub ended');
}

describe('Claude Code with a hub as its server', () => {
  it.each(claudeVersions)(
    '%s is a session of its own over HTTP: it takes a lock, is written to and answers',
    async version => {
      const claude = new Claude(version);
      const bench = await Bench.open();
      const home = bench.home([claude]);
      const peer = await Peer.join(bench, home);
      const { token } = await told(bench, home, 'token', 'create', 'ana');
      const { project } = await told(bench, home, 'status');
      const port = await hubOver(bench, home);
      const config = JSON.parse(home.read('.claude.json'));
      const signalbox = {
        type: 'http',
        url: `http://127.0.0.1:${port}/mcp?project=${encodeURIComponent(project)}`,
        headers: { Authorization: `Bearer ${token}` },
      };
      home.writeJson('.claude.json', { ...config, mcpServers: { signalbox } });
      home.writeJson('.claude/settings.json', { permissions: { allow: ['mcp__signalbox'] } });
      const gate = new Gate('Done.');
      const ann = bench.model
        .lane('ann')
        .script(
          call('mcp:signalbox/session_update', { handle: 'wren', task: 'Mend the login' }),
          call('mcp:signalbox/lock_acquire', { paths: ['src/auth.ts'], reason: 'rewrite' }),
          call('mcp:signalbox/message_send', { to: [peer.handle], body: 'I have the login' }),
          call('mcp:signalbox/message_wait', { timeoutSeconds: 40 }),
          gate.step,
        );
      const session = claude.print(bench, { home, prompt: ann.prompt('Work.') });
      expect(await peer.call('message_wait', { timeoutSeconds: 45 })).toMatchObject({
        messages: [{ from: 'wren', body: 'I have the login' }],
      });
      expect(await peer.meets(1)).toMatchObject([{ handle: 'wren', task: 'Mend the login', locks: 1 }]);
      const refused = await peer.call('lock_acquire', { paths: ['src/auth.ts'] });
      expect(refused.blockedBy).toContainEqual(expect.objectContaining({ holder: 'wren', reason: 'rewrite' }));
      await peer.send('wren', 'Take the form too');
      await gate.reached;
      expect(JSON.stringify(ann.last?.results)).toContain('Take the form too');
      gate.open();
      expect(await session.ended).toMatchObject({ code: 0 });
    },
  );
});
