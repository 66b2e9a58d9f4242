/** The command that clients run for their hooks, and the one that waits beside a resting session, as processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binary, exists, type LiveSession, until, Workspace } from '../support/workspace.ts';

const hookProgram = join(dirname(binary), 'hook.cjs');
const atScreen = { CLAUDECODE: '1', CLAUDE_CODE_ENTRYPOINT: 'cli' };

let place: Workspace;
const children: ChildProcess[] = [];
const servers: Server[] = [];

beforeEach(() => {
  place = new Workspace();
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
  await place.dispose();
});

const stopped = (more: object = {}) => ({ session_id: 'A', hook_event_name: 'Stop', cwd: place.repository, ...more });

/** Runs the command of a hook as a client would, which this process then is. */
function hook(event: string, input: string | object, environment: Record<string, string> = atScreen) {
  const child = spawn(process.execPath, [hookProgram, 'claude-code', event], {
    cwd: place.repository,
    env: { ...place.environment, ...environment },
    stdio: 'pipe',
  });
  children.push(child);
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', piece => {
    said.stdout += piece;
  });
  child.stderr.on('data', piece => {
    said.stderr += piece;
  });
  let brokenPipe = false;
  child.stdin.on('error', () => {
    brokenPipe = true;
  });
  child.stdin.end(typeof input === 'string' ? input : JSON.stringify(input));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string; brokenPipe: boolean }>(resolve => {
    child.on('close', code => resolve({ code, ...said, brokenPipe }));
  });
  return { child, ended };
}

/** A server of the client that this process is, and its session, which rests. */
async function restingSession(): Promise<{ server: LiveSession; handle: string }> {
  const server = await place.session({ clientName: 'claude-code' });
  await hook('UserPromptSubmit', { ...stopped(), hook_event_name: 'UserPromptSubmit', prompt: 'Begin.' }).ended;
  await hook('Stop', stopped({ stop_hook_active: false })).ended;
  return { server, handle: await server.handle() };
}

/** The operator's words, which no server of this process brings. */
const write = (handle: string) => place.command(['message', 'send', '--to', handle, 'The PLUM-TREE is mine.']);
const reach = async () => {
  const { code, stdout, stderr } = await place.command(['session', 'list', '--json']);
  expect([code, stderr, stdout]).toEqual([0, '', expect.stringMatching(/^/)]);
  return JSON.parse(stdout).sessions[0]?.reach;
};

async function standing() {
  const all = await restingSession();
  const waiter = hook('Wake', stopped());
  await until('somebody stands ready', async () => (await reach()) === 'wake');
  return { ...all, waiter };
}

const quiet = { code: 0, stdout: '', stderr: '', brokenPipe: false };

describe('the waiter', () => {
  it('ends with exit code 2 and the reason when a message comes, and the next hook brings the message', async () => {
    const { handle, waiter } = await standing();
    await write(handle);
    const { code, stdout, stderr } = await waiter.ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^1 message waits for you, from operator\./);
    const prompt = { ...stopped(), hook_event_name: 'UserPromptSubmit', prompt: '<task-notification>' };
    expect((await hook('UserPromptSubmit', prompt).ended).stdout).toContain('PLUM-TREE');
    expect((await hook('PostToolUse', { ...stopped(), hook_event_name: 'PostToolUse' }).ended).stdout).toBe('');
    expect((await hook('UserPromptSubmit', prompt).ended).stdout).toBe('');
    await until('nobody stands ready', async () => (await reach()) === 'hooks');
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends quietly when its server ends by %s', async signal => {
    const { server, waiter } = await standing();
    process.kill(server.pid, signal);
    expect(await waiter.ended).toEqual(quiet);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends quietly on %s, and nobody counts on it', async signal => {
    const { waiter } = await standing();
    waiter.child.kill(signal);
    expect(await waiter.ended).toEqual(quiet);
    await until('nobody stands ready', async () => (await reach()) === 'hooks');
  });

  it('gives way to a later one', async () => {
    const { waiter } = await standing();
    const later = hook('Wake', stopped());
    expect(await waiter.ended).toEqual(quiet);
    expect(exists(later.child.pid as number)).toBe(true);
    expect(await reach()).toBe('wake');
  });

  it('does not wait without a server, nor without a screen', async () => {
    expect(await hook('Wake', stopped()).ended).toEqual(quiet);
    await restingSession();
    expect(await hook('Wake', stopped(), { CLAUDECODE: '1', CLAUDE_CODE_ENTRYPOINT: 'sdk-cli' }).ended).toEqual(quiet);
    expect(await reach()).toBe('hooks');
  });
});

describe('a hook', () => {
  /** Listens in place of a server that this process has as its client. */
  async function pretend(converse: (socket: Socket) => void): Promise<void> {
    const folder = readdirSync(place.runtime)[0];
    if (folder === undefined) throw new Error('there is no runtime folder yet');
    const server = createServer(converse);
    servers.push(server);
    const path = join(place.runtime, folder, `h${process.pid}-99999999.sock`);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    await new Promise<void>(resolve => server.listen(path, resolve));
  }

  it.each([
    ['no JSON', 'What?'],
    ['no object', '[1]'],
    ['nothing', ''],
    ['another thing than it should be', '{"session_id":7,"prompt":{}}'],
    ['more than it takes', JSON.stringify({ session_id: 'A', prompt: 'x'.repeat(5_000_000) })],
  ])('that is told %s takes all of it and lets the client go on', async (_what, input) => {
    expect(await hook('UserPromptSubmit', input).ended).toEqual(quiet);
  });

  it('takes the next server when one answers that the event is not its own, or does not answer as agreed', async () => {
    const { handle } = await restingSession();
    await write(handle);
    await pretend(socket => socket.on('data', () => socket.write('{"pass":true}\n')));
    const prompt = { ...stopped(), hook_event_name: 'UserPromptSubmit', prompt: 'Go on.' };
    expect((await hook('UserPromptSubmit', prompt).ended).stdout).toContain('PLUM-TREE');
    servers[0]?.close();
    await pretend(socket => socket.on('data', () => socket.write('What?\n')));
    expect(await hook('UserPromptSubmit', prompt).ended).toEqual(quiet);
  });

  it('lets the client go on when its server takes the event and then says nothing', async () => {
    await restingSession();
    await pretend(() => {});
    expect(await hook('PreToolUse', { ...stopped(), tool_name: 'Bash' }).ended).toEqual(quiet);
  });

  it('is of the client that started it, whatever pid another client has left in the environment', async () => {
    const { handle } = await restingSession();
    await write(handle);
    const prompt = { ...stopped(), hook_event_name: 'UserPromptSubmit', prompt: 'Go on.' };
    const other = { ...atScreen, CLAUDE_PID: String(process.ppid) };
    expect((await hook('UserPromptSubmit', prompt, other).ended).stdout).toContain('PLUM-TREE');
  });
});
