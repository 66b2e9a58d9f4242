import * as z from 'zod/v4';
import { limits } from '../core/limits.ts';
import { defineTool } from './define-tool.ts';
import { checkCommit, checkPush } from './git-check-files.ts';
import { checkRewriting, noteMade, tellMoved } from './git-check-references.ts';
import { allowed, type GitCall, type GitVerdict } from './git-verdict.ts';
import type { Participant } from './participant.ts';

const made = z.object({
  id: z.string(),
  at: z.number(),
  files: z.array(z.object({ path: z.string(), change: z.enum(['created', 'modified', 'deleted']) })),
  isFresh: z.boolean(),
});

const rewriting = z.object({
  kind: z.enum(['branch', 'rebase', 'stash']),
  branch: z.string(),
  from: z.string(),
  to: z.string().nullable(),
  lost: z.array(z.string()),
  isAmend: z.boolean(),
  isHere: z.boolean(),
  isRename: z.boolean(),
  isAbort: z.boolean(),
  done: z.enum(['nothing', 'index', 'files', 'autostash']),
});

const input = z.strictObject({
  hook: z.enum([
    'pre-commit',
    'prepare-commit-msg',
    'reference-transaction',
    'post-checkout',
    'pre-push',
    'pre-rebase',
  ]),
  /** What git told, as `GitHookFacts` says it. */
  facts: z.object({
    staged: z.array(z.string()).max(limits.committedFilesExamined),
    isFirst: z.boolean(),
    isWhole: z.boolean(),
    folder: z.string(),
    pushes: z.array(z.object({ branch: z.string().nullable(), isForced: z.boolean(), lost: z.array(z.string()) })),
    pushedFiles: z.array(z.string()).max(limits.committedFilesExamined),
    rewritings: z.array(rewriting),
    made: z.array(made),
    isRebase: z.boolean(),
    stashed: made.nullable(),
    moved: z.object({ from: z.string(), to: z.string() }).nullable(),
    takesTrailer: z.boolean(),
    notLookedAt: z.array(z.string()),
  }),
  /** Why a refusal is to be passed over; null where nobody wants that. */
  bypass: z.string().nullable().default(null),
  /** Whether nothing around the command tells of an AI client. It gives no right by itself: the caller must be the operator, too. */
  isPerson: z.boolean().default(false),
  /** Whether it is the shell of an AI client whose session is not known: it acts in nobody's name. */
  isStranger: z.boolean().default(false),
  /** The processes above the command, the nearest first, where that matters. */
  ancestors: z.array(z.number()).max(limits.ancestorsExamined).default([]),
});

export default defineTool({
  name: 'git_check',
  title: 'Ask whether git may go on',
  set: 'hook',
  effect: 'write',
  idempotent: false,
  description:
    "What git's own hooks ask and tell: whether a commit, a push or the rewriting of a branch may go on, given what others have locked and " +
    'work on; which commits were made; and that another branch was checked out. Models never call it.',
  input,
  output: z.object({
    refused: z.boolean(),
    lines: z.array(z.string()),
    warnings: z.array(z.string()),
    trailer: z.string().nullable(),
  }),
  examples: [],
  async run({ caller }, given): Promise<GitVerdict> {
    const call: GitCall = { ...given, policy: caller.world.policy.guard };
    switch (call.hook) {
      case 'pre-commit':
        return checkCommit(caller, call);
      case 'pre-push':
        return checkPush(caller, call);
      case 'pre-rebase':
        return checkRewriting(caller, call);
      case 'post-checkout':
        return tellMoved(caller, call);
      case 'prepare-commit-msg':
        return { ...allowed(), trailer: await trailerFor(caller, call) };
      default:
        return call.facts.rewritings.length > 0 ? checkRewriting(caller, call) : noteMade(caller, call);
    }
  },
  text: out => [...out.lines, ...out.warnings].join('\n'),
});

/** Names the session that makes a commit; a person has a name in git already. */
async function trailerFor(caller: Participant, { facts, policy }: GitCall): Promise<string | null> {
  if (!policy.commitTrailer || !facts.takesTrailer) return null;
  return caller.read(async (_view, me) => (me.kind === 'agent' ? `Signalbox-Session: ${me.handle}` : null));
}
