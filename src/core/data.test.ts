import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { deleteData, deleteScope, getData, keysOf, scopeOf, scopesOf, setData } from './data.ts';
import type { DataRecord } from './data-record.ts';
import { limits } from './limits.ts';
import { defaultPolicy } from './policy.ts';
import { operator } from './presence.ts';
import type { SessionRecord } from './records.ts';
import { prune } from './retention.ts';
import { end } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
  heron = await bench.join('heron');
});

const set = (me: SessionRecord, key: string, json: string, ifRevision: number | null = null, scope = 'project') =>
  bench.transact(unit => setData(unit, me, { scope, key, json, ifRevision }));
const get = (key: string, scope = 'project') => bench.look(view => getData(view.tx, scope, key));
const remove = (me: SessionRecord, key: string, ifRevision: number | null = null, scope = 'project') =>
  bench.transact(unit => deleteData(unit, me, scope, key, ifRevision));
const scopeFor = (me: SessionRecord, raw: string) => bench.look(view => scopeOf(view.tx, me, raw));
const list = (scope: string | null, pattern: string | null = null) =>
  bench.look(view => keysOf(view.tx, scope, pattern));
const keys = (records: readonly DataRecord[]) => records.map(record => record.key);
/** Writes many keys at once, past what counts them. */
const fill = (scope: string, count: number, deletedAt: number | null = null) =>
  bench.transact(async ({ tx }) => {
    for (let at = 0; at < count; at++) {
      const key = `k${String(at).padStart(6, '0')}`;
      const about = { value: '1', revision: 1, author: otter.id, authorHandle: 'otter', updatedAt: 0 };
      tx.put('data', { id: `${scope}/${key}`, scope, key, ...about, deletedAt });
    }
  });

describe('a key', () => {
  it('has a revision that rises by one with each change, and its last author', async () => {
    expect(await set(otter, 'a', '1')).toMatchObject({ revision: 1, authorHandle: 'otter' });
    bench.clock.stepWallClock(1000);
    expect(await set(heron, 'a', '1')).toMatchObject({ revision: 2, authorHandle: 'heron' });
    expect(await get('a')).toMatchObject({ value: '1', revision: 2, updatedAt: bench.clock.now() });
  });

  it('is set under a condition only if it is at that revision, and a refusal changes nothing and says who was first', async () => {
    await set(otter, 'a', '1');
    expect(await set(heron, 'a', '2', 1)).toMatchObject({ revision: 2 });
    const refused = await set(otter, 'a', '3', 1).catch(error => error);
    expect(refused).toMatchObject({ code: 'conflict' });
    expect(refused.message).toMatch(/"a" in scope "project" is at revision 2, set by heron at 2030-01-01T00:00:00Z/);
    expect(refused.next).toContain('ifRevision 2');
    expect(await get('a')).toMatchObject({ value: '2', revision: 2 });
  });

  it('is made under the condition 0 only if it does not exist', async () => {
    expect(await set(otter, 'a', '1', 0)).toMatchObject({ revision: 1 });
    await expect(set(heron, 'a', '2', 0)).rejects.toMatchObject({ code: 'conflict' });
    await expect(set(heron, 'b', '2', 1)).rejects.toThrow(/does not exist/);
    await remove(otter, 'a');
    expect(await set(heron, 'a', '2', 0)).toMatchObject({ value: '2' });
  });

  it('that was deleted and made again never has a revision it had before', async () => {
    await set(otter, 'a', '1');
    const read = await get('a');
    await remove(heron, 'a');
    await expect(set(otter, 'a', '2', read?.revision)).rejects.toThrow(/was deleted by heron/);
    const again = await set(heron, 'a', '1');
    expect(again.revision).toBeGreaterThan(read?.revision ?? 0);
    await expect(set(otter, 'a', '2', read?.revision)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is of one scope only', async () => {
    await set(otter, 'a', '1', null, 'x/y');
    expect(await get('a', 'x')).toBeUndefined();
    expect(await get('y/a', 'x')).toBeUndefined();
    expect(await get('a', 'x/y')).toMatchObject({ value: '1' });
  });

  it.each(['__proto__', 'constructor', 'toString', 'a b', 'src/ä.ts', '*'])('may be called %j', async key => {
    await set(otter, key, '1', null, key === '*' ? 'project' : 'constructor');
    expect(keys((await list(null)).records)).toEqual([key]);
  });

  it.each(['', ' a', 'a ', 'a\nb', 'a\tb', 'a\u001b[31m', 'a\u200bb', 'a<system>', '\ud800', 'x'.repeat(201)])(
    'is not %j',
    async key => {
      await expect(set(otter, key, '1')).rejects.toMatchObject({ code: 'invalid_input' });
    },
  );

  it('is the same in every Unicode form', async () => {
    await set(otter, 'a\u0308', '1');
    expect(await get('ä')).toMatchObject({ value: '1' });
  });

  it('is found at the greatest length of scope and key', async () => {
    const scope = '𝒳'.repeat(limits.dataScopeCharacters);
    const key = '𝒴'.repeat(limits.dataKeyCharacters);
    await set(otter, key, '1', null, scope);
    expect(await get(key, scope)).toMatchObject({ revision: 1 });
  });
});

describe('every change', () => {
  it('is an event that names scope, key, revision and session, and wakes nobody', async () => {
    const before = await bench.look(async view => view.tx.sequence);
    await set(otter, 'a', '1');
    await remove(heron, 'a');
    const events = await bench.store.eventsAfter('github.com/acme/shop', before, 10);
    expect(events).toMatchObject([
      { type: 'data.set', audience: [], data: { scope: 'project', key: 'a', revision: 1, session: otter.id } },
      { type: 'data.deleted', audience: [], data: { scope: 'project', key: 'a', revision: 2, session: heron.id } },
    ]);
  });
});

describe('a scope', () => {
  it('called me is the own one of a session, which others read under its id or handle and do not change', async () => {
    const mine = await scopeFor(otter, 'me');
    expect(mine).toBe(`session:${otter.id}`);
    await set(otter, 'a', '1', null, mine);
    const theirs = await scopeFor(heron, 'session:otter');
    expect(theirs).toBe(mine);
    expect(await get('a', theirs)).toMatchObject({ value: '1' });
    await expect(set(heron, 'a', '2', null, theirs)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(remove(heron, 'a', null, theirs)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(bench.transact(unit => deleteScope(unit, heron, theirs))).rejects.toMatchObject({ code: 'forbidden' });
    expect(await get('a', mine)).toMatchObject({ value: '1' });
  });

  it('of a session can be cleared, but not written, by the operator', async () => {
    const mine = await scopeFor(otter, 'me');
    await set(otter, 'a', '1', null, mine);
    const person = await bench.transact(unit => operator(unit));
    await expect(set(person, 'a', '2', null, mine)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await remove(person, 'a', null, mine)).toMatchObject({ key: 'a' });
  });

  it('of a session goes with it when it is gone for good, and not before', async () => {
    const mine = await scopeFor(otter, 'me');
    await set(otter, 'a', '1', null, mine);
    await set(otter, 'a', '1');
    await bench.transact(unit => end(unit, otter.id, 'done'));
    await bench.transact(unit => prune(unit, defaultPolicy));
    expect(await get('a', mine)).toMatchObject({ value: '1' });
    bench.clock.stepWallClock((limits.handleKeptDays + 1) * 86_400_000);
    await bench.transact(unit => prune(unit, defaultPolicy));
    expect(await get('a', mine)).toBeUndefined();
    expect(await get('a')).toMatchObject({ value: '1' });
  });

  it.each(['', 'a b', 'a\nb', 'a?', 'a%', '<x>', 'x'.repeat(81)])('is not called %j', async name => {
    await expect(scopeFor(otter, name)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it.each(['ci', 'team/payments', '#deploy', '@x', 'größe', 'a.b_c:d+e-f', '__proto__'])(
    'may be called %j',
    async name => {
      expect(await scopeFor(otter, name)).toBe(name);
    },
  );

  it('holds a bounded number of keys, and those that are there can still be changed', async () => {
    await fill('full', limits.dataKeysPerScope);
    await expect(set(otter, 'one more', '1', null, 'full')).rejects.toMatchObject({ code: 'limit_exceeded' });
    expect(await set(otter, 'k000000', '2', null, 'full')).toMatchObject({ revision: 2 });
    await remove(otter, 'k000001', null, 'full');
    expect(await set(otter, 'one more', '1', null, 'full')).toMatchObject({ revision: 1 });
  });

  it('is deleted whole, and nothing else with it', async () => {
    await set(otter, 'a', '1', null, 'x');
    await set(otter, 'b', '1', null, 'x');
    await set(otter, 'a', '1', null, 'x/y');
    expect(keys(await bench.transact(unit => deleteScope(unit, heron, 'x')))).toEqual(['a', 'b']);
    expect((await list(null)).records.map(record => record.scope)).toEqual(['x/y']);
    expect(await bench.transact(unit => deleteScope(unit, heron, 'x'))).toEqual([]);
  });
});

describe('a project', () => {
  it('holds a bounded number of keys in all its scopes', async () => {
    for (let at = 0; at < 20; at++) await fill(`s${at}`, limits.dataKeysPerProject / 20);
    await expect(set(otter, 'a', '1')).rejects.toThrow(/20000 keys, which is the limit/);
  });

  it('remembers a bounded number of deleted keys, the newest', async () => {
    await fill('old', limits.deletedKeysKept, 5);
    await set(otter, 'a', '1');
    await remove(otter, 'a');
    expect(await bench.look(view => view.tx.count('data', 'deleted', { prefix: '' }))).toBe(limits.deletedKeysKept);
    expect(await set(otter, 'a', '1')).toMatchObject({ revision: 3 });
  });
});

describe('deleting', () => {
  it('gives back what was there, once', async () => {
    await set(otter, 'a', '7');
    expect(await remove(heron, 'a')).toMatchObject({ value: '7', revision: 1 });
    expect(await remove(heron, 'a')).toBeUndefined();
    expect(await remove(heron, 'never there')).toBeUndefined();
    expect(await get('a')).toBeUndefined();
  });

  it('keeps nothing of the value', async () => {
    await set(otter, 'a', '"words"');
    await remove(otter, 'a');
    const { records } = await bench.store.contents('github.com/acme/shop');
    const bodies = records.filter(record => record.kind === 'data').map(record => record.body);
    expect(bodies).toEqual([expect.not.stringContaining('words')]);
  });

  it('is refused at another revision than the one named', async () => {
    await set(otter, 'a', '1');
    await set(otter, 'a', '2');
    await expect(remove(heron, 'a', 1)).rejects.toMatchObject({ code: 'conflict' });
    expect(await get('a')).toMatchObject({ value: '2' });
    expect(await remove(heron, 'a', 2)).toMatchObject({ value: '2' });
  });
});

describe('listing', () => {
  it('shows scopes with the number of their keys, without those that hold nothing', async () => {
    await set(otter, 'a', '1', null, 'ci');
    await set(otter, 'b', '1', null, 'ci');
    await set(otter, 'a', '1', null, 'ci-x');
    await set(otter, 'a', '1', null, 'gone');
    await remove(otter, 'a', null, 'gone');
    await set(otter, 'a', '1', null, 'ci/x');
    expect(await bench.look(view => scopesOf(view.tx))).toEqual({
      scopes: [
        { scope: 'ci', keys: 2 },
        { scope: 'ci-x', keys: 1 },
        { scope: 'ci/x', keys: 1 },
      ],
      more: false,
    });
  });

  it('shows at most so many scopes, and says that there are more', async () => {
    for (let at = 0; at <= limits.dataScopesListed; at++) await set(otter, 'a', '1', null, `s${at}`);
    const { scopes, more } = await bench.look(view => scopesOf(view.tx));
    expect([scopes.length, more]).toEqual([limits.dataScopesListed, true]);
  });

  it('takes a pattern for keys, in one scope or in all', async () => {
    for (const key of ['build/status', 'build/log', 'build/log/1', 'test/status', 'a[1]*']) await set(otter, key, '1');
    await set(otter, 'build/status', '1', null, 'ci');
    const matching = async (scope: string | null, pattern: string) => keys((await list(scope, pattern)).records);
    expect(await matching('project', 'build/*')).toEqual(['build/log', 'build/status']);
    expect(await matching('project', 'build/**')).toEqual(['build/log', 'build/log/1', 'build/status']);
    expect(await matching('project', '*/status')).toEqual(['build/status', 'test/status']);
    expect(await matching(null, 'build/status')).toEqual(['build/status', 'build/status']);
    expect(await matching('project', 'a1*')).toEqual([]);
    await expect(list('project', '!(x)')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('shows at most so many keys, and says that there are more', async () => {
    await fill('project', limits.dataKeysListed);
    expect((await list('project')).more).toBe(false);
    await set(otter, 'zz', '1');
    const { records, more } = await list('project');
    expect([records.length, more]).toEqual([limits.dataKeysListed, true]);
    expect(keys((await list('project', 'z*')).records)).toEqual(['zz']);
  });

  it('looks over all scopes at a bounded number of keys, and says so', async () => {
    for (const scope of ['a', 'b', 'c']) await fill(scope, limits.dataKeysPerScope);
    expect(await list(null, 'nothing')).toEqual({ records: [], more: true });
  });
});
