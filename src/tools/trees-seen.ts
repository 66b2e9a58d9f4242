/** What a process remembers of the checkouts that it looked at, and where git takes too long to look. */

import type { TreeFile } from '../core/changed-tree.ts';
import { limits } from '../core/limits.ts';
import type { EarlierLook } from '../core/tree-change.ts';
import type { World } from './world.ts';

export interface Remembered extends EarlierLook {
  /** The store's time when it began. */
  readonly storeAt: number;
  /** The wall clock when it was over. */
  readonly doneAt: number;
  /** More files differed than were looked at. */
  readonly more: boolean;
}

/** By root of the checkout. It is lost with the process, and then less is known for sure. */
class TreesSeen {
  readonly #clock: World['clock'];
  /** The oldest first. */
  readonly #looks = new Map<string, readonly Remembered[]>();
  readonly #pausedUntil = new Map<string, number>();
  readonly #unsettledUntil = new Map<string, number>();
  readonly #renewed = new Set<string>();

  constructor(clock: World['clock']) {
    this.#clock = clock;
  }

  /**
   * The last look that was over at an instant of the wall clock. One that was taken while a command ran says nothing of what was
   * before it: another command, of a sub-agent perhaps, may have ended meanwhile.
   */
  before(root: string, wallAt: number): Remembered | null {
    return this.#looks.get(root)?.findLast(look => look.doneAt <= wallAt) ?? null;
  }

  /** Of a checkout the newest looks are kept, and of many checkouts those that were looked at last. */
  remember(
    root: string,
    { files, ...look }: Omit<Remembered, 'files'> & { readonly files: readonly TreeFile[] },
  ): void {
    const looks = this.#looks.get(root) ?? [];
    const byPath = new Map(files.map(file => [file.path, file]));
    this.#looks.delete(root);
    this.#looks.set(root, [...looks, { ...look, files: byPath }].slice(-limits.treeLooksRemembered));
    const [oldest] = this.#looks.keys();
    if (oldest !== undefined && this.#looks.size > limits.treesRemembered) this.#looks.delete(oldest);
  }

  /** Something goes on there in the background: what it changes is found after any command of the next time. */
  unsettle(root: string): void {
    this.#unsettledUntil.set(root, this.#clock.elapsed() + limits.treeUnsettledMs);
  }

  isUnsettled(root: string): boolean {
    return (this.#unsettledUntil.get(root) ?? 0) > this.#clock.elapsed();
  }

  /**
   * Looks again, unless the newest look is fresh, or another is under way. In a process that has never looked there none is
   * remembered that could grow old: it is about to end.
   */
  async renew(root: string, look: () => Promise<void>): Promise<void> {
    const newest = this.#looks.get(root)?.at(-1);
    const isFresh = newest === undefined || this.#clock.now() - newest.doneAt < limits.treeFreshMs;
    if (isFresh || this.#renewed.has(root)) return;
    this.#renewed.add(root);
    await look().finally(() => this.#renewed.delete(root));
  }

  /** Git took too long: it is left alone there for a while. */
  pause(root: string): void {
    this.#pausedUntil.set(root, this.#clock.elapsed() + limits.treePauseMs);
  }

  isPaused(root: string): boolean {
    return (this.#pausedUntil.get(root) ?? 0) > this.#clock.elapsed();
  }
}

const worlds = new WeakMap<World, TreesSeen>();

/** What the process of these ports remembers. */
export function treesSeen(world: World): TreesSeen {
  const known = worlds.get(world);
  if (known) return known;
  const made = new TreesSeen(world.clock);
  worlds.set(world, made);
  return made;
}
