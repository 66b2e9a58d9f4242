import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, project } from '../../test/support/rules.ts';
import { find, type Knowledge, newest, remove, share } from './context.ts';
import { lookInto } from './inbox.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter', { branch: 'feature/auth' });
  heron = await bench.join('heron');
});

const tell = (author: SessionRecord, content: string, about: Partial<Knowledge> = {}) =>
  bench.transact(unit =>
    share(unit, author, {
      type: 'decision',
      title: null,
      tags: [],
      ttlMs: null,
      content,
      ...about,
    }),
  );
const ask = (query: string | null = null, about: Partial<Parameters<typeof find>[1]> = {}) =>
  bench.look(view => find(view.tx, { type: null, query, limit: 10, ...about }));
const contents = async (query: string | null = null, about: Partial<Parameters<typeof find>[1]> = {}) =>
  (await ask(query, about)).entries.map(entry => entry.content);
const events = () => bench.look(async view => view.tx.sequence);

describe('sharing', () => {
  it('keeps who wrote it, on which branch, when and with what tags, and outlives its author', async () => {
    await tell(otter, 'Server sessions.', { title: 'Session store', tags: ['auth', ' auth ', '', 'login'] });
    bench.kill(otter);
    const { entries } = await ask('session store');
    expect(entries).toMatchObject([
      {
        type: 'decision',
        title: 'Session store',
        content: 'Server sessions.',
        tags: ['auth', 'login'],
        authorHandle: 'otter',
        branch: 'feature/auth',
        revision: 1,
        updatedAt: bench.clock.now(),
        expiresAt: null,
      },
    ]);
  });

  it('the same type and title again makes a revision by its new author, letter case and spaces aside', async () => {
    const first = await tell(otter, 'JWT.', { title: 'Session store' });
    await bench.clock.advance(60_000);
    const second = await tell(heron, 'Server sessions.', { title: ' session  STORE ' });
    expect(second.entry).toMatchObject({ id: first.entry.id, revision: 2, authorHandle: 'heron', branch: 'main' });
    expect(second.entry.createdAt).toBe(first.entry.createdAt);
    expect(second.entry.order).toBeGreaterThan(first.entry.order);
    expect(await contents()).toEqual(['Server sessions.']);
  });

  it('over somebody else’s revision says whose that was and when, so that none is lost unseen', async () => {
    await tell(otter, 'One.', { title: 'T' });
    const at = bench.clock.now();
    await bench.clock.advance(60_000);
    const { replaced } = await tell(heron, 'Two.', { title: 'T' });
    expect(replaced).toMatchObject({ revision: 1, authorHandle: 'otter', updatedAt: at, content: 'One.' });
    expect((await tell(heron, 'Other.', { title: 'U' })).replaced).toBeNull();
  });

  it('of another type under the same title is another entry', async () => {
    await tell(otter, 'One.', { title: 'T' });
    await tell(otter, 'Two.', { title: 'T', type: 'note' });
    expect(await contents()).toEqual(['Two.', 'One.']);
  });

  it('without a title is always a new entry', async () => {
    const ids = [(await tell(otter, 'One.')).entry.id, (await tell(otter, 'Two.')).entry.id];
    expect(new Set(ids).size).toBe(2);
    expect(ids.every(id => /^k\d+$/.test(id))).toBe(true);
  });

  it.each([{ title: 'T' }, { title: null }])('the same once more changes nothing: $title', async ({ title }) => {
    const first = await tell(otter, 'One.', { title, tags: ['a'] });
    await tell(otter, 'Between.');
    const before = await events();
    await bench.clock.advance(1000);
    const again = await tell(heron, 'One.', { title, tags: ['a'] });
    expect(again).toMatchObject({ entry: first.entry, replaced: null, repeated: true });
    expect(await events()).toBe(before);
    expect(await contents()).toEqual(['Between.', 'One.']);
  });

  it('the same with other tags is a revision, with or without a title', async () => {
    for (const title of ['T', null]) {
      await tell(otter, 'One.', { title, tags: ['a'] });
      expect((await tell(otter, 'One.', { title, tags: ['b'] })).entry).toMatchObject({ revision: 2, tags: ['b'] });
    }
  });

  it('masks what is plainly a secret in content, title and tags, also one that an invisible character hides', async () => {
    const secret = `ghp_${'Ab3'.repeat(12)}`;
    const hidden = `${secret.slice(0, 10)}\u200b${secret.slice(10)}`;
    const { entry, masked } = await tell(otter, `Use ${secret} or ${hidden}.`, {
      title: `T ${secret}`,
      tags: [secret, hidden],
    });
    expect(masked).toEqual(['GitHub token']);
    expect(JSON.stringify(entry)).not.toContain(secret.slice(4, 12));
    expect(entry.content).toBe('Use [masked: GitHub token …3Ab3] or [masked: GitHub token …3Ab3].');
    expect(JSON.stringify(await bench.store.contents(project))).not.toContain(secret.slice(4, 12));
  });

  it('cleans what would act on a terminal or pass for a fence', async () => {
    const { entry, cleaned } = await tell(otter, 'a\u001b[31mb</peer-context>', { title: 'x\ny', tags: ['<system>'] });
    expect(cleaned).toBe(true);
    expect(entry).toMatchObject({ content: 'ab&lt;/peer-context>', title: 'x y', tags: ['&lt;system>'] });
  });

  it('takes content up to 16 KiB and not a byte more, and none that is empty', async () => {
    await tell(otter, 'é'.repeat(limits.contextContentBytes / 2));
    await expect(tell(otter, `${'é'.repeat(limits.contextContentBytes / 2)}.`)).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
    await expect(tell(otter, ' \n\u200b')).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(tell(otter, 'x', { title: 't'.repeat(limits.contextTitleCharacters + 1) })).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
    expect((await tell(otter, 'x', { title: '😀'.repeat(limits.contextTitleCharacters / 2) })).entry.revision).toBe(1);
  });

  it('into a full project is refused, unless something there has expired', async () => {
    await tell(otter, 'Short-lived.', { ttlMs: 1000 });
    const { entry } = await tell(otter, 'Kept.', { title: 'T' });
    await bench.transact(async ({ tx }) => {
      for (let number = 2; number < limits.contextEntries; number += 1) {
        tx.put('context', { ...entry, id: `k9${number}`, titleKey: `n${number}` });
      }
    });
    await expect(tell(otter, 'One more.')).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('10000 entries'),
      next: expect.stringContaining('context_delete'),
    });
    expect((await tell(otter, 'Revised.', { title: 'T' })).entry.revision).toBe(2);
    await bench.clock.advance(1000);
    expect((await tell(otter, 'One more.')).entry.revision).toBe(1);
  });
});

describe('time to live', () => {
  it('over, an entry is shown nowhere, and its title begins anew', async () => {
    const { entry } = await tell(otter, 'Gone soon.', { title: 'T', ttlMs: 1000 });
    expect(await contents('gone')).toEqual(['Gone soon.']);
    await bench.clock.advance(1000);
    for (const query of [null, 'gone', entry.id]) expect(await contents(query)).toEqual([]);
    expect(await contents(null, { type: 'decision' })).toEqual([]);
    await expect(bench.transact(unit => remove(unit, otter, entry.id))).rejects.toMatchObject({ code: 'not_found' });
    const anew = await tell(otter, 'Gone soon.', { title: 'T' });
    expect(anew).toMatchObject({ replaced: null, repeated: false, entry: { revision: 1 } });
    expect(anew.entry.id).not.toBe(entry.id);
  });

  it('has an end: ten years at most, and without one there is none', async () => {
    const most = limits.contextMaxTtlDays * 86_400_000;
    expect((await tell(otter, 'Long.', { ttlMs: most })).entry.expiresAt).toBe(bench.clock.now() + most);
    await expect(tell(otter, 'Longer.', { ttlMs: most + 1000 })).rejects.toMatchObject({ code: 'limit_exceeded' });
  });

  it('counts from the last time it was shared, and ends where it is shared without one', async () => {
    const first = await tell(otter, 'Note.', { title: 'T', ttlMs: 1000 });
    await bench.clock.advance(600);
    const again = await tell(otter, 'Note.', { title: 'T', ttlMs: 1000 });
    expect(again).toMatchObject({
      repeated: true,
      entry: { revision: 1, expiresAt: (first.entry.expiresAt ?? 0) + 600 },
    });
    await bench.clock.advance(600);
    expect(await contents()).toEqual(['Note.']);
    await tell(otter, 'Note.', { title: 'T' });
    await bench.clock.advance(5000);
    expect(await contents()).toEqual(['Note.']);
  });
});

describe('finding', () => {
  beforeEach(async () => {
    await tell(otter, 'Logins use server sessions.', { title: 'Session store', tags: ['auth'] });
    await tell(otter, 'The parser times out on large files.', { type: 'discovery' });
    await tell(heron, 'Tests live beside the source.', { type: 'convention' });
    await tell(heron, 'A token parser came with the login page.', { type: 'note' });
  });

  it('without a query shows the newest first, of a type or of all, as many as asked for', async () => {
    expect(await contents(null, { limit: 2 })).toEqual([
      'A token parser came with the login page.',
      'Tests live beside the source.',
    ]);
    expect((await ask(null, { limit: 2 })).more).toBe(true);
    expect((await ask(null, { limit: 4 })).more).toBe(false);
    expect(await contents(null, { type: 'discovery' })).toEqual(['The parser times out on large files.']);
  });

  it('by words, a type, a tag or both, the best match first', async () => {
    expect(await contents('parser files')).toEqual([
      'The parser times out on large files.',
      'A token parser came with the login page.',
    ]);
    expect(await contents('PARSER', { type: 'note' })).toEqual(['A token parser came with the login page.']);
    expect(await contents('auth')).toEqual(['Logins use server sessions.']);
    expect(await contents('nothing like it')).toEqual([]);
  });

  it('by an id finds that entry, or none of another type', async () => {
    const [entry] = (await ask('session store')).entries;
    expect(await contents(` ${entry?.id.toUpperCase()} `)).toEqual(['Logins use server sessions.']);
    expect(await contents(entry?.id ?? '', { type: 'note' })).toEqual([]);
  });

  it('by a tag works behind however many words of content', async () => {
    const words = Array.from({ length: limits.wordsIndexed + 1 }, (_, number) => `w${number}x`).join(' ');
    await tell(otter, words, { tags: ['needle'] });
    expect(await contents('needle')).toEqual([words]);
  });

  it('by any word of an ordinary long text works, up to its end', async () => {
    const words = Array.from({ length: 1_400 }, (_, number) => `w${number}x`).join(' ');
    await tell(otter, `${words} quokka`);
    expect(await contents('quokka')).toEqual([`${words} quokka`]);
  });

  it('shows a revision where it changed, not where it began', async () => {
    await tell(heron, 'Logins use cookies.', { title: 'Session store' });
    expect((await contents())[0]).toBe('Logins use cookies.');
    expect(await contents('server')).toEqual([]);
  });

  it('goes on behind entries that have expired, however many', async () => {
    for (let number = 0; number < 30; number += 1) await tell(otter, `Note ${number}.`, { type: 'note', ttlMs: 1000 });
    await bench.clock.advance(1000);
    expect(await bench.look(view => newest(view.tx, 'note', 1))).toMatchObject([
      { content: 'A token parser came with the login page.' },
    ]);
    expect(await contents(null, { limit: 3 })).toHaveLength(3);
  });
});

describe('removing', () => {
  it('is for everybody, says so in an event, and is over with the first time', async () => {
    const { entry } = await tell(otter, 'Wrong.');
    await bench.transact(unit => remove(unit, heron, entry.id));
    expect(await contents()).toEqual([]);
    const [event] = (await bench.store.eventsAfter(project, 0, 1000)).filter(({ type }) => type === 'context.deleted');
    expect(event?.data).toMatchObject({ entry: entry.id, session: heron.id, handle: 'heron' });
    await expect(bench.transact(unit => remove(unit, heron, entry.id))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tells an author who is here, and nobody else', async () => {
    const inbox = async (session: SessionRecord) => {
      const all = { conversation: null, from: null, minPriority: 'low', includeRead: true, limit: 10 } as const;
      return (await bench.look(view => lookInto(view.tx, session, all))).map(({ message }) => message.body);
    };
    const wrong = await tell(otter, 'It is "wrong".\nReally.');
    const own = await tell(heron, 'Mine.');
    await bench.transact(unit => remove(unit, heron, wrong.entry.id));
    await bench.transact(unit => remove(unit, heron, own.entry.id));
    expect(await inbox(heron)).toEqual([]);
    expect(await inbox(otter)).toEqual([
      expect.stringMatching(new RegExp(`^heron removed your decision ${wrong.entry.id} .*It is "wrong"\\. Really\\.`)),
    ]);
    const late = await tell(otter, 'Late.');
    bench.kill(otter);
    await bench.transact(unit => remove(unit, heron, late.entry.id));
    expect(await inbox(otter)).toHaveLength(1);
  });
});
