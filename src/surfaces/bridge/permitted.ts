/** Tools as a principal may call them over a bridge: what is not allowed is refused before it runs, and what has to be noted is. */
import type { Principal } from '../../core/account.ts';
import { actionOf, mayUseTool, refusalFor } from '../../core/authority.ts';
import { SignalboxError } from '../../core/errors.ts';
import { askingHooks } from '../../core/git-hook-facts.ts';
import { type CallTool, callTool } from '../../tools/call-tool.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import gitCheck from '../../tools/git-check.ts';
import type { Participant } from '../../tools/participant.ts';
import { idOf } from '../../tools/quietly.ts';
import { type Auditor, audited, type Deed, firstRefusal } from '../http/calls.ts';
import type { Permission } from '../mcp/beside-tools.ts';

export interface Permit {
  readonly principal: Principal;
  readonly audit: Auditor;
}

/** For what a client or a command asks for: everything is noted, also what is in no form or no tool. */
export function permittedCalls(permit: Permit): CallTool {
  return (offered, name, input, context) => {
    const needed = offered.filter(each => each.name === name);
    return perform(permit, { what: name, input, needed }, context.caller, () =>
      callTool(offered, name, input, context),
    );
  };
}

/** For what clients ask for besides tools; `tools` are all that there are. */
export function permissionOf(tools: readonly ToolDefinition[], permit: Permit): Permission {
  const named = (names: readonly string[]) => tools.filter(({ name }) => names.includes(name));
  return {
    // The project is that of a folder, which may become another one.
    mayUse: names => named(names).every(tool => mayUseTool(permit.principal, actionOf(tool))),
    hasHooks: hasHooks(permit.principal),
    perform: ({ what, input, tools: names }, caller, work, refusedBy) =>
      perform(permit, { what, input, needed: named(names) }, caller, work, refusedBy),
  };
}

async function perform<T>(
  permit: Permit,
  { what, input, needed }: Deed,
  caller: Participant,
  work: () => Promise<T>,
  refusedBy?: (answer: T) => string | null,
): Promise<T> {
  const { project } = await caller.place();
  const run = async (speaker: { session: string | null }) => {
    const refusal = firstRefusal(needed, permit.principal, project);
    if (refusal) throw refusal;
    if (permit.principal.role === 'read') return work();
    speaker.session = await speakerOf(caller);
    const result = await work();
    // Who joins with its first call is known by now.
    speaker.session ??= await speakerOf(caller);
    return result;
  };
  return audited({ ...permit, project, session: null }, 'call', what, input, run, refusedBy);
}

/**
 * Whoever speaks a vocabulary of another system works with it, and what its tools come to natively is not said. Errors: `forbidden` for
 * a token that only reads, or is for some tools.
 */
export function assertMaySpeak({ role, tools, name }: Principal, profile: string): void {
  if (role !== 'read' && tools.length === 0) return;
  throw new SignalboxError(
    'forbidden',
    `The token "${name}" ${role === 'read' ? 'only reads' : 'is for some tools only'}, which is not enough for the profile ${profile}.`,
    'Ask an admin of your hub for a token that may write, for all tools.',
  );
}

/**
 * For what hooks ask for: what they refuse and what breaks is noted, and that git was let commit, push or rebase. That all else went
 * through is not: a session has several hooks with each of its steps, each note is a unit in the one list of the whole hub, and what a
 * hook changes (locks, edits, mail) stands in the events of its project.
 */
export function notedHooks({ principal, audit }: Permit): CallTool {
  const grave: Auditor = {
    ...audit,
    note: async note => (note.decision === 'done' ? undefined : audit.note(note)),
  };
  return async (offered, name, input, context) => {
    const { caller } = context;
    const { project } = await caller.place();
    const isAsked = isAskedByGit(name, input);
    const about = { principal, audit: isAsked ? audit : grave, project, session: null };
    return audited(
      about,
      'call',
      name,
      input,
      async speaker => {
        const answer = await callTool(offered, name, input, context);
        if (isRefusal(answer) || isAsked) speaker.session = await speakerOf(caller);
        return answer;
      },
      answer => (isRefusal(answer) ? 'conflict' : null),
    );
  };
}

/** For what is looked at beside the tools. Errors: `forbidden`. */
export function assertMayLook({ principal }: Permit, name: string, project: string): void {
  const refusal = refusalFor(principal, { name, effect: 'read', isOverruling: false }, project);
  if (refusal) throw refusal;
}

/** Notes that a session is here, or is over. */
export function noteSession(
  { principal, audit }: Permit,
  what: 'open' | 'end',
  session: string,
  project: string,
): Promise<void> {
  const about = { action: 'session', principal: principal.name, subject: null, digest: null } as const;
  return audit.note({ ...about, what, session, project, decision: 'done', code: null, ms: null });
}

/** Whether a principal has hooks: one that only reads has no sessions, and one for some tools only does nothing else. */
function hasHooks({ role, tools }: Principal): boolean {
  return role !== 'read' && tools.length === 0;
}

function isRefusal({ output }: Awaited<ReturnType<CallTool>>): boolean {
  return output.refused === true;
}

function isAskedByGit(name: string, input: unknown): boolean {
  return name === gitCheck.name && askingHooks.includes(String((input as { hook?: unknown }).hook));
}

async function speakerOf(caller: Participant): Promise<string | null> {
  return (await idOf(caller)) ?? null;
}
