import { describe, expect, it } from 'vitest';
import { limits } from './limits.ts';
import { aboutOf, queryOf, snippetOf } from './query.ts';
import { type Document, rank } from './ranking.ts';

const now = Date.UTC(2030, 0, 1);
const dayMs = 86_400_000;

function text(body: string, about: Partial<Document> = {}): Document {
  return { title: null, tags: [], body, order: 1, at: now, ...about };
}

/** The bodies that answer a query, best first. */
function answers(query: string, documents: readonly Document[]): string[] {
  const ranked = rank(queryOf(query), documents, document => document, now);
  return ranked.filter(({ score }) => score > 0).map(({ item }) => item.body);
}

describe('ranking', () => {
  it('puts texts with all the words before those with one of them, however often', () => {
    const one = text('parser parser parser parser parser');
    const both = text(`a timeout was seen in some parser of ours ${'and so on '.repeat(10)}`);
    const common = Array.from({ length: 4 }, (_, at) => text(`timeout ${at}${at}`));
    expect(answers('parser timeout', [one, ...common, both]).slice(0, 2)).toEqual([both.body, one.body]);
  });

  it('lets a rare word count more than a common one', () => {
    const common = Array.from({ length: 5 }, (_, at) => text(`the build is number${at}`));
    expect(answers('build zebra', [...common, text('the zebra is number9')])[0]).toBe('the zebra is number9');
  });

  it('prefers a short text that says it to a long one that mentions it', () => {
    const long = text(`parser ${'and much else '.repeat(50)}`);
    expect(answers('parser', [long, text('parser broken')])).toEqual(['parser broken', long.body]);
  });

  it('counts words in titles and tags more than words in bodies', () => {
    const titled = text('how we do it', { title: 'Parser' });
    const tagged = text('how it is done', { tags: ['parser'] });
    const plain = text('the parser it is');
    expect(answers('parser', [plain, titled, tagged]).at(-1)).toBe(plain.body);
  });

  it('finds words that begin with a word of three letters, behind those that are the word', () => {
    expect(answers('lock', [text('they were locked'), text('they were lock')])).toEqual([
      'they were lock',
      'they were locked',
    ]);
    expect(answers('loc', [text('they were locked')])).toEqual(['they were locked']);
    expect(answers('lo', [text('they were locked')])).toEqual([]);
    expect(answers('锁', [text('文件锁定')])).toEqual(['文件锁定']);
  });

  it('prefers the recent where all else is alike, and the newer of two of one time', () => {
    const old = text('parser one', { at: now - 30 * dayMs, order: 3 });
    const fresh = text('parser two', { order: 1 });
    const newest = text('parser six', { order: 2 });
    expect(answers('parser', [old, fresh, newest])).toEqual(['parser six', 'parser two', 'parser one']);
  });

  it('leaves out what lacks a phrase or holds an excluded word', () => {
    const exact = text('the Release\n  branch is cut');
    const apart = text('the branch of the release');
    expect(answers('"release branch"', [exact, apart])).toEqual([exact.body]);
    expect(answers('branch -cut', [exact, apart])).toEqual([apart.body]);
  });

  it('leaves out texts with an excluded name or phrase, not those with parts of it', () => {
    const body = 'the parser must lock the table in src/auth.ts; call 数据库 the end, release it';
    for (const kept of [
      'lockAcquire',
      'queue.ts',
      '"lock release"',
      'the-end',
      'auth.tsx',
      'uth.ts',
      'my-auth.ts',
      '数据表',
      'pars',
    ]) {
      expect([kept, answers(`parser -${kept}`, [text(body)])]).toEqual([kept, [body]]);
    }
    for (const out of ['auth.ts', 'src/auth.ts;', '"lock the"', '"THE  Table"', '数据库', '据', 'lock', 'table']) {
      expect([out, answers(`parser -${out}`, [text(body)])]).toEqual([out, []]);
    }
    expect(answers('parser -lockAcquire', [text('parser and lockAcquire()')])).toEqual([]);
    expect(
      answers('parser -queue.ts', [text('parser', { title: 'Why queue.ts' }), text('parser 见queue.ts文')]),
    ).toEqual([]);
  });

  it('finds words whatever their accents and letter case', () => {
    const bodies = ['Le café est fermé', 'STRASSE gesperrt', 'İstanbul office'];
    const documents = bodies.map(body => text(body));
    for (const [body, asked] of [
      [bodies[0], ['cafe', 'CAFÉ', 'cafe\u0301', '"cafe est"']],
      [bodies[1], ['straße', 'Strasse', 'STRAẞE']],
      [bodies[2], ['istanbul', 'İstanbul', 'ISTANBUL', 'ıstanbul']],
    ] as const) {
      for (const query of asked) expect([query, answers(query, documents)]).toEqual([query, [body]]);
    }
  });

  it('finds a letter, a digit and the like of C++ when nothing else is asked for, and no longer words by them', () => {
    const documents = ['plan B', 'bold', 'C++ style', 'C# style', 'see'].map(body => text(body));
    expect(answers('b', documents)).toEqual(['plan B']);
    expect(answers('C++', documents)).toEqual(['C++ style']);
    expect(answers('c#', documents)).toEqual(['C# style']);
  });

  it('keeps everything when there is no word to rank by, the newest first', () => {
    const items = [text('one', { order: 1 }), text('two', { order: 2 })];
    expect(rank(aboutOf(null, ''), items, document => document, now).map(({ item }) => item.body)).toEqual([
      'two',
      'one',
    ]);
  });
});

describe('a query', () => {
  it('is taken apart into words, phrases and words that must not be there', () => {
    expect(queryOf('lockAcquire "Two  words" -draft x-ray')).toEqual({
      words: ['lockacquire', 'lock', 'acquire', 'ray', 'two', 'words'],
      phrases: ['two words'],
      excluded: { words: ['draft'], names: [], phrases: [] },
    });
    expect(queryOf('x -lockAcquire -queue.ts, -"lock  release" -数据库 -C++').excluded).toEqual({
      words: ['lockacquire', 'c++'],
      names: ['queue.ts', '数据库'],
      phrases: ['lock release'],
    });
  });

  it.each(['', '  ', '? !', '"', '-draft', '-"a draft"'])('without a word (%j) is refused with a next step', raw => {
    expect(() => queryOf(raw)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it('that is too long is refused', () => {
    const words = (count: number) => Array.from({ length: count }, (_, at) => `w${at}`).join(' ');
    expect(queryOf(words(limits.searchWords)).words).toHaveLength(limits.searchWords);
    expect(() => queryOf(words(limits.searchWords + 1))).toThrow(expect.objectContaining({ code: 'limit_exceeded' }));
    expect(() => queryOf('x'.repeat(limits.searchQueryCharacters + 1))).toThrow(/301 characters/);
  });

  it('shows the part of a text where its words are, on one line', () => {
    const body = `${'before '.repeat(100)}\n\nthe Zebra ${'after '.repeat(100)}`;
    const snippet = snippetOf(body, queryOf('zebra'));
    expect(snippet).toContain('the Zebra after');
    expect(snippet).toMatch(/^….*…$/);
    expect(snippet.length).toBeLessThanOrEqual(limits.snippetCharacters + 2);
    expect(snippetOf('short', queryOf('zebra'))).toBe('short');
    expect(snippetOf(`${'ﬃß'.repeat(300)} the Zébra is out ${'after '.repeat(100)}`, queryOf('zebra'))).toContain(
      'the Zébra is out',
    );
  });
});
