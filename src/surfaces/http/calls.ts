/** Calls of tools over HTTP: who calls, in which project, and whether that is allowed. */
import type { Principal } from '../../core/account.ts';
import type { AuditNote } from '../../core/audit.ts';
import type { AuditRecord } from '../../core/audit-record.ts';
import { subjectOf } from '../../core/audit-subject.ts';
import { actionOf, refusalFor } from '../../core/authority.ts';
import { SignalboxError, toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { isRealProject } from '../../core/project.ts';
import { cleanLine } from '../../core/text.ts';
import { callTool } from '../../tools/call-tool.ts';
import type { ToolContext, ToolDefinition } from '../../tools/define-tool.ts';
import { HubCaller, Onlooker } from '../../tools/hub-caller.ts';
import { hubWorld } from '../../tools/hub-world.ts';
import type { World } from '../../tools/world.ts';

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
  /** Whether the token that it came with still stands for somebody: asked while it lasts. */
  mayGoOn(): Promise<boolean>;
  /** Tells somebody who waits how it goes. */
  progress?(message: string, done: number, total: number): void;
}

/** Why somebody may not use all of these tools; null where that may be. */
export function firstRefusal(
  tools: readonly ToolDefinition[],
  principal: Principal,
  project: string,
): SignalboxError | null {
  for (const tool of tools) {
    const refusal = refusalFor(principal, actionOf(tool), project);
    if (refusal) return refusal;
  }
  return null;
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
export async function call(
  world: World,
  offered: readonly ToolDefinition[],
  name: string,
  input: unknown,
  request: Request,
): Promise<Called> {
  const tool = offered.find(each => each.name === name);
  const needed = tool ? [tool] : [];
  const { result, ...afterwards } = await performed(world, { what: name, input, needed }, request, context =>
    callTool(offered, name, input, context),
  );
  return { ...result, ...afterwards };
}

export interface Deed {
  /** What the audit calls it. */
  readonly what: string;
  readonly input: unknown;
  /** The tools that it comes to: all of them have to be allowed. */
  readonly needed: readonly ToolDefinition[];
}

export type Performed<T> = { readonly result: T } & Pick<Called, 'handed' | 'over'>;

/** Runs something as whoever asks for it, if that may be, and notes it. Errors: those of `work`, `forbidden`, `session_expired`. */
export function performed<T>(
  world: World,
  deed: Deed,
  request: Request,
  work: (context: ToolContext) => Promise<T>,
): Promise<Performed<T>> {
  return audited(request, 'call', deed.what, deed.input, speaker => allowed(world, deed, request, speaker, work));
}

async function allowed<T>(
  world: World,
  { what, needed }: Deed,
  { principal, project, signal, waitsEnd, join, mayGoOn, progress = () => undefined }: Request,
  speaker: Speaker,
  work: (context: ToolContext) => Promise<T>,
): Promise<Performed<T>> {
  const refusal = firstRefusal(needed, principal, project);
  if (refusal) throw refusal;
  if (join) speaker.session = await join();
  const { session } = speaker;
  if (session === null && needed.some(({ effect }) => effect !== 'read')) throw needsSession(what);
  const own = hubWorld(world, principal, project);
  const caller = session === null ? new Onlooker(own, project) : new HubCaller(own, project, session, principal.id);
  const over = async () => {
    if (caller instanceof HubCaller) await caller.leave();
  };
  const afterwards: (() => Promise<void>)[] = [];
  const afterAnswer = (action: () => Promise<void>) => void afterwards.push(action);
  const context = { caller, waitsEnd, path: 'calls', progress, afterAnswer } as const;
  try {
    // Whose the session is comes first: nothing is said about anything else to somebody whose it is not.
    if (session !== null) await caller.read(async () => undefined);
    const result = await whileKnown(world, mayGoOn, signal, own => work({ ...context, signal: own }));
    const handed = async () => {
      for (const action of afterwards) await action();
    };
    return { result, handed, over };
  } catch (error) {
    await over();
    throw error;
  }
}

/**
 * What a wait brings once its token is over is for nobody: a wait ends with it, and what came until then is not handed over, so that it
 * counts as unread. Errors: `unauthenticated`.
 */
async function whileKnown<T>(
  { clock }: Pick<World, 'clock'>,
  mayGoOn: Request['mayGoOn'],
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const began = clock.elapsed();
  const over = new AbortController();
  const look = async () => {
    if (!(await mayGoOn())) over.abort();
  };
  // Who cannot be asked now is asked again.
  const stop = clock.every(limits.safetyPollMs, () => void look().catch(() => undefined));
  try {
    const result = await work(AbortSignal.any([signal, over.signal]));
    if (clock.elapsed() - began >= limits.hubAskedAgainMs) await look();
    if (!over.signal.aborted) return result;
  } finally {
    stop();
  }
  const next = 'Use another one, and look first: what was asked for may have been done.';
  throw new SignalboxError('unauthenticated', 'The token ended while the request was under way.', next);
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
  const about = { action, principal: principal.name, subject: subjectOf(input), project, digest: audit.digest(input) };
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
