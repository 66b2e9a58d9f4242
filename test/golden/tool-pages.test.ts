import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/tools/index.ts';
import { toolPages } from './tool-pages.ts';

const folder = fileURLToPath(new URL('../../docs/tools', import.meta.url));

describe('the reference in docs/tools', () => {
  const pages = toolPages(operations);
  if (process.env.SIGNALBOX_UPDATE_GOLDEN === '1') {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [name, page] of pages) writeFileSync(`${folder}/${name}`, page);
  }

  it.each([...pages])('is what the definitions say: %s', (name, page) => {
    const path = `${folder}/${name}`;
    expect(page, 'Read the difference, then run `npm run golden`.').toBe(
      existsSync(path) ? readFileSync(path, 'utf8') : '',
    );
  });

  it('has no page of an operation that is gone', () => {
    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  });

  it('explains every field that an input has, unless its name does', () => {
    const unexplained = operations.flatMap(tool => {
      const page = pages.get(`${tool.name}.md`) ?? '';
      return [...page.matchAll(/^\| `(\w+)` \|[^|]*\|[^|]*\| {1,2}\|$/gm)].map(([, field]) => `${tool.name}.${field}`);
    });
    expect(unexplained).toEqual([]);
  });
});
