/** Names that callers of other vocabularies give to sessions. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { confirm, handOver } from './delivery.ts';
import { limits } from './limits.ts';
import { send } from './message.ts';
import { bearerOf, foreignName, foreignSession, personaOf, takePersona, unregister } from './persona.ts';
import { addressOfName, mailOf, waitingMail } from './persona-mail.ts';
import { ordered, type SessionRecord } from './records.ts';
import { end } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

const issuer = 'other';
const takes = async (session: SessionRecord, name: string, facts = {}, isRegistered = true) => {
  const me = await bench.now(session);
  return bench.transact(unit => takePersona(unit, me, { issuer, name, isRegistered, facts }));
};
const bearer = async (name: string) => (await bench.look(view => bearerOf(view, issuer, name)))?.id;
const writes = (from: SessionRecord, name: string, body: string) =>
  bench.transact(async unit => {
    const to = [await addressOfName(unit, issuer, name)];
    return send(unit, from, { to, body, priority: 'normal', replyTo: null, tags: [], key: null });
  });
const everything = { minPriority: 'low', includeRead: true, limit: 10 } as const;
const mail = async (session: SessionRecord) => {
  const { items } = await bench.look(({ tx }) => mailOf(tx, session, issuer, everything));
  return items.map(({ message }) => message.body);
};

describe('a name in another vocabulary', () => {
  it('means the session that took it, to the letter, and in that vocabulary only', async () => {
    await takes(otter, 'Front-End');
    expect(await bearer('Front-End')).toBe(otter.id);
    expect(await bearer('front-end')).toBeUndefined();
    expect(await bench.look(view => bearerOf(view, 'another', 'Front-End'))).toBeUndefined();
    expect(foreignName(await bench.now(otter), issuer)).toBe('Front-End');
    expect(foreignName(heron, issuer)).toBe('heron');
  });

  it('is one living session at most; whoever has died or ended leaves it to the next one', async () => {
    await takes(otter, 'ci');
    await expect(takes(heron, 'ci')).rejects.toMatchObject({ code: 'conflict' });
    bench.kill(otter);
    await takes(heron, 'ci');
    expect(await bearer('ci')).toBe(heron.id);
    expect(personaOf(await bench.now(otter), issuer)).toBeUndefined();
  });

  it('is what everybody calls the next session of it, too, however the one before went and whatever its case', async () => {
    await takes(otter, 'Front-End');
    expect((await bench.now(otter)).handle).toBe('front-end');
    // Nobody has noticed yet that it is gone.
    bench.kill(otter);
    expect((await takes(heron, 'Front-End')).handle).toBe('front-end');
    expect((await bench.now(otter)).handle).not.toBe('front-end');
  });

  it('said again keeps since when it is so, and replaces what was said; another one takes its place', async () => {
    const first = personaOf(await takes(otter, 'a', { branch: 'x' }), issuer);
    await bench.clock.advance(5_000);
    const again = personaOf(await takes(otter, 'a', { intent: 'y' }), issuer);
    expect([again?.since, again?.facts]).toEqual([first?.since, { intent: 'y' }]);
    expect(again?.saidAt).toBe((first?.saidAt ?? 0) + 5_000);
    await takes(otter, 'b');
    expect([await bearer('a'), await bearer('b')]).toEqual([undefined, otter.id]);
  });

  it('is what everybody calls the session where it will do as a handle and is free', async () => {
    expect((await takes(otter, 'frontend')).handle).toBe('frontend');
    expect((await takes(heron, 'frontend!')).handle).toBe('heron');
    const wren = await bench.join('wren');
    const other = { issuer: 'another', name: 'frontend', isRegistered: true, facts: {} };
    expect((await bench.transact(unit => takePersona(unit, wren, other))).handle).toBe('wren');
    expect((await bench.look(view => foreignSession(view, issuer, 'wren')))?.id).toBe(wren.id);
  });

  it('is refused when it is empty, holds control characters or is too long, or too much is said with it', async () => {
    for (const name of ['', 'a\u0007', '\u001b[31mred'])
      await expect(takes(otter, name), name).rejects.toMatchObject({ code: 'invalid_input' });
    const long = 'x'.repeat(limits.personaNameCharacters);
    await takes(otter, long);
    await expect(takes(otter, `${long}x`)).rejects.toMatchObject({ code: 'limit_exceeded' });
    const much = { intent: 'x'.repeat(limits.personaFactsBytes) };
    await expect(takes(otter, 'a', much)).rejects.toMatchObject({ code: 'limit_exceeded' });
  });

  it('that was taken back is the session’s still, unannounced, until another takes it; what it wrote stays written under it', async () => {
    await takes(otter, 'a');
    const me = await bench.now(otter);
    await bench.transact(async unit => unregister(unit, me, issuer));
    expect(personaOf(await bench.now(otter), issuer)).toMatchObject({ name: 'a', isRegistered: false });
    await bench.transact(unit => end(unit, otter.id, 'gone'));
    await takes(heron, 'a');
    expect(personaOf(await bench.now(otter), issuer)).toBeUndefined();
    expect(foreignName(await bench.now(otter), issuer)).toBe('a');
  });
});

/** Somebody whose session came by a hub with a token of that name, and lives on for a while. */
const over = (principal: string) =>
  bench.join(null, { process: null, host: '', hub: { principal, leaseMs: limits.hubIdleMs } });

describe('over a hub a name', () => {
  it('is not given to another token than the one that had it last, with all that was written to it; who has the store itself may take it', async () => {
    const first = await over('ana');
    await takes(first, 'front');
    await bench.clock.advance(limits.hubIdleMs);
    await writes(heron, 'front', 'For Ana');
    const ben = await over('ben');
    await expect(takes(ben, 'front')).rejects.toMatchObject({ code: 'forbidden' });
    expect(await mail(ben)).toEqual([]);
    const back = await over('ana');
    await takes(back, 'front');
    expect(await mail(back)).toEqual(['For Ana']);
    await bench.clock.advance(limits.hubIdleMs);
    const wren = await bench.join('wren');
    await takes(wren, 'front');
    expect(await mail(wren)).toEqual(['For Ana']);
  });

  it('that nobody ever had is whose that takes it first, with what waits for it', async () => {
    await writes(heron, 'front', 'For the first');
    const ana = await over('ana');
    await takes(ana, 'front');
    expect(await mail(ana)).toEqual(['For the first']);
  });

  it('of another, who is away, shows nothing of what waits for it', async () => {
    await takes(await over('ana'), 'front');
    await bench.clock.advance(limits.hubIdleMs);
    await writes(heron, 'front', 'For Ana');
    await writes(heron, 'back', 'For anybody');
    const ben = await over('ben');
    const shownTo = async (me: SessionRecord | null, name: string) =>
      (await bench.look(({ tx }) => waitingMail(tx, me, issuer, name, everything))).items.length;
    expect(await Promise.all(['front', 'back'].map(name => shownTo(ben, name)))).toEqual([0, 1]);
    expect(await shownTo(null, 'front')).toBe(1);
    expect(await shownTo(await over('ana'), 'front')).toBe(1);
  });
});

describe('mail to a name', () => {
  it('reaches whoever has it, or is called so natively', async () => {
    await takes(otter, 'front end');
    await writes(heron, 'front end', 'one');
    await writes(heron, 'otter', 'two');
    expect(await mail(otter)).toEqual(['one']);
    await writes(otter, 'heron', 'three');
    expect(await mail(heron)).toEqual(['three']);
  });

  it('that nobody has, or whose session has ended, waits for whoever takes it', async () => {
    await writes(heron, 'later', 'one');
    await writes(heron, 'later', 'two');
    await takes(otter, 'later');
    expect(await mail(otter)).toEqual(['two', 'one']);
    await bench.transact(unit => end(unit, otter.id, 'gone'));
    await writes(heron, 'later', 'three');
    const wren = await bench.join('wren');
    await takes(wren, 'later');
    expect((await mail(wren)).sort()).toEqual(['one', 'three', 'two']);
  });

  it('that was read under it is read for the next one, and its own is not shown to it', async () => {
    await takes(otter, 'a');
    const plain = { to: ['all'], priority: 'normal', replyTo: null, tags: [], key: null } as const;
    await bench.transact(unit => send(unit, otter, { ...plain, body: 'mine' }));
    const { message } = await bench.transact(unit => send(unit, heron, { ...plain, body: 'read' }));
    await bench.transact(async unit => {
      const delivery = await unit.tx.get('delivery', `${otter.id}/${ordered(message.sequence)}`);
      if (delivery) handOver(unit, [{ delivery }], 'calls');
    });
    await bench.transact(unit => confirm(unit, otter.id, [message.sequence]));
    bench.kill(otter);
    const wren = await bench.join('wren');
    await takes(wren, 'a');
    const bearer = await bench.now(wren);
    const { items, unread } = await bench.look(({ tx }) => mailOf(tx, bearer, issuer, everything));
    expect([items.map(each => each.message.body), unread]).toEqual([['read'], 0]);
  });

  it('that a session wrote which is only called so natively is another’s', async () => {
    await takes(heron, 'otter');
    await writes(otter, 'otter', 'From the native');
    expect(await mail(await bench.now(heron))).toEqual(['From the native']);
  });

  it('is counted under a priority, beyond the limit too, the newest first and without notices', async () => {
    for (const [body, priority] of [
      ['a', 'normal'],
      ['b', 'high'],
      ['c', 'urgent'],
    ] as const)
      await bench.transact(unit =>
        send(unit, heron, { to: [otter.id], body, priority, replyTo: null, tags: [], key: null }),
      );
    const look = (filter: object) => bench.look(({ tx }) => mailOf(tx, otter, issuer, { ...everything, ...filter }));
    const { items, unread, total } = await look({ limit: 2 });
    expect([items.map(({ message }) => message.body), unread, total]).toEqual([['c', 'b'], 3, 3]);
    expect((await look({ minPriority: 'high', limit: 1 })).total).toBe(2);
  });
});
