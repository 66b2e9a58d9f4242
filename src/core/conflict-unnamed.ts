/** What an action means that names no file, and its conflicts with the locks of others on files then. */
import { excludes } from './blocking.ts';
import {
  type Action,
  type Conflict,
  inSameCheckout,
  isFile,
  type Severity,
  spokenFiles,
  withTask,
  worstFirst,
} from './conflict-kinds.ts';
import { modeTowards, seatOf } from './edit-lock.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import type { IntentType, LockRecord, SessionRecord } from './records.ts';
import { quoted } from './text.ts';
import type { View } from './unit.ts';

/** How bad a lock on some files is for an action that names none. Null does not matter, high makes it unsafe. */
interface Reach {
  /** Of somebody in the same checkout. */
  readonly here: Severity | null;
  readonly elsewhere: Severity | null;
  /** Where the lock is on the whole project, wherever its holder is. */
  readonly whole: Severity | null;
  readonly because: string;
}

/** High where it would surely write to what is locked, lower where it may, or only reads. A commit is of one's own files, and a push of none. */
const reaches: Record<IntentType, Reach> = {
  refactor: { here: 'high', elsewhere: 'high', whole: 'high', because: 'without targets it means all files' },
  dependency_change: { here: 'medium', elsewhere: 'low', whole: 'high', because: 'it may write there' },
  git_merge: { here: 'high', elsewhere: 'low', whole: 'high', because: 'it changes any files of its checkout' },
  git_rebase: { here: 'high', elsewhere: 'low', whole: 'high', because: 'it changes any files of its checkout' },
  build: { here: 'medium', elsewhere: 'low', whole: 'medium', because: 'it reads everything, half-done edits too' },
  test: { here: 'medium', elsewhere: 'low', whole: 'medium', because: 'it reads everything, half-done edits too' },
  git_commit: { here: 'low', elsewhere: null, whole: 'medium', because: 'leave these files out of it' },
  file_edit: { here: null, elsewhere: null, whole: 'high', because: 'that is every file' },
  git_push: { here: null, elsewhere: null, whole: null, because: '' },
};

const readers: readonly IntentType[] = ['build', 'test'];

/** Whether it names no file although it has to do with files. */
export function namesNoFile(action: Action): boolean {
  return !action.targets.some(isFile);
}

/** The locks of others on files, one conflict for each holder; none for an action that names its files. */
export async function unnamedFileConflicts(
  view: View,
  me: SessionRecord,
  action: Action,
): Promise<{ conflicts: Conflict[]; more: boolean }> {
  if (!namesNoFile(action) || reaches[action.type].whole === null) return { conflicts: [], more: false };
  const page = { limit: limits.fileLocksExamined };
  const locks = await view.tx.list('lock', 'key', { prefix: 'file:' }, page);
  const byHolder = new Map<string, LockRecord[]>();
  for (const lock of locks.filter(
    ({ holder, expiresAt }) => holder !== me.id && holder !== me.parentSession && expiresAt > view.tx.now,
  )) {
    byHolder.set(lock.holder, [...(byHolder.get(lock.holder) ?? []), lock]);
  }
  const found = await Promise.all(
    [...byHolder].map(async ([id, held]) => {
      const holder = await view.tx.get('session', id);
      return holder && leaseHolds(view, holder) ? holdersConflict(me, action, holder, held) : undefined;
    }),
  );
  return { conflicts: found.filter(conflict => conflict !== undefined), more: locks.length >= page.limit };
}

function holdersConflict(
  me: SessionRecord,
  { type }: Action,
  holder: SessionRecord,
  held: readonly LockRecord[],
): Conflict | undefined {
  const rated = held.flatMap(lock => {
    const seen = { ...lock, mode: modeTowards(lock, seatOf(me)) };
    const severity = severityOf(seen, type, inSameCheckout(holder, me));
    return severity ? [{ lock, severity }] : [];
  });
  const [worst, ...rest] = worstFirst(rated);
  if (!worst) return undefined;
  const names = spokenFiles([worst, ...rest].map(({ lock }) => lock.name));
  const why = rest.length === 0 && worst.lock.reason ? ` for ${quoted(worst.lock.reason)}` : '';
  const advice = worst.severity === 'low' ? 'it is good to know' : `name your targets, or ask ${holder.handle} first`;
  return {
    kind: 'lock',
    severity: worst.severity,
    description: `${withTask(holder)} holds ${names} (${worst.lock.mode})${why}, and ${type} names no files: ${reaches[type].because}; ${advice}.`,
    session: holder,
    resource: rest.length === 0 ? worst.lock.name : null,
  };
}

/** A lock that excludes nobody from it is at most a remark. */
function severityOf({ name, mode }: LockRecord, type: IntentType, isHere: boolean): Severity | null {
  const wanted = readers.includes(type) ? 'shared' : 'exclusive';
  if (mode === 'shared' && wanted === 'shared') return null;
  const { here, elsewhere, whole } = reaches[type];
  const severity = name === 'file:**' && (isHere || whole === 'high') ? whole : isHere ? here : elsewhere;
  return severity !== null && !excludes(mode, wanted) ? 'low' : severity;
}
