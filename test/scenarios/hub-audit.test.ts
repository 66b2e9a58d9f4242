/** What stands in the audit of a hub, and what does not. */
import { describe, expect, it } from 'vitest';
import { makeToken, shop } from '../support/hub.ts';
import { ana, hub, member, officeForEachTest, place, printed } from '../support/office.ts';

officeForEachTest();

interface Note {
  readonly action: string;
  readonly principal: string | null;
  readonly session: string | null;
  readonly what: string | null;
  readonly decision: string;
  readonly code: string | null;
}

const audit = async (...words: string[]): Promise<Note[]> => (await printed('audit', ...words)).notes;

const brief = (notes: readonly Note[]) =>
  notes.map(({ principal, action, what, decision, code }) => [principal, action, what, decision, code].join(' '));

describe('the audit', () => {
  it('has what was done, refused and not let in, by whom, the newest first, and what was done with tokens', async () => {
    const wren = await ana.open({ handle: 'wren' });
    await wren.output('lock_acquire', { resources: ['ci'] });
    await wren.call('lock_acquire', { paths: ['../outside'] });
    const rita = await member('rita', '--role', 'read');
    await rita.call('lock_acquire', { resources: ['ci'] });
    await rita.under(wren.session).call('message_read');
    await hub.as('sbx_wrong').call('session_list');
    await place.command(['token', 'revoke', 'rita']);
    expect((await audit())[0]).toMatchObject({ subject: 'rita', session: null });
    expect(brief(await audit())).toEqual([
      'operator token revoke done ',
      ' authentication unknown refused unauthenticated',
      'rita call message_read refused forbidden',
      'rita call lock_acquire refused forbidden',
      'operator token create done ',
      'ana call lock_acquire refused invalid_input',
      'ana call lock_acquire done ',
      'ana session open done ',
      'operator token create done ',
    ]);
    const [newest] = await audit('--principal', 'ana', '--what', 'lock_acquire', '--decision', 'done');
    expect(newest).toMatchObject({
      session: wren.session,
      subject: 'ci',
      project: shop,
      address: expect.stringMatching(/127\.0\.0\.1$/),
      ms: expect.any(Number),
      digest: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('has what clients of MCP do as the sessions that they are, also where they may not, and their goodbye', async () => {
    const only = await makeToken(place, 'ben', '--only', 'github.com/acme/other');
    const post = (token: string, method: string, params: object, session?: string) =>
      hub.request(`/mcp?project=${shop}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${token}`,
          ...(session ? { 'mcp-session-id': session } : {}),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
    const client = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    const id = (await post(ana.token, 'initialize', client)).headers.get('mcp-session-id') ?? '';
    await post(ana.token, 'tools/call', { name: 'session_list', arguments: {} }, id);
    await post(only, 'tools/call', { name: 'session_list', arguments: {} }, id);
    const headers = { authorization: `Bearer ${ana.token}`, 'mcp-session-id': id };
    expect((await hub.request(`/mcp?project=${shop}`, { method: 'DELETE', headers })).status).toBe(200);
    expect(brief(await audit()).slice(0, 3)).toEqual([
      'ana session end done ',
      'ben call session_list refused forbidden',
      'ana call session_list done ',
    ]);
    const [ended, , called] = await audit();
    expect(called).toMatchObject({ session: expect.stringMatching(/^[0-9a-z]{26}$/) });
    expect(ended).toMatchObject({ session: called?.session });
    const { sessions } = await ana.output('session_list');
    expect(sessions).toEqual([]);
  });

  it('holds no text of a session, no token, and tells a person in lines', async () => {
    const wren = await ana.open({ handle: 'wren', task: 'A secret launch' });
    await wren.output('message_send', { to: ['all'], body: 'The launch is on Friday' });
    await hub.as('sbx_0123456789_wrong').call('session_list');
    const text = JSON.stringify(await audit());
    for (const word of ['launch', 'Friday', ana.token, 'sbx_']) expect(text).not.toContain(word);
    const { stdout } = await place.command(['audit', '--limit', '2']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^\S+Z {2}nobody known {2}authentication {2}refused \(unauthenticated: unknown\) {2}from .*127\.0\.0\.1$/,
    );
    expect(lines[1]).toMatch(
      /^\S+Z {2}ana {2}message_send {2}done {2}on all, session \S+, in github\.com\/acme\/shop, from /,
    );
    const [, next = ''] =
      /^There is more: go on with --before (\d+), narrow it down, or raise --limit\.$/.exec(lines[2] ?? '') ?? [];
    const [older] = await audit('--before', next);
    expect(older).toMatchObject({ action: 'session', what: 'open', session: wren.session });
  });

  it('has every one of many calls that come at once', async () => {
    const wren = await ana.open({ handle: 'wren' });
    await Promise.all(
      Array.from({ length: 60 }, (_, at) => wren.call('data_set', { scope: 'ci', key: `k${at}`, value: at })),
    );
    const notes = await audit('--what', 'data_set', '--limit', '1000');
    expect(notes).toHaveLength(60);
    expect(new Set(brief(notes))).toEqual(new Set(['ana call data_set done ']));
  });

  it('is empty where nobody ever came, and takes a wrong question for one', async () => {
    expect((await place.command(['audit', '--principal', 'nobody'])).stdout).toBe('Nothing was noted.\n');
    const codes = await Promise.all([
      place.command(['audit', '--before', 'now']),
      place.command(['audit', '--since', 'soon']),
      place.command(['audit', '--limit', '0']),
      place.command(['audit', '--decision', 'maybe']),
    ]);
    expect(codes.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  });
});
