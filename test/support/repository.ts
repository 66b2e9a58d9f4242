/** A real git repository in a folder of its own, for what only git can show. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './folder.ts';

export class Repository {
  readonly #folder = temporaryFolder();
  /** Holds everything. */
  readonly base = realpathSync(this.#folder.root);
  readonly root = join(this.base, 'shop');

  constructor() {
    mkdirSync(this.root);
    this.git('init', '-q', '-b', 'main');
  }

  /** Runs git with nothing of this machine's own settings; `at` is another checkout of it. */
  git(...args: string[]): string {
    return this.at(this.root, ...args);
  }

  at(root: string, ...args: string[]): string {
    const environment = { PATH: process.env.PATH, HOME: this.base, GIT_CONFIG_NOSYSTEM: '1', GIT_EDITOR: 'true' };
    const person = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.invalid', '-c', 'core.fsmonitor='];
    const stdio = ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'];
    return execFileSync('git', [...person, ...args], { cwd: root, env: environment, encoding: 'utf8', stdio });
  }

  write(path: string, text: string, root = this.root): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  /** Writes files, given as path and text, and commits everything there. */
  commit(files: Readonly<Record<string, string>>, root = this.root): void {
    for (const [path, text] of Object.entries(files)) this.write(path, text, root);
    this.at(root, 'add', '-A');
    this.at(root, 'commit', '-q', '-m', `Change ${Object.keys(files).join(', ')}`);
  }

  /** A second checkout on a new branch; its root. */
  worktree(branch: string): string {
    const root = join(this.base, branch.replaceAll('/', '-'));
    this.git('worktree', 'add', '-q', '-b', branch, root);
    return root;
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}
