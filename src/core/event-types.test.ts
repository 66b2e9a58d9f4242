import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultEvents, eventPattern, eventTypes, isChosen } from './event-types.ts';

it('A webhook can choose every type of event that the rules emit, and no other', () => {
  const files = readdirSync(import.meta.dirname).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const texts = files.map(name => readFileSync(join(import.meta.dirname, name), 'utf8'));
  const emitted = texts.flatMap(text =>
    [...text.matchAll(/type: [^,;\n]*?'(\w+\.\w+)'(?:[^,;\n]*'(\w+\.\w+)')?,/g)].flatMap(([, one, other]) => [
      one,
      other,
    ]),
  );
  const known = new Set<string | undefined>(eventTypes);
  const found = new Set(emitted.filter(type => type !== undefined && type !== 'webhook.test'));
  expect([...found].filter(type => !known.has(type))).toEqual([]);
  expect([...known].filter(type => !found.has(type))).toEqual([]);
});

it('A pattern means a type, a group or all, and what means nothing is refused', () => {
  expect(eventPattern(' Lock.* ')).toBe('lock.*');
  expect(isChosen(['lock.*'], 'lock.granted')).toBe(true);
  expect(isChosen(['lock.granted'], 'lock.ended')).toBe(false);
  expect(isChosen(['*'], 'data.set')).toBe(true);
  for (const wrong of ['', 'lock', 'lock.', 'l*', 'lock.gra*', '**', 'lock.lost', 'x.*'])
    expect(() => eventPattern(wrong), wrong).toThrow(/There is no event/);
  for (const pattern of defaultEvents) expect(eventPattern(pattern)).toBe(pattern);
});
