/** The port `Worktrees`: which project and checkout a folder belongs to, and the one spelling of a path in it. */
import { execFile } from 'node:child_process';
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, parse, relative, sep } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import { isPattern, patternProblem } from '../core/glob.ts';
import type { PlacedFile, ResolvedPath, Worktree, Worktrees } from '../core/ports.ts';
import { branchAt, foldersUpFrom, type GitFolder, gitFolderAt, needsGit, originIn } from './git-folder.ts';
import { gitEnvironment } from './git-program.ts';
import { normaliseOrigin } from './origin-url.ts';
import { type RealPath, realPathOf } from './real-path.ts';

export interface WorktreesOptions {
  /** The git program; null reads repositories by hand only. */
  readonly git?: string | null;
  /** What to take for granted of every file system, instead of looking. */
  readonly foldsCase?: boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
}

const gitTimeoutMs = 3_000;

export function createWorktrees(options: WorktreesOptions = {}): Worktrees {
  return new GitWorktrees(options);
}

class GitWorktrees implements Worktrees {
  private readonly git: string | null;
  private readonly platform: NodeJS.Platform;
  private readonly environment: NodeJS.ProcessEnv;
  private readonly assumedFolding: boolean | undefined;
  private readonly folding = new Map<string, boolean>();
  private readonly origins = new Map<string, { readonly stamp: string; readonly project: Promise<string> }>();
  private readonly gitDirectories = new Map<string, string>();

  constructor(options: WorktreesOptions) {
    this.git = options.git === undefined ? 'git' : options.git;
    this.platform = options.platform ?? process.platform;
    this.environment = gitEnvironment(options.environment ?? process.env);
    this.assumedFolding = options.foldsCase;
  }

  async describe(directory: string): Promise<Worktree> {
    const real = realFolder(directory);
    for (const folder of foldersUpFrom(real)) {
      const found = gitFolderAt(folder);
      if (!found) continue;
      const project = await this.projectOf(found);
      const anchor = anchorOf(found);
      return { project, root: folder, anchor, branch: branchAt(found.gitDirectory), foldsCase: this.foldsCase(folder) };
    }
    return { project: real, root: real, anchor: real, branch: null, foldsCase: this.foldsCase(real) };
  }

  branch(root: string): string | null {
    const known = this.gitDirectories.get(root);
    const branch = known === undefined ? null : branchAt(known);
    if (branch !== null) return branch;
    const found = gitFolderAt(root);
    if (!found) return null;
    this.gitDirectories.set(root, found.gitDirectory);
    return branchAt(found.gitDirectory);
  }

  async resolve(path: string, directory: string, project: string): Promise<ResolvedPath> {
    const text = this.platform === 'win32' ? withForwardSlashes(path) : path;
    refuseUnusable(text);
    const real = realPathOf(text, realFolder(directory));
    if (!real) throw invalid('The path leads through links that point at each other.', 'Name the file itself.');
    const root = await this.rootFor(real.existing, directory, project);
    if (root === undefined) {
      throw invalid(
        'The path lies outside the project.',
        'Name a path inside a checkout of this project, or lock a free name as a resource.',
      );
    }
    return this.located(real, root);
  }

  async placeOf(path: string, directory: string, project: string): Promise<PlacedFile> {
    try {
      const text = this.platform === 'win32' ? withForwardSlashes(path) : path;
      const real = text === '' || text.includes('\0') ? undefined : realPathOf(text, realFolder(directory));
      const root = real && (await this.rootFor(real.existing, directory, project));
      if (real === undefined) return { where: 'outside' };
      if (root === undefined) return { where: 'outside', ...realOutside(real) };
      const inside = insideOf(real, root);
      const tree = await this.describe(root);
      const segments = inside.split('/');
      const at = segments.findIndex(segment => segment.toLowerCase() === '.git');
      if (at >= 0) return { where: 'git', path: segments.slice(at + 1).join('/'), tree };
      const { foldsCase } = tree;
      const kind = real.isFolder === undefined ? {} : { isFolder: real.isFolder };
      return { where: 'project', resolved: { path: inside, foldsCase, ...kind }, tree };
    } catch {
      // A folder that is gone, or that nobody may look into: there is nothing here to protect.
      return { where: 'outside' };
    }
  }

  private located(real: RealPath, root: string): ResolvedPath {
    const path = insideOf(real, root);
    if (path.split('/').some(segment => segment.toLowerCase() === '.git')) {
      throw invalid(
        'The path lies in what git keeps for itself.',
        'Lock `git:head`, `git:index` or `git:stash` as a resource instead.',
      );
    }
    // Whatever exists can be named, even if its name would make a bad pattern.
    const problem = patternProblem(real.rest.join('/').normalize('NFC'));
    if (problem !== undefined) throw splitProblem(problem);
    const foldsCase = this.foldsCase(root);
    return real.isFolder === undefined ? { path, foldsCase } : { path, foldsCase, isFolder: real.isFolder };
  }

  /** The innermost checkout of the project around a real path. Folders of other projects on the way are part of it. */
  private async rootFor(existing: string, directory: string, project: string): Promise<string | undefined> {
    const root = await this.innermost(existing, project);
    if (root !== undefined) return root;
    // The project may have been named by configuration; then its checkouts are those of the folder's own repository.
    const own = await this.describe(directory);
    return own.project === project ? undefined : this.innermost(existing, own.project);
  }

  private async innermost(existing: string, project: string): Promise<string | undefined> {
    const folders = foldersUpFrom(existing);
    let isInGit = false;
    for (const folder of folders) {
      const found = gitFolderAt(folder);
      if (found && (await this.projectOf(found)) === project) return folder;
      isInGit ||= found !== undefined;
    }
    // A folder is a project of its own only outside git: the `.git` folder would answer to the name of its repository.
    return isInGit ? undefined : folders.find(folder => folder === project);
  }

  private projectOf(folder: GitFolder): Promise<string> {
    const stamp = stampOf(join(folder.commonDirectory, 'config'));
    const known = this.origins.get(folder.commonDirectory);
    if (known?.stamp === stamp) return known.project;
    const project = this.origin(folder.commonDirectory).then(
      origin => normaliseOrigin(origin ?? '') ?? realpathSync.native(folder.commonDirectory),
    );
    this.origins.set(folder.commonDirectory, { stamp, project });
    return project;
  }

  /**
   * Reads the file itself, which takes no process; asks git where that could be wrong (includes, escapes). Git is given the
   * named file, because it refuses to look at a repository of another user.
   */
  private async origin(commonDirectory: string): Promise<string | undefined> {
    const { git, environment: env } = this;
    if (git === null || !needsGit(commonDirectory)) return originIn(commonDirectory);
    const args = [
      '-C',
      commonDirectory,
      'config',
      '--file',
      join(commonDirectory, 'config'),
      '--includes',
      '--get',
      'remote.origin.url',
    ];
    // Nothing that lies where git works must be started instead of git.
    const options = {
      cwd: parse(commonDirectory).root,
      env,
      timeout: gitTimeoutMs,
      windowsHide: true,
      encoding: 'utf8',
    } as const;
    return new Promise(resolve => {
      execFile(git, args, options, (error, stdout) => {
        // 1 means that there is no such remote; anything else, that git could not answer.
        if (!error) resolve(stdout.trim());
        else resolve(error.code === 1 ? undefined : originIn(commonDirectory));
      });
    });
  }

  private foldsCase(root: string): boolean {
    if (this.assumedFolding !== undefined) return this.assumedFolding;
    const known = this.folding.get(root);
    if (known !== undefined) return known;
    const found = looksFolding(root) ?? (this.platform === 'darwin' || this.platform === 'win32');
    this.folding.set(root, found);
    return found;
  }
}

/** A pattern is no path of anything. */
function realOutside({ existing, rest }: RealPath): { path?: string } {
  return isPattern(rest.join('/')) ? {} : { path: join(existing, ...rest).normalize('NFC') };
}

function insideOf(real: RealPath, root: string): string {
  const inside = relative(root, real.existing).split(sep).join('/');
  const parts = [inside, ...real.rest].filter(part => part !== '');
  return parts.join('/').normalize('NFC');
}

/** The folder around `.git`; for a bare repository its own. */
function anchorOf({ commonDirectory }: GitFolder): string {
  const real = realpathSync.native(commonDirectory);
  return basename(real) === '.git' ? dirname(real) : real;
}

function realFolder(directory: string): string {
  try {
    const real = realpathSync.native(directory);
    if (statSync(real).isDirectory()) return real;
  } catch {
    // Said below.
  }
  throw new SignalboxError('not_found', 'The folder does not exist.', 'Start from a folder that exists.');
}

function refuseUnusable(path: string): void {
  if (path === '')
    throw invalid('The path is empty.', 'Name a file, a folder or a pattern; `.` is the current folder.');
  if (/^~(?:\/|$)/.test(path))
    throw invalid(
      '`~` is not expanded here.',
      'Name the path from the folder you work in, or from the root of the disk.',
    );
  if (/\p{Cc}/u.test(path)) throw invalid('The path holds control characters.', 'Name the path without them.');
}

function invalid(message: string, next: string): SignalboxError {
  return new SignalboxError('invalid_input', message, next);
}

/** A pattern problem is one sentence on what is wrong and one on what to write instead. */
function splitProblem(problem: string): SignalboxError {
  const end = problem.indexOf('. ') + 1;
  return invalid(problem.slice(0, end), problem.slice(end + 1));
}

/** `\\?\` only lifts a limit on length. */
function withForwardSlashes(path: string): string {
  return path
    .replace(/^\\\\\?\\UNC\\/i, '\\\\')
    .replace(/^\\\\\?\\/, '')
    .replaceAll('\\', '/');
}

function stampOf(file: string): string {
  const status = statSync(file, { throwIfNoEntry: false });
  return status ? `${status.mtimeMs}/${status.size}/${status.ino}` : '';
}

/** Whether the file system takes a name with its case turned for the same entry; undefined when no name lends itself. */
function looksFolding(root: string): boolean | undefined {
  try {
    const name = ['.git', ...readdirSync(root)].find(entry => turnedCase(entry) !== entry && sees(join(root, entry)));
    const [folder, probe] = name === undefined ? [dirname(root), basename(root)] : [root, name];
    if (turnedCase(probe) === probe) return undefined;
    const [entry, turned] = [probe, turnedCase(probe)].map(each => sees(join(folder, each)));
    return entry !== undefined && entry === turned;
  } catch {
    return undefined;
  }
}

function turnedCase(name: string): string {
  return name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase();
}

/** The identity of an entry; undefined without one. */
function sees(path: string): string | undefined {
  const status = statSync(path, { throwIfNoEntry: false, bigint: true });
  return status ? `${status.dev}/${status.ino}` : undefined;
}
