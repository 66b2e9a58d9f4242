/** Calls of tools over HTTP: who calls, in which project, and whether that is allowed. */
import type { Principal } from '../../core/account.ts';
import type { AuditNote } from '../../core/audit.ts';
import type { AuditRecord } from '../../core/audit-record.ts';
import { actionOf, refusalFor } from '../../core/authority.ts';
import { SignalboxError, toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { isRealProject } from '../../core/project.ts';
import { cleanLine } from '../../core/text.ts';
import { callTool } from '../../tools/call-tool.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { HubCaller, Onlooker } from '../../tools/hub-caller.ts';
import { hubWorld } from '../../tools/hub-world.ts';
import type { World } from '../../tools/world.ts';

export { actionOf };

/** Notes what was done, for as long as the audit is kept. */
export interface Auditor {
  digest(input: unknown): string;
  elapsed(): number;
  note(note: Omit<AuditNote, 'address'>): Promise<void>;
}

export interface Request {
  readonly audit: Auditor;
  readonly principal: Principal;
  readonly project: string;
  /** The id of the session that calls; null for somebody who only looks, or who joins with what it does. */
  readonly session: string | null;
  /** The id of the session that a client is which tells none; asked only once it may do what it asks for. */
  join?(): Promise<string | null>;
  readonly signal: AbortSignal;
  /** Aborts when the hub stops: waits end then as if their time were over. */
  readonly waitsEnd: AbortSignal;
  /** Tells somebody who waits how it goes. */
  progress?(message: string, done: number, total: number): void;
}

/** The id of a project, from a header. Errors: `invalid_input`. */
export function projectNamed(raw: string | undefined): string {
  const project = raw === undefined ? '' : cleanLine(raw, 'Signalbox-Project', limits.projectCharacters);
  if (project !== '' && isRealProject(project)) return project;
  throw new SignalboxError(
    'invalid_input',
    project === '' ? 'The request names no project.' : `${project} is no project.`,
    'Send its id as the header Signalbox-Project, such as github.com/acme/shop.',
  );
}

export interface Called {
  readonly output: Record<string, unknown>;
  /** The same in words. */
  readonly text: string;
  /** To be run once the answer has been handed to the client; what it would confirm is shown again otherwise. */
  handed(): Promise<void>;
  /** To be run in any case, at the end. */
  over(): Promise<void>;
}

/** Calls a tool. Errors: those of the tool, `forbidden`, `session_expired`. */
export function call(
  world: World,
  offered: readonly ToolDefinition[],
  name: string,
  input: unknown,
  request: Request,
): Promise<Called> {
  return audited(request, 'call', name, input, speaker => called(world, offered, name, input, request, speaker));
}

async function called(
  world: World,
  offered: readonly ToolDefinition[],
  name: string,
  input: unknown,
  { principal, project, signal, waitsEnd, join, progress = () => undefined }: Request,
  speaker: Speaker,
): Promise<Called> {
  const tool = offered.find(each => each.name === name);
  const refusal = tool && refusalFor(principal, actionOf(tool), project);
  if (refusal) throw refusal;
  if (join) speaker.session = await join();
  const { session } = speaker;
  if (tool && tool.effect !== 'read' && session === null) throw needsSession(name);
  const own = hubWorld(world, principal, project);
  const caller = session === null ? new Onlooker(own, project) : new HubCaller(own, project, session, principal.id);
  const over = async () => {
    if (caller instanceof HubCaller) await caller.leave();
  };
  const afterwards: (() => Promise<void>)[] = [];
  const context = { caller, signal, waitsEnd, path: 'calls', progress } as const;
  try {
    // Whose the session is comes first: nothing is said about anything else to somebody whose it is not.
    if (session !== null) await caller.read(async () => undefined);
    const { output, text } = await callTool(offered, name, input, {
      ...context,
      afterAnswer: action => afterwards.push(action),
    });
    const handed = async () => {
      for (const action of afterwards) await action();
    };
    return { output, text, handed, over };
  } catch (error) {
    await over();
    throw error;
  }
}

/** Which session it is that acts, as far as that is known by now. */
interface Speaker {
  session: string | null;
}

/**
 * What comes out of it is noted before it is answered: what was done, refused or broke. `refusedBy` gives the code of a result that is a
 * refusal, null for any other.
 */
export async function audited<T>(
  { audit, principal, session, project }: Pick<Request, 'audit' | 'principal' | 'session' | 'project'>,
  action: 'call' | 'session',
  what: string,
  input: unknown,
  run: (speaker: Speaker) => Promise<T>,
  refusedBy: (result: T) => string | null = () => null,
): Promise<T> {
  const began = audit.elapsed();
  const speaker: Speaker = { session };
  const about = { action, principal: principal.name, subject: null, project, digest: audit.digest(input) };
  const note = (decision: AuditRecord['decision'], code: string | null) =>
    audit.note({
      ...about,
      session: speaker.session,
      what,
      decision,
      code,
      ms: Math.round(audit.elapsed() - began),
    });
  try {
    const result = await run(speaker);
    const code = refusedBy(result);
    await note(code === null ? 'done' : 'refused', code);
    return result;
  } catch (error) {
    const { code } = toSignalboxError(error);
    await note(code === 'internal' || code === 'unavailable' ? 'failed' : 'refused', code);
    throw error;
  }
}

function needsSession(name: string): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `${name} is done by a session, and the request names none.`,
    'Open one with POST /v1/sessions and send its id as the header Signalbox-Session.',
  );
}
