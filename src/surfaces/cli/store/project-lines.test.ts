import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aLock, aMessage, aSession } from '../../../../test/support/records.ts';
import { limits } from '../../../core/limits.ts';
import type { Contents } from '../../../core/ports.ts';
import type { Kind } from '../../../core/records.ts';
import { exportLines, parseExport } from './project-lines.ts';

const stored = (kind: Kind, record: { readonly id: string }) => ({ kind, id: record.id, body: JSON.stringify(record) });

const event = (sequence: number, data: object = {}) =>
  JSON.stringify({ sequence, at: 1, type: 'test', audience: ['s'], data });

const contents: Contents = {
  sequence: 12,
  records: [
    stored('lock', aLock('a')),
    stored('message', aMessage('m', { body: 'Line\nbreak "quoted" \0 \ud800 \u009b2J \u202e \u{e0041} \u{1f600}' })),
    stored('session', aSession('s')),
  ],
  // The beginning is gone: numbers go on.
  events: [event(11, { text: '\u2028' }), event(12)],
};

const bytesOf = (lines: readonly string[], end = '\n') => Buffer.from(lines.map(line => line + end).join(''));
const lines = exportLines({ project: 'team/app', contents });
const refusal = (changed: readonly string[]) => {
  try {
    return parseExport(bytesOf(changed));
  } catch (error) {
    return error;
  }
};
const withLine = (at: number, text: string) => lines.with(at, text);

describe('an export', () => {
  it('comes back the same to the byte', () => {
    expect(parseExport(bytesOf(lines))).toEqual({ project: 'team/app', contents });
    expect(parseExport(bytesOf(lines, '\r\n'))).toEqual({ project: 'team/app', contents });
    expect(parseExport(Buffer.from(lines.join('\n')))).toEqual({ project: 'team/app', contents });
  });

  it('comes back the same whatever the texts are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const value = fc.oneof(text, fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.double({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 6 }), fc.dictionary(text, value, { maxKeys: 6 }), (ids, data) => {
        const given = {
          sequence: 1,
          records: ids.map(id => stored('message', { ...data, id } as { id: string })),
          events: [event(1, data)],
        };
        const exported = exportLines({ project: 'p', contents: given });
        expect(parseExport(bytesOf(exported)).contents).toEqual(given);
      }),
    );
  });

  it('says in its first line what it is, and how much is to come', () => {
    const header = { signalbox: 'export', version: 1, project: 'team/app', sequence: 12, records: 3, events: 2 };
    expect(JSON.parse(lines[0] ?? '')).toEqual(header);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ end: true, records: 3, events: 2 });
    expect(JSON.parse(lines[1] ?? '')).toEqual({ kind: 'lock', record: aLock('a') });
  });

  it('holds no character that commands a terminal or hides from a reader', () => {
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202a-\u202e]|\udb40/);
    expect(lines.join('')).toContain('\u{1f600}');
  });

  it('is refused for a stored text that would come back as another one', () => {
    const odd = { ...contents, records: [{ kind: 'lock' as const, id: 'a', body: '{ "id": "a" }' }] };
    expect(() => exportLines({ project: 'p', contents: odd })).toThrow('The lock a is stored in a form');
    expect(() => exportLines({ project: 'p', contents: { ...contents, events: ['{', '{'] } })).toThrow('Event 11');
  });
});

describe('what is no whole export', () => {
  it('is refused wherever it was cut short', () => {
    const whole = bytesOf(lines);
    for (let length = 0; length < whole.length - 1; length++) {
      expect(() => parseExport(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(/not whole|Line \d/) }),
      );
    }
  });

  it('is refused with the line that is wrong', () => {
    const lock = lines[1] ?? '';
    const wrong: [readonly string[], string][] = [
      [withLine(2, '{"kind":'), 'Line 3'],
      [withLine(2, ''), 'Line 3'],
      [withLine(2, '[]'), 'Line 3'],
      [withLine(2, lock), 'Line 3 of the export cannot be used: the lock "a" is there twice.'],
      [withLine(1, lock.replace('"lock"', '"toString"')), 'Line 2'],
      [withLine(1, lock.replace('"lock"', '"robot"')), 'its kind "robot" is not known to this version'],
      [withLine(1, '{"kind":"lock","record":{}}'), 'no record with an id'],
      [withLine(1, lock.replace('60000', '12345678901234567890')), 'cannot be kept exactly'],
      [withLine(4, event(13).replace(/^.*$/, '{"event":$&}')), 'it is not event 11'],
      [withLine(0, '{}'), 'it does not begin an export'],
      [withLine(0, (lines[0] ?? '').replace('team/app', '@places')), 'it names no project'],
      [[...lines, lock], 'it stands behind the end'],
    ];
    for (const [changed, message] of wrong) {
      expect(refusal(changed)).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(message) });
    }
  });

  it('is refused when a line is missing or too much', () => {
    expect(refusal(lines.toSpliced(1, 1))).toMatchObject({ message: expect.stringContaining('not whole') });
    expect(refusal(lines.toSpliced(5, 1))).toMatchObject({ message: expect.stringContaining('not whole') });
    expect(refusal(lines.with(-1, '{"end":true}'))).toMatchObject({ message: expect.stringContaining('not whole') });
  });

  it('is refused when a later version wrote it', () => {
    const later = withLine(0, (lines[0] ?? '').replace('"version":1', '"version":2'));
    expect(refusal(later)).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('format 2') });
  });

  it('is refused when a record is larger than any store takes, and taken when it just fits', () => {
    const room = limits.recordBytes - Buffer.byteLength(JSON.stringify(aMessage('m', { body: '' })));
    const long = (length: number) => [stored('message', aMessage('m', { body: 'x'.repeat(length) }))];
    const exported = (length: number) =>
      exportLines({ project: 'p', contents: { sequence: 0, records: long(length), events: [] } });
    expect(parseExport(bytesOf(exported(room))).contents.records).toHaveLength(1);
    expect(refusal(exported(room + 1))).toMatchObject({ code: 'limit_exceeded' });
  });

  it('is refused when it is not UTF-8', () => {
    const spoilt = Buffer.from(bytesOf(lines));
    spoilt[spoilt.indexOf('quoted')] = 0xff;
    expect(() => parseExport(spoilt)).toThrow('Line 3');
  });
});
