/** Who is a partner of `claude-duo`, under which id, and how others see it. */
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { Duo } from './support/duo.ts';
import { ForeignClient } from './support/foreign-client.ts';

let place: Workspace;
let docs: Duo;

beforeEach(async () => {
  place = new Workspace();
  docs = await Duo.start(place, 'docs');
});

afterEach(() => place.dispose());

const list = (partner: Duo) => partner.client.text('list_partners');

describe('a partner', () => {
  it('has the id of its folder (DUO-010)', async () => {
    const shop = await Duo.start(place, 'clients/My Shop v2.1');
    expect(shop.id).toBe('my_shop_v2_1');
    expect(basename(shop.folder)).toBe('My Shop v2.1');
  });

  it('has an id of its own where its folder has several sessions or is called like another (DUO-011)', async () => {
    const first = await Duo.start(place, 'a/api');
    const [second, other] = [await Duo.start(place, 'a/api'), await Duo.start(place, 'b/api')];
    expect([first.id, second.id, other.id]).toEqual(['api', 'api_2', 'api_3']);
    await docs.talk('For the second', { to: 'api_2' });
    expect(await second.heard()).toEqual(['docs: For the second']);
    first.client.session.crash();
    await until('it is away', async () => (await first.shownTo(docs)).startsWith('⚪'));
    expect((await Duo.start(place, 'c/api')).id).toBe('api_4');
    expect((await Duo.start(place, 'a/api')).id).toBe('api');
  });

  it('has an id of its own also where several sessions of a folder begin at once (DUO-011)', async () => {
    const all = await Promise.all(['x/api', 'x/api', 'x/api'].map(path => Duo.start(place, path)));
    expect(all.map(({ id }) => id).sort()).toEqual(['api', 'api_2', 'api_3']);
  });

  it('is there without any call, a little after it has connected (DUO-012)', async () => {
    const folder = place.worktree('silent');
    await ForeignClient.start(place, 'claude-duo', { directory: folder, environment: { PARTNER_NAME: 'Sam' } });
    await until('it is listed', async () => (await list(docs)).includes('🟢 **Sam** (silent)'));
  });

  it('is registered by its first call, whichever that is (DUO-012)', async () => {
    const folder = place.worktree('early');
    const early = await ForeignClient.start(place, 'claude-duo', { directory: folder });
    await early.text('talk', { message: 'Hello', to: 'docs' });
    expect(await docs.heard()).toEqual(['early: Hello']);
  });

  it('is called as it says, else as PARTNER_NAME says, else Claude (DUO-013, DUO-014)', async () => {
    const environment = { PARTNER_NAME: 'Ana' };
    const shop = await Duo.start(place, 'web', { environment });
    expect(await shop.client.text('register')).toBe(`Registered as **Ana**\nID: web\nProject: ${shop.folder}`);
    expect(await docs.client.text('register')).toContain('**Claude**');
    expect(await shop.client.text('register', { name: 'Bea\n🟢 **x**' })).toContain('Registered as **Bea x**\n');
    await shop.client.text('register', { name: 'Bea' });
    expect(await shop.shownTo(docs)).toBe('🟢 **Bea** (web)');
    expect(await docs.shownTo(shop)).toBe('🟢 **Claude** (docs)');
  });

  it('is online until its process ends, also after it has listened, and offline after a crash (DUO-016, DUO-046)', async () => {
    const shop = await Duo.start(place, 'web');
    await docs.talk('Hello', { to: 'web' });
    await shop.listen();
    expect(await shop.shownTo(docs)).toMatch(/^🟢 \*\*/);
    shop.client.session.crash();
    await until('it is away', async () => (await shop.shownTo(docs)).startsWith('⚪'));
    const other = await Duo.start(place, 'other');
    await other.client.session.close();
    await until('it is away as well', async () => (await other.shownTo(docs)).startsWith('⚪'));
  });

  it('that comes back to its folder is the same one, with all that it had (DUO-015, DUO-026)', async () => {
    const shop = await Duo.start(place, 'web');
    await shop.client.text('set_status', { message: 'Testing' });
    await docs.talk('one', { to: 'web' });
    await shop.reads();
    const text = await docs.client.text('create_conversation', { name: 'plans', participants: 'web' });
    const [, group = ''] = /`(\S+)`/.exec(text) ?? [];
    shop.client.session.crash();
    await until('it is away', async () => (await shop.shownTo(docs)).startsWith('⚪'));
    expect(await docs.talk('two', { to: 'web' })).toEqual({
      conversation: 'direct_docs_web',
      counts: '1 queued until they listen',
    });
    await docs.talk('three', { conversation: group });
    const back = await Duo.start(place, 'web');
    expect(await back.heard()).toEqual(['docs: two', 'docs: three']);
    expect(await back.history('direct_docs_web')).toEqual(['docs: one', 'docs: two']);
    await back.talk('four', { conversation: group });
    expect(await docs.heard()).toEqual(['web: four']);
    expect(await back.shownTo(docs)).toBe('🟢 **Claude** (web) - _Testing_');
  });
});

describe('the list of partners', () => {
  it('has all who ever registered, whoever was seen last first, oneself marked, and a legend (DUO-045, DUO-046)', async () => {
    const shop = await Duo.start(place, 'web');
    await shop.client.session.close();
    await until('it is away', async () => (await shop.shownTo(docs)).startsWith('⚪'));
    const whole = [
      '🟢 **Claude** (docs) (you)',
      '⚪ **Claude** (web)',
      '',
      '🟢 online | ⚪ offline | 👂 listening',
    ].join('\n');
    await until('it was seen since', async () => (await list(docs)) === whole);
  });

  it('shows who listens while that waits and no longer (DUO-046)', async () => {
    const shop = await Duo.start(place, 'web');
    const waiting = shop.listen();
    await shop.listens(docs);
    await docs.talk('Hello', { to: 'web' });
    await waiting;
    await until('it listens no more', async () => !(await shop.shownTo(docs)).includes('👂'));
  });

  it('shows the status in italics, on one line, until it is cleared (DUO-070)', async () => {
    expect(await docs.client.text('set_status', { message: 'Writing\nchapter 3' })).toBe('Status: _Writing chapter 3_');
    expect(await docs.shownTo(docs)).toBe('🟢 **Claude** (docs) (you) - _Writing chapter 3_');
    expect(await docs.client.text('set_status')).toBe('Status cleared.');
    expect(await docs.shownTo(docs)).toBe('🟢 **Claude** (docs) (you)');
    await docs.client.text('set_status', { message: 'x' });
    expect(await docs.client.text('set_status', { message: '' })).toBe('Status cleared.');
  });
});

describe('what a partner says of itself', () => {
  it('is refused beyond its bound, and locks nobody out (DUO-071)', async () => {
    const long = { message: 'x'.repeat(9_000) };
    expect(await docs.refusal('set_status', long)).toBe(
      'Error: The status has 9000 characters; the limit is 500. Say it shorter.',
    );
    expect(await docs.refusal('register', { name: long.message })).toContain('The name has 9000 characters');
    docs.client.session.crash();
    const environment = { PARTNER_NAME: long.message };
    const back = await Duo.start(place, 'docs', { environment });
    expect(back.id).toBe('docs');
    expect(await back.client.text('set_status', { message: 'Writing' })).toBe('Status: _Writing_');
  });

  it('cannot look like a line of the list, nor like another’s name (DUO-071)', async () => {
    const shop = await Duo.start(place, 'web');
    await docs.client.text('register', { name: '**Bob** (web) 🟢' });
    await docs.client.text('set_status', { message: 'x_ 👂 **Ana**' });
    expect(await docs.client.text('list_partners')).toContain('🟢 **Bob (web)** (docs) (you) - _x_ Ana_\n');
    expect(await shop.client.text('list_partners')).toContain('🟢 **Claude** (web) (you)');
  });
});

describe('the server', () => {
  it('is the one that clients know, with ten tools (DUO-004)', async () => {
    const { client } = docs.client.session;
    expect(client.getServerVersion()).toMatchObject({ name: 'mcp-claude-duo-partner', version: '3.0.0' });
    expect(Object.keys(client.getServerCapabilities() ?? {})).toEqual(['tools']);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
      'register',
      'talk',
      'listen',
      'list_partners',
      'list_conversations',
      'create_conversation',
      'leave_conversation',
      'history',
      'set_status',
      'notifications',
    ]);
  });

  it('refuses a tool that there is not, and arguments that are missing or of another type (DUO-001, DUO-003, DUO-005)', async () => {
    expect(await docs.client.raw('shout')).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'Unknown tool: shout' }],
    });
    expect(await docs.refusal('talk')).toBe('Error: talk needs other arguments: message (string).');
    expect(await docs.refusal('notifications', { enabled: 'yes' })).toBe(
      'Error: notifications needs other arguments: enabled (boolean).',
    );
  });

  it('takes null for what is left out, and numbers and switches in the words that models use (DUO-006)', async () => {
    const { client } = docs;
    expect(await client.text('register', { name: null })).toContain('**Claude**');
    expect(await client.text('set_status', { message: null })).toBe('Status cleared.');
    const shop = await Duo.start(place, 'web');
    const said = await client.text('talk', { message: 'Hello', to: 'web', conversation: null });
    expect(said).toContain('direct_docs_web');
    expect(await shop.client.text('listen', { conversation: null, timeout: '15' })).toContain('Hello');
    const past = { conversation: 'direct_docs_web', limit: '1' };
    expect(await client.text('history', past)).toContain('Hello');
    for (const enabled of [1, 'true']) expect(await client.text('notifications', { enabled })).toContain('are on');
    for (const enabled of [0, 'false']) expect(await client.text('notifications', { enabled })).toContain('are off');
    expect(await docs.refusal('talk', { message: null })).toBe('Error: talk needs other arguments: message (string).');
    expect(await docs.refusal('history', { ...past, limit: 'many' })).toContain('limit (number)');
  });
});
