import { describe, expect, it } from 'vitest';
import { limits } from './limits.ts';
import { areAllIndexed, eachWord, wordsAsked, wordsOf } from './words.ts';

describe('the words of a text', () => {
  it.each([
    ['prose', 'The parser hangs, again!', ['the', 'parser', 'hangs', 'again']],
    ['a name with humps', 'lockAcquire', ['lockacquire', 'lock', 'acquire']],
    [
      'an abbreviation in a name',
      'HTTPServer2 parseURL',
      ['httpserver2', 'http', 'server2', 'parseurl', 'parse', 'url'],
    ],
    ['a name with underscores or dashes', 'lock_acquire-now', ['lock', 'acquire', 'now']],
    ['a path', 'src/core/search.test.ts', ['src', 'core', 'search', 'test', 'ts']],
    ['ids and numbers', 'm12 on port 3000', ['m12', 'on', 'port', '3000']],
    ['other alphabets', 'Größe ПОИСК κόσμος', ['grosse', 'поиск', 'κοσμοσ']],
    ['wide and composed forms', 'Ｃａｆｅ\u0301', ['cafe']],
    [
      'accents and letter case',
      'Café CAFÉ cafe straße STRASSE İstanbul ıstanbul Łódź',
      ['cafe', 'strasse', 'istanbul', 'lodz'],
    ],
    ['signs that tell words apart', 'ガ が 한국어 की', ['ガ', 'が', '한국어', 'की']],
    ['single letters and digits, but not as parts of names', 'a B 3 xAxis', ['a', 'b', '3', 'xaxis', 'axis']],
    [
      'languages named by one letter and a sign',
      'C, C++ and c# (not c#3, xc++)',
      ['c', 'c++', 'and', 'c#', 'not', '3', 'xc'],
    ],
  ])('are found in %s', (_what, text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('are pairs of characters where writing has no spaces, and the last character', () => {
    expect(wordsOf('锁定文件')).toEqual(['锁定', '定文', '文件', '件']);
    expect(wordsOf('テストはlockで失敗')).toEqual(['テス', 'スト', 'トは', 'は', 'lock', 'で失', '失敗', '敗']);
    expect(wordsOf('ล็อกไฟล์')).toContain('ไฟ');
    expect(wordsOf('파일 잠금')).toEqual(['파일', '잠금']);
  });

  it('are asked for without the last characters of such writing, unless it is only one', () => {
    expect(wordsAsked('文件')).toEqual(['文件']);
    expect(wordsAsked('锁')).toEqual(['锁']);
    expect(wordsAsked('锁 x')).toEqual(['锁']);
  });

  it('are asked for without single letters and digits, unless there is nothing else', () => {
    expect(wordsAsked('a parser 3')).toEqual(['parser']);
    expect(wordsAsked('x 3')).toEqual(['x', '3']);
    expect(wordsAsked('C++')).toEqual(['c++']);
  });

  it('are told once each, at most as many as are indexed, and cut where they are long', () => {
    const many = Array.from({ length: limits.wordsIndexed + 1 }, (_, at) => `word${at}`).join(' ');
    expect(wordsOf('again and Again')).toEqual(['again', 'and']);
    expect(wordsOf(many, many)).toHaveLength(limits.wordsIndexed);
    expect([areAllIndexed(many, 'word'), areAllIndexed(many.slice(0, many.lastIndexOf(' ')), 'word1')]).toEqual([
      false,
      true,
    ]);
    expect(wordsOf('x'.repeat(500))).toEqual(['x'.repeat(limits.wordCharacters)]);
    expect([...eachWord('again and Again')]).toEqual(['again', 'and', 'again']);
  });
});
