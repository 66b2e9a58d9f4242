import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { instructions } from '../../src/surfaces/mcp/instructions.ts';
import { listedTool } from '../../src/surfaces/mcp/listing.ts';
import { tools } from '../../src/tools/index.ts';

const folder = join(import.meta.dirname, 'tools');

/** What a client is shown of every tool, and the size of it, which every session of every user pays. */
function listings(): Map<string, string> {
  const bytes: Record<string, number> = {};
  const texts = new Map<string, string>();
  for (const tool of tools) {
    const listed = listedTool(tool);
    bytes[tool.name] = Buffer.byteLength(JSON.stringify(listed));
    texts.set(`${tool.name}.json`, `${JSON.stringify(listed, null, 2)}\n`);
  }
  const total = Object.values(bytes).reduce((sum, size) => sum + size, 0);
  const summary = { tools: bytes, total, instructionsCharacters: instructions.length };
  texts.set('bytes.json', `${JSON.stringify(summary, null, 2)}\n`);
  texts.set('instructions.txt', `${instructions}\n`);
  return texts;
}

describe('what clients are shown', () => {
  const texts = listings();
  if (process.env.SIGNALBOX_UPDATE_GOLDEN === '1') {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [name, text] of texts) writeFileSync(join(folder, name), text);
  }

  it.each([...texts])('is as recorded in %s', (name, text) => {
    const path = join(folder, name);
    expect(text, 'Read the difference, then run `npm run golden`.').toBe(
      existsSync(path) ? readFileSync(path, 'utf8') : '',
    );
  });

  it('has no record of a tool that is gone', () => {
    expect(readdirSync(folder).sort()).toEqual([...texts.keys()].sort());
  });
});
