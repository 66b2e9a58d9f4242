/** The conflicts of an action as tools answer them: what the store knows, put together with what git tells within its time. */
import * as z from 'zod/v4';
import type { Survey } from '../core/conflict.ts';
import { gitConflicts } from '../core/conflict-git.ts';
import { type Conflict, isSafe, worstFirst } from '../core/conflict-kinds.ts';
import { limits } from '../core/limits.ts';
import { lookAround } from '../core/presence.ts';
import type { SessionRecord } from '../core/records.ts';
import { lookIntoGit } from './git-look.ts';
import { branchesOf } from './judged.ts';
import type { Me, Participant } from './participant.ts';

export const conflictShape = z.object({
  kind: z.string(),
  severity: z.enum(['low', 'medium', 'high']),
  description: z.string(),
  session: z.string().optional(),
  resource: z.string().optional(),
});

type ConflictShape = z.input<typeof conflictShape>;

export interface ConflictAnswer {
  readonly safe: boolean;
  readonly conflicts: ConflictShape[];
  readonly notLookedAt?: string[];
}

/** The caller where it stands now: a command may run in another checkout than its session, and the operator has none. */
export async function standing(caller: Participant): Promise<(me: Me) => SessionRecord> {
  const { root, anchor } = await caller.place();
  const { processes, worktrees } = caller.world;
  const place = { host: processes.self().host, root, anchor, branch: await worktrees.branch(root) };
  return me => ({ ...me, ...place });
}

/** What is checked out now, by root, where others on this host work: any shell may have changed it since their last call. */
export async function branchesNow(caller: Participant): Promise<ReadonlyMap<string, string>> {
  const { processes, worktrees } = caller.world;
  const { host } = processes.self();
  const { live } = await caller.read(lookAround);
  const roots = live.filter(session => session.host === host && session.root !== '').map(session => session.root);
  const known = await branchesOf(worktrees, roots);
  return new Map([...known].filter((entry): entry is [string, string] => entry[1] !== null));
}

/** Asks git what the survey leaves open, outside of any unit of work, and puts all together, the worst first. */
export async function conflictAnswer(caller: Participant, survey: Survey): Promise<ConflictAnswer> {
  const verdict = gitConflicts(survey.plan, await lookIntoGit(caller.world, survey.plan));
  const conflicts = worstFirst([...survey.conflicts, ...verdict.conflicts]);
  const left = conflicts.length - limits.conflictsListed;
  const notLookedAt = [
    ...survey.notLookedAt,
    ...verdict.notLookedAt,
    ...(left > 0 ? [`There are ${left} more conflicts, none worse than these.`] : []),
  ];
  return {
    safe: isSafe(conflicts),
    conflicts: conflicts.slice(0, limits.conflictsListed).map(shownConflict),
    ...(notLookedAt.length > 0 ? { notLookedAt } : {}),
  };
}

function shownConflict({ kind, severity, description, session, resource }: Conflict): ConflictShape {
  return {
    kind,
    severity,
    description,
    ...(session ? { session: session.handle } : {}),
    ...(resource ? { resource } : {}),
  };
}

interface SpokenConflicts {
  readonly conflicts: readonly Readonly<Record<string, string | undefined>>[];
  readonly notLookedAt?: readonly string[] | undefined;
}

/** All of it in words, a line each. */
export function spokenConflicts({ conflicts, notLookedAt }: SpokenConflicts): string[] {
  return [
    ...conflicts.map(({ severity, kind, description }) => `[${severity}] ${kind}: ${description}`),
    ...(notLookedAt ?? []).map(sentence => `Not looked at: ${sentence}`),
  ];
}
