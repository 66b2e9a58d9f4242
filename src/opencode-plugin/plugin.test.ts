import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runtimeFolder } from '../system/folders.ts';
import type { Part, PluginContext, PluginHooks } from './opencode.ts';
import { Signalbox } from './plugin.ts';

interface Heard {
  readonly event: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly wait?: boolean;
}

let folder: string;
let server: Server;
let heard: Heard[];
/** What the server says to an event; undefined keeps it waiting, null hangs up. */
let answer: (heard: Heard) => object | null | undefined;
let woken: object[];
let toasts: string[];
let hooks: PluginHooks;
const words = process.argv;
/** Of waits for what surely comes: it bounds a hang. */
const patience = { timeout: 20_000 };

const context = (): PluginContext => ({
  directory: folder,
  client: {
    session: {
      get: async ({ path: { id } }) => ({
        data: id === 'old-child' ? { id, parentID: 'main', agent: 'general' } : { id },
      }),
      promptAsync: async ({ body }) => woken.push(body),
    },
    tui: { showToast: async ({ body: { message } }) => toasts.push(message) },
  },
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sb-'));
  process.argv = ['bun', '/index.js'];
  vi.stubEnv('SIGNALBOX_HOME', folder);
  vi.stubEnv('XDG_RUNTIME_DIR', folder);
  [heard, woken, toasts] = [[], [], []];
  answer = () => ({ stdout: '' });
  server = createServer(socket => {
    socket.on('error', () => {});
    socket.once('data', piece => {
      const request = JSON.parse(piece.toString()) as Heard;
      heard.push(request);
      const reply = answer(request);
      if (reply === null) socket.destroy();
      else if (reply) socket.write(`${JSON.stringify(reply)}\n`);
    });
  });
  const path = join(runtimeFolder(process.env, process.platform, process.getuid?.(), folder), `h${process.pid}-1.sock`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await new Promise<void>(done => server.listen(path, done));
  hooks = await Signalbox(context());
});

afterEach(async () => {
  await hooks.dispose?.();
  process.argv = words;
  vi.unstubAllEnvs();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const saying = (word: string) => ({ stdout: JSON.stringify({ context: word }) });
const events = () => heard.map(({ event, input }) => [event, input.source ?? input.agent ?? ''].join(' ').trim());

async function say(sessionID: string, text = 'Move the login.'): Promise<Part[]> {
  const parts: Part[] = [{ id: 'prt_1', type: 'text', text }];
  await hooks['chat.message']?.({ sessionID }, { message: { id: 'msg_1', agent: 'plan' }, parts });
  return parts;
}

const happens = (type: string, properties: object) => hooks.event?.({ event: { type, properties } });

async function uses(sessionID: string, tool = 'bash', output: object = { output: 'done' }): Promise<object> {
  await hooks['tool.execute.after']?.({ tool, sessionID, callID: 'c', args: {} }, output);
  return output;
}

const fails = (callID: string, status = 'error') =>
  happens('message.part.updated', { sessionID: 'main', part: { type: 'tool', callID, state: { status } } });

describe('the plugin in opencode', () => {
  it('tells that a conversation begins, is continued or is a copy with its first prompt, and puts the answers into that', async () => {
    await happens('session.created', { info: { id: 'new', title: 'New session' } });
    await happens('session.created', { info: { id: 'copy', title: 'New session (fork #1)' } });
    answer = ({ event }) => saying(`<${event}>`);
    const parts = await say('new');
    expect(parts.slice(1)).toMatchObject([
      { text: '<session.begin>', synthetic: true, messageID: 'msg_1', sessionID: 'new' },
      { text: '<chat.message>', synthetic: true },
    ]);
    expect(parts.map(({ id }) => id)).toEqual(parts.map(({ id }) => id).toSorted());
    await say('new');
    await say('copy');
    await say('earlier');
    expect(events()).toEqual([
      ...['session.begin startup', 'chat.message', 'chat.message'],
      ...['session.begin fork', 'chat.message', 'session.begin resume', 'chat.message'],
    ]);
    expect(heard[1]?.input).toEqual({ conversation: 'new', directory: folder, prompt: 'Move the login.' });
  });

  it('tells what sub-agents do as theirs, at whatever depth, also of one of an earlier run', async () => {
    await happens('session.created', { info: { id: 'child', parentID: 'main', agent: 'explore' } });
    await happens('session.created', { info: { id: 'grandchild', parentID: 'child' } });
    for (const id of ['child', 'grandchild', 'old-child']) await uses(id);
    expect(heard.map(({ input }) => [input.conversation, input.agent, input.agentType])).toEqual([
      ['main', 'child', 'explore'],
      ['main', 'grandchild', undefined],
      ['main', 'old-child', 'general'],
    ]);
  });

  it('tells that a sub-agent stopped before the result of its work is shown to its starter', async () => {
    await happens('session.created', { info: { id: 'child', parentID: 'main' } });
    void happens('session.idle', { sessionID: 'child' });
    await uses('main', 'task');
    expect(events()).toEqual(['session.idle child', 'tool.execute.after']);
  });

  it('marks calls of our tools, of no others, and leaves no mark behind', async () => {
    const call = { sessionID: 'main', callID: 'call-1' };
    const [ours, others] = [{ paths: ['a'] }, { command: 'ls' }];
    await hooks['tool.execute.before']?.({ ...call, tool: 'signalbox_lock_acquire' }, { args: ours });
    await hooks['tool.execute.before']?.({ ...call, tool: 'grep' }, { args: others });
    expect([ours, others]).toEqual([{ paths: ['a'], signalboxCall: 'call-1' }, { command: 'ls' }]);
    expect(heard).toMatchObject([{ input: { call: 'call-1', arguments: { paths: ['a'] } } }]);
    await hooks['tool.execute.after']?.({ ...call, tool: 'signalbox_lock_acquire', args: ours }, { output: '' });
    expect(ours).toEqual({ paths: ['a'] });
  });

  it('asks before a tool that changes files, tells of it without what it writes, and again when it is done', async () => {
    const call = { sessionID: 'main', callID: 'call-2', tool: 'write' };
    const args = { filePath: 'src/a.ts', content: 'long' };
    await hooks['tool.execute.before']?.(call, { args });
    await hooks['tool.execute.after']?.({ ...call, args }, { output: 'done' });
    const about = { tool: 'write', call: 'call-2', arguments: { filePath: 'src/a.ts' } };
    expect(heard).toMatchObject([
      { event: 'tool.execute.before', input: about },
      { event: 'tool.execute.after', input: about },
    ]);
    expect(JSON.stringify(heard)).not.toContain('long');
    expect(args).toEqual({ filePath: 'src/a.ts', content: 'long' });
  });

  it('keeps a tool from running that is refused, with the words for the model, and tells nothing of its end', async () => {
    answer = () => ({ stdout: JSON.stringify({ deny: 'src/a.ts is locked.', notice: 'Signalbox is not working.' }) });
    const call = { sessionID: 'main', callID: 'call-3', tool: 'edit' };
    const refused = hooks['tool.execute.before']?.(call, { args: { filePath: 'src/a.ts' } });
    await expect(refused).rejects.toThrow(/^src\/a\.ts is locked\.$/);
    expect(toasts).toEqual(['Signalbox is not working.']);
    await fails('call-3');
    expect(events()).toEqual(['tool.execute.before']);
  });

  it('tells that a tool has failed or was forbidden by its user, once', async () => {
    await hooks['tool.execute.before']?.(
      { sessionID: 'main', callID: 'c', tool: 'bash' },
      { args: { command: 'make' } },
    );
    await fails('other');
    await fails('c', 'running');
    await fails('c');
    await fails('c');
    expect(heard.slice(1)).toMatchObject([
      { event: 'tool.execute.after', input: { call: 'c', tool: 'bash', hasFailed: true, isLost: true } },
    ]);
  });

  it('lets a tool run that nobody answers for, unless it was set up to refuse it then', async () => {
    answer = () => null;
    const edits = (tool: string) =>
      hooks['tool.execute.before']?.({ sessionID: 'main', callID: 'c', tool }, { args: {} });
    await expect(edits('write')).resolves.toBeUndefined();
    await hooks.dispose?.();
    hooks = await Signalbox({ ...context(), signalbox: { failsClosed: true } });
    await expect(edits('write')).rejects.toThrow('does not answer');
    await expect(edits('read')).resolves.toBeUndefined();
    await expect(edits('signalbox_lock_list')).resolves.toBeUndefined();
    expect(heard.at(-1)).toMatchObject({ failsClosed: true });
    answer = () => ({ exitCode: 1 });
    await expect(edits('bash')).rejects.toThrow('does not answer');
    answer = () => ({ stdout: 'nonsense' });
    await expect(edits('bash')).rejects.toThrow('does not answer');
    answer = () => ({});
    await expect(edits('bash')).resolves.toBeUndefined();
    await uses('main');
  });

  it('puts what is to be told behind the result of any kind of tool, and says where there is no place', async () => {
    answer = () => saying('News.');
    expect(await uses('main')).toEqual({ output: 'done\n\nNews.' });
    expect(await uses('main', 'x', { content: [] })).toEqual({ content: [{ type: 'text', text: 'News.' }] });
    expect(await uses('main', 'x', {})).toEqual({});
    expect(heard.map(({ input }) => input.isLost)).toEqual([undefined, undefined, true]);
  });

  it('has a conversation reminded with the next step after it was compacted, once', async () => {
    await say('main');
    heard = [];
    await happens('session.compacted', { sessionID: 'main' });
    answer = ({ event }) => saying(`<${event}>`);
    expect(await uses('main')).toEqual({ output: 'done\n\n<session.begin>\n\n<tool.execute.after>' });
    await uses('main');
    expect(events()).toEqual(['session.begin compact', 'tool.execute.after', 'tool.execute.after']);
  });

  it('wakes a resting conversation in the mode its user chose, and takes those words for nobody’s task', async () => {
    answer = ({ wait }) => (wait ? { stderr: '1 message waits.\n', exitCode: 2 } : { stdout: '' });
    await say('main');
    await happens('session.idle', { sessionID: 'main' });
    await vi.waitFor(() => expect(woken).toHaveLength(1), patience);
    expect(woken).toEqual([{ agent: 'plan', parts: [{ type: 'text', text: 'Signalbox: 1 message waits.' }] }]);
    await say('main', 'Signalbox: 1 message waits.');
    expect(heard.at(-1)?.input.prompt).toBeUndefined();
  });

  it('does not wake one that goes on meanwhile, nor any of a run with one prompt', async () => {
    answer = ({ wait }) => (wait ? undefined : { stdout: '' });
    let hungUp = 0;
    server.on('connection', socket => socket.on('close', () => hungUp++));
    await say('main');
    await happens('session.idle', { sessionID: 'main' });
    await vi.waitFor(() => expect(heard.some(({ wait }) => wait)).toBe(true), patience);
    const before = heard.length;
    await say('main');
    await vi.waitFor(() => expect(hungUp).toBe(heard.length), patience);
    process.argv = ['bun', '/index.js', 'run', 'Move it.'];
    await happens('session.idle', { sessionID: 'main' });
    await uses('main');
    expect(heard.slice(before).some(({ wait }) => wait)).toBe(false);
    expect(woken).toEqual([]);
  });

  it('ends the sessions of conversations that are deleted or closed, and runs once in a folder', async () => {
    await say('one');
    await say('two');
    heard = [];
    expect(await Signalbox(context())).toEqual({});
    await happens('session.deleted', { info: { id: 'one' } });
    await hooks.dispose?.();
    expect(heard.map(({ event, input }) => [event, input.conversation])).toEqual([
      ['session.end', 'one'],
      ['session.end', 'two'],
    ]);
    hooks = await Signalbox(context());
    expect(Object.keys(hooks)).not.toEqual([]);
  });

  it('tells its user once what is wrong, and disturbs nobody with a server that talks nonsense or hangs up', async () => {
    answer = () => ({ stdout: JSON.stringify({ notice: 'Signalbox is not working.' }) });
    await say('main');
    await uses('main');
    expect(toasts).toEqual(['Signalbox is not working.']);
    answer = () => ({ stdout: 'nonsense' });
    expect(await uses('main')).toEqual({ output: 'done' });
    server.removeAllListeners('connection').on('connection', socket => socket.destroy());
    expect(await uses('main')).toEqual({ output: 'done' });
    await hooks['chat.message']?.({ sessionID: 'main' }, {} as never);
  });

  it.each([
    ['where no server answers', () => void server.close()],
    [
      'when the server hangs up without an answer',
      () => {
        answer = () => null;
      },
    ],
  ])('runs the configured program %s', async (_when, spoil) => {
    spoil();
    const script =
      'process.stdin.on("end", () => console.log(JSON.stringify({ context: process.argv.slice(1).join(" ") }))).resume()';
    const signalbox = { command: [process.execPath, '-e', script, 'mcp'], enabled: true };
    await hooks.config?.({ mcp: { signalbox } });
    expect(await uses('main')).toEqual({ output: 'done\n\nhook opencode tool.execute.after' });
    await hooks.config?.({ mcp: { signalbox: { ...signalbox, enabled: false } } });
    expect(await uses('main')).toEqual({ output: 'done' });
  });

  it('tells the shell of its model whose it is, and hides what an outer client said of itself', async () => {
    vi.stubEnv('CLAUDECODE', '1');
    vi.stubEnv('CLAUDE_PID', '');
    const env: Record<string, string> = {};
    await hooks['shell.env']?.({ sessionID: 'main' }, { env });
    expect(env).toEqual({ CLAUDECODE: '', SIGNALBOX_CONVERSATION: 'main' });
  });
});
