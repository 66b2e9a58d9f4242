/** The commands that the reader of shell commands is held to: harmless and harmful ones, plain and hidden. */
import { isStopped } from '../../src/guard/shell/harm.ts';
import { harmful } from './corpus/harmful.ts';
import { harmlessGit } from './corpus/harmless-git.ts';
import { harmlessTools } from './corpus/harmless-tools.ts';
import { hidden } from './corpus/hidden.ts';
import { rewriting } from './corpus/rewriting.ts';
import type { ShellCase } from './corpus/shell-case.ts';

export const corpus: readonly ShellCase[] = [...harmlessGit, ...harmlessTools, ...rewriting, ...harmful, ...hidden];

/** Those that may run beside others, and those that may not. */
export const goesThrough: readonly ShellCase[] = corpus.filter(({ harm }) => !isStopped(harm));
export const toBeStopped: readonly ShellCase[] = corpus.filter(({ harm }) => isStopped(harm));
