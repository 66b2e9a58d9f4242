/** Waiting for a reason to wake a session that rests. */
import { limits } from '../core/limits.ts';
import type { SessionRecord } from '../core/records.ts';
import { type Wake, wakeFor, withWaiter } from '../core/wake.ts';
import type { Hints } from './hints.ts';
import type { Participant } from './participant.ts';
import { idOf, quietly } from './quietly.ts';

/**
 * Resolves when the session is to be woken, which is noted as done; null when `signal` aborts first, the session has ended, or it is
 * none that the caller can wake any more (`isMine`), which nothing is noted of.
 * Costs nothing while nothing comes. It stays with the session that the caller is now: it lets nobody join, and brings nobody
 * back. Never rejects: where the store cannot be reached it looks again.
 */
export async function nextWake(
  caller: Participant,
  signal: AbortSignal,
  isMine: (me: SessionRecord) => boolean = () => true,
): Promise<Wake | null> {
  const id = await idOf(caller).catch(() => undefined);
  const hints = id === undefined ? undefined : await caller.hints().catch(() => undefined);
  if (id === undefined || hints === undefined) return null;
  const look = new Look(isMine);
  while (!signal.aborted) {
    const seen = hints.version;
    try {
      const wake = await look.wakeOf(caller, id);
      if (wake !== 'none') return wake;
    } catch {
      // The store cannot be reached now.
    }
    await restFor(caller, hints, seen, signal);
  }
  return null;
}

/** Notes whether somebody stands ready to wake the session. Not as an activity of the session, which would renew its locks. */
export async function noteWaiter(caller: Participant, id: string, stands: boolean): Promise<void> {
  await quietly(caller, id, async ({ tx }, me) => {
    const next = withWaiter(me, stands);
    if (next !== me) tx.put('session', next);
  });
}

/** Notes that the session rests, where the stop itself was not heard. */
export async function noteRest(caller: Participant, id: string): Promise<void> {
  await quietly(caller, id, async ({ tx }, me) => {
    if (me.restingSince === null) tx.put('session', { ...me, restingSince: tx.now });
  });
  (await caller.hints()).bump();
}

/** What to wake the caller with now, noted as done; null when there is no reason to. Not an activity of the session: it rests. */
export async function wakeQuietly(caller: Participant): Promise<Wake | null> {
  const id = await idOf(caller);
  const wake = id === undefined ? null : await new Look(() => true).wakeOf(caller, id);
  return wake === 'none' ? null : wake;
}

/** Looks for a reason to wake, one after the other. */
class Look {
  /** When the session was last woken before a unit whose answer was lost: what is noted since then may be that unit's. */
  #beforeLost: number | null | undefined;
  readonly #isMine: (me: SessionRecord) => boolean;

  constructor(isMine: (me: SessionRecord) => boolean) {
    this.#isMine = isMine;
  }

  /** Null when the session has ended, or is somebody else's to wake. Most looks find nothing to do, and write nothing. */
  async wakeOf(caller: Participant, id: string): Promise<Wake | null | 'none'> {
    const { project } = await caller.place();
    const me = await caller.world.store.read(project, tx => tx.get('session', id));
    if (me === undefined || me.endedAt !== null) return null;
    if (!this.#isMine(me)) return null;
    if (me.restingSince === null) {
      this.#beforeLost = undefined;
      return 'none';
    }
    // Woken twice is better than not at all: who was woken already only looks once more.
    const isOurs = me.nudgedAt !== null && this.#beforeLost !== undefined;
    const nudgedAt = isOurs ? (this.#beforeLost ?? null) : me.nudgedAt;
    this.#beforeLost = nudgedAt;
    const wake = await quietly(caller, id, (unit, now) =>
      wakeFor(unit, now.nudgedAt === me.nudgedAt ? { ...now, nudgedAt } : now),
    );
    this.#beforeLost = undefined;
    return wake ?? 'none';
  }
}

/** Until a hint comes, or for `restingPollMs`; not so long in a process that is deaf, because another one may hear for the session. */
async function restFor({ world }: Participant, hints: Hints, seen: number, signal: AbortSignal): Promise<void> {
  const isDeaf = world.wakeups.problem() !== undefined;
  const ms = isDeaf ? limits.safetyPollMs : limits.restingPollMs;
  await hints.changed(seen, ms, signal, ms);
}
