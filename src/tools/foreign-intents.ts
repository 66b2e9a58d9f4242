/** Intents and the question whether an action is safe, as vocabularies ask it that name one target each, a path or a branch. */
import { surveyAction } from '../core/conflict.ts';
import { gitConflicts } from '../core/conflict-git.ts';
import { type Action, type Conflict, isGitAction, worstFirst } from '../core/conflict-kinds.ts';
import { SignalboxError } from '../core/errors.ts';
import { announce, type IntentInForce, openIntents } from '../core/intent.ts';
import { clearIntent, setIntentStatus } from '../core/intent-status.ts';
import { lookAround } from '../core/presence.ts';
import type { IntentRecord, IntentStatus, IntentType, SessionRecord } from '../core/records.ts';
import { actionFor } from './action-targets.ts';
import { branchesNow, standing } from './conflict-answer.ts';
import type { NamedFile } from './foreign-files.ts';
import type { Look, Seat, Seen } from './foreign-look.ts';
import { lookIntoGit } from './git-look.ts';
import type { Participant } from './participant.ts';

export interface ForeignAction {
  readonly type: IntentType;
  /** Paths, branches, or names; none where nothing was named. */
  readonly targets: readonly Omit<NamedFile, 'folder'>[];
  /** The folder in which it is to be done. */
  readonly folder: string | null;
}

export interface Checked {
  /** The worst first. */
  readonly conflicts: readonly Conflict[];
  /** Whole sentences on what could not be examined. */
  readonly notLookedAt: readonly string[];
}

export class ForeignIntents {
  readonly #look: Look;
  readonly #at: Seat;

  constructor(look: Look, at: Seat) {
    [this.#look, this.#at] = [look, at];
  }

  /** Announces an action; the same again refreshes the intent there is. Errors: those of `announce`. */
  async announce(caller: Participant, action: ForeignAction, description: string | undefined): Promise<IntentRecord> {
    const seen = await this.#at(action.folder);
    const [{ type, targets, branches }, here] = await Promise.all([actionAt(seen, action), standing(seen.at)]);
    const request = { type, resources: targets, branches, description };
    return caller.transact((unit, me) => announce(unit, here(me), request));
  }

  setStatus(caller: Participant, id: string, status: IntentStatus): Promise<IntentRecord> {
    return caller.transact((unit, me) => setIntentStatus(unit, me, id, status));
  }

  clear(caller: Participant, id: string): Promise<void> {
    return caller.transact((unit, me) => clearIntent(unit, me, id));
  }

  /** Open intents, the oldest first, with their sessions. */
  async list(about: {
    readonly type: IntentType | undefined;
    readonly session: SessionRecord | undefined;
  }): Promise<readonly IntentInForce[]> {
    return (await this.#look(view => openIntents(view, about))).intents;
  }

  /**
   * What speaks against an action of the caller: all that our own check knows, git's word included. `folderOf` tells in which folder of
   * this machine a session says that it works; null for where it stands.
   */
  async check(
    caller: Participant,
    action: ForeignAction,
    folderOf: (session: SessionRecord) => string | null,
  ): Promise<Checked> {
    const seen = await this.#at(action.folder);
    const [wanted, here, placed] = await Promise.all([
      actionAt(seen, action),
      standing(seen.at),
      this.#placed(caller, folderOf),
    ]);
    const branches = new Map([...(await branchesNow(caller)), ...placed.branches]);
    const survey = await caller.read((view, me) => surveyAction(view, here(me), wanted, branches, placed.where));
    const verdict = gitConflicts(survey.plan, await lookIntoGit(caller.world, survey.plan));
    const conflicts = worstFirst([...survey.conflicts, ...verdict.conflicts]);
    return { conflicts, notLookedAt: [...survey.notLookedAt, ...verdict.notLookedAt] };
  }

  /** Where the sessions of this machine work that say so, and what is checked out there. */
  async #placed(caller: Participant, folderOf: (session: SessionRecord) => string | null) {
    const { host } = caller.world.processes.self();
    const { live } = await caller.read(lookAround);
    const told = live.filter(session => session.host === host && folderOf(session) !== null);
    const seats = await Promise.all(
      told.map(async session => [session.id, await standing((await this.#at(folderOf(session))).at)] as const),
    );
    const byId = new Map(seats);
    const where = (session: SessionRecord) => byId.get(session.id)?.(session) ?? session;
    const branches = told
      .map(where)
      .flatMap(({ root, branch }): [string, string][] => (branch ? [[root, branch]] : []));
    return { where, branches };
  }
}

async function actionAt(seen: Seen, { type, targets }: ForeignAction): Promise<Action> {
  const parts = await Promise.all(targets.map(target => actionOn(seen, type, target)));
  return {
    type,
    targets: parts.flatMap(part => part.targets),
    branches: [...new Set(parts.flatMap(part => part.branches))],
  };
}

/** What a git action names that is no file is a branch, also one that only another checkout has; what is neither is a free name. */
async function actionOn(
  { at, spelled }: Seen,
  type: IntentType,
  { path, name }: Omit<NamedFile, 'folder'>,
): Promise<Action> {
  const mayBeBranch = isGitAction(type) && !/\s/.test(path) && !path.startsWith('branch:');
  const isBranch = mayBeBranch && !(await isThere(at, spelled(path)));
  try {
    return await actionFor(at, type, [isBranch || path.startsWith('branch:') ? branchOf(path) : spelled(path)]);
  } catch (error) {
    if (!(error instanceof SignalboxError) || error.code !== 'invalid_input') throw error;
    return { type, targets: await at.resources(undefined, [name]), branches: [] };
  }
}

function branchOf(path: string): string {
  return path.startsWith('branch:') ? path : `branch:${path}`;
}

async function isThere(at: Participant, path: string): Promise<boolean> {
  const { worktrees } = at.world;
  const { project } = await worktrees.describe(at.directory);
  const spot = await worktrees.placeOf(path, at.directory, project);
  return spot.where === 'project' && spot.resolved.isFolder !== undefined;
}
