/** Groups of partners of `claude-duo`, the list of conversations, and their history. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { Duo } from './support/duo.ts';

let place: Workspace;
let docs: Duo;
let shop: Duo;
let web: Duo;

beforeEach(async () => {
  place = new Workspace();
  [docs, shop, web] = (await Promise.all(['docs', 'shop', 'web'].map(path => Duo.start(place, path)))) as [
    Duo,
    Duo,
    Duo,
  ];
});

afterEach(() => place.dispose());

const list = (partner: Duo) => partner.client.text('list_conversations');
const leave = (partner: Duo, conversation: string) => partner.client.text('leave_conversation', { conversation });
const create = async (partner: Duo, name: string, participants: string) => {
  const text = await partner.client.text('create_conversation', { name, participants });
  return { text, id: /`(\S+)`/.exec(text)?.[1] ?? '' };
};

describe('a group of three', () => {
  it('is created by one, talks, is left one after the other, and archived by the last (DUO-052, DUO-054, DUO-055)', async () => {
    const { text, id } = await create(docs, 'release', ' shop , web,');
    expect(text).toBe(`Group **release** created\nID: \`${id}\`\nParticipants: shop, web`);
    expect(id).toMatch(/^group_\d{13}_[0-9a-z]+$/);
    expect((await docs.talk('When?', { conversation: id })).counts).toBe('2 queued until they listen');
    expect([await shop.heard(), await web.heard()]).toEqual([['docs: When?'], ['docs: When?']]);
    await shop.talk('At noon', { conversation: id });
    expect([await docs.heard(), await web.heard()]).toEqual([['shop: At noon'], ['shop: At noon']]);

    expect(await leave(shop, id)).toBe('You left **release**.');
    expect(await leave(shop, id)).toBe(`You left **${id}**.`);
    expect(await shop.refusal('talk', { message: 'x', conversation: id })).toContain(
      'You are not in this conversation',
    );
    expect((await docs.talk('So noon', { conversation: id })).counts).toBe('1 queued until they listen');
    expect(await shop.unread()).toEqual({});
    expect(await web.heard()).toEqual(['docs: So noon']);

    await leave(web, id);
    expect(await docs.refusal('talk', { message: 'x', conversation: id })).toContain('Everybody else has left');
    expect(await leave(docs, id)).toBe('You left **release**. Nobody is left in it, so it is archived.');
    expect(await list(docs)).toBe('No conversations yet. `talk` begins one.');
  });

  it('may be called like another one, and is the same one where it is asked for again (DUO-052)', async () => {
    const first = await create(docs, 'release', 'shop');
    expect((await create(docs, 'release', 'shop,web')).id).not.toBe(first.id);
    expect((await create(shop, 'release', 'docs')).id).not.toBe(first.id);
    expect((await create(docs, 'release', 'shop')).id).toBe(first.id);
  });

  it('is not created with somebody unknown, or with nobody else (DUO-053)', async () => {
    const refused = (participants: string) => docs.refusal('create_conversation', { name: 'x', participants });
    expect(await refused('shop,nobody')).toBe('Error: There is no partner nobody. list_partners shows who there is.');
    for (const nobody of ['', ' , ', 'docs']) expect(await refused(nobody)).toContain('at least one other partner');
    expect(await list(docs)).toBe('No conversations yet. `talk` begins one.');
  });

  it('tells one who was never in it nothing of what it is about (DUO-054)', async () => {
    const { id } = await create(docs, 'secret plan', 'shop');
    expect(await leave(web, id)).toBe(`You left **${id}**.`);
    expect((await docs.talk('Still here?', { conversation: id })).counts).toBe('1 queued until they listen');
  });

  it('that is created again by its creator who has come back is the same one (DUO-052)', async () => {
    const { id } = await create(docs, 'release', 'shop');
    docs.client.session.crash();
    await until('it is away', async () => (await docs.shownTo(shop)).startsWith('⚪'));
    expect((await create(await Duo.start(place, 'docs'), 'release', 'shop')).id).toBe(id);
  });

  it('cannot be left where it is a direct conversation, or there is none (DUO-054)', async () => {
    await docs.talk('x', { to: 'shop' });
    const refused = (conversation: string) => docs.refusal('leave_conversation', { conversation });
    expect(await refused('direct_docs_shop')).toContain('A direct conversation cannot be left');
    for (const id of ['group_1_x', 'elsewhere']) expect(await refused(id)).toContain('There is no such conversation');
  });
});

describe('the list of conversations', () => {
  it('has kind, name, unread count, id and participants of each, the newest first (DUO-050)', async () => {
    await shop.talk('x', { to: 'docs' });
    const { id } = await create(web, 'release', 'docs,shop');
    await web.talk('y', { conversation: id });
    await web.talk('z', { conversation: id });
    expect(await list(docs)).toBe(
      [
        `👥 **release** (2 unread)\n   ID: \`${id}\`\n   Participants: web, docs, shop`,
        '💬 **shop** (1 unread)\n   ID: `direct_docs_shop`\n   Participants: docs, shop',
      ].join('\n\n'),
    );
  });

  it('counts no message of one’s own (DUO-051)', async () => {
    await docs.talk('mine', { to: 'shop' });
    await shop.talk('theirs', { to: 'docs' });
    expect(await docs.unread()).toEqual({ direct_docs_shop: 1 });
    await docs.reads();
  });
});

describe('the history', () => {
  it('has the newest messages, in order, fifty where nothing is said, and marks nothing (DUO-060, DUO-061)', async () => {
    for (let count = 1; count <= 55; count += 1) await docs.talk(`Number ${count}`, { to: 'shop' });
    const all = await shop.history('direct_docs_shop');
    expect([all.length, all[0], all.at(-1)]).toEqual([50, 'docs: Number 6', 'docs: Number 55']);
    expect(await shop.history('direct_docs_shop', { limit: 2 })).toEqual(['docs: Number 54', 'docs: Number 55']);
    expect(await shop.client.text('history', { conversation: 'direct_docs_shop', limit: 2 })).toContain(
      'The newest 2 are shown',
    );
    expect(await shop.unread()).toEqual({ direct_docs_shop: 55 });
  });

  it('is read by those who are in the conversation, and only while there is one (DUO-062, DUO-063)', async () => {
    await docs.talk('Between us', { to: 'shop' });
    const { id } = await create(docs, 'release', 'shop');
    const refused = (conversation: string) => web.refusal('history', { conversation });
    for (const closed of ['direct_docs_shop', id]) expect(await refused(closed)).toContain('You are not in this');
    for (const none of ['direct_shop_web', 'group_1_x']) expect(await refused(none)).toContain('no such conversation');
    expect(await shop.client.text('history', { conversation: id })).toBe('Nothing was said in this conversation yet.');
  });

  it('has a title in bold, and times where the reader is, with their distance from UTC (DUO-060, DUO-064)', async () => {
    const { id } = await create(docs, 'release', 'shop');
    const east = await Duo.start(place, 'docs', { environment: { TZ: 'Asia/Kolkata' } });
    expect(east.id).toBe('docs_2');
    await east.talk('Hello', { to: 'shop' });
    await docs.talk('one\ntwo', { conversation: id });
    const text = await docs.client.text('history', { conversation: id });
    expect(text).toMatch(/^\*\*release\*\*\n\n\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+00:00\] \*\*docs:\*\* one\n {4}two$/);
    const there = await east.client.text('history', { conversation: 'direct_docs_2_shop' });
    const [, local = ''] = /\[([^\]]+) \+05:30\] \*\*docs_2:\*\* Hello/.exec(there) ?? [];
    const distance = Date.now() - Date.parse(`${local.replace(' ', 'T')}+05:30`);
    expect(Math.abs(distance)).toBeLessThan(600_000);
  });
});

describe('notifications', () => {
  it('switches whether the notification file tells of messages, and never writes CLAUDE.md (DUO-075)', async () => {
    const { existsSync, readFileSync } = await import('node:fs');
    const { join } = await import('node:path');
    const environment = { SIGNALBOX_NOTIFICATION_FILE: 'CLAUDE.local.md' };
    const told = await Duo.start(place, 'told', { environment });
    const file = join(told.folder, 'CLAUDE.local.md');
    const content = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
    await docs.talk('PLUM-TREE', { to: 'told' });
    await until('one waits', () => content().includes('1 message waits for you in Signalbox: call listen.'));
    expect(content()).not.toContain('PLUM');
    expect(await told.client.text('notifications', { enabled: false })).toMatch(/^Notifications are off/);
    await until('it is told no more', () => content() === '');
    expect(await told.client.text('notifications', { enabled: true })).toMatch(/^Notifications are on/);
    await until('it is told again', () => content().includes('1 message waits'));
    await told.reads();
    await until('it is gone', () => content() === '');
    expect(existsSync(join(told.folder, 'CLAUDE.md'))).toBe(false);
  });

  it('are of what listen shows, and not of what Signalbox tells natively (DUO-075)', async () => {
    const { existsSync, readFileSync } = await import('node:fs');
    const { join } = await import('node:path');
    const environment = { SIGNALBOX_NOTIFICATION_FILE: 'CLAUDE.local.md' };
    const told = await Duo.start(place, 'told', { environment });
    const heron = await place.session({ directory: told.folder, args: ['--handle', 'heron', '--tools', 'all'] });
    await heron.call('conversation_create', { name: 'till', members: ['told'] });
    await docs.talk('Hello', { to: 'told' });
    const file = join(told.folder, 'CLAUDE.local.md');
    const content = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
    await until('one waits', () => /\d+ messages? wait/.test(content()));
    expect(content()).toContain('1 message waits');
    await told.reads();
    await until('it is gone', () => content() === '');
  });
});
