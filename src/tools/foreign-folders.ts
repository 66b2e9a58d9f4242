/**
 * The folders in which sessions of a vocabulary say that they work: which project such a folder is of, and what paths mean from it. One
 * that is not there yet, or no more, counts by its text, so that a path means the same file before and after.
 */
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Worktree, Worktrees } from '../core/ports.ts';
import type { Cast } from './cast.ts';
import type { Seen } from './foreign-look.ts';
import { Visitor } from './visitor.ts';
import type { World } from './world.ts';

/** A folder that somebody named, and the nearest one at or above it that is there. */
interface Spot {
  readonly folder: string;
  readonly nearest: string;
  readonly tree: Worktree;
}

export class ForeignFolders {
  readonly #world: World;
  readonly #cast: Cast;

  constructor(world: World, cast: Cast) {
    [this.#world, this.#cast] = [world, cast];
  }

  /**
   * Lets a session work in a folder, which is answered as an absolute path: the connection moves to the project of the folder where no
   * session of it is here yet. Errors: `invalid_input` for what is no path, `not_found` for a folder of no project that is not there,
   * `conflict` where its sessions work on another project.
   */
  async enter(named: string): Promise<string> {
    refuseUnusable(named);
    const spot = await this.#spotOf(named);
    const { folder, nearest, tree } = spot;
    if (await this.#isOfOwn(spot)) return folder;
    if (nearest !== folder && !isOfGit(tree)) throw notThere(named);
    if (await this.#isProjectSet()) return folder;
    if (!isOfGit(tree) && isOfGit(await this.#own())) throw outsideOfAll(named);
    if (this.#cast.playing.some(agent => agent.isHere)) throw elsewhere(named, tree);
    await this.#cast.moveTo(nearest);
    return folder;
  }

  /** What paths mean for a session that works in a folder; null for where the connection stands. */
  async seenFrom(folder: string | null): Promise<Seen> {
    const { main } = this.#cast;
    const { project } = await main.place();
    const from = (directory: string) => new Visitor(this.#world, directory, project, null);
    const spot = folder === null ? null : await this.#spotOf(folder);
    if (spot === null) return { at: from(main.directory), spelled: path => path };
    const isThere = spot.nearest === spot.folder && isOfGit(spot.tree);
    if (isThere) return { at: from(spot.folder), spelled: path => path };
    // A folder outside git is a project of its own by itself; here it is a part of the connection's.
    const nearest = isOfGit(spot.tree) ? spot.nearest : main.directory;
    return { at: from(nearest), spelled: path => below(spot.folder, path) };
  }

  /** The working tree around a folder, as far as it is there. */
  async treeOf(folder: string): Promise<Worktree> {
    return (await this.#spotOf(folder)).tree;
  }

  #own(): Promise<Worktree> {
    return this.#world.worktrees.describe(this.#cast.main.directory);
  }

  /** Whether a folder is of what the connection works on: its repository in any checkout, or outside git its own folder. */
  async #isOfOwn({ folder, tree }: Spot): Promise<boolean> {
    const own = await this.#own();
    if (tree.project === own.project) return true;
    return !isOfGit(own) && !isOfGit(tree) && folder.startsWith(`${own.root}/`);
  }

  /** Whether the project is not that of the folder, because somebody has set it. */
  async #isProjectSet(): Promise<boolean> {
    const { main } = this.#cast;
    const { project } = await main.place();
    const plain = await new Visitor(this.#world, main.directory, null, null).place();
    return project !== plain.project;
  }

  async #spotOf(named: string): Promise<Spot> {
    const { worktrees } = this.#world;
    const folder = withoutSlash(isAbsolute(named) ? named : `${this.#cast.main.directory}/${named}`);
    for (let nearest = folder; ; nearest = above(nearest)) {
      const tree = await described(worktrees, nearest);
      if (tree) return { folder, nearest, tree };
      if (nearest === above(nearest)) throw notThere(named);
    }
  }
}

function described(worktrees: Worktrees, folder: string): Promise<Worktree | undefined> {
  return worktrees.describe(folder).catch(() => undefined);
}

/** Outside git a folder is itself the project. */
function isOfGit({ project, root }: Worktree): boolean {
  return project !== root;
}

function isAbsolute(path: string): boolean {
  return /^(?:[\\/]|[A-Za-z]:[\\/])/.test(path);
}

function above(folder: string): string {
  const end = Math.max(folder.lastIndexOf('/'), folder.lastIndexOf('\\'));
  return end > 0 ? folder.slice(0, end) : '/';
}

function withoutSlash(folder: string): string {
  return folder.replace(/(?<=.)[\\/]+$/, '');
}

/** What is no path from anywhere stays as it is, so that it is refused or understood for what it is. */
function below(folder: string, path: string): string {
  const text = path.trim().replace(/^file:/, '');
  return isAbsolute(text) || /^~(?:\/|$)/.test(text) || /^[a-z][\w.-]+:/i.test(text) ? path : `${folder}/${text}`;
}

function refuseUnusable(folder: string): void {
  if (!/\p{Cc}/u.test(folder) && folder.length <= limits.folderCharacters) return;
  throw new SignalboxError(
    'invalid_input',
    `A folder has no control characters, and ${limits.folderCharacters} characters at most.`,
    'Leave working_directory out, or name the folder by its absolute path on this machine.',
  );
}

function notThere(folder: string): SignalboxError {
  return new SignalboxError(
    'not_found',
    `The folder ${shown(folder)} is not there.`,
    'Leave working_directory out, or name the folder by its absolute path on this machine.',
  );
}

/** Who works in a repository would be alone there, and not know. */
function outsideOfAll(folder: string): SignalboxError {
  return new SignalboxError(
    'conflict',
    `The folder ${shown(folder)} is of no repository, and this server was started in one.`,
    'Leave working_directory out, or name a folder of the repository that you work on.',
  );
}

function elsewhere(folder: string, tree: Worktree): SignalboxError {
  return new SignalboxError(
    'conflict',
    `The folder ${shown(folder)} is of another project (${shown(tree.project)}) than the sessions of this connection.`,
    'Register over a server that was started in that folder, or deregister the sessions of this connection first.',
  );
}

function shown(path: string): string {
  return path
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, limits.personaNameCharacters)
    .toWellFormed();
}
