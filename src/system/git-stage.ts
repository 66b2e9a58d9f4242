/** The port `GitStage`: puts files into the index as `git add` does, with nothing in a name that git could take for more. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { GitStage, StageOutcome } from '../core/git-stage.ts';
import { gitFolderAt } from './git-folder.ts';
import { gitEnvironment } from './git-program.ts';

export interface GitStageOptions {
  /** The git program. */
  readonly git?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** How long it waits before it tries again while another git command writes. */
const againMs = 100;
const saidBytes = 4_096;

/**
 * Filters of the repository run, as they do for whoever types `git add`: without them the wrong contents would be stored. No
 * pattern, exclusion or magic of a pathspec does (`GIT_LITERAL_PATHSPECS` is set), and names come by a pipe.
 */
export function createGitStage({ git = 'git', environment = process.env }: GitStageOptions = {}): GitStage {
  const env = gitEnvironment(environment);
  return {
    async stage(root, names, withinMs) {
      // Without a name git would take all files.
      if (names.length === 0) return { staged: true };
      const deadline = performance.now() + withinMs;
      const input = `${outermost(names).join('\0')}\0`;
      for (;;) {
        const outcome = await add(git, env, root, input, deadline - performance.now());
        const isBusy = !outcome.staged && outcome.why === 'busy';
        if (!isBusy || performance.now() + againMs > deadline) return outcome;
        await pause(againMs);
      }
    },
  };
}

/** Git refuses a name below one that is a file or link by now; staging that one takes the names below it out of the index anyway. */
function outermost(names: readonly string[]): string[] {
  const all = new Set(names);
  return names.filter(name => {
    for (let folder = dirname(name); folder !== '.' && folder !== '/'; folder = dirname(folder)) {
      if (all.has(folder)) return false;
    }
    return true;
  });
}

function add(
  git: string,
  environment: NodeJS.ProcessEnv,
  root: string,
  input: string,
  withinMs: number,
): Promise<StageOutcome> {
  if (withinMs <= 0) return Promise.resolve({ staged: false, why: 'late' });
  return new Promise(resolve => {
    const args = ['-C', root, 'add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'];
    const env = { ...environment, GIT_CEILING_DIRECTORIES: dirname(root) };
    // Started in the checkout, a program that lies there could be taken for git.
    const cwd = parse(process.execPath).root;
    const child = spawn(git, args, { cwd, env, windowsHide: true, stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    const end = (outcome: StageOutcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    // Terminated and not killed: then git takes its lock of the index away.
    const timer = setTimeout(() => {
      child.kill('SIGTERM');
      end({ staged: false, why: 'late' });
    }, withinMs);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.stderr.on('data', chunk => {
      said = (said + String(chunk)).slice(0, saidBytes);
    });
    child.on('error', () => end({ staged: false, why: 'missing' }));
    child.on('close', code => end(code === 0 ? { staged: true } : refusal(root, said)));
  });
}

function refusal(root: string, said: string): StageOutcome {
  if (/unknown option|usage: git/.test(said)) return { staged: false, why: 'missing' };
  const folder = gitFolderAt(root);
  const isLocked =
    /index\.lock/.test(said) || (folder !== undefined && existsSync(join(folder.gitDirectory, 'index.lock')));
  if (isLocked) return { staged: false, why: 'busy' };
  return { staged: false, why: 'refused', said: said.split('\n')[0]?.trim() ?? '' };
}
