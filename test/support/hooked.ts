/** A repository in whose hooks somebody else has something, real git commands in it, and everything there is to compare. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type CommandResult, type LiveSession, Workspace } from './workspace.ts';

/** What git itself writes while it works. */
const gitsOwn =
  /^\.git\/(?:objects|logs|refs|index|COMMIT_EDITMSG|HEAD|ORIG_HEAD|FETCH_HEAD|packed-refs|worktrees)(?:\/|$)/;

export class HookedRepository {
  readonly place = new Workspace();
  readonly root = this.place.repository;
  /** What hooks of others have noted, one call a line. */
  readonly #notes = join(this.place.folder, 'notes');

  constructor() {
    const who = { NAME: 'Ann', EMAIL: 'ann@example.invalid' };
    for (const part of ['AUTHOR', 'COMMITTER']) {
      for (const [name, value] of Object.entries(who)) this.place.environment[`GIT_${part}_${name}`] = value;
    }
    this.place.environment.NOTES = this.#notes;
    this.place.environment.GIT_EDITOR = 'true';
    // A template may bring samples along.
    rmSync(join(this.root, '.git/hooks'), { recursive: true, force: true });
    mkdirSync(join(this.root, '.git/hooks'));
    this.place.git('init', '-q', '--bare', join(this.place.folder, 'far.git'));
    this.place.git('remote', 'add', 'origin', join(this.place.folder, 'far.git'));
    this.place.git('push', '-q', '-u', 'origin', 'main');
  }

  /** A file of the checkout, or one of its `.git`. */
  put(path: string, text: string | Uint8Array, mode = 0o644): string {
    const full = join(this.root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    chmodSync(full, mode);
    return full;
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** Runs git to its end as a person's shell would. */
  git(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    root = this.root,
  ): Promise<CommandResult> {
    return run('git', args, root, { ...this.place.environment, ...environment });
  }

  /** The same in the shell of a session. */
  gitOf(handle: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}, root = this.root) {
    return this.git(args, { CLAUDECODE: '1', SIGNALBOX_SESSION: handle, ...environment }, root);
  }

  /** A whole command line there. */
  shellOf(handle: string, command: string): Promise<CommandResult> {
    return run('sh', ['-c', command], this.root, {
      ...this.place.environment,
      CLAUDECODE: '1',
      SIGNALBOX_SESSION: handle,
    });
  }

  guard(...args: string[]): Promise<CommandResult> {
    return this.place.command(['guard', ...args]);
  }

  /** Changes a file, stages it, and commits as a person. */
  async commit(path: string, text: string, environment: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
    this.put(path, text);
    await this.git(['add', '--', path], environment);
    return this.git(['commit', '-q', '-m', `Change ${path}`], environment);
  }

  /** A session that has locked files. */
  async holder(paths: readonly string[], through: readonly string[] = []): Promise<LiveSession> {
    const session = await this.place.session({ through });
    await session.call('lock_acquire', { paths, reason: 'the new login' });
    return session;
  }

  /** What hooks of others have noted since this was last asked. */
  notes(): string[] {
    if (!existsSync(this.#notes)) return [];
    const lines = readFileSync(this.#notes, 'utf8').trimEnd().split('\n');
    rmSync(this.#notes);
    return lines;
  }

  head(): string {
    return this.place.git('rev-parse', 'HEAD').trim();
  }

  /** Everything in the checkout and its `.git` that is not git's own work: names, modes, links and contents. */
  state(root = this.root): string[] {
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(path => !gitsOwn.test(path))
      .sort()
      .map(path => {
        const full = join(root, path);
        const status = lstatSync(full);
        const content = status.isSymbolicLink()
          ? `-> ${readlinkSync(full)}`
          : status.isFile()
            ? readFileSync(full, 'base64')
            : 'folder';
        return `${path} ${(status.mode & 0o7777).toString(8)} ${content}`;
      });
  }

  dispose(): Promise<void> {
    return this.place.dispose();
  }
}

/** A hook of somebody else: it notes how it was called, and ends as it is told to. `shell` is its first line. */
export function noting(name: string, shell = '#!/bin/sh'): string {
  return `${shell}
echo "${name} as \${0##*/}: $# [$*]" >> "$NOTES"
sed 's/^/${name} reads /' >> "$NOTES"
exit "\${OTHER_EXIT:-0}"
`;
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  return new Promise(done => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', piece => {
      stdout += String(piece);
    });
    child.stderr.on('data', piece => {
      stderr += String(piece);
    });
    child.on('close', code => done({ code, stdout, stderr }));
  });
}
