/** What a git command of a session has to itself while it runs: HEAD of the checkouts that it moves, the index that it commits. */
import type { Here } from './edit.ts';
import { editTtlMs } from './edit-lock.ts';
import { gitHeadOf, gitIndexOf, heldByName } from './git-head.ts';
import type { GitWish } from './git-wish.ts';
import type { Running } from './guard-record.ts';
import { limits } from './limits.ts';
import { acquire } from './lock.ts';
import { takeBack } from './lock-release.ts';
import type { Resource, SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

/** The checkouts that a command needs something of, by their roots. */
export interface GitHeld {
  readonly ticket: string | null;
  readonly heads: readonly string[];
  readonly indexes: readonly string[];
}

/**
 * Takes what a command needs, which nobody else has. It is given back by the ticket when the command has ended, and ends by itself
 * after `gitCommandMs`. What the session has by name for longer stays as it is.
 */
export async function takeForCommand(unit: Unit, me: SessionRecord, wishes: readonly GitWish[]): Promise<GitHeld> {
  const moving = wishes.filter(wish => wish.takesCheckout || wish.sweeps || wish.rewritesHead);
  const committing = wishes.filter(wish => wish.commits || wish.ends === 'continue');
  const [heads, indexes] = [rootsOf(moving), rootsOf(committing)];
  if (heads.length + indexes.length === 0) return { ticket: null, heads, indexes };
  const ticket = unit.ids.next();
  await take(unit, me, { ticket, resourceOf: gitHeadOf, wishes: moving });
  await take(unit, me, { ticket, resourceOf: gitIndexOf, wishes: committing });
  return { ticket, heads, indexes };
}

const rootsOf = (wishes: readonly GitWish[]) => [...new Set(wishes.map(({ here }) => here.root))];

interface Taking {
  readonly ticket: string;
  readonly resourceOf: (here: Here) => Resource;
  readonly wishes: readonly GitWish[];
}

async function take(unit: Unit, me: SessionRecord, { ticket, resourceOf, wishes }: Taking): Promise<void> {
  const ttlMs = Math.min(limits.gitCommandMs, editTtlMs);
  const first = new Map(wishes.toReversed().map(wish => [wish.here.root, wish]));
  for (const { here, words } of first.values()) {
    const resource = resourceOf(here);
    const own = await heldByName(unit, me, resource);
    if (own && own.expiresAt >= unit.tx.now + ttlMs) continue;
    const request = { ticket, pools: [], mode: 'exclusive', priority: 'normal', reason: own?.reason ?? words } as const;
    await acquire(unit, me, { ...request, resources: [resource], ttlMs }, null);
  }
}

/** Gives back what was taken for a command. Once is enough, and more does no harm. */
export async function giveBack(unit: Unit, me: SessionRecord, { ticket, heads, indexes = [] }: Running): Promise<void> {
  if (ticket === null) return;
  const at = (root: string): Here => ({ host: me.host, root });
  const resources = [...heads.map(({ root }) => gitHeadOf(at(root))), ...indexes.map(root => gitIndexOf(at(root)))];
  await takeBack(unit, me, ticket, resources);
}

/**
 * Gives back what commands have that were broken off: where the session has stopped, or its user writes, none runs any more of which
 * an event would have told the end. One left in the background goes on without it. What they did is still theirs.
 */
export async function giveBackAll(unit: Unit, me: SessionRecord): Promise<void> {
  for (const running of me.guard.running) await giveBack(unit, me, running);
}
