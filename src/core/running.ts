/** Commands of a session that run, as far as its hooks have told. */
import type { Running } from './guard-record.ts';
import { limits } from './limits.ts';
import type { SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

/** Notes that something runs. What has run for longer than anything may is forgotten, and so is the oldest of too many. */
export async function noteRunning({ tx }: Pick<Unit, 'tx'>, session: SessionRecord, begun: Running): Promise<void> {
  // A rule before it may have written to the session.
  const me = (await tx.get('session', session.id)) ?? session;
  const fresh = me.guard.running.filter(({ at }) => tx.now - at < limits.runningMs);
  const running = [...fresh, begun].slice(-limits.runningRemembered);
  tx.put('session', { ...me, guard: { ...me.guard, running } });
}

/** The command of a call, as it was noted; without an id the one that began last. Null for one that nobody announced. */
export function runningCall({ guard: { running } }: SessionRecord, call: string | null): Running | null {
  const found = call === null ? running.at(-1) : running.findLast(each => each.call === call);
  return found ?? null;
}

/** What is over by now although nobody told it: the session has taken its next step. */
export function endedUntold({ guard: { running } }: SessionRecord): Running[] {
  return running.filter(({ isEndUntold = false }) => isEndUntold);
}
