import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tools } from '../../src/tools/index.ts';
import { binary, type CommandResult, type LiveSession, until, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

/** A session that has joined: without a first call it is not there yet. */
async function joined(handle: string): Promise<LiveSession> {
  const session = await place.session({ args: ['--handle', handle] });
  await session.handle();
  return session;
}

const json = ({ stdout }: CommandResult) => JSON.parse(stdout);

/** A call of every tool that a person can make on an empty project. */
const calls: Readonly<Record<string, readonly string[]>> = {
  session_list: ['session', 'list'],
  lock_acquire: ['lock', 'acquire', 'src/auth.ts', '--reason', 'look'],
  lock_release: ['lock', 'release', '--all'],
  lock_list: ['lock', 'list'],
  intent_announce: ['intent', 'announce', 'refactor', '--targets', 'src', '--description', 'rename'],
  intent_list: ['intent', 'list'],
  conflict_check: ['conflict', 'check', 'git_push'],
  message_send: ['message', 'send', '--to', 'all', 'Hello'],
  message_read: ['message', 'read'],
  message_wait: ['message', 'wait', '--timeout-seconds', '0'],
  message_ack: ['message', 'ack', 'm1'],
  message_search: ['message', 'search', 'hello'],
  conversation_list: ['conversation', 'list'],
  conversation_leave: ['conversation', 'leave', 'c12'],
  conversation_history: ['conversation', 'history', '#general'],
  context_share: ['context', 'share', 'note', 'Hello'],
  context_query: ['context', 'query', 'hello'],
  data_set: ['data', 'set', 'status', '{"ok":true}'],
  data_get: ['data', 'get', 'status'],
  data_list: ['data', 'list'],
  data_delete: ['data', 'delete', 'status'],
};

describe('--json', () => {
  it.each(Object.entries(calls))('prints exactly the output of %s', async (name, words) => {
    const tool = tools.find(candidate => candidate.name === name);
    const result = await place.command([...words, '--json']);
    expect(result.stderr).toBe('');
    const output = json(result);
    expect(tool?.output.strict().parse(output)).toEqual(output);
  });

  it('prints errors on standard output, as code, message and next', async () => {
    const unknown = await place.command(['message', 'send', '--to', 'nobody', 'Hello', '--json']);
    expect(json(unknown)).toEqual({
      error: { code: 'not_found', message: expect.any(String), next: expect.any(String) },
    });
    expect(unknown).toMatchObject({ code: 3, stderr: '' });
    const wrong = await place.command(['--json', 'lock', 'acquire', '--mode', 'none']);
    expect(json(wrong)).toMatchObject({ error: { code: 'invalid_input' } });
    expect(wrong).toMatchObject({ code: 2, stderr: '' });
  });
});

describe('exit codes', () => {
  it.each([
    [[], 0],
    [['--version'], 0],
    [['lock', '--help'], 0],
    [['help', 'lock'], 0],
    [['lock'], 2],
    [['lok'], 2],
    [['lock', 'list', '--nonsense'], 2],
    [['lock', 'acquire'], 2],
    [['lock', 'acquire', '../outside'], 2],
    [['lock', 'list', '--store', 'mongodb://x'], 2],
    [['message', 'send', '--to', 'nobody', 'Hello'], 3],
    [['lock', 'list', '--directory', '/no/such/folder'], 3],
    [['session', 'update', 'a task'], 5],
    [['session', 'end'], 5],
    [['message', 'wait', '--timeout-seconds', '0'], 1],
  ] as const)('%j ends with %i', async (words, code) => {
    const result = await place.command(words);
    expect(result.code).toBe(code);
    if (code > 1) expect(result.stderr).toMatch(/^signalbox: .+[.?]\n {2}\S.+\n$/);
    else expect(result.stdout).not.toBe('');
  });

  it('a limit and a conflict have their own', async () => {
    const long = 'x'.repeat(20_000);
    expect((await place.command(['message', 'send', '--to', 'all', long])).code).toBe(8);
    expect((await place.command(['message', 'send', '--to', 'all', 'one', '--key', 'k'])).code).toBe(0);
    expect((await place.command(['message', 'send', '--to', 'all', 'two', '--key', 'k'])).code).toBe(4);
  });

  it('a refusal is a 1 with the answer on standard output', async () => {
    const otter = await joined('otter');
    await otter.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'move login' });
    const refused = await place.command(['lock', 'acquire', 'src/auth.ts']);
    expect(refused).toMatchObject({ code: 1, stderr: '' });
    expect(refused.stdout).toMatch(
      /Not granted.*\n {2}otter has file:src\/auth.ts for "move login".*--wait-seconds 45/s,
    );
  });
});

describe('a command', () => {
  it('suggests what was meant', async () => {
    expect((await place.command(['lock', 'acquir'])).stderr).toMatch(/Did you mean acquire\?/);
    expect((await place.command(['lock', 'list', '--sesion', 'x'])).stderr).toMatch(/Did you mean --session\?/);
  });

  it('acts as the operator in a shell of a person', async () => {
    const otter = await joined('otter');
    await place.command(['message', 'send', '--to', 'otter', 'Hello']);
    const { messages } = await otter.call('message_read');
    expect(messages).toMatchObject([{ from: 'operator', body: 'Hello' }]);
    expect(json(await place.command(['session', 'list', '--json'])).you).toBe('operator');
  });

  it('acts as the session in whose shell it runs', async () => {
    const otter = await joined('otter');
    await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
    const environment = { SIGNALBOX_SESSION: 'otter' };
    expect(json(await place.command(['session', 'list', '--json'], { environment })).you).toBe('otter');
    expect((await place.command(['lock', 'acquire', 'src/auth.ts'], { environment })).code).toBe(0);
    expect((await place.command(['session', 'update', 'Move login'], { environment })).code).toBe(0);
    expect((await otter.call('session_list')).sessions).toMatchObject([{ handle: 'otter', task: 'Move login' }]);
    expect((await place.command(['status'], { environment })).stdout).toContain('You are otter');
  });

  it('in the shell of an AI client is never the operator by accident', async () => {
    const environment = { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: 'conversation-1' };
    const early = await place.command(['lock', 'acquire', 'a'], { environment });
    expect(early).toMatchObject({ code: 7, stderr: expect.stringContaining('has not joined yet') });
    const otter = await place.session({ args: ['--handle', 'otter'], environment });
    await otter.handle();
    expect(json(await place.command(['session', 'list', '--json'], { environment })).you).toBe('otter');
    const person = { ...environment, SIGNALBOX_SESSION: 'operator' };
    expect(json(await place.command(['session', 'list', '--json'], { environment: person })).you).toBe('operator');
    await otter.close();
    expect((await place.command(['lock', 'acquire', 'a'], { environment })).code).toBe(7);
  });

  it('stands where it was typed, not where the client of its session works', async () => {
    const environment = { CLAUDECODE: '1', CLAUDE_PROJECT_DIR: place.repository };
    const directory = `${place.repository}/src`;
    const { locks } = json(await place.command(['lock', 'acquire', 'auth.ts', '--json'], { directory, environment }));
    expect(locks).toMatchObject([{ resource: 'file:src/auth.ts' }]);
  });

  it('for a session that does not exist is refused', async () => {
    const result = await place.command(['lock', 'list'], { environment: { SIGNALBOX_SESSION: 'ghost' } });
    expect(result).toMatchObject({ code: 3, stderr: expect.stringContaining('ghost') });
  });

  it('prints messages with terminal escapes harmlessly, for people and programs', async () => {
    const otter = await joined('otter');
    const body = 'a\u001b]0;owned\u0007b\u001b[2Jc\u009b31md';
    for (const format of [[], ['--json']]) {
      await otter.call('message_send', { to: ['operator'], body });
      const { stdout } = await place.command(['message', 'read', ...format]);
      expect(stdout).toContain('abcd');
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
  });

  it('uses colour only where it is wanted', async () => {
    await place.command(['lock', 'acquire', 'src/auth.ts']);
    const coloured = /\u001b\[/;
    expect((await place.command(['lock', 'list'])).stdout).not.toMatch(coloured);
    expect((await place.command(['lock', 'list'], { environment: { FORCE_COLOR: '1' } })).stdout).toMatch(coloured);
    expect((await place.command(['lock', '--help'], { environment: { FORCE_COLOR: '1' } })).stdout).toMatch(coloured);
    expect((await place.command(['lock', 'list', '--json'], { environment: { FORCE_COLOR: '1' } })).stdout).not.toMatch(
      coloured,
    );
  });

  it('leaves its messages unread when nobody saw them', async () => {
    const otter = await joined('otter');
    await otter.call('message_send', { to: ['operator'], body: 'Hello' });
    const child = place.start(['message', 'read']);
    child.stdout?.destroy();
    await until('it has ended', () => child.exitCode !== null);
    const { messages } = json(await place.command(['message', 'read', '--json']));
    expect(messages).toMatchObject([{ body: 'Hello', again: true }]);
    expect(json(await place.command(['message', 'read', '--json'])).messages).toEqual([]);
  });

  it('ends quietly when its reader goes away', async () => {
    await place.command(['lock', 'acquire', ...Array.from({ length: 50 }, (_, index) => `src/${index}.ts`)]);
    const shell = spawn(
      'sh',
      ['-c', '"$0" "$1" lock list | head -1; "$0" "$1" session list --json >&-', process.execPath, binary],
      {
        cwd: place.repository,
        env: place.environment,
      },
    );
    let said = '';
    for (const stream of [shell.stdout, shell.stderr])
      stream.on('data', chunk => {
        said += String(chunk);
      });
    const code = await new Promise(resolve => shell.on('close', resolve));
    expect(said).toMatch(/^LOCKED[^\n]*\n$/);
    expect(code).toBe(0);
  });
});

describe('waiting', () => {
  let otter: LiveSession;

  beforeEach(async () => {
    otter = await joined('otter');
  });

  it('for a lock ends when it is granted', async () => {
    await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
    const waiting = place.command(['lock', 'acquire', 'src/auth.ts', '--wait-seconds', '30', '--json']);
    await until('it stands in line', async () => (await otter.call('lock_list')).waiting.length === 1);
    await otter.call('lock_release', { all: true });
    expect(json(await waiting)).toMatchObject({ granted: true });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('for a lock ends on %s with nothing left behind', async (signal, code) => {
    await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
    const child = place.start(['lock', 'acquire', 'src/auth.ts', '--wait-seconds', '45']);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', chunk => {
        said += String(chunk);
      });
    await until('it stands in line', async () => (await otter.call('lock_list')).waiting.length === 1);
    child.kill(signal);
    await once(child, 'close');
    expect([child.exitCode, said]).toEqual([code, '']);
    expect((await otter.call('lock_list')).waiting).toEqual([]);
    await otter.call('lock_release', { all: true });
    expect((await otter.call('lock_list')).locks).toEqual([]);
  });

  it('for a message ends when one comes, and shows it', async () => {
    await place.command(['status']);
    const before = place.sockets().length;
    const waiting = place.command(['message', 'wait', '--timeout-seconds', '30']);
    await until('it listens', () => place.sockets().length > before);
    await otter.call('message_send', { to: ['operator'], body: 'It is done.' });
    expect(await waiting).toMatchObject({ code: 0, stdout: expect.stringMatching(/^otter .*\n {2}It is done\.\n$/) });
  });

  it('for a message ends on Ctrl-C', async () => {
    const before = place.sockets().length;
    const child = place.start(['message', 'wait', '--timeout-seconds', '45']);
    await until('it listens', () => place.sockets().length > before);
    child.kill('SIGINT');
    await once(child, 'close');
    expect(child.exitCode).toBe(130);
    await until('its socket is gone', () => place.sockets().length === before);
  });
});
