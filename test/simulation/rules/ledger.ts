/** What must hold of the ledger of edits after every unit of work. */
import { posix } from 'node:path';
import type { EditRecord } from '../../../src/core/edit-record.ts';
import { limits } from '../../../src/core/limits.ts';
import type { Knowledge, Rule } from '../knowledge.ts';
import type { Call } from '../seat.ts';
import { type Commit, changesOf, type State } from '../state.ts';

const keptMs = limits.editsKeptDays * 86_400_000;

const onlyAppended: Rule<Commit> = {
  promise: 'what stands in the ledger stays as it is, until its time is over',
  *broken(commit) {
    for (const { id, before, after } of changesOf(commit, 'edit')) {
      if (before && after) yield `${id} was changed`;
      if (before && !after && commit.now - before.at < keptMs) yield `${id} was removed`;
      if (!before && after && !isItsEvent(commit, after)) yield `${id} has no event`;
    }
  },
};

function isItsEvent({ events }: Commit, { id, sequence, path, session }: EditRecord): boolean {
  const event = events.find(each => each.sequence === sequence);
  const isSame = event?.data.path === path && event.data.session === session;
  return event?.type === 'edit.recorded' && isSame && id === `e${sequence}`;
}

/** The newest entry about a file, in whatever checkout. */
export function newestOf(state: State, path: string): EditRecord | undefined {
  const about = [...state.edit.values()].filter(({ pathKey }) => pathKey === path.toLowerCase());
  return about.reduce<EditRecord | undefined>(
    (last, edit) => (edit.sequence > (last?.sequence ?? 0) ? edit : last),
    undefined,
  );
}

const telling = ['path', 'change', 'session', 'task', 'intent', 'source', 'commit', 'host', 'root', 'branch'] as const;

const oneEntry: Rule<Commit> = {
  promise: 'an edit that was told is one entry of the ledger, and none when the entry before says the same',
  *broken(commit, known) {
    for (const { before, after: edit } of changesOf(commit, 'edit')) {
      if (before || edit?.source !== 'hook') continue;
      const last = newestOf(commit.before, edit.path);
      const isSame = last !== undefined && telling.every(field => last[field] === edit[field]);
      if (isSame && last.lines === null && commit.now - last.at < limits.editFoldedMs)
        yield `${edit.id} says what ${last.id} says`;
      if (!isOwed(commit, edit, known)) yield `${edit.id} of ${edit.handle} on ${edit.path} was told by nobody`;
    }
  },
};

/** Whether hooks of the process have told of as many such edits as there are entries. */
function isOwed({ by }: Commit, { change, root, path }: EditRecord, known: Knowledge): boolean {
  const kind = `${by} ${change} ${root}/${path}`;
  const left = known.owed.get(kind) ?? 0;
  known.owed.set(kind, left - 1);
  return left > 0;
}

/** Notes that a hook of a process tells of edits: each may be an entry of the ledger from now on. */
export function owe(known: Knowledge, process: string, root: string, { tool, input }: Call): void {
  const { files = [] } = input.action as { files?: { path: string; change: string }[] };
  if (tool !== 'guard_done' || input.hasFailed === true) return;
  for (const { path, change } of files) {
    const kind = `${process} ${change} ${posix.resolve(root, path)}`;
    known.owed.set(kind, (known.owed.get(kind) ?? 0) + 1);
  }
}

export const ledgerRules: readonly Rule<Commit>[] = [onlyAppended, oneEntry];
