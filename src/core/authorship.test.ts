import { describe, expect, it } from 'vitest';
import { authorshipOf, lineRangesOf, sinceLastCommit } from './authorship.ts';
import type { EditRecord } from './edit-record.ts';
import { limits } from './limits.ts';

let sequence = 0;

const here = { host: 'box', root: '/shop' };

function edit(handle: string, lines: string | null, about: Partial<EditRecord> = {}): EditRecord {
  sequence += 1;
  return {
    id: `e${sequence}`,
    sequence,
    path: 'a.ts',
    pathKey: 'a.ts',
    change: 'modified',
    session: handle,
    mayBeOf: [],
    handle,
    task: null,
    intent: null,
    source: 'command',
    commit: null,
    lines: lines === null ? null : (lineRangesOf(lines) ?? null),
    ...here,
    branch: 'main',
    at: sequence * 10_000,
    ...about,
  };
}

/** The answer over edits given oldest first, and who is possible, newest first; `~` marks approximate lines. */
function ask(line: number, ...edits: readonly EditRecord[]): string {
  const { answer, possible } = authorshipOf(edits.toReversed(), line, 'main');
  const names = possible.map(item => item.edit.handle + (item.isApproximate ? '~' : ''));
  return [answer, ...names].join(' ');
}

describe('who wrote a line that is not committed', () => {
  it('is unknown when nothing is recorded, or nothing that touched it', () => {
    expect(ask(5)).toBe('unknown');
    expect(ask(5, edit('x', '10-20'))).toBe('unknown');
    expect(ask(25, edit('x', '10-20'))).toBe('unknown');
  });

  it('is known by an edit whose lines cover it while none after it can have moved them', () => {
    expect(ask(10, edit('x', '10-20'))).toBe('known x');
    expect(ask(20, edit('x', '1,10-20'))).toBe('known x');
    expect(ask(10, edit('y', null), edit('x', '10-20'))).toBe('known x');
    expect(ask(10, edit('x', '10-20'), edit('y', '30'))).toBe('known x');
    expect(ask(10, edit('y', '1-100'), edit('x', '10-20'))).toBe('known x');
  });

  it('may be anybody whose edit does not say which lines it touched', () => {
    expect(ask(10, edit('x', null))).toBe('candidates x');
    expect(ask(10, edit('x', null), edit('y', null))).toBe('candidates y x');
    expect(ask(10, edit('x', null), edit('y', '90'))).toBe('candidates x');
  });

  it('is approximate where a later edit may have moved the lines', () => {
    expect(ask(10, edit('x', '10-20'), edit('y', '3-4'))).toBe('candidates x~');
    expect(ask(14, edit('x', '10-12'), edit('y', '3-4'))).toBe('candidates x~');
    expect(ask(10, edit('x', '10-20'), edit('y', null))).toBe('candidates y x~');
    expect(ask(10, edit('z', '10'), edit('x', '10-20'), edit('y', null))).toBe('candidates y x~ z~');
  });

  it('is whoever made the file, unless somebody changed it since; what was before the file was made or removed is past', () => {
    const made = edit('x', null, { change: 'created' });
    expect(ask(10, edit('w', '10'), made)).toBe('known x');
    expect(ask(10, edit('w', '10'), made, edit('y', '12'))).toBe('known x');
    expect(ask(10, edit('w', '10'), made, edit('y', '2'))).toBe('candidates x');
    expect(ask(10, edit('w', '10'), edit('v', null, { change: 'deleted' }))).toBe('unknown');
  });

  it('is never sure by an edit that may be of several sessions, whatever lines it names', () => {
    const several = { session: '', mayBeOf: ['x', 'y'] };
    expect(ask(10, edit('x or y', '10', several))).toBe('candidates x or y');
    expect(ask(10, edit('x or y', null, { ...several, change: 'created' }))).toBe('candidates x or y');
    expect(ask(10, edit('x or y', null, several), edit('z', '10'))).toBe('known z');
  });

  it('is by nobody from before the file was as HEAD has it again', () => {
    const reverted = edit('y', null, { change: 'reverted', source: 'tree' });
    expect(ask(10, edit('x', '10'), reverted)).toBe('unknown');
    expect(ask(10, edit('x', '10'), reverted, edit('z', '10'))).toBe('known z');
  });

  it('is not sure where the edit was made on another branch', () => {
    const elsewhere = edit('x', '10', { branch: 'next' });
    expect(ask(10, elsewhere)).toBe('candidates x~');
    expect(ask(10, elsewhere, edit('y', '10'))).toBe('known y');
  });

  it('shows a bounded number of edits, and says how many more there are', () => {
    const many = Array.from({ length: limits.editsListed + 5 }, () => edit('x', null));
    const { possible, more } = authorshipOf(many, 1, 'main');
    expect([possible.length, more]).toEqual([limits.editsListed, 5]);
  });
});

describe('the edits since the last commit of a file', () => {
  const names = (edits: readonly EditRecord[], last?: { id: string; at: number }) =>
    sinceLastCommit(edits.toReversed(), here, last).map(item => item.handle);

  it('are those of the checkout only, and no commit is one', () => {
    const edits = [
      edit('x', null),
      edit('y', null, { root: '/other' }),
      edit('z', null, { host: 'elsewhere' }),
      edit('w', null),
    ];
    expect(names(edits)).toEqual(['w', 'x']);
  });

  it('begin with the time of a commit that is not recorded', () => {
    const edits = [edit('x', null, { at: 1000 }), edit('y', null, { at: 2000 }), edit('z', null, { at: 2500 })];
    expect(names(edits, { id: 'c1', at: 2000 })).toEqual(['z', 'y']);
  });

  it('begin behind the record of a commit within the same second', () => {
    const edits = [
      edit('x', null, { at: 2100 }),
      edit('x', null, { at: 2200, source: 'commit', commit: 'c1' }),
      edit('y', null, { at: 2300 }),
    ];
    expect(names(edits, { id: 'c1', at: 2000 })).toEqual(['y']);
    edits.push(edit('z', null, { at: 2400, source: 'commit', commit: 'c1' }));
    expect(names(edits, { id: 'c1', at: 2000 })).toEqual(['y']);
  });

  it('hold those made between a commit and its being recorded, also when another session recorded it again', () => {
    const edits = [
      edit('x', null, { at: 1000 }),
      edit('y', null, { at: 9000 }),
      edit('x', null, { at: 20_000, source: 'commit', commit: 'c1' }),
      edit('z', null, { at: 30_000 }),
      edit('y', null, { at: 40_000, source: 'commit', commit: 'c1' }),
    ];
    expect(names(edits, { id: 'c1', at: 2000 })).toEqual(['z', 'y']);
  });

  it('begin behind the last time at which it was as HEAD has it', () => {
    const edits = [edit('x', null), edit('y', null, { change: 'reverted' }), edit('z', null)];
    expect(names(edits)).toEqual(['z']);
    expect(names(edits.slice(0, 2))).toEqual([]);
    expect(names([edit('x', null), edit('y', null, { change: 'reverted', root: '/other' })])).toEqual(['x']);
  });

  it('begin with the newest commit recorded there when git tells of none', () => {
    const edits = [
      edit('x', null),
      edit('x', null, { source: 'commit', commit: 'c1' }),
      edit('y', null),
      edit('z', null, { source: 'commit', commit: 'c2', root: '/other' }),
    ];
    expect(names(edits)).toEqual(['y']);
  });
});

describe('lines', () => {
  it('are numbers and ranges', () => {
    expect(lineRangesOf('10-20,30, 5 - 6')).toEqual([
      { from: 5, to: 6 },
      { from: 10, to: 20 },
      { from: 30, to: 30 },
    ]);
  });

  it.each(['', '0', '5-4', 'a', '1-', '-1', '1,,2', '1.5', '9999999999', '1,'.repeat(50).concat('1')])(
    'are not %j',
    text => {
      expect(lineRangesOf(text)).toBeUndefined();
    },
  );
});
