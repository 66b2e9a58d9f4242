import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench, project as shopProject } from '../../test/support/rules.ts';
import { leave, leaveConversationsTo } from './conversation.ts';
import { begin } from './conversation-begin.ts';
import { limits } from './limits.ts';
import { notify } from './notice.ts';
import { openPair, pairIn, pairNamed } from './pair.ts';
import {
  allPartners,
  bearPartnerName,
  becomePartner,
  partnerName,
  partnerNamed,
  sayOfPartner,
  unreadToTell,
} from './partner.ts';
import { personaOf } from './persona.ts';
import type { Persona, PersonaFacts } from './persona-record.ts';
import type { SessionRecord } from './records.ts';
import { end } from './session.ts';

const issuer = 'claude-duo';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

const { write, bodies } = letterCalls(() => bench);
const become = async (session: SessionRecord, path: string, facts: PersonaFacts = {}) =>
  (await bench.transact(unit => becomePartner(unit, session, { issuer, path, facts }))).session;
const nameOf = async (session: SessionRecord) => personaOf(await bench.now(session), issuer)?.name;
/** A session that becomes the partner of a folder. */
const arrives = async (path: string, facts: PersonaFacts = {}) => become(await bench.join(), path, facts);
const named = (name: string) => bench.look(view => partnerNamed(view, issuer, name));

describe('the name of a folder', () => {
  it.each([
    ['/home/ana/My Shop', 'my_shop'],
    ['/srv/app.v2/', 'app_v2'],
    ['C:\\work\\API', 'api'],
    ['/srv/Café', 'caf_'],
    ['/', 'partner'],
    ['', 'partner'],
  ])('of %s is %s', (path, name) => {
    expect(partnerName(path)).toBe(name);
  });

  it('is no longer than its bound', () => {
    expect(partnerName(`/srv/${'x'.repeat(200)}`)).toBe('x'.repeat(limits.partnerNameCharacters));
  });
});

describe('a partner', () => {
  it('has the name of its folder, by which everybody calls it; a second one of the folder has a number', async () => {
    const first = await arrives('/a/shop');
    const second = await arrives('/a/shop');
    expect([await nameOf(first), await nameOf(second)]).toEqual(['shop', 'shop_2']);
    expect((await bench.now(first)).handle).toBe('shop');
  });

  it('of another folder that is called alike is another one, also while the first is away', async () => {
    const first = await arrives('/a/shop');
    bench.kill(first);
    expect(await nameOf(await arrives('/b/shop'))).toBe('shop_2');
    expect(await nameOf(await arrives('/a/shop'))).toBe('shop');
  });

  it('that comes back to its folder has its mail, its places in conversations, its handle and what it said', async () => {
    const [first, docs] = [await arrives('/a/shop', { status: 'Testing' }), await arrives('/a/docs')];
    const { conversation } = await bench.transact(unit => begin(unit, docs, { name: 'x', members: [first.id] }));
    const pair = await bench.transact(unit => openPair(unit, docs, first, ['docs', 'shop']));
    await write(docs, [pair.id], 'one');
    await bench.transact(unit => end(unit, first.id, 'gone'));
    await write(docs, [conversation.id], 'two');
    const back = await arrives('/a/shop', { shown: 'Ana' });
    expect(back.handle).toBe('shop');
    expect(personaOf(back, issuer)?.facts).toMatchObject({ status: 'Testing', shown: 'Ana', path: '/a/shop' });
    expect(await bodies(back, { conversation: pair.id })).toEqual(['one']);
    await write(docs, [conversation.id], 'three');
    expect(await bodies(back, { conversation: conversation.id })).toEqual(['two', 'three']);
    expect((await bench.look(view => pairNamed(view, back, ['docs', 'shop'])))?.id).toBe(pair.id);
  });

  it('of another machine is another one, although the folder has the same path', async () => {
    const first = await arrives('/code/shop');
    bench.kill(first);
    const elsewhere = await bench.join(null, { host: 'another' });
    expect(await nameOf(await become(elsewhere, '/code/shop'))).toBe('shop_2');
    expect(await nameOf(await arrives('/code/shop'))).toBe('shop');
  });

  it('of a token is that token’s, also while it is away', async () => {
    const over = (principal: string) =>
      bench.join(null, { process: null, host: '', hub: { principal, leaseMs: limits.hubIdleMs } });
    const first = await become(await over('ana'), shopProject);
    await bench.clock.advance(limits.hubIdleMs);
    const ben = await over('ben');
    const take = bench.transact(unit => bearPartnerName(unit, ben, 'shop', { issuer, path: shopProject, facts: {} }));
    await expect(take).rejects.toMatchObject({ code: 'forbidden' });
    expect(await nameOf(await become(ben, shopProject))).toBe('shop_2');
    expect(await nameOf(first)).toBe('shop');
    expect(await nameOf(await become(await over('ana'), shopProject))).toBe('shop');
  });

  it('says of itself what has room; what was said before is cut and fails nobody', async () => {
    const long = 'x'.repeat(limits.partnerSaidCharacters + 1);
    const shop = await arrives('/a/shop');
    const say = (facts: PersonaFacts) => bench.transact(async unit => sayOfPartner(unit, shop, issuer, facts));
    await expect(say({ status: long })).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: `The status has ${long.length} characters; the limit is ${limits.partnerSaidCharacters}.`,
    });
    await expect(arrives('/a/docs', { shown: long })).rejects.toMatchObject({ code: 'limit_exceeded' });
    const huge = { ...personaOf(shop, issuer), facts: { path: '/a/shop', host: shop.host, status: long.repeat(20) } };
    await bench.transact(async ({ tx }) => tx.put('session', { ...shop, personas: [huge as Persona] }));
    bench.kill(shop);
    expect(personaOf(await arrives('/a/shop'), issuer)?.facts.status).toBe(long.slice(1));
  });

  it('with a long name has its number within the bound', async () => {
    const folder = `/a/${'x'.repeat(limits.partnerNameCharacters)}`;
    await arrives(folder);
    const second = await nameOf(await arrives(folder));
    expect([second?.slice(-3), second?.length]).toEqual(['x_2', limits.partnerNameCharacters]);
  });

  it('that begins the same group again after it came back gets the one it began', async () => {
    const [first, docs] = [await arrives('/a/shop'), await arrives('/a/docs')];
    const start = (session: SessionRecord) =>
      bench.transact(unit => begin(unit, session, { name: 'x', members: [docs.id], isQuiet: true }));
    const { conversation } = await start(first);
    bench.kill(first);
    expect((await start(await arrives('/a/shop'))).conversation.id).toBe(conversation.id);
  });

  it('does not listen any more once another session has its name', async () => {
    const first = await arrives('/a/shop', { listening: 'x' });
    bench.kill(first);
    expect(personaOf(await arrives('/a/shop'), issuer)?.facts.listening).toBeNull();
  });

  it('keeps its name when it says more, and what it said before', async () => {
    const shop = await arrives('/a/shop', { shown: 'Ana' });
    await bench.transact(async unit => sayOfPartner(unit, shop, issuer, { status: 'Testing' }));
    const again = await become(await bench.now(shop), '/a/shop', { told: 0 });
    expect(personaOf(again, issuer)).toMatchObject({
      name: 'shop',
      facts: { shown: 'Ana', status: 'Testing', told: 0 },
    });
  });

  it('bears its name elsewhere, also where a session lives on that bore it for a partner that is gone', async () => {
    const [one, two] = [await bench.join(), await bench.join()];
    const claim = { issuer, path: '/a/shop', facts: {} };
    const bear = (session: SessionRecord) => bench.transact(unit => bearPartnerName(unit, session, 'shop_2', claim));
    expect((await bear(one)).session.handle).toBe('shop_2');
    expect((await bear(two)).session.handle).toBe('shop_2');
    expect([await nameOf(one), (await bench.now(one)).endedAt]).toEqual([undefined, null]);
    expect((await bench.now(one)).handle).not.toBe('shop_2');
    bench.kill(two);
    expect((await bear(one)).session.handle).toBe('shop_2');
  });

  it('is found by its name, here or gone, and is listed with whoever did something last first', async () => {
    const shop = await arrives('/a/shop');
    await bench.clock.advance(5_000);
    const docs = await arrives('/a/docs');
    await bench.transact(unit => end(unit, shop.id, 'gone'));
    expect((await named('shop'))?.session.id).toBe(shop.id);
    expect(await named('nobody')).toBeUndefined();
    const all = await bench.look(({ tx }) => allPartners(tx, issuer));
    expect(all.map(({ persona }) => persona.name)).toEqual(['docs', 'shop']);
    expect((await named('docs'))?.session.id).toBe(docs.id);
  });

  it('that wants to be told nothing has nothing to be told of', async () => {
    const [shop, docs] = [await arrives('/a/shop'), await arrives('/a/docs')];
    await write(docs, ['shop'], 'one');
    const count = async () => {
      const me = await bench.now(shop);
      return bench.look(({ tx }) => unreadToTell(tx, me, issuer));
    };
    expect(await count()).toBe(1);
    await bench.transact(async unit => notify(unit, [shop.id], 'A lock is yours.', 'normal'));
    expect(await count()).toBe(1);
    const me = await bench.now(shop);
    expect(await bench.look(({ tx }) => unreadToTell(tx, me, null))).toBe(2);
    const now = await bench.now(shop);
    await bench.transact(async unit => sayOfPartner(unit, now, issuer, { told: 0 }));
    expect(await count()).toBe(0);
  });
});

describe('a pair', () => {
  it('is one conversation of two, whoever begins it, of which nobody is told', async () => {
    const [shop, docs, web] = [await arrives('/a/shop'), await arrives('/a/docs'), await arrives('/a/web')];
    const open = (one: SessionRecord, other: SessionRecord, names: [string, string]) =>
      bench.transact(unit => openPair(unit, one, other, names));
    const first = await open(shop, docs, ['shop', 'docs']);
    expect(pairIn(first)).toEqual(['docs', 'shop']);
    expect((await open(docs, shop, ['docs', 'shop'])).id).toBe(first.id);
    expect((await open(docs, web, ['docs', 'web'])).id).not.toBe(first.id);
    expect(await bodies(docs)).toEqual([]);
  });

  it('is the same one again when one of the two was forgotten, whichever of them speaks first', async () => {
    const [shop, docs] = [await arrives('/a/shop'), await arrives('/a/docs')];
    const open = (one: SessionRecord, other: SessionRecord) =>
      bench.transact(unit => openPair(unit, one, other, ['shop', 'docs']));
    const { id } = await open(shop, docs);
    for (const [one, other] of [
      [shop, docs],
      [docs, shop],
    ] as const) {
      await bench.transact(unit => leave(unit, docs, id));
      const again = await open(one, other);
      expect([again.id, [...again.members].sort()]).toEqual([id, [shop.id, docs.id].sort()]);
    }
  });

  it('is told from a group of two, whatever that is called', async () => {
    const [shop, docs] = [await arrives('/a/shop'), await arrives('/a/docs')];
    const { conversation } = await bench.transact(unit =>
      begin(unit, shop, { name: 'direct\tdocs\tshop', members: [docs.id], isQuiet: true }),
    );
    expect(pairIn(conversation)).toBeNull();
    expect(await bodies(docs)).toEqual([]);
    expect(await bench.look(view => pairNamed(view, shop, ['docs', 'shop']))).toBeUndefined();
  });

  it('is refused to nobody: of too many the one ends that was silent longest, and groups are begun beside them', async () => {
    const hub = await arrives('/a/hub');
    const others: SessionRecord[] = [];
    const open = (at: number) =>
      bench.transact(unit => openPair(unit, hub, others[at] as SessionRecord, ['hub', `other${at}`]));
    for (let count = 0; count <= limits.pairsPerSession; count += 1) {
      others.push(await arrives(`/a/other${count}`));
      await open(count);
      await bench.clock.advance(1);
    }
    const pairWith = (at: number) => bench.look(view => pairNamed(view, hub, ['hub', `other${at}`]));
    expect(await pairWith(0)).toBeUndefined();
    expect(await pairWith(1)).toBeDefined();
    expect(await pairWith(limits.pairsPerSession)).toBeDefined();
    const [first] = others as [SessionRecord];
    await bench.transact(unit => begin(unit, first, { name: 'x', members: [hub.id], isQuiet: true }));
    await open(0);
    expect(await pairWith(0)).toBeDefined();
    expect(await pairWith(1)).toBeUndefined();
    const heir = await arrives('/a/heir');
    await bench.transact(unit => leaveConversationsTo(unit, hub, heir.id));
    expect(await bench.look(view => pairNamed(view, hub, ['hub', 'other0']))).toBeUndefined();
  }, 30_000);
});
