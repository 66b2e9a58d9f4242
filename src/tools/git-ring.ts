/** Keeps what sessions show of git's own hooks true: asked again and again, because a manager of hooks may write over them. */
import { limits } from '../core/limits.ts';
import type { Clock } from '../core/ports.ts';
import type { Participant } from './participant.ts';
import { idOf, quietly } from './quietly.ts';

/** Resolves when `ended` aborts; never rejects. Asks soon after a session has joined, then rarely. */
export async function keepGitRing(
  clock: Clock,
  present: () => readonly Participant[],
  holds: (directory: string) => Promise<boolean>,
  ended: AbortSignal,
): Promise<void> {
  const askedAt = new Map<Participant, number>();
  while (!ended.aborted) {
    const due = present().filter(
      caller => clock.elapsed() - (askedAt.get(caller) ?? -Infinity) >= limits.gitRingEveryMs,
    );
    for (const caller of due) {
      askedAt.set(caller, clock.elapsed());
      await holds(caller.directory)
        .then(isHeld => noteGitRing(caller, isHeld))
        .catch(() => undefined);
    }
    for (const caller of askedAt.keys()) if (!present().includes(caller)) askedAt.delete(caller);
    await clock.sleep(limits.gitRingFirstMs, ended);
  }
}

/** Notes at a session what a self-test has shown; a hook that refused something real is noted elsewhere, and stays noted. */
export async function noteGitRing(caller: Participant, isHeld: boolean): Promise<void> {
  const id = await idOf(caller);
  if (id === undefined) return;
  await quietly(caller, id, async ({ tx }, me) => {
    const { git, ...others } = me.guard.rings;
    if (!isHeld && git === undefined) return;
    const proven = { heardAt: tx.now, provenAt: tx.now, ignoredAt: null };
    tx.put('session', { ...me, guard: { ...me.guard, rings: isHeld ? { ...others, git: proven } : others } });
  });
}
