/** The four tools of session-coordinator about locks on files. */
import * as z from 'zod/v4';
import { limits } from '../../core/limits.ts';
import type { SessionRecord } from '../../core/records.ts';
import { foreignText } from '../../core/resource-text.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { FileLock } from '../../tools/foreign-files.ts';
import { foreignTool, shownJson } from '../define-profile.ts';
import { acting, instant, named, nameOf, ownFolders, path, session, text } from './shown.ts';

/** For how long a lock is taken whose taker does not say it, and the variable by which users have set that. */
const usualSeconds = limits.lockDefaultTtlSeconds;
export const timeoutVariable = 'MCP_SESSION_TIMEOUT_SEC';

/** Null for a value that is no time. */
function timeoutFrom(value: string): number | null {
  if (value === '') return usualSeconds;
  const seconds = /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : 0;
  return seconds >= 1 && seconds <= limits.lockMaxTtlSeconds ? seconds : null;
}

/** Says that a time which was set does not count. */
export function tellOfTimeout(desk: ForeignDesk): void {
  const value = desk.surroundings.variable(timeoutVariable);
  if (timeoutFrom(value) !== null) return;
  const note = `${timeoutVariable} is not a whole number from 1 to ${limits.lockMaxTtlSeconds}: locks are for ${usualSeconds} s unless their taker says otherwise`;
  desk.plans.warnOnce(note, { value: value.slice(0, 40) });
}

export const lockAcquire = foreignTool({
  name: 'lock_acquire',
  description:
    'Lock a file, or renew or change a lock of yours. When granted is false another session has it: leave the file alone. Shared goes with shared; intent blocks nobody and tells in warnings who is there.',
  input: z.object({
    session_id: session,
    file_path: path,
    lock_type: z.enum(['exclusive', 'shared', 'intent']).default('exclusive'),
    ttl_seconds: z
      .int()
      .min(1)
      .max(limits.lockMaxTtlSeconds)
      .optional()
      .describe(`How long it lasts after you were last heard of, ${usualSeconds} if you do not say`),
  }),
  async run(desk, { session_id, file_path, lock_type, ttl_seconds }) {
    const { caller, folder } = await acting(desk, session_id);
    const timeout = timeoutFrom(desk.surroundings.variable(timeoutVariable)) ?? usualSeconds;
    const wish = { file: named(file_path, folder), mode: lock_type, ttlSeconds: ttl_seconds ?? timeout };
    const { mine, blockers, company } = await desk.plans.files.acquire(caller, wish);
    if (mine) {
      // Two that share it know that they are not alone.
      const remarkable = company.filter(({ lock }) => lock.mode !== 'shared' || lock_type !== 'shared');
      const warnings = remarkable.map(held => spoken(desk, held));
      const others = warnings.length > 0 ? { warnings } : {};
      const locked = foreignText(mine.name);
      // Where it is another than it looks, its holder is told which.
      const meant = locked === file_path ? {} : { file_path: locked };
      const granted = { granted: true, ...meant, lock_type: mine.mode, expires_at: instant(mine.expiresAt) };
      return shownJson({ ...granted, ...others });
    }
    const first = blockers.find(({ lock }) => lock !== null) ?? blockers[0];
    // It became free between two looks.
    if (!first) return shownJson({ granted: false, reason: 'busy' });
    const held = { held_by: desk.name(first.session), holder_name: nameOf(desk, first.session) };
    if (!first.lock) return shownJson({ granted: false, ...held, reason: 'waits_in_line' });
    const { mode, expiresAt } = first.lock;
    return shownJson({ granted: false, ...held, held_type: mode, expires_at: instant(expiresAt) });
  },
});

function spoken(desk: ForeignDesk, { lock, holder }: FileLock): string {
  return `${nameOf(desk, holder)} (${desk.name(holder)}) has a lock on ${foreignText(lock.name)}: ${lock.mode}.`;
}

export const lockRelease = foreignTool({
  name: 'lock_release',
  description: 'Give back a lock of yours.',
  input: z.object({ session_id: session, file_path: path }),
  async run(desk, { session_id, file_path }) {
    const { caller, folder } = await acting(desk, session_id);
    const { isReleased, covered, others } = await desk.plans.files.release(caller, named(file_path, folder));
    if (isReleased) return shownJson({ released: true });
    const [first] = others;
    // A lock of its own on more than the file stays whole.
    const own = covered.map(({ lock }) => foreignText(lock.name));
    const covers = own.length > 0 ? { covered_by: own } : {};
    if (!first || own.length > 0) return shownJson({ released: false, reason: 'not_held', ...covers });
    const { holder } = first;
    const held = { held_by: desk.name(holder), holder_name: nameOf(desk, holder) };
    return shownJson({ released: false, reason: 'not_owner', ...held });
  },
});

export const lockList = foreignTool({
  name: 'lock_list',
  description: 'What is locked now, by whom and until when: of one session, on one file, or all.',
  input: z.object({
    session_id: text.optional().describe('Only locks of this session'),
    file_path: text.optional().describe('Only locks that cover this file'),
  }),
  async run(desk, { session_id, file_path }) {
    await desk.plans.isUsed();
    const holder = session_id === undefined ? null : await desk.plans.meant(session_id);
    return shownJson((await lookedUp(desk, file_path, holder)).map(held => shownLock(desk, held)));
  },
});

export const lockCheck = foreignTool({
  name: 'lock_check',
  description: 'Whether a file is locked, and by whom; an intent counts as well, although it blocks nobody.',
  input: z.object({ file_path: text.describe('Path of the file, from where you work or absolute') }),
  async run(desk, { file_path }) {
    await desk.plans.isUsed();
    const found = await lookedUp(desk, file_path, null);
    return shownJson({ locked: found.length > 0, locks: found.map(held => shownLock(desk, held)) });
  },
});

/** Locks on what a path may mean where nobody says who asks: from where each session of the connection works, else as lists show it. */
async function lookedUp(desk: ForeignDesk, file: string | undefined, holder: SessionRecord | null) {
  const { files } = desk.plans;
  if (file === undefined) return files.list(null, holder);
  const found = await files.list(
    (await ownFolders(desk)).map(folder => named(file, folder)),
    holder,
  );
  return found.length > 0 ? found : files.list([named(file, await desk.plans.root())], holder);
}

function shownLock(desk: ForeignDesk, { lock, holder }: FileLock) {
  return {
    file_path: foreignText(lock.name),
    lock_type: lock.mode,
    held_by: desk.name(holder),
    holder_name: nameOf(desk, holder),
    acquired_at: instant(lock.since),
    expires_at: instant(lock.expiresAt),
  };
}
