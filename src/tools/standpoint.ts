/** Where a participant stands: its folder, the project that belongs to, and the resources that paths mean from there. */
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { heldBy } from '../core/lock-time.ts';
import type { Ask, Worktree } from '../core/ports.ts';
import type { Resource } from '../core/records.ts';
import { fileResource, isFileName, namedResource } from '../core/resource.ts';
import type { Unit, View } from '../core/unit.ts';
import { askedOnce } from './asked-once.ts';
import type { Hints } from './hints.ts';
import type { Foresight, Me, Participant } from './participant.ts';
import { settledProject } from './place.ts';
import type { Work } from './unfinished.ts';
import type { World } from './world.ts';

/** What all participants share: the folder they stand in, its project, and what paths mean from there. */
export abstract class Standpoint implements Participant {
  readonly world: World;
  readonly directory: string;
  readonly #project: string | null;
  #tree: Promise<Worktree> | undefined;
  #place: Promise<Worktree> | undefined;

  constructor(world: World, directory: string, project: string | null) {
    this.world = world;
    this.directory = directory;
    this.#project = project;
  }

  abstract transact<T>(work: (unit: Unit, me: Me) => Promise<T>, ahead?: Foresight): Promise<T>;
  abstract read<T>(work: (view: View, me: Me) => Promise<T>): Promise<T>;
  abstract observe<T>(work: (view: View, me: Me) => Promise<T>): Promise<T | undefined>;
  abstract later(work: Work): void;
  abstract watchQueue(): void;
  abstract hints(): Promise<Hints>;

  place(): Promise<Worktree> {
    this.#place ??= this.#settle().catch(error => {
      this.#place = undefined;
      throw error;
    });
    return this.#place;
  }

  /** Forgets where it stood: the next use looks again. */
  protected lookAgain(): void {
    this.#tree = undefined;
    this.#place = undefined;
  }

  async #settle(): Promise<Worktree> {
    const tree = await this.#ownTree();
    return { ...tree, project: this.#project ?? (await settledProject(this.world, tree, true)) };
  }

  /** The working tree as git tells it, whatever project it was put into. */
  #ownTree(): Promise<Worktree> {
    this.#tree ??= this.world.worktrees.describe(this.directory).catch(error => {
      this.#tree = undefined;
      throw error;
    });
    return this.#tree;
  }

  async resources(paths: readonly string[] = [], names: readonly string[] = []): Promise<Resource[]> {
    // Answers call a file `file:src/a.ts`; given back like that it is the same file, in either list.
    const spelled = [...paths, ...names.filter(isFileName)].map(path =>
      (isFileName(path) ? path.slice(5) : path).trim(),
    );
    const free = names.filter(name => !isFileName(name)).map(name => name.trim());
    if (paths.length + names.length === 0) {
      throw new SignalboxError(
        'invalid_input',
        'Neither paths nor resources were given.',
        'Name at least one: paths ["src/a.ts"], or resources ["port:3000"].',
      );
    }
    if (paths.length + names.length > limits.resourcesPerCall) {
      throw new SignalboxError(
        'limit_exceeded',
        `${paths.length + names.length} resources were named; one call takes ${limits.resourcesPerCall}.`,
        'Name a folder or a glob such as src/** instead of single files.',
      );
    }
    // Other checkouts are compared with what the folder itself belongs to, whatever project it was put into.
    const tree = await this.#ownTree();
    const files = spelled.map(path => this.world.worktrees.resolve(path, this.directory, tree.project));
    const { host } = this.world.processes.self();
    const named = free.map(name => namedResource(name, `${host}:${tree.root}`, `${host}:${tree.anchor}`));
    const all = [...(await Promise.all(files)).map(fileResource), ...named];
    return [...new Map(all.map(resource => [`${resource.checkout}|${resource.name}`, resource])).values()];
  }

  protected unit(tx: Unit['tx']): Unit {
    return { tx, ids: this.world.ids, processes: askedOnce(this.world.processes) };
  }

  protected view(tx: View['tx']): View {
    return { tx, processes: askedOnce(this.world.processes) };
  }
}

/** What every unit of a session reads first; a touch looks at the session's locks as well. */
export function presenceAsks(id: string, isTouchDue: boolean): Ask[] {
  const session: Ask = { kind: 'session', id };
  return isTouchDue ? [session, heldBy(id)] : [session];
}
