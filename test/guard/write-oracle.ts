/** What a real bash with real programs makes of commands: which files of a small checkout are others afterwards. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';

const patch = (path: string) => `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-x of ${path}\n+patched\n`;

const files: Readonly<Record<string, string>> = {
  'src/a.ts': 'x of src/a.ts\n',
  'src/b.ts': 'x of src/b.ts\n',
  'src/deep/c.ts': 'x of src/deep/c.ts\n',
  'src/deep/d.js': 'x of src/deep/d.js\n',
  'docs/a.md': 'x of docs/a.md\n',
  'docs/b.md': 'x of docs/b.md\n',
  'lib/e.ts': 'x of lib/e.ts\n',
  'list.txt': 'src/a.ts\ndocs/a.md\nx\n',
  'fix.patch': patch('src/a.ts') + patch('docs/b.md'),
};

/** In blocks of 1,024 bytes. */
const largestFile = 4096;

export class WriteOracle {
  readonly #folder = temporaryFolder();
  readonly #bash: string;
  readonly root: string;
  /** A copy of `.git` as it was at first. */
  readonly #repository: string;

  constructor(bash: string) {
    this.#bash = bash;
    this.root = join(this.#folder.root, 'repo');
    for (const path of Object.keys(files)) this.#restore(path);
    const who = '-c user.name=x -c user.email=x@example.com';
    this.#run(`git init --quiet --template= && git add . && git ${who} commit --quiet -m x`);
    this.#repository = join(this.#folder.root, 'repository');
    cpSync(join(this.root, '.git'), this.#repository, { recursive: true });
  }

  /** Runs a command, and takes back what it did. Gives the absolute paths of the files that it changed, made or removed. */
  changedBy(command: string): string[] {
    this.#run(command);
    const after = contents(this.root);
    const paths = [...new Set([...Object.keys(files), ...after.keys()])];
    const changed = paths.filter(path => after.get(path) !== files[path]);
    for (const path of changed) this.#restore(path);
    rmSync(join(this.root, '.git'), { recursive: true, force: true });
    cpSync(this.#repository, join(this.root, '.git'), { recursive: true });
    return changed.map(path => join(this.root, path));
  }

  #restore(path: string): void {
    const place = join(this.root, path);
    const text = files[path];
    rmSync(place, { recursive: true, force: true });
    if (text === undefined) return;
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
  }

  remove(): void {
    this.#folder.remove();
  }

  #run(command: string): void {
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: this.#folder.root, GIT_CONFIG_NOSYSTEM: '1' };
    // A program that reads what it writes, such as `tee -a x < x`, would fill the disk, and outlive its shell.
    spawnSync(this.#bash, ['-c', `ulimit -f ${largestFile}\n${command}`], {
      cwd: this.root,
      env,
      timeout: 20_000,
      stdio: 'ignore',
    });
  }
}

function contents(root: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (entry.isFile() && !path.startsWith('.git/')) found.set(path, readFileSync(join(root, path), 'utf8'));
  }
  return found;
}
