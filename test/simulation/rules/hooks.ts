/** What must hold of what hooks bring, and of sub-agents, after every unit of work. */
import { limits } from '../../../src/core/limits.ts';
import { processKey } from '../../../src/core/process.ts';
import type { Rule } from '../knowledge.ts';
import { type Commit, changesOf } from '../state.ts';

/** What a hook shows, and what it announces; then what a client has taken and nothing has proven yet. */
const awaitingProof = ['prompt', 'tool'];
const paths = ['hook', 'announcing', 'announced', ...awaitingProof];

const shownOnce: Rule<Commit> = {
  promise: 'a message is shown by hooks once, and again only when nobody confirmed it for a while',
  *broken(commit) {
    for (const { id, before, after } of changesOf(commit, 'delivery')) {
      if (!before || !after || !paths.includes(after.path ?? '') || before.deliveredAt === after.deliveredAt) continue;
      if (before.state === 'read' || before.state === 'acknowledged') yield `${id} is shown after it was read`;
      const sinceMs = (after.deliveredAt ?? 0) - (before.deliveredAt ?? 0);
      // With a prompt: the turn that it went with was broken off.
      if (awaitingProof.includes(before.path ?? '')) continue;
      if (paths.includes(before.path ?? '') && sinceMs < limits.hookAgainMs)
        yield `${id} is shown again after ${sinceMs} ms`;
    }
  },
};

const noOrphans: Rule<Commit> = {
  promise: 'a sub-agent lives in the process of its parent, and never longer than that',
  *broken({ after }) {
    for (const child of after.session.values()) {
      if (child.parentSession === null || child.endedAt !== null) continue;
      const parent = after.session.get(child.parentSession);
      if (!parent || parent.endedAt !== null) yield `${child.handle} lives, and its parent has ended`;
      else if (child.process && parent.process && processKey(child.process) !== processKey(parent.process))
        yield `${child.handle} does not live in the process of ${parent.handle}`;
    }
  },
};

export const hookRules: readonly Rule<Commit>[] = [shownOnce, noOrphans];
