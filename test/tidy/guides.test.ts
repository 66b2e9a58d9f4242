import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './sources.ts';

const text = (name: string) => readFileSync(join(root, 'docs/guides', name), 'utf8');
const [english, french] = [text('team.md'), text('team.fr.md')];
const commands = (guide: string) => guide.match(/^```[\s\S]*?^```$/gm) ?? [];
const prose = (guide: string) => guide.replaceAll(/^```[\s\S]*?^```$/gm, '');
const shape = (guide: string) => prose(guide).match(/^(?:#+ |\| `|\|---|\d+\. )/gm);
/** What is typed or set: the same in every language, in whatever order sentences name it. */
const named = (guide: string) => [...new Set(prose(guide).match(/`[^`\n]+`/g))].sort();

it('The guide for teams has the same commands, sections, settings and names in French', () => {
  expect(commands(english).length).toBeGreaterThan(5);
  expect(commands(french)).toEqual(commands(english));
  expect(shape(french)).toEqual(shape(english));
  expect(named(french)).toEqual(named(english));
});
