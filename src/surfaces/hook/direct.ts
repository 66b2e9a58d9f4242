/** A hook that no server of its session answers: at the start of one, or when its server is gone. It looks into the store itself. */
import type { ClientHooks, ReadEvent, Written } from '../../clients/define-client.ts';
import { callingClient, clientNamed } from '../../clients/index.ts';
import { type Composition, compose, guardPolicyAt } from '../../compose.ts';
import type { GuardPolicy } from '../../core/policy.ts';
import { end } from '../../core/session.ts';
import { attend, type HookOrigin } from '../../tools/attendance.ts';
import {
  answerHook,
  type CallerFound,
  type EventDesk,
  failedClosed,
  failureLine,
  type HookCall,
  isGuarded,
  whoCloses,
} from './answer.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface DirectCall extends HookCall {
  /** The client's process. */
  readonly pid: number;
  /** Whether a failure is to be told to the client's user now. */
  readonly tellsFailure: (isFailing: boolean) => boolean;
}

/** Writes the answer and returns the exit code. Errors are the caller's: to the client they are nothing. */
export async function answerDirectly(told: DirectCall, environment: Environment): Promise<number> {
  const client = callingClient(told.client, environment, told.input);
  if (!client?.hooks) return 0;
  const { hooks, traits } = client;
  const call = { ...told, client: traits.name };
  const stamped = hooks.stamp?.(call.event, call.input);
  if (stamped !== undefined) return write(stamped);
  const read = hooks.read(call.event, call.input);
  if (read === undefined) return 0;
  const directory = read.directory ?? process.cwd();
  let parts: Composition | undefined;
  try {
    parts = await compose({ directory, logLevel: 'error' }, environment, directory, 'command');
  } catch (error) {
    return write(whenFailing(hooks, call, read, guardPolicyAt(directory, environment), failureLine(error)));
  }
  try {
    const answer = await answerHook(new StoreDesk(parts, call), call, new AbortController().signal);
    if (answer === undefined) return 0;
    const exitCode = await write(answer.written);
    await answer.shown();
    return exitCode;
  } finally {
    await parts.close();
  }
}

/**
 * The answer where nothing answered: neither the server of the session nor the store, in the time there is. Policy says whether what
 * may not be checked goes through, with a line for the user, or not.
 */
export async function answerFailed(told: DirectCall, environment: Environment): Promise<number> {
  const client = callingClient(told.client, environment, told.input);
  const read = client?.hooks?.read(told.event, told.input);
  // What only tells us something is lost without a word, as before.
  if (!client?.hooks || read === undefined || !isGuarded(read)) return 0;
  const policy = guardPolicyAt(read.directory ?? process.cwd(), environment);
  return write(whenFailing(client.hooks, told, read, policy, noAnswer));
}

const noAnswer =
  'Signalbox is not working, so nothing is locked or delivered for this session: it did not answer in time. Run `signalbox doctor`.';

function whenFailing(
  hooks: ClientHooks,
  call: DirectCall,
  read: ReadEvent,
  policy: GuardPolicy,
  line: string,
): Written {
  const { event, tellsFailure } = call;
  const closedBy = isGuarded(read) ? whoCloses(call, policy.onFailure === 'block') : null;
  if (closedBy !== null) return hooks.write(event, { deny: failedClosed(line, closedBy) });
  const written = hooks.write(event, { notice: line });
  const isShown = written.stdout !== '' || (written.stderr ?? '') !== '';
  return isShown && tellsFailure(true) ? written : { stdout: '' };
}

function write({ stdout, stderr = '', exitCode = 0 }: { stdout: string; stderr?: string; exitCode?: number }) {
  return new Promise<number>(resolve => {
    process.stderr.write(stderr, () => process.stdout.write(stdout, () => resolve(exitCode)));
  });
}

/** The desk of one hook: it knows nothing of what was before but what is stored. */
class StoreDesk implements EventDesk {
  readonly #parts: Composition;
  readonly #pid: number;
  readonly tellsFailure: EventDesk['tellsFailure'];

  constructor(parts: Composition, { pid, tellsFailure }: DirectCall) {
    this.#parts = parts;
    this.#pid = pid;
    this.tellsFailure = tellsFailure;
  }

  async callerOf(client: string, read: ReadEvent): Promise<CallerFound | null> {
    const { world } = this.#parts;
    const attendance = await attend(world, this.#originOf(client, read, false));
    if (attendance === undefined) return null;
    const { caller, attached } = attendance;
    const { agent } = read.owner;
    const twin = attached.twin?.handle ?? null;
    return { caller: agent === null ? caller : await caller.child(agent), twin };
  }

  async end(client: string, read: ReadEvent): Promise<undefined> {
    const attendance = await attend(this.#parts.world, this.#originOf(client, read, true));
    await attendance?.caller.transact((unit, me) => end(unit, me.id, read.endReason ?? 'its client ended it'));
  }

  failsClosed(): boolean {
    return this.#parts.world.policy.guard.onFailure === 'block';
  }

  isRepeated(): boolean {
    return false;
  }

  #originOf(client: string, { owner }: ReadEvent, isEnd: boolean): HookOrigin {
    const { world, directory, config } = this.#parts;
    const traits = clientNamed(client)?.traits;
    return {
      client,
      clientVersion: null,
      conversation: owner.conversation,
      process: world.processes.identify(this.#pid) ?? null,
      directory,
      project: config.project.value || null,
      start: owner.start,
      isOnlyConversation: traits?.conversations === 'one',
      isSuccessive: traits?.servers === 'of conversations',
      isEnd,
    };
  }
}
