import { describe, expect, it } from 'vitest';
import { harmOf, isStopped } from '../../src/guard/shell/harm.ts';
import { readShell } from '../../src/guard/shell/read-shell.ts';
import type { FileWrite, ShellReading } from '../../src/guard/shell/reading.ts';
import { corpusPlace, type ShellCase } from './corpus/shell-case.ts';
import { corpus, goesThrough, toBeStopped } from './shell-corpus.ts';

const read = (command: string) => readShell(command, corpusPlace);

function spokenWrite({ how, path, isFolder, isPattern, extent }: FileWrite): string {
  if (path === null) return `${how} ?`;
  const below = isPattern ? '/*' : isFolder ? '/**' : '';
  return `${how} ${path}${below}${extent === 'perhaps' || (extent === 'some' && !isPattern) ? ` (${extent})` : ''}`;
}

/** What the reading says, as far as the case says what it should. */
function asExpected(expected: ShellCase, reading: ShellReading): Partial<ShellCase> {
  const last = reading.git.at(-1);
  return {
    command: expected.command,
    harm: harmOf(reading),
    ...(expected.git && { git: reading.git.map(({ verb, effects }) => `${verb}: ${effects.join(' ')}`) }),
    ...(expected.directory !== undefined && { directory: last?.directory }),
    ...(expected.paths && { paths: last?.paths }),
    ...(expected.target !== undefined && { target: last?.target }),
    ...(expected.writes && { writes: reading.writes.map(spokenWrite) }),
    ...(expected.evasions && { evasions: reading.evasions.map(({ kind }) => kind) }),
  };
}

describe('the corpus of shell commands', () => {
  it('holds more than four hundred, each once, harmless and harmful ones in about equal parts', () => {
    expect(corpus.length).toBeGreaterThan(400);
    expect(new Set(corpus.map(({ command }) => command)).size).toBe(corpus.length);
    expect(Math.abs(goesThrough.length - toBeStopped.length)).toBeLessThan(corpus.length / 5);
  });

  it('has no harmful command that is taken for a harmless one', () => {
    expect(
      toBeStopped.filter(({ command }) => !isStopped(harmOf(read(command)))).map(({ command }) => command),
    ).toEqual([]);
  });

  it('has at most two in a hundred harmless commands that would be stopped', () => {
    const stopped = goesThrough.filter(({ command }) => isStopped(harmOf(read(command)))).map(({ command }) => command);
    expect(stopped.length, stopped.join('\n')).toBeLessThanOrEqual(goesThrough.length / 50);
  });

  it('is read as each of its commands expects', () => {
    const differing = corpus.map(expected => [expected, asExpected(expected, read(expected.command))] as const);
    const wrong = differing.filter(
      ([expected, found]) => JSON.stringify({ ...found }) !== JSON.stringify(ordered(expected)),
    );
    expect(wrong.map(([, found]) => found)).toEqual(wrong.map(([expected]) => expected));
  });
});

/** With its details in the order in which they are compared. */
function ordered({ command, harm, git, directory, paths, target, writes, evasions }: ShellCase): Partial<ShellCase> {
  return {
    command,
    harm,
    ...(git && { git }),
    ...(directory !== undefined && { directory }),
    ...(paths && { paths }),
    ...(target !== undefined && { target }),
    ...(writes && { writes }),
    ...(evasions && { evasions }),
  };
}
