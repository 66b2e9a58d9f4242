/** The HTTP endpoints of the broker of `claude-duo`, as a hub serves them: paths, fields and statuses. */
import { beforeEach, describe, expect, it } from 'vitest';
import { anaAndHub, hub, officeForEachTest, ana as person, refusedHub, startHubAgain } from '../support/office.ts';
import { asBroker, Broker, moment } from './support/broker.ts';

officeForEachTest(() => anaAndHub(...asBroker));

let ana: Broker;
beforeEach(() => {
  ana = new Broker(() => hub, person.token);
});

const two = async () => {
  await ana.register('shop', { name: 'Shop', projectPath: '/home/ana/shop' });
  await ana.register('docs');
};
const row = (id: string, more: object = {}) => ({
  ...{ id, name: id, project_path: null, created_at: expect.stringMatching(moment) },
  ...{ last_seen: expect.stringMatching(moment), status: 'online', status_message: null, notifications_enabled: 1 },
  ...more,
});
const conversation = (id: string, more: object = {}) => ({
  ...{ id, name: null, type: 'direct', created_at: expect.stringMatching(moment), created_by: 'shop', is_archived: 0 },
  ...more,
});

describe('POST /register', () => {
  it('answers with the row of the partner, whose name is its id where none is given (DUOH-101)', async () => {
    const path = '/home/ana/shop';
    const first = await ana.register('shop', { name: 'Shop', projectPath: path });
    expect(first).toMatchObject({ status: 200 });
    expect(first.body).toEqual({ success: true, partner: row('shop', { name: 'Shop', project_path: path }) });
    expect((await ana.register('docs')).body).toEqual({ success: true, partner: row('docs') });
    for (const given of [{}, { partnerId: '' }, { partnerId: null }])
      expect(await ana.post('/register', given)).toMatchObject({ status: 400, body: { error: 'partnerId required' } });
  });

  it('changes what is said of a partner that is registered again, and keeps what it said besides (DUOH-102)', async () => {
    await ana.register('shop', { name: 'Shop' });
    await ana.post('/partners/shop/status', { message: 'Mending the till' });
    await ana.post('/unregister', { partnerId: 'shop' });
    const { created_at } = await ana.row('shop');
    const again = await ana.register('shop', { name: 'Till' });
    expect(again.body.partner).toEqual(row('shop', { name: 'Till', status_message: 'Mending the till', created_at }));
  });

  it('refuses an id that could be taken for something else (DUOH-103)', async () => {
    for (const partnerId of ['native:heron', 'two words', 'a,b', '`x`', '.', '..', 'x'.repeat(61), 7]) {
      const refused = await ana.post('/register', { partnerId });
      expect([partnerId, refused.status]).toEqual([partnerId, 400]);
      expect(refused.body.error).toEqual(expect.any(String));
    }
    expect((await ana.get('/partners')).body).toEqual({ partners: [] });
  });
});

describe('POST /unregister', () => {
  it('ends a partner’s being here and wakes its wait; what is said to it is there when it is back (DUOH-104)', async () => {
    await two();
    const waiting = ana.listen('docs');
    await ana.listens('docs');
    expect((await ana.post('/unregister', { partnerId: 'docs' })).body).toEqual({ success: true });
    expect((await waiting).body).toEqual({ hasMessages: false, messages: [], reason: 'unregistered' });
    expect(await ana.row('docs')).toMatchObject({ status: 'offline', isListening: false });
    expect((await ana.talk('shop', 'For later', { to: 'docs' })).body).toMatchObject({ notified: 0, queued: 1 });
    await ana.register('docs');
    expect(await ana.heard('docs')).toEqual(['shop: For later']);
    expect((await ana.post('/unregister', {})).status).toBe(400);
    expect((await ana.post('/unregister', { partnerId: 'nobody' })).body).toEqual({ success: true });
  });
});

describe('POST /talk', () => {
  it('says something to a partner or in a conversation, and counts who hears it and for whom it waits (DUOH-105)', async () => {
    await two();
    const first = await ana.talk('shop', 'Hello', { to: 'docs' });
    const numbers = { messageId: expect.any(Number), notified: 0, queued: 1 };
    expect(first).toMatchObject({ status: 200 });
    expect(first.body).toEqual({ success: true, conversationId: 'direct_docs_shop', ...numbers });
    const second = await ana.talk('docs', 'Hello yourself', { conversationId: 'direct_docs_shop', to: 'nobody' });
    expect(second.body).toMatchObject({ success: true, conversationId: 'direct_docs_shop' });
    expect(second.body.messageId).toBeGreaterThan(first.body.messageId);
    await ana.heard('docs');
    await ana.hasRead('docs');
    const waiting = ana.listen('docs');
    await ana.listens('docs');
    expect((await ana.talk('shop', 'Are you there?', { to: 'docs' })).body).toMatchObject({ notified: 1, queued: 0 });
    expect((await waiting).body.messages).toMatchObject([{ content: 'Are you there?' }]);
  });

  it('is refused with the status that says why (DUOH-106)', async () => {
    await two();
    await ana.register('web');
    await ana.talk('shop', 'Hello', { to: 'docs' });
    const refusals: [object, number][] = [
      [{ content: 'x', to: 'docs' }, 400],
      [{ fromId: 'shop', to: 'docs' }, 400],
      [{ fromId: 'shop', content: ' ', to: 'docs' }, 400],
      [{ fromId: 'shop', content: 'x' }, 400],
      [{ fromId: 'shop', content: 'x', to: 'shop' }, 400],
      [{ fromId: 'shop', content: 'x', to: 7 }, 400],
      [{ fromId: 'shop', content: 'x', conversationId: 'group_1_1' }, 404],
      [{ fromId: 'shop', content: 'x', conversationId: 'all' }, 404],
      [{ fromId: 'shop', content: 'x', to: 'nobody' }, 404],
      [{ fromId: 'nobody', content: 'x', to: 'shop' }, 404],
      [{ fromId: 'web', content: 'x', conversationId: 'direct_docs_shop' }, 403],
      [{ fromId: 'shop', content: 'x'.repeat(20_000), to: 'docs' }, 429],
    ];
    for (const [body, status] of refusals) {
      const answer = await ana.post('/talk', body);
      expect([body, answer.status]).toEqual([body, status]);
      expect(answer.body.error, JSON.stringify(body)).toEqual(expect.any(String));
    }
    const unknown = await ana.talk('shop', 'x', { to: 'nobody' });
    expect(unknown.body).toEqual({ error: 'Partner not found', message: expect.stringContaining('nobody') });
    expect(await ana.unread('docs')).toEqual({ direct_docs_shop: 1 });
  });
});

describe('POST /conversations', () => {
  it('begins a group with its creator in it, and names who is unknown (DUOH-115)', async () => {
    await two();
    const wanted = { creatorId: 'shop', name: 'The till', participants: ['docs'] };
    const begun = await ana.post('/conversations', wanted);
    const id = expect.stringMatching(/^group_\d+_[0-9a-z]+$/);
    expect(begun.body).toEqual({ success: true, conversation: conversation(id, { name: 'The till', type: 'group' }) });
    const missing = [
      { name: 'x', participants: ['docs'] },
      { ...wanted, name: '' },
      { ...wanted, participants: 'docs' },
    ];
    for (const body of missing) expect((await ana.post('/conversations', body)).status).toBe(400);
    const unknown = await ana.post('/conversations', { ...wanted, participants: ['docs', 'nobody'] });
    expect(unknown).toMatchObject({ status: 404, body: { error: 'Partner not found' } });
    expect(unknown.body.message).toContain('nobody');
  });
});

describe('GET /conversations/:partnerId', () => {
  it('shows a partner’s conversations with what it has not read, and who is in them (DUOH-116)', async () => {
    await two();
    await ana.talk('shop', 'One', { to: 'docs' });
    await ana.talk('shop', 'Two', { to: 'docs' });
    await ana.post('/conversations', { creatorId: 'shop', name: 'The till', participants: ['docs'] });
    const members = [
      { id: 'docs', name: 'docs' },
      { id: 'shop', name: 'Shop' },
    ];
    const { body } = await ana.get('/conversations/docs');
    expect(body.conversations).toEqual([
      conversation(expect.stringMatching(/^group_/), {
        ...{ name: 'The till', type: 'group', unread_count: 0 },
        participants: expect.arrayContaining(members),
      }),
      conversation('direct_docs_shop', { unread_count: 2, participants: members }),
    ]);
    expect(await ana.unread('shop')).toMatchObject({ direct_docs_shop: 0 });
    expect((await ana.get('/conversations/nobody')).body).toEqual({ conversations: [] });
  });
});

describe('POST /conversations/:id/leave', () => {
  it('takes a partner out of a group, whose last one archives it; a direct one is kept (DUOH-117)', async () => {
    await two();
    await ana.talk('shop', 'Hello', { to: 'docs' });
    const begun = await ana.post('/conversations', { creatorId: 'shop', name: 'The till', participants: ['docs'] });
    const { id } = begun.body.conversation;
    const leave = (conversationId: string, body: object) => ana.post(`/conversations/${conversationId}/leave`, body);
    expect((await leave(id, { partnerId: 'docs' })).body).toEqual({ success: true, left: true, archived: false });
    expect((await leave(id, { partnerId: 'docs' })).body).toEqual({ success: true, left: true, archived: false });
    expect((await leave(id, { partnerId: 'shop' })).body).toEqual({ success: true, left: true, archived: true });
    expect(await ana.unread('shop')).toEqual({ direct_docs_shop: 0 });
    for (const [conversationId, body] of [
      [id, {}],
      ['direct_docs_shop', { partnerId: 'docs' }],
      ['group_1_1', { partnerId: 'docs' }],
    ] as const)
      expect(await leave(conversationId, body)).toMatchObject({ status: 400, body: { error: expect.any(String) } });
  });
});

describe('GET /conversations/:id/messages and /participants', () => {
  it('show the newest of what was said, in order, and who is in it; nothing counts as read by that (DUOH-118)', async () => {
    await two();
    for (const text of ['One', 'Two', 'Three']) await ana.talk('shop', text, { to: 'docs' });
    const { body } = await ana.get('/conversations/direct_docs_shop/messages?limit=2');
    expect(body.conversation).toEqual(conversation('direct_docs_shop'));
    const said = (content: string) => ({
      ...{ id: expect.any(Number), conversation_id: 'direct_docs_shop', from_id: 'shop', content },
      created_at: expect.stringMatching(moment),
    });
    expect(body.messages).toEqual([said('Two'), said('Three')]);
    expect((await ana.get('/conversations/direct_docs_shop/messages')).body.messages).toHaveLength(3);
    expect(await ana.unread('docs')).toEqual({ direct_docs_shop: 3 });
    expect((await ana.get('/conversations/direct_docs_nobody/messages')).status).toBe(404);
    await ana.register('web');
    await ana.post('/unregister', { partnerId: 'web' });
    const { participants } = (await ana.get('/conversations/direct_docs_shop/participants')).body;
    expect(participants).toEqual([row('docs'), row('shop', { name: 'Shop', project_path: '/home/ana/shop' })]);
    expect((await ana.get('/conversations/group_1_1/participants')).body).toEqual({ participants: [] });
    // Nobody else is here because somebody has read.
    expect(await ana.row('web')).toMatchObject({ status: 'offline' });
  });
});

describe('GET /partners and /health', () => {
  it('show everybody who is remembered, and count them (DUOH-119)', async () => {
    await two();
    await ana.post('/unregister', { partnerId: 'shop' });
    const waiting = ana.listen('docs');
    await ana.listens('docs');
    const { partners } = (await ana.get('/partners')).body;
    const shop = row('shop', { name: 'Shop', project_path: '/home/ana/shop', status: 'offline', isListening: false });
    expect(partners).toEqual(expect.arrayContaining([shop, row('docs', { isListening: true })]));
    expect(partners).toHaveLength(2);
    const counts = { status: 'ok', partners: 2, online: 1, listening: 1 };
    expect((await ana.get('/health')).body).toEqual(counts);
    await ana.post('/unregister', { partnerId: 'docs' });
    await waiting;
  });
});

describe('POST /partners/:id/status and /notifications', () => {
  it('change what others see; an unknown id is answered as it was (DUOH-120)', async () => {
    await two();
    expect((await ana.post('/partners/shop/status', { message: 'Mending the till' })).body).toEqual({ success: true });
    expect((await ana.post('/partners/shop/notifications', { enabled: false })).body).toEqual({ success: true });
    expect(await ana.row('shop')).toMatchObject({ status_message: 'Mending the till', notifications_enabled: 0 });
    await ana.post('/partners/shop/status', { message: '' });
    await ana.post('/partners/shop/notifications', { enabled: true });
    expect(await ana.row('shop')).toMatchObject({ status_message: null, notifications_enabled: 1 });
    expect((await ana.post('/partners/nobody/status', { message: 'x' })).body).toEqual({ success: true });
    expect((await ana.post('/partners/nobody/notifications', { enabled: true })).body).toEqual({ success: true });
    expect((await ana.post('/partners/shop/notifications', {})).status).toBe(400);
    expect((await ana.get('/partners')).body.partners).toHaveLength(2);
  });
});

describe('what does not fit', () => {
  it('is told in the form of the old broker, with a status and without a trace of the program (DUOH-121)', async () => {
    await two();
    const headers = { authorization: 'Bearer nothing', 'content-type': 'application/json' };
    const answers = [
      await hub.request('/partners', { headers }),
      await hub.request('/talk', { method: 'POST', headers }),
      await ana.post('/talk', []),
      await ana.in('@accounts').get('/partners'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 400, 400]);
    for (const { body } of answers) expect(body.error).toEqual(expect.any(String));
    expect(JSON.stringify(answers)).not.toMatch(/\.(ts|mjs|js):/);
    const plain = await refusedHub(['--profile', 'x']);
    expect(plain).toMatchObject({ code: 2 });
    expect(plain.stderr).toContain('There is no profile "x"');
    const other = await refusedHub(['--profile', 'claude-peers']);
    expect(other.stderr).toContain('A hub cannot serve the profile claude-peers');
  });

  it('is nothing at all on a hub that does not serve the profile (DUOH-122)', async () => {
    await startHubAgain('--profile', 'none');
    const answers = [await ana.register('shop'), await ana.get('/partners'), await ana.get('/health')];
    for (const answer of answers) expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  });
});
