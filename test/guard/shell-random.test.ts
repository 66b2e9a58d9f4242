/**
 * Random commands. A failing run prints its seed and path; replay it with `SIGNALBOX_TEST_SEED` and `SIGNALBOX_TEST_PATH`.
 * `SIGNALBOX_TEST_RUNS` makes it longer.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { harmOf, isStopped } from '../../src/guard/shell/harm.ts';
import { readShell } from '../../src/guard/shell/read-shell.ts';
import { BashOracle, findBash } from './bash-oracle.ts';
import { corpusPlace } from './corpus/shell-case.ts';
import { anyText, hiddenCommand, spokenCommand } from './random-commands.ts';

const { SIGNALBOX_TEST_SEED: seed, SIGNALBOX_TEST_PATH: path, SIGNALBOX_TEST_RUNS: runs } = process.env;

function parameters(numRuns: number): fc.Parameters<unknown> {
  return { numRuns: runs ? Number(runs) : numRuns, ...(seed && { seed: Number(seed) }), ...(path && { path }) };
}

const wouldBeStopped = (command: string) => isStopped(harmOf(readShell(command, corpusPlace)));

describe('a harmful command', () => {
  it('is never taken for harmless, whatever harmless things stand around it', () => {
    fc.assert(
      fc.property(hiddenCommand, ({ text }) => {
        expect(wouldBeStopped(text), text).toBe(true);
      }),
      parameters(1_500),
    );
  });

  it('is never seen where it is only spoken of', () => {
    fc.assert(
      fc.property(spokenCommand, text => {
        expect(wouldBeStopped(text), text).toBe(false);
      }),
      parameters(1_500),
    );
  });
});

const bash = findBash();
const oracle = bash === null ? null : new BashOracle(bash);
afterAll(() => oracle?.remove());

describe.runIf(oracle)('the random commands', () => {
  const bench = oracle as BashOracle;

  it('do run what they hide', () => {
    const commands = fc.sample(hiddenCommand, { numRuns: 150, seed: Number(seed ?? 1) });
    const calls = bench.run(commands.map(({ text }) => text));
    const idle = commands.filter(
      ({ words }, at) => !calls[at]?.some(call => call.words.join('\0') === words.join('\0')),
    );
    expect(idle.map(({ text }) => text)).toEqual([]);
  });

  it('do not run what they only speak of', () => {
    const commands = fc.sample(spokenCommand, { numRuns: 150, seed: Number(seed ?? 1) });
    const calls = bench.run(commands).map(all => all.map(({ words }) => words[0]));
    expect(new Set(calls.flat().filter(verb => !['commit', 'log', 'tag'].includes(verb ?? '')))).toEqual(new Set());
  });
});

describe('any text', () => {
  it('is read without an error, and to the same end each time', () => {
    fc.assert(
      fc.property(anyText, text => {
        expect(readShell(text, corpusPlace)).toEqual(readShell(text, corpusPlace));
      }),
      parameters(1_500),
    );
  });

  it.each([
    ['brackets', '('.repeat(50_000)],
    ['substitutions', '$('.repeat(50_000)],
    ['arithmetic', '$(('.repeat(30_000)],
    ['braces', `echo ${'{a,'.repeat(30_000)}`],
    ['closed braces', `echo ${'{'.repeat(20_000)}x,y${'}'.repeat(20_000)}`],
    ['quotes', `"'`.repeat(50_000)],
    ['backticks', '`'.repeat(50_001)],
    ['backslashes', '\\'.repeat(100_001)],
    ['here-documents', 'cat <<A\n'.repeat(20_000)],
    ['words', 'x '.repeat(100_000)],
    ['commands', 'git log;'.repeat(20_000)],
    ['groups', '{ '.repeat(50_000)],
    ['functions', 'f() { f; f; }; f'],
    ['doubling variables', `X=ab; ${'X=$X$X; '.repeat(200)}git $X`],
    ['loops in loops', `${'for i in 1 2 3 4 5; do '.repeat(12)}x=$x$i; ${'done; '.repeat(12)}`],
    [
      'texts in texts',
      Array.from({ length: 9 }).reduce<string>(text => `bash -c '${text.replaceAll("'", `'\\''`)}'`, 'git stash'),
    ],
    ['names in code of another language', `python3 <<'E'\n${'writeFile(x.rename(y,'.repeat(10_000)}\nE`],
    ['data in code of another language', `python3 <<'E'\nopen("${'aB9'.repeat(60_000)}\nE`],
    ['quotes in code of another language', `python3 <<'E'\n${`open('x', "y, `.repeat(12_000)}\nE`],
    ['mentions in an unbalanced quote', `'${'git is good, '.repeat(20_000)}`],
  ])('comes to an end with many %s', (_what, text) => {
    const reading = readShell(text, corpusPlace);
    expect(reading.git.length).toBeLessThanOrEqual(501);
  });

  it('that is beyond the bounds is searched for what would harm', () => {
    const long = `echo ${'x'.repeat(300_000)}; git reset --hard`;
    const many = `${'ls;'.repeat(5_000)} git stash`;
    const deep = `${'( '.repeat(100)}git checkout main${' )'.repeat(100)}`;
    for (const text of [long, many, deep]) {
      expect(wouldBeStopped(text)).toBe(true);
      expect(readShell(text, corpusPlace).unread).not.toEqual([]);
    }
    expect(wouldBeStopped(`${'ls;'.repeat(5_000)} git status`)).toBe(false);
  });
});
