/** What a client of `claude-peers` meets before any rule: the server, the form of answers and failures, a session's beginning and end. */
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exists, until, Workspace } from '../support/workspace.ts';
import { Peer } from './support/peers.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

describe('the server', () => {
  it('says that it is claude-peers 0.1.0 and has tools and the channel only (CPE-050, CPE-051)', async () => {
    const { client } = (await Peer.connect(place)).client.session;
    expect(client.getServerVersion()).toEqual({ name: 'claude-peers', version: '0.1.0' });
    expect(client.getServerCapabilities()).toEqual({
      tools: { listChanged: true },
      experimental: { 'claude/channel': {} },
    });
    for (const method of ['resources/list', 'prompts/list']) {
      const asked = client.request({ method } as never, undefined as never);
      await expect(asked, method).rejects.toMatchObject({ code: -32_601 });
    }
  });

  it('tells to answer at once by the from_id, what the attributes say, whose word it is, and to set a summary (CPE-052)', async () => {
    const text = (await Peer.connect(place)).client.session.client.getInstructions() ?? '';
    const attributes = [/<channel source="claude-peers"/, /from_id/, /from_summary/, /from_cwd/, /sent_at/];
    const tools = [/list_peers/, /send_message/, /set_summary/, /check_messages/];
    for (const each of [...attributes, ...tools, /at once/, /not of your user/, /start/]) expect(text).toMatch(each);
  });

  it('has four tools, with what each of them needs (CPE-004)', async () => {
    const { tools } = await (await Peer.connect(place)).client.session.client.listTools();
    const needs = tools.map(({ name, inputSchema }) => [name, inputSchema.required ?? []]);
    expect(needs).toEqual([
      ['list_peers', ['scope']],
      ['send_message', ['to_id', 'message']],
      ['set_summary', ['summary']],
      ['check_messages', []],
    ]);
  });
});

describe('an answer', () => {
  it('is one block of text without anything beside it (CPE-001, CPE-040)', async () => {
    const answer = await (await Peer.start(place)).client.raw('check_messages');
    expect(answer).toEqual({
      content: [{ type: 'text', text: 'No new messages.' }],
      isError: undefined,
      structuredContent: undefined,
    });
  });

  it('to a tool that there is not is an error of the protocol (CPE-003)', async () => {
    const peer = await Peer.start(place);
    await expect(peer.client.raw('lock_acquire')).rejects.toMatchObject({
      code: -32_603,
      message: expect.stringContaining('Unknown tool: lock_acquire'),
    });
    expect(await peer.check()).toBe('No new messages.');
  });

  it('to what is missing or of a wrong type is prose that names it, and nothing is done (CPE-005)', async () => {
    const [one, two] = [await Peer.start(place), await Peer.start(place)];
    const to_id = await one.idOf(two);
    const cases: [string, object, RegExp][] = [
      ['send_message', { message: 'hello' }, /^Error sending message: .*to_id/],
      ['send_message', { to_id }, /^Error sending message: .*message/],
      ['send_message', { to_id: '', message: 'hello' }, /^Error sending message: to_id is empty/],
      ['send_message', { to_id, message: ' \n' }, /^Error sending message: message is empty/],
      ['send_message', { to_id, message: 7 }, /^Error sending message: .*message/],
      ['set_summary', {}, /^Error setting summary: .*summary/],
      ['set_summary', { summary: null }, /^Error setting summary: .*summary/],
    ];
    for (const [tool, input, text] of cases) expect(await one.refusal(tool, input)).toMatch(text);
    expect(await two.check()).toBe('No new messages.');
    expect(await one.client.text('check_messages', { colour: 'red' })).toBe('No new messages.');
  });

  it('of a store that cannot be used begins with what failed (CPE-002)', async () => {
    const file = join(place.folder, 'broken.db');
    writeFileSync(file, 'no database at all, and long enough to be looked at as one'.repeat(100));
    const peer = await Peer.connect(place, { environment: { SIGNALBOX_STORE: `sqlite:${file}` } });
    const calls: [string, object, string][] = [
      ['list_peers', { scope: 'machine' }, 'Error listing peers: '],
      ['send_message', { to_id: 'abcdefgh', message: 'hello' }, 'Error sending message: '],
      ['set_summary', { summary: 'Mending' }, 'Error setting summary: '],
      ['check_messages', {}, 'Error checking messages: '],
    ];
    for (const [tool, input, start] of calls) {
      const text = await peer.refusal(tool, input);
      expect(text.startsWith(start), text).toBe(true);
    }
  });
});

describe('a session', () => {
  it('is registered without a call, and a client that only looks brings nobody (CPE-053)', async () => {
    const one = await Peer.start(place);
    const looked = await Peer.connect(place);
    await looked.client.session.close();
    const silent = await Peer.connect(place);
    expect(await one.list()).toEqual([]);
    await until('it is listed', async () => (await one.list()).length > 0);
    expect((await one.list()).map(({ PID }) => PID)).toEqual([String(silent.pid)]);
  });

  it('has an id of eight small letters and digits, the beginning of its native one (CPE-054)', async () => {
    const [one, two, heron] = [await Peer.start(place), await Peer.start(place), await place.session()];
    const ids = [await two.idOf(one), await one.idOf(two)];
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]{8}$/);
    const { sessions, you } = await heron.call('session_list');
    const native = sessions.filter(({ handle }: { handle: string }) => handle !== you);
    expect(native.map(({ id }: { id: string }) => id.slice(0, 8)).sort()).toEqual(ids.sort());
  });

  it('ends with its input and with a signal, and says nothing but what it was asked (CPE-055)', async () => {
    const [one, two, three] = [await Peer.start(place), await Peer.start(place), await Peer.start(place)];
    two.client.session.endInput();
    process.kill(three.pid, 'SIGTERM');
    await until('they are gone', () => !exists(two.pid) && !exists(three.pid));
    expect(await one.list()).toEqual([]);
    const child = place.start(['mcp', '--profile', 'claude-peers']);
    let output = '';
    child.stdout?.on('data', chunk => {
      output += String(chunk);
    });
    child.stdin?.end();
    const [code] = await once(child, 'close');
    expect({ code, output }).toEqual({ code: 0, output: '' });
  });

  it('is registered again after the store was lost, although it does nothing itself, and is told by a notice (CPE-056, CPE-063)', async () => {
    const [one, two] = [await Peer.start(place), await Peer.start(place)];
    const id = await one.idOf(two);
    rmSync(place.home, { recursive: true });
    mkdirSync(place.home);
    const heron = await place.session();
    const known = async () =>
      (await heron.call('session_list')).sessions.map((each: { id: string }) => each.id.slice(0, 8));
    expect(await known()).not.toContain(id);
    await until('the silent one is there again', async () => (await known()).includes(id));
    await until('it is listed', async () => (await one.ids()).includes(id));
    await one.send(id, 'Are you there?');
    const [notice, message] = await two.heard(2);
    expect(notice).toMatchObject({
      content: expect.stringContaining('store'),
      meta: { from_id: 'signalbox', from_summary: '', from_cwd: '' },
    });
    expect(message).toMatchObject({ content: 'Are you there?', meta: { from_id: await two.idOf(one) } });
    const refused = await two.refusal('send_message', { to_id: 'signalbox', message: 'Thanks' });
    expect(refused).toMatch(/^Failed to send: .*no answer/);
    expect(await two.check()).toMatch(/^2 new messages:\n\nFrom signalbox \(/);
  });
});
