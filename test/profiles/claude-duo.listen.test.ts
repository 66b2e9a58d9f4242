/** How long `claude-duo` listens, what wakes it, and what is never lost on the way. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { Duo, spoken } from './support/duo.ts';

let place: Workspace;
let shop: Duo;
let docs: Duo;

/** A client in which a call may last for two seconds: its user has said so. */
const hasty = { clientName: 'claude-code', environment: { MCP_TOOL_TIMEOUT: '2500' } };

beforeEach(async () => {
  place = new Workspace();
  [shop, docs] = await Promise.all([Duo.start(place, 'shop'), Duo.start(place, 'docs')]);
});

afterEach(() => place.dispose());

const begun = async (name: string, participants: string) => {
  const text = await docs.client.text('create_conversation', { name, participants });
  return /`(\S+)`/.exec(text)?.[1] ?? '';
};

describe('a wait', () => {
  it('is of the minutes that are asked for, within bounds; where the client ends calls earlier it is said to go on (DUO-032, DUO-034)', async () => {
    const web = await Duo.start(place, 'web', hasty);
    for (const [asked, minutes] of [
      [{}, 30],
      [{ timeout: 5 }, 10],
      [{ timeout: 17 }, 17],
      [{ timeout: 90 }, 60],
    ] as const) {
      const text = await web.listen(asked);
      expect(text, JSON.stringify(asked)).toContain(`2 s of the ${minutes} minutes`);
      expect(text).toContain('Call `listen` again');
    }
    await docs.talk('In between', { to: 'web' });
    expect(await web.heard()).toEqual(['docs: In between']);
  });

  it('goes on for longer than a message takes, and tells a client that asks how it goes (DUO-035)', async () => {
    const web = await Duo.start(place, 'web', { clientName: 'claude-code' });
    const told: object[] = [];
    const call = { name: 'listen', arguments: { timeout: 10 } };
    const waiting = web.client.session.client.callTool(call, { onprogress: progress => void told.push(progress) });
    await until('it is told', () => told.length > 0);
    expect(told[0]).toMatchObject({ total: 600 });
    await docs.talk('There you are', { to: 'web' });
    const { content } = await waiting;
    expect(spoken((content as { text: string }[])[0]?.text ?? '')).toEqual(['docs: There you are']);
  });

  it('that the client cancels is over, and nothing is marked as read (DUO-036)', async () => {
    const web = await Duo.start(place, 'web', { clientName: 'claude-code' });
    const stop = new AbortController();
    const call = web.client.session.client.callTool({ name: 'listen', arguments: {} }, { signal: stop.signal });
    await web.listens(docs);
    stop.abort();
    await expect(call).rejects.toThrow();
    await until('it listens no more', async () => !(await web.shownTo(docs)).includes('👂'));
    await docs.talk('For later', { to: 'web' });
    expect(await web.unread()).toEqual({ direct_docs_web: 1 });
    expect(await web.heard()).toEqual(['docs: For later']);
  });

  it('beside another wait of the same partner is woken as that one is (DUO-037)', async () => {
    const waits = [shop.heard(), shop.heard()];
    await shop.listens(docs);
    await docs.talk('one');
    expect(await Promise.race(waits)).toEqual(['docs: one']);
    await shop.client.text('list_partners');
    await docs.talk('two');
    for (const heard of await Promise.all(waits)) expect(heard).not.toEqual([]);
  });

  it('for one conversation shows it and no other, and no other wakes it (DUO-033, DUO-021)', async () => {
    const group = await begun('plans', 'shop');
    await docs.talk('Aside', { to: 'shop' });
    const waiting = shop.heard({ conversation: group });
    await shop.listens(docs);
    expect((await docs.talk('Aside again', { to: 'shop' })).counts).toBe('1 queued until they listen');
    expect((await docs.talk('To the point', { conversation: group })).counts).toBe('1 notified at once');
    expect(await waiting).toEqual(['docs: To the point']);
    expect(await shop.heard({ conversation: 'direct_docs_shop' })).toEqual(['docs: Aside', 'docs: Aside again']);
    const web = await Duo.start(place, 'web');
    expect(await web.refusal('listen', { conversation: group })).toContain('You are not in this conversation');
    expect(await web.refusal('listen', { conversation: 'group_1_x' })).toContain('There is no such conversation');
  });
});

describe('no message is lost', () => {
  it('of fifty that are said while others are heard (DUO-038)', async () => {
    const heard: string[] = [];
    const saying = (async () => {
      for (let count = 1; count <= 50; count += 1) await docs.talk(`Number ${count}`);
    })();
    while (new Set(heard).size < 50) heard.push(...(await shop.heard()));
    await saying;
    const inOrder = Array.from({ length: 50 }, (_, at) => `docs: Number ${at + 1}`);
    expect([...new Set(heard)]).toEqual(inOrder);
    await until('all is read', async () => (await shop.unread()).direct_docs_shop === 0);
  });

  it('when the listener is killed while it waits (DUO-039)', async () => {
    const waiting = shop.listen().catch(() => 'killed');
    await shop.listens(docs);
    shop.client.session.crash();
    await docs.talk('Did you hear that?');
    await waiting;
    const back = await Duo.start(place, 'shop');
    expect(back.id).toBe('shop');
    expect(await back.heard()).toEqual(['docs: Did you hear that?']);
  });
});
