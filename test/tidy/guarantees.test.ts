import { describe, expect, it } from 'vitest';
import { filesEnding, type SourceFile } from './sources.ts';

/** A test as a guarantee names it: `path › title`, in backticks. */
interface Named {
  readonly path: string;
  readonly title: string;
}

interface Guarantee {
  readonly number: number;
  readonly text: string;
  readonly tests: readonly Named[];
}

/** The numbered paragraphs of the document. Lists without numbers, such as what is not guaranteed, promise nothing. */
function guaranteesIn(document: string): Guarantee[] {
  const paragraphs = document.split(/\n(?=\d+\. |\n|#)/);
  return paragraphs.flatMap(paragraph => {
    const [, number, text] = /^\s*(\d+)\. ([\s\S]*)$/.exec(paragraph) ?? [];
    if (number === undefined || text === undefined) return [];
    const named = [...text.replaceAll(/\s+/g, ' ').matchAll(/`([^` ]+) › ([^`]+)`/g)];
    const tests = named.map(([, path = '', title = '']) => ({ path, title }));
    return [{ number: Number(number), text, tests }];
  });
}

/** The titles of all tests in a file, as they are written; `it.each` ones keep their placeholders. Groups are no tests. */
function titlesIn(text: string): string[] {
  // The formatter puts a statement's first and last line at one indentation, which is easier to trust than counting brackets.
  const statements = text.matchAll(/^( *)(?:it|test)\b(?=[.(])[\s\S]*?^\1(?=\S)(?!\])[^\n]*/gm);
  return [...statements].flatMap(([statement]) => {
    const title = /(?:^ *(?:it|test)|\))\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`]*)`),/.exec(
      statement,
    );
    const written = title?.[1] ?? title?.[2] ?? title?.[3];
    return written === undefined ? [] : [written.replaceAll(/\\(.)/g, '$1')];
  });
}

const placeholder = /%[sdifjo#%]|\$[a-zA-Z_][\w.]*/g;

/** A title may be given as it is written in the file, or with its placeholders filled in as the runner shows it. */
function isTitle(given: string, written: string): boolean {
  if (given === written) return true;
  const fixed = written.split(placeholder);
  if (fixed.length === 1 || !/[a-z]{3}/i.test(fixed.join(''))) return false;
  return new RegExp(`^${fixed.map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`).test(given);
}

function problemsOf({ number, tests }: Guarantee, files: readonly SourceFile[]): string[] {
  if (tests.length === 0) return [`${number} names no test`];
  return tests.flatMap(({ path, title }) => {
    const file = files.find(candidate => candidate.path === path);
    if (!file) return [`${number} names ${path}, which is no test file`];
    return titlesIn(file.text).some(written => isTitle(title, written)) ? [] : [`${number}: no "${title}" in ${path}`];
  });
}

// A contract is a suite that several test files run over their engine or channel; its tests count as well.
const testFiles = filesEnding('.test.ts', '-contract.ts').filter(file => file.isTest);
const document = filesEnding('.md').find(file => file.path === 'docs/guarantees.md')?.text ?? '';

describe('the guarantees', () => {
  it('each name at least one test that exists', () => {
    const guarantees = guaranteesIn(document);
    expect(guarantees.length).toBeGreaterThan(30);
    expect(guarantees.flatMap(guarantee => problemsOf(guarantee, testFiles))).toEqual([]);
  });

  it('are numbered from 1 without a gap, so that one can be cited', () => {
    const numbers = guaranteesIn(document).map(guarantee => guarantee.number);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('are each one sentence', () => {
    const sentences = guaranteesIn(document).map(
      ({ text }) => text.replaceAll(/`[^`]*`/g, 'x').split(/\n {3}- /)[0] ?? '',
    );
    expect(sentences.filter(sentence => !/^[^.]*\.\s*$/.test(sentence))).toEqual([]);
  });

  it('are held to this by a check that sees a missing test, a missing file and a missing title', () => {
    const files = [{ path: 'a.test.ts', text: "  it.each([\n    1,\n  ])('gives %s', n => {\n  });\n", isTest: true }];
    const told = (text: string) => guaranteesIn(text).flatMap(guarantee => problemsOf(guarantee, files));
    expect(
      told('1. A promise.\n   - `a.test.ts › gives %s`\n\n2. One more.\n   - `a.test.ts › gives\n     seven`\n'),
    ).toEqual([]);
    expect(told('1. A promise without a test.\n')).toEqual(['1 names no test']);
    expect(told('1. It.\n   - `b.test.ts › gives %s`\n')).toEqual(['1 names b.test.ts, which is no test file']);
    expect(told('1. It.\n   - `a.test.ts › takes`\n')).toEqual(['1: no "takes" in a.test.ts']);
  });

  it('can name every test there is', () => {
    const overlooked = testFiles.filter(({ text }) => {
      const begun = text.match(/^ *(?:it|test)[.(]/gm) ?? [];
      return titlesIn(text).length !== begun.length;
    });
    expect(overlooked.map(file => file.path)).toEqual([]);
  });
});
