/** One partner of `claude-duo`, and sessions that speak natively in the same repository: each other's company. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, Workspace } from '../support/workspace.ts';
import { Duo } from './support/duo.ts';

let place: Workspace;
let shop: Duo;
let heron: LiveSession;

beforeEach(async () => {
  place = new Workspace();
  [shop, heron] = await Promise.all([
    Duo.start(place, 'shop'),
    place.session({ args: ['--handle', 'heron', '--tools', 'all'] }),
  ]);
  await heron.handle();
});

afterEach(() => place.dispose());

const write = (to: string, body: string) => heron.call('message_send', { to: [to], body });
const inbox = async () => {
  const { messages } = await heron.call('message_read');
  return messages.map(({ from, body }: Record<string, string>) => `${from}: ${body}`);
};

describe('a partner and a native session of one repository', () => {
  it('work together: question, answer, and thanks, whoever waits for whom (DUO-080, DUO-081)', async () => {
    const waiting = heron.call('message_wait', { timeoutSeconds: 45 });
    expect(await shop.talk('May I change auth.ts?', { to: 'native:heron' })).toMatchObject({
      conversation: 'direct_native:heron_shop',
    });
    expect((await waiting).messages).toMatchObject([{ from: 'shop', body: 'May I change auth.ts?' }]);

    const listening = shop.heard();
    const docs = await Duo.start(place, 'docs');
    await shop.listens(docs);
    await write('shop', 'Yes, I am done with it');
    expect(await listening).toEqual(['native:heron: Yes, I am done with it']);

    await shop.talk('Thanks', { conversation: 'direct_native:heron_shop' });
    expect(await inbox()).toEqual(['shop: Thanks']);
    expect(await shop.history('direct_native:heron_shop')).toEqual([
      'shop: May I change auth.ts?',
      'native:heron: Yes, I am done with it',
      'shop: Thanks',
    ]);
  });

  it('know each other: by id and status there, by marked handle here (DUO-047, DUO-082)', async () => {
    await shop.client.text('set_status', { message: 'Mending the till' });
    await heron.call('session_update', { task: 'Docs of the till' });
    const { sessions } = await heron.call('session_list');
    expect(sessions).toContainEqual(expect.objectContaining({ handle: 'shop', status: 'Mending the till' }));
    expect(await shop.client.text('list_partners')).toContain('🟢 **heron** (native:heron) - _Docs of the till_');
    const docs = await Duo.start(place, 'docs');
    expect(await docs.client.text('list_partners')).not.toContain('heron');
    expect(await docs.refusal('talk', { message: 'x', to: 'native:heron' })).toContain(
      'There is no partner native:heron',
    );
    // A name without the mark is that of a partner, who may come.
    expect(await shop.refusal('talk', { message: 'x', to: 'heron' })).toContain('There is no partner heron');
    heron.crash();
    expect(await shop.refusal('talk', { message: 'x', to: 'otter' })).toContain('There is no partner otter');
  });

  it('share what goes to everybody and to a group, and the partner answers there (DUO-080)', async () => {
    await write('all', 'Freeze at noon');
    const { conversation } = await heron.call('conversation_create', { name: 'till', members: ['shop'] });
    await write(conversation, 'Who begins?');
    const text = await shop.listen();
    expect(text).toContain('📁 **all**\n');
    expect(text).toMatch(/\*\*native:heron:\*\* Freeze at noon[\s\S]+\*\*native:heron:\*\* Who begins\?/);
    const [, group = ''] = /`(group_\w+)`/.exec(await shop.client.text('list_conversations')) ?? [];
    await shop.talk('I do', { conversation: group });
    await shop.talk('Fine with me', { conversation: 'all' });
    expect(await inbox()).toEqual(['shop: I do', 'shop: Fine with me']);
    expect(await shop.history(group)).toEqual(['native:heron: Who begins?', 'shop: I do']);
    expect(await shop.client.text('leave_conversation', { conversation: group })).toBe('You left **till**.');
  });

  it('are told apart where a native calls itself as a partner is called: what is said to one never reaches the other (DUO-083)', async () => {
    const stranger = await Duo.start(place, 'elsewhere/heron');
    const list = await shop.client.text('list_partners');
    expect(list).toContain('**Claude** (heron)');
    expect(list).toContain('**heron** (native:heron)');
    await write('shop', 'Which till?');
    const text = await shop.listen({ conversation: 'direct_native:heron_shop' });
    expect(text).toContain('📁 **direct_native:heron_shop**\n');
    expect(text).toContain('**native:heron:** Which till?');
    for (const to of [{ to: 'native:heron' }, { conversation: 'direct_native:heron_shop' }])
      expect((await shop.talk('The old one', to)).conversation).toBe('direct_native:heron_shop');
    expect(await inbox()).toEqual(['shop: The old one', 'shop: The old one']);
    expect(await shop.refusal('talk', { message: 'x', conversation: 'direct_heron_shop' })).toContain('no such');
    expect((await shop.talk('And you?', { to: 'heron' })).conversation).toBe('direct_heron_shop');
    expect(await stranger.heard()).toEqual(['shop: And you?']);
    expect(await shop.history('direct_native:heron_shop')).toEqual([
      'native:heron: Which till?',
      'shop: The old one',
      'shop: The old one',
    ]);
    expect(Object.keys(await shop.unread()).sort()).toEqual(['direct_heron_shop', 'direct_native:heron_shop']);
  });

  it('are told apart where a native takes the name of a partner later, or of the very partner it talks to (DUO-083)', async () => {
    const docs = await Duo.start(place, 'docs');
    await docs.talk('From docs', { to: 'shop' });
    await heron.call('session_update', { handle: 'docs' });
    await write('shop', 'From the native');
    const text = await shop.listen();
    expect(text).toContain('📁 **direct_docs_shop**\n');
    expect(text).toContain('📁 **direct_native:docs_shop**\n');
    await shop.talk('For the native', { conversation: 'direct_native:docs_shop' });
    expect(await inbox()).toEqual(['shop: For the native']);
    expect(await docs.unread()).toEqual({ direct_docs_shop: 0 });
  });

  it('that has left is written to as long as its mail is kept, by both of its addresses (DUO-081)', async () => {
    await write('shop', 'Bye');
    await shop.reads();
    await heron.close();
    for (const address of [{ to: 'native:heron' }, { conversation: 'direct_native:heron_shop' }])
      expect((await shop.talk(`Wait, by ${JSON.stringify(address)}`, address)).counts).toBe(
        '1 queued until they listen',
      );
  });

  it('make no group in the meeting place, where natives are not (DUO-053)', async () => {
    const refused = await shop.refusal('create_conversation', { name: 'x', participants: 'heron' });
    expect(refused).toContain('heron can be talked to, but is no partner');
  });

  it('the partner that comes back to its folder is written to by the same handle (DUO-015, DUO-082)', async () => {
    await write('shop', 'one');
    expect(await shop.reads()).toEqual(['native:heron: one']);
    shop.client.session.crash();
    await write('shop', 'two');
    const back = await Duo.start(place, 'shop');
    await write('shop', 'three');
    expect(await back.heard()).toEqual(['native:heron: two', 'native:heron: three']);
  });
});
