import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binary, exists, pause, until, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

describe('what a client is told', () => {
  it('is short: instructions within 1,500 characters of which the first 512 stand alone, the core tools within 10,000 bytes', async () => {
    for (const era of ['legacy', 'modern'] as const) {
      const session = await place.session({ era });
      const instructions = session.client.getInstructions() ?? '';
      expect(instructions.length).toBeLessThanOrEqual(1500);
      expect(instructions.indexOf('\n')).toBeGreaterThan(0);
      expect(instructions.indexOf('\n')).toBeLessThanOrEqual(512);
      for (const tool of ['lock_acquire', 'lock_release', 'message_send', 'message_read', 'session_list']) {
        expect(instructions.slice(0, 512)).toContain(tool);
      }
      const { tools } = await session.client.listTools();
      expect(tools).toHaveLength(12);
      expect(Buffer.byteLength(JSON.stringify({ tools }))).toBeLessThanOrEqual(10_000);
      const all = await (await place.session({ era, args: ['--tools', 'all'] })).client.listTools();
      expect(all.tools).toHaveLength(26);
      for (const tool of all.tools) {
        expect(tool.description?.length).toBeLessThanOrEqual(600);
        expect(tool.outputSchema).toBeDefined();
        expect(Object.keys(tool.annotations ?? {})).toHaveLength(4);
      }
    }
  });

  it('are the core tools by default, and with --tools what was asked for', async () => {
    const names = async (...args: string[]) =>
      (await (await place.session({ args })).client.listTools()).tools.map(tool => tool.name);
    expect(await names()).not.toContain('session_end');
    expect(await names('--tools', 'core,session_end')).toHaveLength(13);
    expect(await names('--tools', 'message,data_get')).toEqual([
      'message_send',
      'message_read',
      'message_wait',
      'message_ack',
      'message_search',
      'data_get',
    ]);
    const wrong = await place.command(['mcp', '--tools', 'locks']);
    expect(wrong.code).toBe(2);
    expect(wrong.stdout).toBe('');
    expect(wrong.stderr).toMatch(/neither a tool nor a group/);
  });

  it('is the same in text and in structured content', async () => {
    const session = await place.session();
    const result = await session.client.callTool({
      name: 'lock_acquire',
      arguments: { paths: ['a'], reason: 'because' },
    });
    const text = (result.content as { text: string }[])[0]?.text;
    const { locks } = result.structuredContent as { locks: { resource: string; fence: number; expiresAt: string }[] };
    for (const fact of [locks[0]?.resource, locks[0]?.fence, locks[0]?.expiresAt]) expect(text).toContain(String(fact));
  });

  it('are resources with the same answers as the tools, and reading the inbox takes nothing out', async () => {
    const [otter, heron] = [await place.session(), await place.session({ args: ['--handle', 'heron'] })];
    await heron.handle();
    await otter.call('message_send', { to: ['heron'], body: 'hello' });
    const { resources } = await heron.client.listResources();
    expect(resources.map(resource => resource.uri)).toEqual([
      'signalbox://project',
      'signalbox://sessions',
      'signalbox://locks',
      'signalbox://inbox',
      'signalbox://context',
    ]);
    const { resourceTemplates } = await heron.client.listResourceTemplates();
    expect(resourceTemplates.map(template => template.uriTemplate)).toEqual(['signalbox://sessions/{id}']);
    const read = async (uri: string) =>
      JSON.parse((await heron.client.readResource({ uri })).contents.map(c => ('text' in c ? c.text : '')).join(''));
    expect((await read('signalbox://inbox')).messages).toMatchObject([{ body: 'hello' }]);
    expect((await read('signalbox://inbox')).unread).toBe(1);
    expect((await read('signalbox://sessions')).sessions).toHaveLength(2);
    expect((await read('signalbox://locks')).locks).toEqual([]);
    expect(await read('signalbox://sessions/heron')).toMatchObject({ handle: 'heron', state: 'active' });
    for (const uri of resources.map(resource => resource.uri)) expect(await read(uri)).toBeTypeOf('object');
    await expect(heron.client.readResource({ uri: 'signalbox://sessions/nobody' })).rejects.toThrow(/not found/i);
    await expect(heron.client.readResource({ uri: 'signalbox://nonsense' })).rejects.toThrow(/not found/i);
  });
});

describe('a wait', () => {
  it('tells how it goes, and ends within its time', async () => {
    const [otter, heron] = [await place.session(), await place.session()];
    await otter.call('lock_acquire', { paths: ['a'] });
    const progress: { message?: string }[] = [];
    const answer = await heron.call(
      'lock_acquire',
      { paths: ['a'], waitSeconds: 3 },
      { onprogress: (note: { message?: string }) => progress.push(note) },
    );
    expect(answer.granted).toBe(false);
    expect(progress.map(note => note.message)).toContain(`waiting for ${await otter.handle()}`);
    expect((await heron.call('message_wait', { timeoutSeconds: 1 })).timedOut).toBe(true);
  });

  it('that is cancelled leaves no place in the queue and takes no lock later', async () => {
    const [otter, heron] = [await place.session(), await place.session()];
    await otter.call('lock_acquire', { paths: ['a'] });
    const cancel = new AbortController();
    const waiting = heron
      .call('lock_acquire', { paths: ['a'], waitSeconds: 40 }, { signal: cancel.signal })
      .catch(() => 'cancelled');
    await until('heron stands in line', async () => (await otter.call('lock_list')).waiting.length === 1);
    cancel.abort();
    expect(await waiting).toBe('cancelled');
    await until('the place is gone', async () => (await otter.call('lock_list')).waiting.length === 0);
    await otter.call('lock_release', { all: true });
    expect((await otter.call('lock_list')).locks).toEqual([]);
  });

  it('for a message that is cancelled leaves the message for the next one', async () => {
    const [otter, heron] = [await place.session(), await place.session({ args: ['--handle', 'heron'] })];
    await heron.handle();
    const cancel = new AbortController();
    const waiting = heron
      .call('message_wait', { timeoutSeconds: 40 }, { signal: cancel.signal })
      .catch(() => 'cancelled');
    await new Promise(resolve => setTimeout(resolve, 200));
    cancel.abort();
    await waiting;
    // What the server answers later it has read later: it knows of the cancellation.
    await heron.handle();
    await otter.call('message_send', { to: ['heron'], body: 'still there' });
    // Whoever still waited would have it by now, and it would be shown again.
    await pause(300);
    const { messages } = await heron.call('message_read');
    expect(messages).toMatchObject([{ body: 'still there' }]);
    expect(messages[0].again).toBeUndefined();
  });

  it('does not keep other calls of the session waiting', async () => {
    const [otter, session] = [await place.session(), await place.session()];
    const answered: string[] = [];
    const waiting = session.call('message_wait', { timeoutSeconds: 30 }).then(({ messages }) => {
      answered.push('the wait');
      return messages;
    });
    const { you, sessions } = await session.call('session_list');
    answered.push('the list');
    expect(sessions).toHaveLength(1);
    await otter.call('message_send', { to: [you], body: 'go on' });
    expect(await waiting).toMatchObject([{ body: 'go on' }]);
    expect(answered).toEqual(['the list', 'the wait']);
  });
});

describe('the server', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('leaves properly on %s', async signal => {
    const [otter, heron] = [await place.session(), await place.session()];
    await otter.call('lock_acquire', { paths: ['a'] });
    process.kill(otter.pid, signal);
    await until('it is gone', () => !exists(otter.pid));
    expect((await heron.call('lock_list')).locks).toEqual([]);
  });

  it('ends with its client even when another process still holds its input', async () => {
    const session = await place.session();
    await session.handle();
    // The client: a shell that starts the server with an input that a sleeping child keeps open, and is then killed.
    const script = `exec 3<>"$0"; sleep 60 <&3 & ${process.execPath} ${binary} mcp <&3 & echo $! $(jobs -p %1); wait`;
    const fifo = `${place.folder}/input`;
    execFileSync('mkfifo', [fifo]);
    const client = spawn('bash', ['-c', script, fifo], {
      cwd: place.repository,
      env: place.environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    client.stdout.on('data', chunk => {
      output += String(chunk);
    });
    writeFileSync(fifo, '{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    await until('the server runs', () => output.includes('"id":1'));
    const [server, sleeper] = (output.split('\n')[0] ?? '').split(/\s+/).map(Number) as [number, number];
    try {
      client.kill('SIGKILL');
      await until('the server has noticed', () => !exists(server));
    } finally {
      for (const pid of [server, sleeper]) if (exists(pid)) process.kill(pid, 'SIGKILL');
    }
  });

  it('pushes messages over the channel only where that was asked for, and they stay to be read', async () => {
    const pushed: { content: string; meta: Record<string, string> }[] = [];
    const [otter, heron] = [await place.session(), await place.session({ args: ['--channel', '--handle', 'heron'] })];
    heron.client.fallbackNotificationHandler = async note => {
      if (note.method === 'notifications/claude/channel') pushed.push(note.params as never);
    };
    expect(heron.client.getServerCapabilities()?.experimental).toHaveProperty(['claude/channel']);
    expect(otter.client.getServerCapabilities()?.experimental).toBeUndefined();
    await until('heron has joined by itself', async () => (await otter.call('session_list')).sessions.length === 2);
    const message = { to: ['heron'], body: 'look here', priority: 'urgent', key: 'k' };
    await otter.call('message_send', message);
    await until('it is pushed', () => pushed.length === 1);
    expect(pushed[0]).toMatchObject({ meta: { from: await otter.handle(), priority: 'urgent' } });
    expect(pushed[0]?.content).toMatch(/not your user[\s\S]*look here/);
    // That is noted once it is out.
    let recipients: { state: string }[] = [];
    await until('the push is noted', async () => {
      ({ recipients } = await otter.call('message_send', message));
      return recipients.some(({ state }) => state !== 'queued');
    });
    expect(recipients).toEqual([{ session: 'heron', state: 'delivered', path: 'channel' }]);
    expect((await heron.call('message_read')).messages).toMatchObject([{ body: 'look here', again: true }]);
    expect(pushed).toHaveLength(1);
  });
});
