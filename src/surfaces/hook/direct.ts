/** A hook that no server of its session answers: at the start of one, or when its server is gone. It looks into the store itself. */
import type { ClientHooks, ReadEvent, Written } from '../../clients/define-client.ts';
import { callingClient } from '../../clients/index.ts';
import { type Composition, compose, guardPolicyAt } from '../../compose.ts';
import type { GuardPolicy } from '../../core/policy.ts';
import { answerHook, failedClosed, failureLine, isGuarded, whoCloses } from './answer.ts';
import { type DirectCall, StoreDesk } from './store-desk.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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
    const { world, config, hub } = parts;
    if (hub) {
      const { hookAtHub } = await import('../bridge/ask.ts');
      return (await hookAtHub({ world, hub }, call, write)) ?? 0;
    }
    const desk = new StoreDesk({ world, directory: parts.directory, project: config.project.value || null }, call);
    const answer = await answerHook(desk, call, new AbortController().signal);
    if (answer === undefined) return 0;
    const exitCode = await write(answer.written);
    await answer.shown();
    return exitCode;
  } catch (error) {
    if (parts.hub === null) throw error;
    return write(whenFailing(hooks, call, read, parts.world.policy.guard, failureLine(error)));
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
