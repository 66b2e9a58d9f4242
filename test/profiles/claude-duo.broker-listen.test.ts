/** Listening over the broker of `claude-duo` that a hub serves: what wakes it, what ends it, and what is never lost on the way. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type HubAnswer, makeToken } from '../support/hub.ts';
import { anaAndHub, hub, officeForEachTest, ana as person, place, startHub } from '../support/office.ts';
import { until } from '../support/workspace.ts';
import { asBroker, Broker, moment } from './support/broker.ts';

officeForEachTest(() => anaAndHub(...asBroker));

let ana: Broker;
beforeEach(async () => {
  ana = new Broker(() => hub, person.token);
  await ana.register('shop');
  await ana.register('docs');
});

/** The answer of a wait that is to end, and by no means when its own time is over. */
async function ended(waiting: Promise<HubAnswer>): Promise<HubAnswer> {
  let answer: HubAnswer | undefined;
  const told = waiting.then(each => {
    answer = each;
  });
  await until('the wait is over', () => answer !== undefined);
  await told;
  return answer as HubAnswer;
}

const silent = (reason: string) => ({ hasMessages: false, messages: [], reason });

describe('GET /listen/:partnerId', () => {
  it('answers at once with what is unread, as rows, and marks it as read once the answer is out (DUOH-107)', async () => {
    await ana.talk('shop', 'One', { to: 'docs' });
    await ana.talk('shop', 'Two', { to: 'docs' });
    const said = (content: string) => ({
      ...{ id: expect.any(Number), conversation_id: 'direct_docs_shop', from_id: 'shop', content },
      created_at: expect.stringMatching(moment),
    });
    const { body } = await ana.listen('docs');
    expect(body).toEqual({ hasMessages: true, messages: [said('One'), said('Two')] });
    expect(body.messages[0].id).toBeLessThan(body.messages[1].id);
    await ana.hasRead('docs');
    expect((await ana.listen('nobody')).status).toBe(404);
  });

  it('waits where nothing is unread, with its head out at once and blanks meanwhile, and answers with what comes (DUOH-108)', async () => {
    const response = await fetch(`${hub.url}/listen/docs`, { headers: { authorization: `Bearer ${person.token}` } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    let text = '';
    const read = (async () => {
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(piece);
    })();
    await until('it says that it goes on', () => /^ {2,}$/.test(text));
    await ana.talk('shop', 'There you are', { to: 'docs' });
    await read;
    expect(JSON.parse(text)).toMatchObject({ hasMessages: true, messages: [{ content: 'There you are' }] });
  });

  it('to one conversation hears no other, and is for those who are in it (DUOH-109)', async () => {
    await ana.register('web');
    await ana.talk('shop', 'From shop', { to: 'docs' });
    const begun = await ana.post('/conversations', { creatorId: 'web', name: 'Till', participants: ['docs'] });
    const { id } = begun.body.conversation;
    const waiting = ana.listen('docs', `?conversationId=${id}`);
    await ana.listens('docs');
    await ana.talk('web', 'From web', { conversationId: id });
    expect((await waiting).body.messages).toMatchObject([{ content: 'From web', conversation_id: id }]);
    expect(await ana.unread('docs')).toMatchObject({ direct_docs_shop: 1 });
    for (const other of [id, 'direct_docs_web', 'group_1_1'])
      expect((await ana.listen('shop', `?conversationId=${other}`)).status).toBe(403);
  });

  it('takes the place of the one before, which is told to reconnect, and hears what comes (DUOH-110)', async () => {
    const first = ana.listen('docs');
    await ana.listens('docs');
    const second = ana.listen('docs');
    expect((await ended(first)).body).toEqual(silent('reconnect'));
    expect((await ana.talk('shop', 'For the second', { to: 'docs' })).body).toMatchObject({ notified: 1 });
    expect((await second).body.messages).toMatchObject([{ content: 'For the second' }]);
    await until('nobody listens', async () => (await ana.row('docs'))?.isListening === false);
  });

  it('is told to reconnect when the hub stops, and hears at the next one what was said in between (DUOH-111)', async () => {
    const waiting = ana.listen('docs');
    await ana.listens('docs');
    expect(await hub.stop()).toBe(0);
    expect((await waiting).body).toEqual(silent('reconnect'));
    await startHub(asBroker);
    await ana.talk('shop', 'In between', { to: 'docs' });
    expect(await ana.heard('docs')).toEqual(['shop: In between']);
  });

  it('of a client that has gone takes nothing, and is over (DUOH-112)', async () => {
    const stop = new AbortController();
    const waiting = ana.listen('docs', '', stop.signal);
    await ana.listens('docs');
    stop.abort();
    await expect(waiting).rejects.toThrow();
    await until('it is over', async () => (await ana.row('docs'))?.isListening === false);
    expect((await ana.talk('shop', 'Still there?', { to: 'docs' })).body).toMatchObject({ notified: 0, queued: 1 });
    expect(await ana.heard('docs')).toEqual(['shop: Still there?']);
  });

  it('ends soon after its token was revoked (DUOH-113)', async () => {
    const ben = new Broker(() => hub, await makeToken(place, 'ben'));
    await ben.register('web');
    const waiting = ben.listen('web');
    await ana.listens('web');
    await place.command(['token', 'revoke', 'ben']);
    expect((await ended(waiting)).body).toEqual(silent('reconnect'));
    expect((await ben.listen('web')).status).toBe(401);
  });
});
