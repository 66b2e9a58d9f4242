/** What both ways to the check have in common: the call, its answer, and what becomes of a failure. */
import { toSignalboxError } from '../../core/errors.ts';
import type { GitHookFacts } from '../../core/git-hook-facts.ts';
import type { GuardPolicy } from '../../core/policy.ts';
import type { CallTool } from '../../tools/call-tool.ts';
import type { ToolContext } from '../../tools/define-tool.ts';
import gitCheck from '../../tools/git-check.ts';
import type { Participant } from '../../tools/participant.ts';

export interface GitHookCall {
  readonly hook: string;
  readonly bypass: string | null;
  /** Whether nothing in the environment tells of an AI client. */
  readonly isPerson: boolean;
  readonly ancestors: readonly number[];
}

export type GitHookAnswer =
  | {
      readonly refused: boolean;
      readonly lines: readonly string[];
      readonly warnings: readonly string[];
      readonly trailer: string | null;
    }
  /** Signalbox itself failed, and what policy says of that. */
  | { readonly failure: string; readonly onFailure: GuardPolicy['onFailure'] };

/** Whose doing it is. A stranger is the shell of an AI client whose session is not known: it acts in nobody's name. */
export interface Committing {
  readonly caller: Participant;
  readonly isStranger: boolean;
}

/** Never fails: what goes wrong is the answer. */
export async function answerGit(
  call: GitHookCall,
  facts: Promise<GitHookFacts>,
  { onFailure }: GuardPolicy,
  find: () => Promise<Committing>,
  callTool: CallTool,
): Promise<GitHookAnswer> {
  try {
    const { caller, isStranger } = await find();
    const { hook, bypass, isPerson, ancestors } = call;
    const given = { hook, bypass, isPerson, ancestors, isStranger, facts: await facts };
    const { output } = await callTool([gitCheck], gitCheck.name, given, contextOf(caller));
    return output as unknown as GitHookAnswer;
  } catch (error) {
    const { message, next } = toSignalboxError(error);
    return { failure: `${message} ${next}`, onFailure };
  }
}

function contextOf(caller: Participant): ToolContext {
  return { caller, signal: new AbortController().signal, path: 'hook', progress() {}, afterAnswer() {} };
}
