/** What a client of `claude-presence` meets before any rule: the server, the form of answers and of refusals. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exists, until, Workspace } from '../support/workspace.ts';
import { Presence } from './support/presence.ts';

let place: Workspace;
let one: Presence;

beforeEach(async () => {
  place = new Workspace();
  one = await Presence.start(place);
});

afterEach(() => place.dispose());

const codeOf = (method: string) =>
  one.client.session.client.request({ method } as never, undefined as never).then(
    () => 0,
    ({ code }: { code: number }) => code,
  );

describe('the server', () => {
  it('says that it is claude-presence 0.2.1 and has tools only (CP-100, CP-101)', () => {
    const { client } = one.client.session;
    expect(client.getServerVersion()).toEqual({ name: 'claude-presence', version: '0.2.1' });
    expect(client.getServerCapabilities()).toEqual({ tools: { listChanged: true } });
  });

  it('knows no resources and no prompts (CP-102)', async () => {
    expect(await Promise.all(['resources/list', 'prompts/list'].map(codeOf))).toEqual([-32_601, -32_601]);
  });

  it('tells to register, to claim before use, what a false ok means, when a session ends, and where data stays (CP-103)', () => {
    const text = one.client.session.client.getInstructions() ?? '';
    const said = [
      /session_register/,
      /under an id/,
      /resource_claim/,
      /ok is false/,
      /session_unregister/,
      /as long as its server/,
    ];
    for (const each of [...said, /stays on/]) expect(text).toMatch(each);
  });

  it.each([['SIGTERM'], ['SIGINT']] as const)(
    'ends cleanly with %s, and its sessions end with it (CP-043, CP-105)',
    async signal => {
      const two = await Presence.start(place);
      await one.register('a');
      await one.claim('a', 'ci');
      process.kill(one.client.session.pid, signal);
      await until('the server is gone', () => !exists(one.client.session.pid));
      expect(await two.names()).toEqual([]);
      expect(await two.locked()).toEqual([]);
    },
  );

  it('ends with its input, with exit code 0, and says nothing but what it was asked (CP-105)', async () => {
    const child = place.start(['mcp', '--profile', 'claude-presence']);
    let output = '';
    child.stdout?.on('data', chunk => {
      output += String(chunk);
    });
    child.stdin?.end();
    const [code] = await once(child, 'close');
    expect({ code, output }).toEqual({ code: 0, output: '' });
  });
});

describe('an answer', () => {
  it('is one block of JSON with two spaces, without anything beside it, and no error (CP-008)', async () => {
    const { content, isError, structuredContent } = await one.client.raw('session_list');
    expect({ isError, structuredContent }).toEqual({ isError: undefined, structuredContent: undefined });
    expect(content).toEqual([{ type: 'text', text: '{\n  "count": 0,\n  "sessions": []\n}' }]);
  });

  it('has times with milliseconds in UTC (CP-004)', async () => {
    const { registered } = await one.register('a');
    const { lock } = await one.claim('a', 'ci');
    const { posted } = await one.post('a', 'hello');
    const { at } = await one.client.json('session_heartbeat', { session_id: 'a' });
    const times = [registered.started_at, registered.last_heartbeat, lock.acquired_at, lock.expires_at];
    for (const time of [...times, posted.created_at, at])
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('of a failure is an error whose text is JSON with the reason and the next step (CP-007, CP-015)', async () => {
    const text = await one.refusal('session_register', { session_id: 'x'.repeat(201), project: one.project });
    expect(JSON.parse(text)).toEqual({ error: expect.stringContaining('200'), next: expect.any(String) });
    await one.refusal('session_register', { session_id: 'a\u0007b', project: one.project });
    await one.register('x'.repeat(200));
  });
});

describe('arguments', () => {
  it('that do not fit are refused by a text that names the tool and lists every issue (CP-009)', async () => {
    const text = await one.refusal('resource_claim', { session_id: '', project: one.project, ttl_seconds: 'long' });
    const start = 'MCP error -32602: Input validation error: Invalid arguments for tool resource_claim: ';
    expect(text.startsWith(start)).toBe(true);
    const issues: { path: string[] }[] = JSON.parse(text.slice(start.length));
    expect(issues.map(({ path }) => path[0])).toEqual(['session_id', 'resource', 'ttl_seconds']);
  });

  it('that a tool does not have are left out silently (CP-001)', async () => {
    const { registered } = await one.register('a', { metadata: { role: 'chief' }, colour: 'red' });
    expect(registered).toMatchObject({ id: 'a', metadata: null });
    expect(registered).not.toHaveProperty('colour');
  });

  it('that are optional are left out, never null (CP-002)', async () => {
    const base = { session_id: 'a', project: one.project };
    const nulls = [
      ['session_register', { ...base, branch: null }],
      ['session_register', { ...base, pid: null }],
      ['session_heartbeat', { session_id: 'a', recreate_project: null }],
      ['session_list', { project: null }],
      ['resource_claim', { ...base, resource: 'ci', ttl_seconds: null }],
      ['resource_release', { ...base, resource: 'ci', force: null }],
      ['broadcast', { ...base, message: 'm', to_session: null }],
      ['read_inbox', { ...base, min_priority: null }],
    ] as const;
    for (const [tool, input] of nulls) expect(await one.refusal(tool, input), tool).toContain(tool);
  });

  it('that are required are, and may not be empty (CP-020)', async () => {
    const required = {
      session_register: ['session_id', 'project'],
      session_heartbeat: ['session_id'],
      session_unregister: ['session_id'],
      resource_claim: ['session_id', 'project', 'resource'],
      resource_release: ['session_id', 'project', 'resource'],
      broadcast: ['session_id', 'project', 'message'],
      read_inbox: ['session_id', 'project'],
    };
    for (const [tool, names] of Object.entries(required)) {
      const full = Object.fromEntries(names.map(name => [name, 'x']));
      for (const name of names) {
        const { [name]: _left, ...rest } = full;
        expect(await one.refusal(tool, rest), tool).toContain(`"${name}"`);
        expect(await one.refusal(tool, { ...full, [name]: '' }), tool).toContain(`"${name}"`);
      }
    }
    expect(await one.names()).toEqual([]);
  });

  it('of a tool that there is not are no matter: the tool is not found (CP-010)', async () => {
    expect(await one.refusal('lock_acquire', { resource: 'ci' })).toBe('MCP error -32602: Tool lock_acquire not found');
  });
});
