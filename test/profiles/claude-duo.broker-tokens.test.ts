/** Whose partners are that use the broker of `claude-duo` over a hub: nobody speaks, listens or reads as somebody else's. */
import { describe, expect, it } from 'vitest';
import { makeToken, shop as shopProject } from '../support/hub.ts';
import { hub, officeForEachTest, place, startHub, stored as storedOf } from '../support/office.ts';
import { asBroker, Broker } from './support/broker.ts';
import { Duo } from './support/duo.ts';

let ana: Broker;
let ben: Broker;

officeForEachTest(async () => {
  const tokens = [await makeToken(place, 'ana'), await makeToken(place, 'ben', '--role', 'admin')];
  await startHub(asBroker);
  [ana, ben] = tokens.map(token => new Broker(() => hub, token)) as [Broker, Broker];
});

/** Everything that the store holds of the meeting place and of a project, as it is exported. */
const stored = () => Promise.all(['claude-duo', shopProject].map(storedOf));

/** Everything that somebody can ask for as, or about, the partner `shop` and its conversation with `docs`. */
const askedAs = (broker: Broker) => [
  () => broker.register('shop', { name: 'Stolen' }),
  () => broker.post('/unregister', { partnerId: 'shop' }),
  () => broker.talk('shop', 'Not from shop', { to: 'docs' }),
  () => broker.listen('shop'),
  () => broker.post('/conversations', { creatorId: 'shop', name: 'x', participants: ['docs'] }),
  () => broker.get('/conversations/shop'),
  () => broker.post('/partners/shop/status', { message: 'Stolen' }),
  () => broker.post('/partners/shop/notifications', { enabled: false }),
  () => broker.get('/conversations/direct_docs_shop/messages'),
];

describe('a partner', () => {
  it('is of the token that registered it: another can do nothing as it, also while it is away (DUOH-130)', async () => {
    await ana.in(shopProject).register('shop');
    await ana.register('docs');
    await ana.talk('docs', 'For shop alone', { to: 'shop' });
    const begun = await ana.post('/conversations', { creatorId: 'shop', name: 'Till', participants: ['docs'] });
    const leave = () => ben.post(`/conversations/${begun.body.conversation.id}/leave`, { partnerId: 'shop' });
    for (const isAway of [false, true]) {
      if (isAway) await ana.post('/unregister', { partnerId: 'shop' });
      const before = await stored();
      for (const [at, ask] of [...askedAs(ben), leave].entries()) {
        const { status, body } = await ask();
        expect([at, status]).toEqual([at, at === 8 ? 404 : 403]);
        expect(JSON.stringify(body)).not.toContain('For shop alone');
      }
      expect((await ben.get('/conversations/direct_docs_shop/participants')).body).toEqual({ participants: [] });
      expect(await stored()).toEqual(before);
    }
    expect(await ana.heard('shop')).toEqual(['docs: For shop alone']);
  });

  it('of a process on the same store is nobody’s over a hub, whether it is here or not (DUOH-131)', async () => {
    const docs = await Duo.start(place, 'docs');
    await ana.register('shop');
    await ana.talk('shop', 'For docs alone', { to: 'docs' });
    const take = async () => {
      expect((await ana.register('docs')).status).toBe(403);
      expect((await ana.listen('docs')).status).toBe(403);
    };
    await take();
    docs.client.session.crash();
    await take();
    expect(await (await Duo.start(place, 'docs')).heard()).toEqual(['shop: For docs alone']);
    const shop = await Duo.start(place, 'shop', { directory: `${place.folder}/shop` });
    expect(shop.id).toBe('shop_2');
  });
});

describe('a token', () => {
  it('to read sees who there is and changes nothing (DUOH-132)', async () => {
    await ana.register('shop');
    await ana.register('docs');
    await ana.talk('docs', 'Hello', { to: 'shop' });
    const rita = new Broker(() => hub, await makeToken(place, 'rita', '--role', 'read'));
    const before = await stored();
    for (const ask of askedAs(rita)) expect([403, 404]).toContain((await ask()).status);
    expect((await rita.register('web')).status).toBe(403);
    expect((await rita.post('/partners/web/status', { message: 'x' })).status).toBe(403);
    expect((await rita.get('/partners')).body.partners).toHaveLength(2);
    expect((await rita.get('/health')).body).toMatchObject({ partners: 2 });
    expect(await stored()).toEqual(before);
  });

  it('for some projects or tools is for these here as well (DUOH-133)', async () => {
    const only = async (name: string, ...options: string[]) => {
      const token = await makeToken(place, name, ...options);
      return new Broker(() => hub, token);
    };
    const outside = await only('outside', '--only', shopProject);
    expect((await outside.register('shop')).status).toBe(403);
    expect((await outside.get('/partners')).status).toBe(403);
    const meeting = await only('meeting', '--only', 'claude-duo');
    expect((await meeting.in(shopProject).register('shop')).status).toBe(403);
    expect((await meeting.in(shopProject).get('/partners')).status).toBe(403);
    expect((await meeting.register('shop')).status).toBe(200);
    const talking = await only('talking', '--tool', 'message_send');
    expect((await talking.register('web')).status).toBe(200);
    expect((await talking.talk('web', 'Hello', { to: 'shop' })).status).toBe(200);
    const conversation = { creatorId: 'web', name: 'Till', participants: ['shop'] };
    expect((await talking.post('/conversations', conversation)).status).toBe(403);
    expect((await talking.listen('web')).status).toBe(403);
  });

  it('stands in the audit with what it did over the broker, what was refused, and as which session, without a text (DUOH-134)', async () => {
    await ana.register('shop');
    await ana.register('docs');
    await ana.talk('shop', 'The launch is on Friday', { to: 'docs' });
    await ana.talk('shop', 'x', { to: 'nobody' });
    await ben.listen('shop');
    const { stdout } = await place.command(['audit', '--project', 'claude-duo', '--json']);
    const { notes }: { notes: Record<string, unknown>[] } = JSON.parse(stdout);
    const told = notes.slice(0, 5).map(({ principal, what, decision, code }) => [principal, what, decision, code]);
    expect(told).toEqual([
      ['ben', 'claude-duo/listen/:partner', 'refused', 'forbidden'],
      ['ana', 'claude-duo/talk', 'refused', 'not_found'],
      ['ana', 'claude-duo/talk', 'done', null],
      ['ana', 'claude-duo/register', 'done', null],
      ['ana', 'claude-duo/register', 'done', null],
    ]);
    expect(notes[2]?.session).toEqual(expect.any(String));
    expect(stdout).not.toContain('Friday');
    expect(JSON.stringify(hub.log)).not.toContain('Friday');
  });
});
