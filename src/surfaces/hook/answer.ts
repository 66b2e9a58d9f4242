/** What a hook is answered, by whichever way its event reached us. */
import type { ClientHooks, EventAnswer, ReadEvent, Written } from '../../clients/define-client.ts';
import { clientNamed } from '../../clients/index.ts';
import { SignalboxError, toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { CallTool } from '../../tools/call-tool.ts';
import clientEvent from '../../tools/client-event.ts';
import type { ToolContext } from '../../tools/define-tool.ts';
import guardCheck from '../../tools/guard-check.ts';
import guardDone from '../../tools/guard-done.ts';
import type { Participant } from '../../tools/participant.ts';

/** A hook's event as its client told it. */
export interface HookCall {
  readonly client: string;
  readonly event: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Which of the client's hook files told it: the words of the command, or the way it came. */
  readonly teller: string;
  /** Whether it was set up to have refused what cannot be checked, whatever policy says. */
  readonly failsClosed?: boolean;
}

export interface CallerFound {
  readonly caller: Participant;
  /** The handle of another living session in the same conversation, to be told of at a start. */
  readonly twin: string | null;
}

/** Who lives behind the events: a server with the sessions of its client, or the store alone. */
export interface EventDesk {
  /** By which a hook asks and tells. */
  readonly call: CallTool;
  /** Whose event it is; `pass`: another server's; null: nobody's, so nothing is said. */
  callerOf(client: string, read: ReadEvent): Promise<CallerFound | 'pass' | null>;
  /** Ends the session of an event that says that its conversation is over; `pass`: another server may know it. */
  end(client: string, read: ReadEvent): Promise<'pass' | undefined>;
  /** Whether it was told already. `isExact`: nothing else has that fingerprint, so the same teller tells it twice from two files. */
  isRepeated(fingerprint: string, teller: string, isExact: boolean): boolean;
  /** Whether an event like this was told a moment ago. */
  hasHeard?(fingerprint: string): boolean;
  /** Called when a session has stopped and was not held up: from now on it may have to be woken. */
  rests?(client: string, found: CallerFound): void;
  /** The session that the client's process has here now; undefined before it has joined. Lets nobody join. */
  present?(client: string): Participant | undefined;
  /** Whether policy refuses what cannot be checked because Signalbox itself fails. */
  failsClosed(): boolean;
  /** What a person is to be told of settings that are wrong since they were changed; `told` once they are. */
  wrongSettings?(): { readonly line: string; told(): void } | undefined;
  /** Whether a failure is to be told to the user now; once is enough until it works again. */
  tellsFailure(isFailing: boolean): boolean;
}

export interface HookAnswer {
  readonly written: Written;
  /** To be done once the client has the answer. */
  readonly shown: () => Promise<void>;
}

const silent: HookAnswer = { written: { stdout: '' }, shown: async () => {} };

/** The hooks of a client. Errors: `not_found` for a client that has none. */
export function hooksOf(client: string): ClientHooks {
  const hooks = clientNamed(client)?.hooks;
  if (hooks) return hooks;
  throw new SignalboxError(
    'not_found',
    `There are no hooks of a client "${client.slice(0, 40)}".`,
    'Run `signalbox setup` to have the hooks of your clients written for you.',
  );
}

/**
 * Answers an event. Undefined when it is another server's. Whatever goes wrong inside, the client goes on: the answer is then
 * empty, with one line for the user the first time.
 */
export async function answerHook(
  desk: EventDesk,
  call: HookCall,
  signal: AbortSignal,
): Promise<HookAnswer | undefined> {
  const hooks = hooksOf(call.client);
  const stamped = hooks.stamp?.(call.event, call.input);
  if (stamped !== undefined) return { ...silent, written: stamped };
  const read = hooks.read(call.event, call.input);
  if (read === undefined) return silent;
  const { fingerprint, isExact = false } = read;
  if (fingerprint !== null && desk.isRepeated(fingerprint, call.teller, isExact)) return silent;
  try {
    if (read.event.kind === 'end') {
      return (await desk.end(call.client, read)) === 'pass' ? undefined : silent;
    }
    const found = await desk.callerOf(call.client, read);
    if (found === 'pass') return undefined;
    if (found === null) return silent;
    const over = hooks.leavesEndsUntold ? await untold(desk, found, read, signal) : '';
    const refusal = await refused(desk, found, read, signal);
    desk.tellsFailure(false);
    const notice = noticeFor(desk, hooks, call.event);
    if (refusal !== null) return { ...silent, written: hooks.write(call.event, { deny: refusal, ...notice }) };
    const done = [over, await afterTool(desk, found, read, signal)].filter(part => part !== '').join('\n');
    const { answer, shown } = withWords(await told(desk, found, read, isShown(hooks, call.event, read), signal), done);
    if (read.event.kind === 'stop' && answer.hold === undefined) desk.rests?.(call.client, found);
    return { written: hooks.write(call.event, { ...answer, ...notice }), shown };
  } catch (error) {
    const closedBy = isGuarded(read) ? whoCloses(call, desk.failsClosed()) : null;
    if (closedBy !== null) {
      return { ...silent, written: hooks.write(call.event, { deny: failedClosed(failureLine(error), closedBy) }) };
    }
    const written = hooks.write(call.event, { notice: failureLine(error) });
    // Where the client shows its user nothing, the line waits for an event at which it does.
    const isShown = written.stdout !== '' || (written.stderr ?? '') !== '';
    return isShown && desk.tellsFailure(true) ? { ...silent, written } : silent;
  }
}

/** What the user is told of wrong settings, with the first event at which the client shows it. */
function noticeFor(desk: EventDesk, hooks: ClientHooks, name: string): Pick<EventAnswer, 'notice'> {
  const wrong = desk.wrongSettings?.();
  if (wrong === undefined) return {};
  const { stdout, stderr = '' } = hooks.write(name, { notice: wrong.line });
  if (stdout === '' && stderr === '') return {};
  wrong.told();
  return { notice: wrong.line };
}

/** The one line by which a user learns that sessions are not coordinated now. */
export function failureLine(error: unknown): string {
  const { message, next } = toSignalboxError(error);
  return `Signalbox is not working, so nothing is locked or delivered for this session: ${message} ${next}`;
}

/** Whether the client takes anything for its model with this event; what it would not show must not count as delivered. */
function isShown(hooks: ClientHooks, name: string, { event, owner }: ReadEvent): boolean {
  if (event.carries === false) return false;
  // It may be about to read its mail itself, and would be told everything twice.
  if (event.kind === 'before-tool' && owner.call !== null) return false;
  const { stdout, stderr = '' } = hooks.write(name, event.kind === 'stop' ? { hold: '.' } : { context: '.' });
  return stdout !== '' || stderr !== '';
}

/** Who wants refused what cannot be checked: its user, by set-up, or the project, by policy; null: nobody. */
export function whoCloses({ failsClosed = false }: HookCall, isPolicy: boolean): 'setup' | 'policy' | null {
  if (failsClosed) return 'setup';
  return isPolicy ? 'policy' : null;
}

/** What is said instead of letting something through that could not be checked. */
export function failedClosed(line: string, by: 'setup' | 'policy'): string {
  const who =
    by === 'setup' ? 'What your user set up (--fail-closed)' : 'The policy of this project (guard.onFailure: "block")';
  return `${line} ${who} refuses what cannot be checked, also what would mend it: try again, or ask your user to.`;
}

/** Whether something may be refused at this event. */
export function isGuarded({ event }: ReadEvent): boolean {
  return event.kind === 'before-tool' && event.action != null;
}

/** Why the tool must not run; null when it may. */
async function refused(
  desk: EventDesk,
  { caller }: CallerFound,
  read: ReadEvent,
  signal: AbortSignal,
): Promise<string | null> {
  if (!isGuarded(read)) return null;
  const { action, call = null } = read.event;
  const { output, text } = await desk.call(
    [guardCheck],
    guardCheck.name,
    { action, call, directory: read.directory },
    quietContext(caller, signal),
  );
  return output.refused === true ? text : null;
}

/** What the model is to be told of what a tool has done. */
async function afterTool(
  desk: EventDesk,
  { caller }: CallerFound,
  read: ReadEvent,
  signal: AbortSignal,
): Promise<string> {
  const { kind, action, call = null, hasFailed = false } = read.event;
  if (kind !== 'after-tool' || action == null) return '';
  const done = { action, call, hasFailed, directory: read.directory };
  return (await desk.call([guardDone], guardDone.name, done, quietContext(caller, signal))).text;
}

/** What is over by now of what the client never tells the end of. A sub-agent's is told by its own events. */
async function untold(
  desk: EventDesk,
  { caller }: CallerFound,
  { event }: ReadEvent,
  signal: AbortSignal,
): Promise<string> {
  if (event.kind === 'start' || event.kind === 'child-start' || event.kind === 'end') return '';
  return (await desk.call([guardDone], guardDone.name, {}, quietContext(caller, signal))).text;
}

function quietContext(caller: Participant, signal: AbortSignal): ToolContext {
  return { caller, signal, path: 'hook', progress() {}, afterAnswer() {} };
}

/** An answer with words of the guard before it. */
function withWords<T extends { answer: EventAnswer }>(told: T, words: string): T {
  if (words === '' || told.answer.hold !== undefined) return told;
  const context = [words, told.answer.context].filter(part => part !== undefined).join('\n');
  return { ...told, answer: { ...told.answer, context: context.slice(0, limits.hookAnswerCharacters) } };
}

async function told(
  desk: EventDesk,
  { caller, twin }: CallerFound,
  { event, endedAgent }: ReadEvent,
  carries: boolean,
  signal: AbortSignal,
): Promise<{ answer: EventAnswer; shown: () => Promise<void> }> {
  const after: (() => Promise<void>)[] = [];
  const context = {
    caller,
    signal,
    path: 'hook' as const,
    progress() {},
    afterAnswer: (action: () => Promise<void>) => void after.push(action),
  };
  const { output, text } = await desk.call(
    [clientEvent],
    clientEvent.name,
    { ...event, carries, agent: endedAgent, twin },
    context,
  );
  const shown = async () => {
    for (const action of after) await action();
  };
  if (text === '') return { answer: {}, shown };
  return { answer: output.isHolding === true ? { hold: text } : { context: text }, shown };
}
