/** The machine's side of what a hub asks: answered by the real ports, about checkouts that the hub was told of. */
import { SignalboxError, toSignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { GuardPolicy } from '../core/policy.ts';
import type { Worktree } from '../core/ports.ts';
import type { World } from '../tools/world.ts';
import type { Channel } from './link.ts';
import { type Answer, type Moment, type Question, questions, type Standing, type Words } from './questions.ts';

type Ports = Pick<World, 'worktrees' | 'git' | 'probes' | 'stage' | 'clock' | 'policy' | 'processes'>;

/** What a machine tells a hub, and what of that it has told already. */
export class Near {
  readonly #ports: Ports;
  readonly #gitHooksHold: (directory: string) => Promise<boolean>;
  /** Whether files may be staged now: only a person's own command asks for that. */
  readonly #mayStage: boolean;
  /** The checkouts that the hub was told of, with what it was told last. */
  readonly #roots = new Map<string, string>();
  #guard: GuardPolicy;

  constructor(ports: Ports, gitHooksHold: (directory: string) => Promise<boolean>, mayStage: boolean) {
    [this.#ports, this.#gitHooksHold, this.#mayStage] = [ports, gitHooksHold, mayStage];
    this.#guard = ports.policy.guard;
  }

  /** What goes with the next thing that is said to the hub. */
  moment(): Moment {
    const roots = [...this.#roots].flatMap(([root, told]) => {
      const standing = this.#standing(root);
      const text = JSON.stringify(standing);
      this.#roots.set(root, text);
      return text === told ? [] : [standing];
    });
    const { guard } = this.#ports.policy;
    const isOther = guard !== this.#guard;
    this.#guard = guard;
    return {
      now: this.#ports.clock.now(),
      ...(roots.length > 0 ? { roots } : {}),
      ...(isOther ? { guard: { ...guard, paths: [...guard.paths] } } : {}),
    };
  }

  /** Another hub has been told nothing. */
  forget(): void {
    for (const root of this.#roots.keys()) this.#roots.set(root, '');
  }

  /** Answers one question and ends the channel. Never fails: what goes wrong is the answer. */
  async answer(asked: unknown, channel: Channel): Promise<void> {
    try {
      const { question, words } = asked as { question: Question; words: unknown };
      const known = Object.hasOwn(questions, question) ? questions[question] : undefined;
      if (!known) throw new SignalboxError('invalid_input', 'This version knows no such question.', 'Update it.');
      const value = await this.#answers[question](known.words.parse(words) as never);
      channel.say({ value: value ?? null, moment: this.moment() });
    } catch (error) {
      const { code, message, next } = toSignalboxError(error);
      channel.say({ error: { code, message, next }, moment: this.moment() });
    }
    channel.end();
  }

  #standing(root: string): Standing {
    const { worktrees, git } = this.#ports;
    return { root, branch: worktrees.branch(root), state: mutable(git.state(root)) ?? null };
  }

  #meet(tree: Worktree): Worktree {
    if (this.#roots.size < limits.bridgeRoots && !this.#roots.has(tree.root)) this.#roots.set(tree.root, '');
    return tree;
  }

  readonly #answers: { readonly [Q in Question]: (words: Words<Q>) => Promise<unknown> } = {
    describe: async ([directory]) => this.#meet(await this.#ports.worktrees.describe(directory)),
    resolve: words => this.#ports.worktrees.resolve(...words),
    placeOf: async words => {
      const placed = await this.#ports.worktrees.placeOf(...words);
      if (placed.where !== 'outside') this.#meet(placed.tree);
      return placed;
    },
    changedFiles: ([root, limit, ms, under]) => this.#git(root).changedFiles(root, limit, ms, under ?? undefined),
    changedTree: ([root, limit, ms, also]) => this.#git(root).changedTree(root, limit, ms, also ?? undefined),
    headMoves: ([root, ...more]) => this.#git(root).headMoves(root, ...more),
    commitsSince: async ([root, ...more]) => {
      const found = await this.#git(root).commitsSince(root, ...more);
      return found && [...found];
    },
    ignored: ([root, ...more]) => this.#git(root).ignored(root, ...more),
    stagedFiles: ([root, ...more]) => this.#git(root).stagedFiles(root, ...more),
    commitsSinceBase: ([root, base, limit, ms, tip]) =>
      this.#git(root).commitsSinceBase(root, base, limit, ms, tip ?? undefined),
    stashes: ([root, ...more]) => this.#git(root).stashes(root, ...more),
    dryMerge: ([root, ours, theirs, ms, theirRoot]) =>
      this.#git(root).dryMerge(root, ours, theirs, ms, this.#knows(theirRoot) ? theirRoot : null),
    blame: ([root, ...more]) => this.#git(root).blame(root, ...more),
    commit: ([root, ...more]) => this.#git(root).commit(root, ...more),
    branches: ([root, ...more]) => this.#git(root).branches(root, ...more),
    aliases: ([root, ms]) => this.#git(root).aliases(root, ms),
    stage: async ([root, names, ms]) =>
      this.#mayStage && this.#knows(root)
        ? this.#ports.stage.stage(root, names, ms)
        : ({ staged: false, why: 'missing' } satisfies Answer<'stage'>),
    lineCount: async ([root, path]) => (this.#knows(root) ? this.#ports.probes.lineCount(root, path) : undefined),
    isPortFree: ([port]) => this.#ports.probes.isPortFree(port),
    dead: async ([processes]) =>
      processes.flatMap((each, at) => (this.#ports.processes.liveness(each) === 'dead' ? [at] : [])),
    gitHooksHold: ([directory]) => this.#gitHooksHold(directory),
  };

  #knows(root: string | null | undefined): boolean {
    return root != null && this.#roots.has(root);
  }

  /** Git is asked about checkouts that were described only: no other folder of the machine is a hub's business. */
  #git(root: string): Ports['git'] {
    if (this.#knows(root)) return this.#ports.git;
    throw new SignalboxError('forbidden', 'This folder was never described.', 'Ask for its working tree first.');
  }
}

function mutable(state: ReturnType<Ports['git']['state']>): Standing['state'] | undefined {
  return state && { ...state, locked: [...state.locked] };
}
