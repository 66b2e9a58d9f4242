/** The data of `claude-session-coordinator`: what comes back of what was stored, by which names, and what is refused. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { Coordinator } from './support/csc.ts';

let place: Workspace;
let one: Coordinator;
let two: Coordinator;

// Both sessions stay for all tests; what a test has stored goes with it.
beforeAll(async () => {
  place = new Workspace();
  [one, two] = await Promise.all([Coordinator.start(place), Coordinator.start(place)]);
  await one.signOn();
  await two.signOn();
});

afterEach(async () => {
  await one.signOn('claude_1');
  for (const scope of await one.scopes()) if (scope !== 'instances') await one.deleteScope(scope);
});

afterAll(() => place.dispose());

/** What another session reads of a value that one has stored. */
const comesAs = async (value: unknown) => {
  await one.store('issue:1', 'value', value);
  return two.retrieve('issue:1', 'value');
};

describe('a value', () => {
  it.each([
    ['a text, as it is', 'Hello "you"\n<b>and</b> 🎉', ['Hello "you"\n<b>and</b> 🎉']],
    ['an empty text', '', ['']],
    ['a number', 15, ['15']],
    ['a broken number', -0.5, ['-0.5']],
    ['true', true, ['true']],
    ['false', false, ['false']],
    ['null, as nothing', null, []],
    [
      'an object, as JSON for people',
      { b: [1], a: { ü: null } },
      ['{\n  "b": [\n    1\n  ],\n  "a": {\n    "ü": null\n  }\n}'],
    ],
    ['an empty object', {}, ['{}']],
    [
      'a list, each element by itself',
      [1, 'two', { three: 3 }, null, true],
      ['1', 'two', '{\n  "three": 3\n}', 'true'],
    ],
    ['a list of lists, as one list', [[1, 2], [3]], ['1', '2', '3']],
    ['a list of one element, as that', ['only'], ['only']],
    ['an empty list, as nothing', [], []],
  ])('comes back: %s (CSC-031)', async (_what, value, texts) => {
    expect(await comesAs(value)).toEqual(texts);
  });

  it('comes in texts alone (CSC-031)', async () => {
    await one.store('issue:1', 'a', { b: 1 });
    const { structuredContent } = await one.done('retrieve_data', { scope: 'issue:1', key: 'a' });
    expect(structuredContent).toBeUndefined();
  });

  it('that is not there is nothing: no such key, no such scope (CSC-031)', async () => {
    await one.store('issue:1', 'a', 1);
    for (const [scope, key] of [
      ['issue:1', 'b'],
      ['issue:2', 'a'],
      ['x'.repeat(500), 'a'],
      ['issue:1', 'x'.repeat(500)],
    ] as const)
      expect(await one.retrieve(scope, key)).toEqual([]);
  });

  it.each([
    ['an object', '{"a": 1}', ['{\n  "a": 1\n}']],
    ['a list', '[1, 2]', ['1', '2']],
    ['no number', '42', ['42']],
    ['no truth', 'true', ['true']],
    ['not nothing', 'null', ['null']],
    ['no text in a text', '"quoted"', ['"quoted"']],
    ['no object by half', '{"a": ', ['{"a": ']],
  ])('that is a text which could be JSON is %s (CSC-032)', async (_what, value, texts) => {
    expect(await comesAs(value)).toEqual(texts);
  });

  it('that was stored is replaced by the next one, whatever kind it is (CSC-033)', async () => {
    expect(await comesAs({ a: 1, b: 2 })).toHaveLength(1);
    expect(await comesAs('short')).toEqual(['short']);
    await two.store('issue:1', 'value', null);
    expect(await one.retrieve('issue:1', 'value')).toEqual([]);
    expect(await one.keys('issue:1')).toEqual(['value']);
  });

  it.each([
    ['too large', 'x'.repeat(70_000), /65536/],
    ['too deep', Array.from({ length: 60 }).reduce<unknown>(inner => ({ inner }), 1), /nested/],
    ['not exactly what it says', '{"id": 12345678901234567890}', /exactly/],
    // biome-ignore lint/correctness/noPrecisionLoss: that is what is tested
    ['a whole number that was rounded on its way', 12345678901234567891, /exactly/],
    // biome-ignore lint/correctness/noPrecisionLoss: that is what is tested
    ['one that has such a number in it', { ids: [9007199254740993] }, /exactly/],
  ])('that is %s is refused, and what was there stays (CSC-041)', async (_what, value, why) => {
    await one.store('issue:1', 'value', 'before');
    expect(await one.refusal('store_data', { scope: 'issue:1', key: 'value', value })).toMatch(why);
    expect(await one.retrieve('issue:1', 'value')).toEqual(['before']);
  });

  it.each([
    ['a list of 50 levels', JSON.parse('['.repeat(50) + ']'.repeat(50))],
    ['a text of 65,534 bytes', 'x'.repeat(65_534)],
    ['the largest whole number that is exact', Number.MAX_SAFE_INTEGER],
  ])('that is as large as it may be is taken: %s (CSC-041)', async (_what, value) => {
    await one.store('issue:1', 'value', value);
    expect(await two.keys('issue:1')).toEqual(['value']);
  });

  it('is made harmless: no control characters, no tags by which clients mark what is not the user’s (CSC-042)', async () => {
    expect(await comesAs('a\u001b[31mb\u0000<system-reminder>c')).toEqual(['ab&lt;system-reminder>c']);
  });
});

describe('a name', () => {
  const odd = [
    'session:claude_1',
    'session_claude__1',
    'session/claude:1',
    'a b',
    ' a',
    'me',
    'text:a',
    'Ünïcode: 日本語 🎉',
    'e\u0301',
    'é',
    'a\nb',
    'claude-session-coordinator',
    '+41+',
    'A',
    'a',
    '',
  ];

  it('of a scope is any text, each another scope, and is listed as it was given (CSC-039)', async () => {
    for (const [at, scope] of odd.entries()) await one.store(scope, 'at', at);
    for (const [at, scope] of odd.entries()) expect(await two.retrieve(scope, 'at'), scope).toEqual([String(at)]);
    expect(await two.scopes()).toEqual([...odd, 'instances'].sort());
  });

  it('of a key is any text, each another key, and is listed as it was given (CSC-039)', async () => {
    for (const [at, key] of odd.entries()) await one.store('issue:1', key, at);
    for (const [at, key] of odd.entries()) expect(await two.retrieve('issue:1', key), key).toEqual([String(at)]);
    expect((await two.keys('issue:1')).sort()).toEqual([...odd].sort());
  });

  it.each(['<system-reminder>', 'a\u0000b', 'a\u200bb', '\u202eab', '\ufeffab', 'a\rb'])(
    'that would be listed as another is refused: %j (CSC-039)',
    async name => {
      expect(await one.refusal('store_data', { scope: name, key: 'a', value: 1 })).toMatch(/scope holds signs/);
      expect(await one.refusal('store_data', { scope: 'a', key: name, value: 1 })).toMatch(/key holds signs/);
      expect(await two.scopes()).toEqual(['instances']);
    },
  );

  it('that is too long is refused with what it may be (CSC-039)', async () => {
    expect(await one.refusal('store_data', { scope: 'x'.repeat(81), key: 'a', value: 1 })).toMatch(/scope.*80/);
    expect(await one.refusal('store_data', { scope: 'a', key: 'x'.repeat(201), value: 1 })).toMatch(/key.*200/);
    await one.store('x'.repeat(80), 'x'.repeat(200), 1);
    expect(await two.keys('x'.repeat(80))).toEqual(['x'.repeat(200)]);
  });
});

describe('delete_data', () => {
  it('says whether the key was there; with its last key the scope is gone (CSC-035)', async () => {
    await one.store('issue:1', 'a', null);
    await one.store('issue:1', 'b', 1);
    expect([await two.delete('issue:1', 'a'), await two.delete('issue:1', 'a')]).toEqual([true, false]);
    expect([await two.scopes('issue:*'), await two.keys('issue:1')]).toEqual([['issue:1'], ['b']]);
    expect(await one.delete('issue:1', 'b')).toBe(true);
    expect([await two.scopes('issue:*'), await two.keys('issue:1')]).toEqual([[], []]);
    expect([await one.delete('issue:9', 'b'), await one.delete('x'.repeat(300), 'b')]).toEqual([false, false]);
  });
});

describe('list_keys', () => {
  it('tells the keys of a scope by name, and none of one that is not there (CSC-036)', async () => {
    for (const key of ['todos', 'current_issue', 'status']) await one.store('session:claude_1', key, 1);
    expect(await two.keys('session:claude_1')).toEqual(['current_issue', 'status', 'todos']);
    expect(await two.keys('session:claude_2')).toEqual([]);
  });
});

describe('list_scopes', () => {
  beforeEach(async () => {
    for (const scope of ['session:claude_1', 'session:claude_2', 'issue:15', 'issue:9', 'project:a:b', 'Locks:[db]'])
      await one.store(scope, 'a', 1);
  });

  it('without a pattern tells all, sorted, the registry among them (CSC-037)', async () => {
    const all = [
      'Locks:[db]',
      'instances',
      'issue:15',
      'issue:9',
      'project:a:b',
      'session:claude_1',
      'session:claude_2',
    ];
    for (const pattern of [undefined, null, '', '*']) expect(await two.scopes(pattern), String(pattern)).toEqual(all);
  });

  it.each([
    ['session:*', ['session:claude_1', 'session:claude_2']],
    ['*:*', ['Locks:[db]', 'issue:15', 'issue:9', 'project:a:b', 'session:claude_1', 'session:claude_2']],
    ['project:*', ['project:a:b']],
    ['issue:?', ['issue:9']],
    ['session:claude_[2-9]', ['session:claude_2']],
    ['session:claude_[!2]', ['session:claude_1']],
    ['i*', ['instances', 'issue:15', 'issue:9']],
    ['SESSION:*', []],
    ['locks:*', []],
    ['Locks:[[]db]', ['Locks:[db]']],
    ['issue', []],
  ])('tells those that %s fits (CSC-037)', async (pattern, found) => {
    expect(await two.scopes(pattern)).toEqual(found);
  });
});

describe('delete_scope', () => {
  it('deletes a scope with all its keys, and says whether there was one (CSC-038)', async () => {
    await one.store('issue:1', 'a', 1);
    await one.store('issue:1', 'b', 2);
    await one.store('issue:10', 'a', 3);
    expect([await two.deleteScope('issue:1'), await two.deleteScope('issue:1')]).toEqual([true, false]);
    expect(await one.scopes('issue:*')).toEqual(['issue:10']);
    expect(await one.retrieve('issue:1', 'a')).toEqual([]);
    await one.store('issue:1', 'a', 4);
    expect(await two.retrieve('issue:1', 'a')).toEqual(['4']);
  });
});

describe('the registry', () => {
  it('is read as the scope `instances`, with the key `registry` (CSC-040)', async () => {
    await one.signOff();
    expect(await two.keys('instances')).toEqual(['registry']);
    const [registry] = await two.retrieve('instances', 'registry');
    expect(JSON.parse(registry ?? '')).toEqual({
      claude_1: 'available',
      claude_2: 'taken',
      claude_3: 'available',
      claude_4: 'available',
    });
    expect(await two.retrieve('instances', 'other')).toEqual([]);
  });

  it.each([
    ['store_data', { scope: 'instances', key: 'registry', value: {} }],
    ['delete_data', { scope: 'instances', key: 'registry' }],
    ['delete_scope', { scope: 'instances' }],
  ])('is not written by %s (CSC-040)', async (tool, input) => {
    expect(await one.refusal(tool, input)).toMatch(/nobody writes it.*sign_on/);
    expect(await two.taken()).toEqual(['claude_1', 'claude_2']);
  });
});
