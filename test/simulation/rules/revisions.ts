/** What must hold of data and shared context after every unit of work: each change is one revision. */

import type { DataRecord } from '../../../src/core/data-record.ts';
import { limits } from '../../../src/core/limits.ts';
import type { ContextRecord } from '../../../src/core/records.ts';
import type { Rule } from '../knowledge.ts';
import { type Commit, changesOf } from '../state.ts';

const deletedKeptMs = limits.deletedKeptDays * 86_400_000;

const dataRevisions: Rule<Commit> = {
  promise: 'each change of a value is one revision more, deleting included',
  *broken(commit) {
    for (const { id, before, after } of changesOf(commit, 'data')) {
      if (!after) {
        if (before && !isForgettable(before, commit.now)) yield `${id} was removed, and its revision with it`;
      } else if (after.revision !== (before?.revision ?? 0) + 1) {
        yield `${id} went from revision ${before?.revision ?? 0} to ${after.revision}`;
      }
    }
  },
};

function isForgettable(data: DataRecord, now: number): boolean {
  return data.deletedAt !== null && now - data.deletedAt >= deletedKeptMs;
}

const contextRevisions: Rule<Commit> = {
  promise: 'each change of a context entry is one revision more, and one title is one entry',
  *broken(commit) {
    for (const { id, before, after } of changesOf(commit, 'context')) {
      if (!after) continue;
      // Sharing the same once more prolongs it and changes nothing.
      const isSame = before !== undefined && saidBy(before) === saidBy(after);
      if (after.revision !== (before?.revision ?? 0) + (isSame ? 0 : 1)) {
        yield `${id} went from revision ${before?.revision ?? 0} to ${after.revision}`;
      }
      for (const other of commit.after.context.values()) {
        if (other.id === id || other.titleKey === null) continue;
        if (other.type === after.type && other.titleKey === after.titleKey) yield `${other.id} and ${id} are one entry`;
      }
    }
  },
};

function saidBy({ type, title, content, tags }: ContextRecord): string {
  return JSON.stringify([type, title, content, tags]);
}

export const revisionRules: readonly Rule<Commit>[] = [dataRevisions, contextRevisions];
