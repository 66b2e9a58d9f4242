/** One command of the corpus, and what the reader has to say of it. */
import type { Harm } from '../../../src/guard/shell/harm.ts';
import type { ShellPlace } from '../../../src/guard/shell/reading.ts';

export interface ShellCase {
  readonly command: string;
  readonly harm: Harm;
  /** What is expected of the uses of git, in order, as `verb: effect effect`; not looked at when missing. */
  readonly git?: readonly string[];
  /** The folder of the last use of git; null for an unknown one. */
  readonly directory?: string | null;
  /** The paths of the last use of git. */
  readonly paths?: readonly string[];
  /** The files that are written, as `how path`, with `/**` behind a folder, `/*` behind a pattern, and its extent if that is another. */
  readonly writes?: readonly string[];
  /** The kinds of evasions. */
  readonly evasions?: readonly string[];
  /** The target of the last use of git. */
  readonly target?: string | null;
}

/** Commands of one class of which nothing else is looked at. */
export function all(harm: Harm, ...commands: readonly string[]): readonly ShellCase[] {
  return commands.map(command => ({ command, harm }));
}

/** A command with details. */
export function one(harm: Harm, command: string, details: Omit<ShellCase, 'command' | 'harm'>): ShellCase {
  return { command, harm, ...details };
}

/** Where all commands of the corpus are run. */
export const corpusPlace: ShellPlace = {
  directory: '/repo',
  home: '/home/dev',
  root: '/repo',
  aliases: {
    co: 'checkout',
    st: 'status -sb',
    lg: "log --oneline --graph --pretty='%h %s'",
    nuke: '!git reset --hard && git clean -fd',
    wip: '!git add -A && git commit -m wip',
    unstage: 'reset HEAD --',
    last: 'log -1 HEAD',
    again: 'co',
  },
  shellAliases: { g: 'git', gco: 'git checkout', ll: 'ls -la' },
};
