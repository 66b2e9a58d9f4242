/** Every behaviour that a profile promises has a test that cites it, and every citation names one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { titlesIn } from '../tidy/guarantees.ts';
import type { Requirement } from './requirement.ts';

const folder = import.meta.dirname;
const files = readdirSync(folder);
const ending = '.requirements.ts';
const profiles = files.filter(file => file.endsWith(ending)).map(file => file.slice(0, -ending.length));

/** The ids at the end of the titles of a file's tests: `… (CP-001, CP-002)'`. */
function citedIn(file: string): string[] {
  const titles = titlesIn(readFileSync(join(folder, file), 'utf8'));
  return titles.flatMap(title => /\(([A-Z]+-\d{3}(?:, [A-Z]+-\d{3})*)\)$/.exec(title)?.[1]?.split(', ') ?? []);
}

it('There is a table of requirements at all', () => {
  expect(profiles).not.toEqual([]);
});

describe.each(profiles)('the requirements of %s', async profile => {
  const { requirements } = (await import(`./${profile}.requirements.ts`)) as { requirements: readonly Requirement[] };
  const ids = requirements.map(({ id }) => id);
  const prefix = ids[0]?.split('-')[0];
  const cited = files
    .filter(file => file.endsWith('.test.ts'))
    .flatMap(citedIn)
    .filter(id => id.startsWith(`${prefix}-`));

  it('have ids of their own, in order', () => {
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it('are each cited by a test', () => {
    expect(ids.filter(id => !cited.includes(id))).toEqual([]);
  });

  it('are the only ones that tests cite', () => {
    expect(cited.filter(id => !ids.includes(id))).toEqual([]);
  });
});
