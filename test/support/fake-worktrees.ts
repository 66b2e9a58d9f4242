/** Checkouts that a test has made up. */
import { posix } from 'node:path';
import { SignalboxError } from '../../src/core/errors.ts';
import type { PlacedFile, ResolvedPath, Worktree, Worktrees } from '../../src/core/ports.ts';

/**
 * Checkouts that exist only here. A folder exists if it lies in one of them; paths are resolved by their text alone (no
 * symlinks), with `/` between folders.
 */
export class FakeWorktrees implements Worktrees {
  readonly #checkouts = new Map<string, Worktree>();
  /** What is a folder, absolute; all else counts as a file. */
  readonly folders = new Set<string>();

  constructor(checkouts: readonly Partial<Worktree>[] = []) {
    for (const checkout of checkouts) this.add(checkout);
  }

  /** Adds a checkout, or replaces the one at that root. */
  add(checkout: Partial<Worktree> = {}): Worktree {
    const { root = '/code/app' } = checkout;
    const whole = {
      project: 'example.com/team/app',
      root,
      anchor: root,
      branch: 'main',
      foldsCase: false,
      ...checkout,
    };
    this.#checkouts.set(whole.root, whole);
    return whole;
  }

  setBranch(root: string, branch: string | null): void {
    const checkout = this.#checkouts.get(root);
    if (checkout === undefined) throw new Error(`no checkout at ${root}`);
    this.#checkouts.set(root, { ...checkout, branch });
  }

  async describe(directory: string): Promise<Worktree> {
    const found = this.#containing(posix.resolve('/', directory));
    if (found) return found;
    throw new SignalboxError('not_found', `The folder ${directory} does not exist.`, 'Name an existing folder.');
  }

  branch(root: string): string | null {
    return this.#checkouts.get(root)?.branch ?? null;
  }

  async placeOf(path: string, directory: string, project: string): Promise<PlacedFile> {
    const absolute = posix.resolve('/', directory, path);
    const tree = this.#containing(absolute);
    if (tree === undefined || tree.project !== project) return { where: 'outside' };
    const inside = posix.relative(tree.root, absolute);
    if (inside.split('/').includes('.git')) return { where: 'git', path: inside.replace(/^.*?\.git\/?/, ''), tree };
    const isFolder = this.folders.has(absolute);
    return { where: 'project', resolved: { path: inside, foldsCase: tree.foldsCase, isFolder }, tree };
  }

  async resolve(path: string, directory: string, project: string): Promise<ResolvedPath> {
    const absolute = posix.resolve('/', directory, path);
    const checkout = this.#containing(absolute);
    if (checkout === undefined || checkout.project !== project) {
      throw new SignalboxError(
        'invalid_input',
        `The path ${path} lies outside the project.`,
        'Name a path inside the project.',
      );
    }
    const relative = posix.relative(checkout.root, absolute).normalize('NFC');
    if (relative.split('/').some(part => part.toLowerCase() === '.git')) {
      throw new SignalboxError('invalid_input', `${path} lies inside a .git folder.`, 'Name a file of the project.');
    }
    return { path: relative, foldsCase: checkout.foldsCase };
  }

  #containing(absolute: string): Worktree | undefined {
    return [...this.#checkouts.values()]
      .filter(({ root }) => absolute === root || absolute.startsWith(root.endsWith('/') ? root : `${root}/`))
      .sort((left, right) => right.root.length - left.root.length)[0];
  }
}
