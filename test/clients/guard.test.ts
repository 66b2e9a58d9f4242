/** Each real client, offline: what another session has is not written, by no tool of the client, and its model is told why. */
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unasked } from '../../src/clients/define-client.ts';
import { binary, until } from '../support/workspace.ts';
import { Bench, type ClientProgram } from './support/bench.ts';
import { Claude } from './support/claude.ts';
import { Codex } from './support/codex.ts';
import { Copilot } from './support/copilot.ts';
import { Gemini } from './support/gemini.ts';
import type { Home } from './support/home.ts';
import { behindHub } from './support/hub.ts';
import { call, Gate, type Reply } from './support/mock-model.ts';
import { Opencode } from './support/opencode.ts';
import { Peer } from './support/peer.ts';
import type { Running } from './support/running.ts';

interface Hand {
  readonly program: ClientProgram;
  start(bench: Bench, home: Home, prompt: string): Running;
  /** Replaces what a file holds, by the client's own tool for that. */
  write(path: string, content: string): Reply;
  shell(command: string): Reply;
  /** What the client wants to have seen before it writes a file. */
  read?(path: string): Reply;
}

function claude(version: '2.1.197' | '2.1.329'): Hand {
  const program = new Claude(version);
  return {
    program,
    start: (bench, home, prompt) => program.print(bench, { home, prompt }),
    write: (path, content) => call('Write', { file_path: path, content }),
    shell: command => call('Bash', { command, description: 'Work' }),
    read: path => call('Read', { file_path: path }),
  };
}

function codex(): Hand {
  const program = new Codex();
  const shell = (cmd: string) => call('exec_command', { cmd });
  return {
    program,
    start: (bench, home, prompt) => program.exec(bench, { home, prompt }),
    write: (path, content) =>
      shell(
        `apply_patch <<'EOF'\n*** Begin Patch\n*** Delete File: ${path}\n*** Add File: ${path}.new\n+${content}\n*** End Patch\nEOF`,
      ),
    shell,
  };
}

function gemini(): Hand {
  const program = new Gemini();
  return {
    program,
    start: (bench, home, prompt) => program.print(bench, { home, prompt }),
    write: (path, content) => call('write_file', { file_path: path, content }),
    shell: command => call('run_shell_command', { command, description: 'Work' }),
  };
}

function copilot(): Hand {
  const program = new Copilot();
  return {
    program,
    start: (bench, home, prompt) => program.print(bench, { home, prompt }),
    write: (path, content) => call('edit', { path, old_str: 'export {};', new_str: content }),
    shell: command => call('bash', { command, description: 'Work', mode: 'sync' }),
  };
}

function opencode(): Hand {
  const program = new Opencode();
  return {
    program,
    start: (bench, home, prompt) => program.run(bench, { home, prompt }),
    write: (path, content) => call('write', { filePath: path, content }),
    shell: command => call('bash', { command, description: 'Work' }),
    read: path => call('read', { filePath: path }),
  };
}

describe.each([
  ['Claude Code 2.1.197', () => claude('2.1.197')],
  ['Claude Code 2.1.329', () => claude('2.1.329')],
  ['Codex', codex],
  ['Gemini CLI', gemini],
  ['Copilot CLI', copilot],
  ['opencode', opencode],
] as const)('%s', (name, handOf) => {
  // A client of each way to hear hooks.
  const isPlayedBehindHub = ['Claude Code 2.1.329', 'Codex', 'opencode'].includes(name);
  const stores: readonly (readonly [string, (bench: Bench, home: Home) => Promise<void>])[] = [
    ['a store at hand', async () => undefined],
    ...(isPlayedBehindHub ? [['a store behind a hub', behindHub] as const] : []),
  ];
  it.each(stores)(
    'with %s does not write what another session has, by no tool, and its model is told who has it, what for and what next',
    async (_where, reached) => {
      const hand = handOf();
      const bench = await Bench.open();
      const home = bench.home([hand.program]);
      await reached(bench, home);
      const { code, stderr } = await bench.signalbox(home, ['setup', '--yes']);
      expect([code, stderr]).toEqual([0, '']);
      const peer = await Peer.join(bench, home);
      await peer.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'moving the login' });
      const auth = join(bench.folder, 'src/auth.ts');
      // The server of the client is there by the time that the first call of it is answered.
      const steps = [
        call('mcp:signalbox/session_list', {}),
        ...(hand.read ? [hand.read(auth)] : []),
        hand.write(auth, 'overwritten'),
        hand.shell('echo overwritten > src/auth.ts'),
        hand.shell('git stash && git switch -c elsewhere'),
        hand.shell('echo written > src/free.ts'),
        'Done.',
      ];
      const ann = bench.model.lane('ann').script(...steps);
      expect(await hand.start(bench, home, ann.prompt('Work.')).ended).toMatchObject({ code: 0 });

      const told = ann.requests.map(request => request.lastResult);
      const refused = told.filter(text =>
        text.includes('src/auth.ts is locked by nimble-peer, for "moving the login"'),
      );
      // By the edit tool and by the shell; the third attempt is about git.
      expect(refused).toHaveLength(2);
      for (const text of refused) expect(text).toContain('Next: ');
      expect(told.some(text => text.includes('not run: "git stash"'))).toBe(true);
      expect(readFileSync(auth, 'utf8')).toBe('export {};\n');
      expect(bench.repository.git('branch', '--show-current').trim()).toBe('main');
      expect(readFileSync(join(bench.folder, 'src/free.ts'), 'utf8')).toBe('written\n');
      expect(bench.model.problems).toEqual([]);
    },
  );
});

describe.each(['2.1.197', '2.1.329'] as const)('Claude Code %s whose server was killed', version => {
  /** Plays an edit of two files behind the back of the server, which was there before, and what `meanwhile` does. */
  async function withoutServer(options: readonly string[], meanwhile?: (home: Home) => void) {
    const client = new Claude(version);
    const bench = await Bench.open();
    const home = bench.home([client]);
    // A copy of the program, so that a test can take it away.
    cpSync(dirname(binary), home.path('app'), { recursive: true });
    symlinkSync(join(dirname(binary), '../node_modules'), home.path('node_modules'));
    const setup = bench.run({
      program: process.execPath,
      args: [home.path('app', 'signalbox.mjs'), 'setup', '--yes', ...options],
      folder: bench.folder,
      environment: home.environment,
    });
    expect([(await setup.ended).code, setup.errors]).toEqual([0, '']);
    const peer = await Peer.join(bench, home);
    await peer.call('lock_acquire', { paths: ['locked.txt'], reason: 'moving the login' });
    const write = (name: string) => call('Write', { file_path: join(bench.folder, name), content: 'written' });
    const gate = new Gate(write('locked.txt'));
    const steps = [call('mcp:signalbox/session_list', {}), gate.step, write('free.txt'), 'Done.'];
    const ann = bench.model.lane('ann').script(...steps);
    const run = client.print(bench, { home, prompt: ann.prompt('Work.') });
    await gate.reached;
    const isItsServer = (line: string) => line.endsWith('app/signalbox.mjs mcp');
    const [server = ''] = bench.leftovers(home).filter(isItsServer);
    process.kill(Number.parseInt(server, 10), 'SIGKILL');
    await until('the server is gone', () => !bench.leftovers(home).some(isItsServer));
    meanwhile?.(home);
    gate.open();
    expect(await run.ended).toMatchObject({ code: 0 });
    const written = ['locked.txt', 'free.txt'].filter(name => existsSync(join(bench.folder, name)));
    return { written, told: ann.requests.map(request => request.lastResult).join('\n') };
  }

  it('goes on to write', async () => {
    // The newer version may have started its server again by then, and asked it.
    const { written } = await withoutServer([]);
    expect(written).toContain('free.txt');
  });

  it('still does not write what another session has, and writes all else, where setup was told to fail closed', async () => {
    const { written, told } = await withoutServer(['--fail-closed']);
    expect(written).toEqual(['free.txt']);
    expect(told).toContain('locked.txt is locked by nimble-peer, for "moving the login"');
  });

  it('writes nothing once our program is gone, too, where setup was told to fail closed', async () => {
    const { written, told } = await withoutServer(['--fail-closed'], home => {
      rmSync(home.path('app'), { recursive: true });
    });
    expect(written).toEqual([]);
    expect(told).toContain(unasked);
  });
});
