import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Break } from '../breaks/break.ts';
import { exempt } from '../breaks/table/exempt.ts';
import { breaks } from '../breaks/table/index.ts';
import { type Guarantee, guaranteesIn, guaranteesOfProject } from './guarantees.ts';
import { filesEnding, root } from './sources.ts';

/** Shorter beginnings of a sentence could be meant for another guarantee one day. */
const fewestExemptLetters = 30;

function testsOf(guarantees: readonly Guarantee[]): Set<string> {
  return new Set(guarantees.flatMap(({ tests }) => tests.map(({ path, title }) => `${path} › ${title}`)));
}

/** What stands in a file of the tree; nothing for a file that is not there. */
function textOf(path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}

function misplaced(table: readonly Break[], read: (path: string) => string): string[] {
  return table.flatMap(({ what, file, replace, by }) => {
    const times = read(file).split(replace).length - 1;
    if (times !== 1) return [`${what}: its text stands ${times} times in ${file}`];
    return replace === by ? [`${what}: changes nothing`] : [];
  });
}

function unbroken(guarantees: readonly Guarantee[], table: readonly Break[], reasons: typeof exempt): string[] {
  const caught = new Set(table.map(({ caughtBy }) => caughtBy));
  return guarantees.flatMap(guarantee => {
    const isBroken = [...testsOf([guarantee])].some(test => caught.has(test));
    const isExempt = Object.keys(reasons).some(words => guarantee.text.startsWith(words));
    if (isBroken && isExempt) return [`${guarantee.number} has a break, and a reason to have none`];
    return isBroken || isExempt ? [] : [`${guarantee.number} has no break`];
  });
}

/** Reasons that are none, and such as belong to no guarantee or to more than one. */
function misdirected(guarantees: readonly Guarantee[], reasons: typeof exempt): string[] {
  return Object.entries(reasons).flatMap(([words, reason]) => {
    const meant = guarantees.filter(({ text }) => text.startsWith(words)).length;
    if (meant !== 1) return [`"${words}" begins ${meant} guarantees`];
    return words.length >= fewestExemptLetters && /^[A-Z].*\.$/.test(reason) ? [] : [`"${words}" needs more words`];
  });
}

describe('the table of breaks', () => {
  it('every break changes a text that stands exactly once', () => {
    expect(misplaced(breaks, textOf)).toEqual([]);
  });

  it('every guarantee has a break that one of its tests must notice, or a reason why not', () => {
    const guarantees = guaranteesOfProject();
    expect(unbroken(guarantees, breaks, exempt)).toEqual([]);
    expect(misdirected(guarantees, exempt)).toEqual([]);
  });

  it('every break is noticed by a test that a guarantee names', () => {
    const named = testsOf(guaranteesOfProject());
    expect(breaks.filter(({ caughtBy }) => !named.has(caughtBy)).map(({ caughtBy }) => caughtBy)).toEqual([]);
  });

  it('every suite that several files run is broken through one of these', () => {
    const files = new Set(filesEnding('.test.ts').map(file => file.path));
    const run = breaks.map(({ caughtBy, through }) => through ?? caughtBy.split(' › ')[0] ?? '');
    expect(run.filter(path => !files.has(path))).toEqual([]);
  });

  it('is held to this by checks that see what is missing', () => {
    const guarantees = guaranteesIn(
      '1. One promise that is kept.\n   - `a.test.ts › a`\n\n2. Two.\n   - `b.test.ts › b`\n',
    );
    const one = { what: 'one', file: 'a.ts', replace: 'x', by: 'y', caughtBy: 'a.test.ts › a' };
    const reason = { 'One promise that is kept': 'It is.' };
    expect(misplaced([one], () => 'x')).toEqual([]);
    expect(misplaced([one], () => 'xx')).toEqual(['one: its text stands 2 times in a.ts']);
    expect(misplaced([{ ...one, by: 'x' }], () => 'x')).toEqual(['one: changes nothing']);
    expect(unbroken(guarantees, [one], {})).toEqual(['2 has no break']);
    expect(unbroken(guarantees, [one], reason)).toEqual(['1 has a break, and a reason to have none', '2 has no break']);
    expect(misdirected(guarantees, reason)).toEqual(['"One promise that is kept" needs more words']);
    expect(misdirected(guarantees, { Three: 'It is.' })).toEqual(['"Three" begins 0 guarantees']);
  });
});
