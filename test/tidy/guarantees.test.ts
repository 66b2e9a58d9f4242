import { describe, expect, it } from 'vitest';
import { type Guarantee, guaranteesIn, guaranteesOfProject, isTitle, titlesIn } from './guarantees.ts';
import { filesEnding, type SourceFile } from './sources.ts';

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

describe('the guarantees', () => {
  it('each name at least one test that exists', () => {
    const guarantees = guaranteesOfProject();
    expect(guarantees.length).toBeGreaterThan(30);
    expect(guarantees.flatMap(guarantee => problemsOf(guarantee, testFiles))).toEqual([]);
  });

  it('are numbered from 1 without a gap, so that one can be cited', () => {
    const numbers = guaranteesOfProject().map(guarantee => guarantee.number);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('are each one sentence', () => {
    const sentences = guaranteesOfProject().map(
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
