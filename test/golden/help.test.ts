import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createProgram, everyCommand, pathOf } from '../../src/surfaces/cli/program.ts';
import { operations } from '../../src/tools/index.ts';

const folder = fileURLToPath(new URL('./help', import.meta.url));
const isUpdate = process.env.SIGNALBOX_UPDATE_GOLDEN === '1';

/** The help of every command as somebody sees it on a terminal of 80 columns, by the name of its file. */
function helpTexts(): Map<string, string> {
  const texts = new Map<string, string>();
  let written = '';
  const write = (text: string) => {
    written += text;
  };
  const helpOf = (name: string, parts: { isBrief?: boolean }, path: string) => {
    written = '';
    const program = createProgram({
      tools: operations,
      run: async () => {},
      write,
      colour: false,
      columns: 80,
      ...parts,
    });
    everyCommand(program)
      .find(command => pathOf(command) === path)
      ?.outputHelp();
    texts.set(`${name}.txt`, written);
  };
  helpOf('nothing-typed', { isBrief: true }, '');
  const program = createProgram({ tools: operations, run: async () => {}, write, colour: false, columns: 80 });
  for (const command of everyCommand(program)) {
    helpOf(['signalbox', ...pathOf(command).split(' ')].filter(Boolean).join('-'), {}, pathOf(command));
  }
  return texts;
}

describe('the help', () => {
  const texts = helpTexts();
  if (isUpdate) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [name, text] of texts) writeFileSync(`${folder}/${name}`, text);
  }

  it.each([...texts])('%s is as recorded; SIGNALBOX_UPDATE_GOLDEN=1 records it anew', (name, text) => {
    const path = `${folder}/${name}`;
    expect(text).toBe(existsSync(path) ? readFileSync(path, 'utf8') : '(nothing recorded)');
  });

  it('has no records of commands that are gone', () => {
    expect(readdirSync(folder).sort()).toEqual([...texts.keys()].sort());
  });

  it.each([...texts])('%s fits 80 columns, except for example command lines', (_, text) => {
    const wide = text.split('\n').filter(line => line.length > 80 && !line.startsWith('  signalbox '));
    expect(wide).toEqual([]);
  });
});
