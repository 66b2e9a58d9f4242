/** The guard by the command of a hook, with the server of the session there, gone, hanging, or unable to store anything. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binary, Workspace } from '../support/workspace.ts';

const hookProgram = join(dirname(binary), 'hook.cjs');

let place: Workspace;
const children: ChildProcess[] = [];

beforeEach(async () => {
  place = new Workspace();
  // A person at a shell: what a server of this process answers is about its own client.
  const { code } = await place.command(['lock', 'acquire', 'src/auth.ts', '--reason', 'moving the login']);
  expect(code).toBe(0);
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await place.dispose();
});

/** Asks before a tool as Codex does, whose process is this one unless another is named. */
function ask(
  tool: string,
  input: object,
  environment: Record<string, string> = {},
  client = 'codex',
  words: readonly string[] = [],
) {
  const told = {
    session_id: 'thread-1',
    turn_id: 'turn-1',
    hook_event_name: 'PreToolUse',
    cwd: place.repository,
    tool_name: tool,
    tool_use_id: `call-${children.length}`,
    tool_input: input,
  };
  return tell(JSON.stringify(told), [client, 'PreToolUse', ...words], environment);
}

function tell(input: string, words: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [hookProgram, ...words], {
    cwd: place.repository,
    env: { ...place.environment, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  let stdout = '';
  child.stdout.on('data', piece => {
    stdout += piece;
  });
  child.stdin.end(input);
  return new Promise<string>((resolve, reject) => {
    child.on('close', code => (code === 0 ? resolve(stdout) : reject(new Error(`exit code ${code}`))));
  });
}

const patch = (path: string) => ({ command: `*** Begin Patch\n*** Update File: ${path}\n@@\n-a\n+b\n*** End Patch` });
const shell = (command: string) => ({ command });

/** Why the tool must not run; null where it may. */
const refusalIn = (stdout: string): string | null => {
  const specific = stdout === '' ? {} : JSON.parse(stdout).hookSpecificOutput;
  return specific?.permissionDecision === 'deny' ? specific.permissionDecisionReason : null;
};

const blocking = () =>
  writeFileSync(join(place.repository, 'signalbox.json'), JSON.stringify({ guard: { onFailure: 'block' } }));

describe('before an edit or a command the hook', () => {
  it.each([
    ['the server of its session', true],
    ['the store alone', false],
  ])('refuses by %s what another session has, and lets the rest go on', async (_way, hasServer) => {
    if (hasServer) await place.session({ clientName: 'codex-mcp-client' });
    expect(refusalIn(await ask('apply_patch', patch('src/auth.ts')))).toContain('src/auth.ts is locked by');
    expect(refusalIn(await ask('Bash', shell('echo x > src/auth.ts')))).toContain('src/auth.ts is locked by');
    expect(await ask('apply_patch', patch('src/free.ts'))).toBe('');
    expect(await ask('Bash', shell('git status && ls'))).toBe('');
    // What it let through is locked from now on.
    const { code, stdout } = await place.command(['lock', 'acquire', 'src/free.ts']);
    expect([code, stdout]).toEqual([1, expect.stringContaining('src/free.ts')]);
  });

  it('refuses an edit however much it would write', async () => {
    const file_path = join(place.repository, 'src/auth.ts');
    const long = { file_path, content: 'x'.repeat(5_000_000) };
    expect(refusalIn(await ask('Write', long, { CLAUDECODE: '1' }, 'claude-code'))).toContain('src/auth.ts is locked');
  });

  it('lets the client go on, with a line for its user, when the server hangs; and refuses where policy says so', async () => {
    const own = await place.session({ clientName: 'codex-mcp-client' });
    await ask('apply_patch', patch('src/free.ts'));
    process.kill(own.pid, 'SIGSTOP');
    try {
      const first = JSON.parse(await ask('apply_patch', patch('src/auth.ts')));
      expect(first.systemMessage).toContain('Signalbox is not working');
      expect(first.hookSpecificOutput).toBeUndefined();
      blocking();
      expect(refusalIn(await ask('apply_patch', patch('src/auth.ts')))).toContain('guard.onFailure');
      expect(refusalIn(await ask('Bash', shell('ls')))).toContain('guard.onFailure');
    } finally {
      process.kill(own.pid, 'SIGCONT');
    }
  });

  it('does the same when the store cannot be opened', async () => {
    const broken = { SIGNALBOX_STORE: `sqlite:${place.repository}/none/../signalbox.json/store.db` };
    writeFileSync(join(place.repository, 'signalbox.json'), '{}');
    expect(JSON.parse(await ask('apply_patch', patch('src/auth.ts'), broken)).systemMessage).toContain('not working');
    blocking();
    expect(refusalIn(await ask('apply_patch', patch('src/auth.ts'), broken))).toContain('guard.onFailure');
  });
});

describe('set up to fail closed the hook', () => {
  const broken = { SIGNALBOX_STORE: 'sqlite:/dev/null/store.db' };
  const askClosed = (tool: string, input: object, environment: Record<string, string> = {}) =>
    ask(tool, input, environment, 'codex', ['--fail-closed']);

  it('refuses what cannot be checked because Signalbox fails itself, whatever policy says, and says who wants that', async () => {
    expect(refusalIn(await ask('apply_patch', patch('src/free.ts'), broken))).toBe(null);
    expect(refusalIn(await askClosed('apply_patch', patch('src/free.ts'), broken))).toContain('--fail-closed');
    expect(refusalIn(await askClosed('Bash', shell('ls'), broken))).toContain('--fail-closed');
    const own = await place.session({ clientName: 'codex-mcp-client' });
    expect(await askClosed('apply_patch', patch('src/free.ts'))).toBe('');
    process.kill(own.pid, 'SIGSTOP');
    try {
      expect(refusalIn(await askClosed('apply_patch', patch('src/free.ts')))).toContain('--fail-closed');
    } finally {
      process.kill(own.pid, 'SIGCONT');
    }
  });

  it('holds up no tool that changes nothing', async () => {
    expect(refusalIn(await askClosed('update_plan', {}, broken))).toBe(null);
  });

  it('ends with an exit code that its line takes for a refusal when it cannot read what it is asked', async () => {
    const words = ['codex', 'PreToolUse'];
    await expect(tell('{"session_id": ', [...words, '--fail-closed'])).rejects.toThrow('exit code 1');
    await expect(tell('{"session_id": ', words)).resolves.toBe('');
  });
});
