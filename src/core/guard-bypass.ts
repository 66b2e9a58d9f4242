/** Going on in spite of a refusal: a person may, and everybody concerned learns of it. */
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { notify } from './notice.ts';
import type { ProcessIdentity } from './ports.ts';
import { withShellsOfPeople } from './presence.ts';
import { processKey } from './process.ts';
import type { SessionRecord } from './records.ts';
import { oneLine, quoted } from './text.ts';
import type { Unit, View } from './unit.ts';

export interface Bypass {
  /** Which check was gone round: the name of git's hook. */
  readonly hook: string;
  /** What was done, in the past: `committed src/a.ts`. */
  readonly did: string;
  /** The person's own words; null for one that went round the check without a word. */
  readonly reason: string | null;
  readonly files: readonly string[];
  /** The commit, once there is one. */
  readonly commit: string | null;
  /** Whose locks or work it went over. */
  readonly concerned: readonly SessionRecord[];
}

/** Notes that a check was gone round, and tells those whose locks or work it was about. */
export function noteBypass(unit: Unit, me: SessionRecord, bypass: Bypass): void {
  const { hook, commit, files, concerned } = bypass;
  const reason = bypass.reason === null ? null : spokenReason(bypass.reason);
  const data = {
    session: me.id,
    hook,
    reason,
    commit,
    files: files.slice(0, limits.filesNamed).join('\n').slice(0, limits.reasonCharacters),
    count: files.length,
  };
  unit.tx.emit({ type: 'guard.bypassed', audience: [], data });
  const sessions = concerned.filter(({ id }) => id !== me.id);
  notify(unit, [...new Set(sessions.map(({ id }) => id))], bypassWords(me, { ...bypass, reason }));
}

function bypassWords(me: SessionRecord, { did, reason }: Bypass): string {
  const how =
    reason === null
      ? 'The check before it was gone round, with --no-verify or by a command that asks none; or it was made before you had the lock.'
      : `The reason given: ${quoted(reason)}.`;
  return `${me.handle} ${did}, although you have locked it or work on it. ${how} Look at it before you go on.`;
}

function spokenReason(raw: string): string {
  return oneLine(raw).slice(0, limits.reasonCharacters).toWellFormed();
}

/**
 * Whether a command was started from within a living session's client, whatever its environment says: one of the processes above it
 * runs one. In an editor's windows people have shells of their own.
 */
export async function isBelowSession(view: View, ancestors: readonly ProcessIdentity[]): Promise<boolean> {
  const page = { limit: limits.sessionsOfProcess };
  for (const process of ancestors) {
    const sessions = await view.tx.list('session', 'parent', { equals: processKey(process) }, page);
    const isAtWork = (session: SessionRecord) =>
      leaseHolds(view, session) && !withShellsOfPeople.includes(session.client);
    if (sessions.some(isAtWork)) return true;
  }
  return false;
}
