/** The machine's side of what a hub asks: answered by the real ports, about checkouts that the hub was told of. */
import { SignalboxError, toSignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { GuardPolicy } from '../core/policy.ts';
import { probedPort } from '../core/pool.ts';
import type { GitState, Worktree } from '../core/ports.ts';
import type { World } from '../tools/world.ts';
import type { Channel } from './link.ts';
import { type Answer, type Moment, type Question, questions, type Standing, type Words } from './questions.ts';

type Ports = Pick<World, 'worktrees' | 'git' | 'probes' | 'stage' | 'clock' | 'policy' | 'guardPolicy' | 'processes'>;

/** What a hub may have done for the client of a machine. It says only when: the words are the machine's own. */
export interface Errands {
  /** Says, where the user wants it said, how many messages wait; null where nobody wants that. Never rejects. */
  readonly tell: ((unread: number) => Promise<void>) | null;
  /** Whether a conversation rests and can be woken. */
  canWake(conversation: string): Promise<boolean>;
  /** Wakes one. Whether it was, by now. */
  wake(conversation: string): Promise<boolean>;
}

const none: Errands = { tell: null, canWake: async () => false, wake: async () => false };

/** What a machine tells a hub, and what of that it has told already. */
export class Near {
  readonly #ports: Ports;
  readonly #gitHooksHold: (directory: string) => Promise<boolean>;
  /** Whether files may be staged now: only a person's own command asks for that. */
  readonly #mayStage: boolean;
  readonly #errands: Errands;
  /** The checkouts that the hub was told of, with what it was told last. */
  readonly #roots = new Map<string, string>();
  /** The folders that this machine has named, and the projects that they are of. */
  readonly #named = new Set<string>();
  readonly #projects = new Set<string>();
  #guard: GuardPolicy;
  #wrong: string | null = null;

  constructor(
    ports: Ports,
    gitHooksHold: (directory: string) => Promise<boolean>,
    mayStage: boolean,
    errands: Errands = none,
  ) {
    [this.#ports, this.#gitHooksHold, this.#mayStage, this.#errands] = [ports, gitHooksHold, mayStage, errands];
    this.#guard = ports.policy.guard;
  }

  /** Whether its user wants to be told in a file how many messages wait. */
  get keepsBlock(): boolean {
    return this.#errands.tell !== null;
  }

  /** This machine has named a folder to the hub, which may ask about checkouts of its project from now on. */
  names(directory: string): void {
    if (this.#named.size < limits.bridgeRoots) this.#named.add(directory);
  }

  /** What goes with the next thing that is said to the hub. Machines read their own files at once. */
  moment(): Moment {
    const roots = [...this.#roots].flatMap(([root, told]) => {
      const standing = this.#standing(root);
      const text = JSON.stringify(standing);
      this.#roots.set(root, text);
      return text === told ? [] : [standing];
    });
    const { guardPolicy, policy } = this.#ports;
    const guard = guardPolicy?.refreshed() ?? policy.guard;
    const isOther = JSON.stringify(guard) !== JSON.stringify(this.#guard);
    const wrong = guardPolicy?.untold ?? null;
    const isNews = wrong !== this.#wrong;
    [this.#guard, this.#wrong] = [guard, wrong];
    return {
      now: this.#ports.clock.now(),
      ...(roots.length > 0 ? { roots } : {}),
      ...(isOther ? { guard: { ...guard, paths: [...guard.paths] } } : {}),
      ...(isNews ? { wrong: wrong?.slice(0, limits.bridgeTextCharacters) ?? null } : {}),
    };
  }

  /** A person has seen what is wrong with the settings. */
  told(): void {
    this.#ports.guardPolicy?.told();
  }

  /** Another hub has been told nothing. */
  forget(): void {
    for (const root of this.#roots.keys()) this.#roots.set(root, '');
    this.#wrong = null;
  }

  /** Answers one question and ends the channel. Never fails: what goes wrong is the answer. */
  async answer(asked: unknown, channel: Channel): Promise<void> {
    try {
      const { question, words } = asked as { question: Question; words: unknown };
      const known = Object.hasOwn(questions, question) ? questions[question] : undefined;
      if (!known) throw new SignalboxError('invalid_input', 'This version knows no such question.', 'Update it.');
      const value = await this.#answers[question](known.words.parse(words) as never);
      channel.say({ value: value ?? null, ...this.#news() });
    } catch (error) {
      const { code, message, next } = toSignalboxError(error);
      channel.say({ error: { code, message, next }, ...this.#news() });
    }
    channel.end();
  }

  /** What goes with an answer: how checkouts stand that the hub was not told of before. A call may ask hundreds of times. */
  #news(): { moment?: Moment } {
    return [...this.#roots.values()].includes('') ? { moment: this.moment() } : {};
  }

  #standing(root: string): Standing {
    const { worktrees, git } = this.#ports;
    const [branch, state] = [worktrees.branch(root), git.state(root)];
    const isHere = (value: unknown) => !(value instanceof Promise);
    return {
      root,
      branch: isHere(branch) ? (branch as string | null) : null,
      state: isHere(state) ? mutable(state as GitState | undefined) : null,
    };
  }

  /** Notes a checkout that the hub is told of, if it is one of a project of ours. */
  #meet(tree: Worktree): Worktree {
    const isNew = this.#roots.size < limits.bridgeRoots && !this.#roots.has(tree.root);
    if (isNew && this.#projects.has(tree.project)) this.#roots.set(tree.root, '');
    return tree;
  }

  async #describe(directory: string): Promise<Worktree> {
    const tree = await this.#ports.worktrees.describe(directory);
    if (this.#named.has(directory) && this.#projects.size < limits.bridgeRoots) this.#projects.add(tree.project);
    return this.#meet(tree);
  }

  readonly #answers: { readonly [Q in Question]: (words: Words<Q>) => Promise<unknown> } = {
    describe: ([directory]) => this.#describe(directory),
    resolve: words => this.#ports.worktrees.resolve(...words),
    placeOf: async words => {
      const placed = await this.#ports.worktrees.placeOf(...words);
      if (placed.where !== 'outside') this.#meet(placed.tree);
      return placed;
    },
    changedFiles: async ([root, limit, ms, under]) =>
      (await this.#git(root)).changedFiles(root, limit, ms, under ?? undefined),
    changedTree: async ([root, limit, ms, also]) =>
      (await this.#git(root)).changedTree(root, limit, ms, also ?? undefined),
    headMoves: async ([root, ...more]) => (await this.#git(root)).headMoves(root, ...more),
    commitsSince: async ([root, ...more]) => {
      const found = await (await this.#git(root)).commitsSince(root, ...more);
      return found && [...found];
    },
    ignored: async ([root, ...more]) => (await this.#git(root)).ignored(root, ...more),
    stagedFiles: async ([root, ...more]) => (await this.#git(root)).stagedFiles(root, ...more),
    commitsSinceBase: async ([root, base, limit, ms, tip]) =>
      (await this.#git(root)).commitsSinceBase(root, base, limit, ms, tip ?? undefined),
    stashes: async ([root, ...more]) => (await this.#git(root)).stashes(root, ...more),
    dryMerge: async ([root, ours, theirs, ms, theirRoot]) =>
      (await this.#git(root)).dryMerge(root, ours, theirs, ms, (await this.#isOurs(theirRoot)) ? theirRoot : null),
    blame: async ([root, ...more]) => (await this.#git(root)).blame(root, ...more),
    commit: async ([root, ...more]) => (await this.#git(root)).commit(root, ...more),
    branches: async ([root, ...more]) => (await this.#git(root)).branches(root, ...more),
    aliases: async ([root, ms]) => (await this.#git(root)).aliases(root, ms),
    stage: async ([root, names, ms]) =>
      this.#mayStage && this.#knows(root)
        ? this.#ports.stage.stage(root, names, ms)
        : ({ staged: false, why: 'missing' } satisfies Answer<'stage'>),
    lineCount: async ([root, path]) =>
      this.#knows(root) && !path.split(/[\\/]/).includes('..') ? this.#ports.probes.lineCount(root, path) : undefined,
    // No other port is a hub's business.
    isPortFree: async ([port]) => this.#isProbed(port) && (await this.#ports.probes.isPortFree(port)),
    dead: async ([processes]) =>
      processes.flatMap((each, at) => (this.#ports.processes.liveness(each) === 'dead' ? [at] : [])),
    gitHooksHold: ([directory]) => this.#gitHooksHold(directory),
    tell: async ([unread]) => {
      await this.#errands.tell?.(unread);
      return this.#errands.tell !== null;
    },
    canWake: ([conversation]) => this.#errands.canWake(conversation),
    wake: ([conversation]) => this.#errands.wake(conversation),
  };

  #knows(root: string | null | undefined): boolean {
    return root != null && this.#roots.has(root);
  }

  #isProbed(port: number): boolean {
    const { policy } = this.#ports;
    return policy.pools.some(({ name, values }) => values.some(value => probedPort(policy, name, value) === port));
  }

  /** Git is asked about checkouts of projects that this machine works on: no other folder is a hub's business. */
  async #git(root: string): Promise<Ports['git']> {
    if (await this.#isOurs(root)) return this.#ports.git;
    throw new SignalboxError('forbidden', 'This folder is no checkout of the project.', 'Ask about those that are.');
  }

  async #isOurs(root: string | null | undefined): Promise<boolean> {
    if (root == null || this.#knows(root)) return root != null;
    const tree = await this.#ports.worktrees.describe(root).catch(() => undefined);
    if (tree?.root !== root || !this.#projects.has(tree.project)) return false;
    this.#meet(tree);
    return true;
  }
}

function mutable(state: GitState | undefined): Standing['state'] {
  return state === undefined ? null : { ...state, locked: [...state.locked] };
}
