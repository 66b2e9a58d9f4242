import * as z from 'zod/v4';
import { SignalboxError, toSignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import {
  acquire,
  acquireAsks,
  type LockOutcome,
  type LockRequest,
  standing,
  takeBack,
  withdraw,
} from '../core/lock.ts';
import type { WaiterRecord } from '../core/records.ts';
import { cleanLine } from '../core/text.ts';
import { whileAway } from './away.ts';
import { defineTool, type ToolContext } from './define-tool.ts';
import {
  blockerShape,
  lockModes,
  lockShape,
  paths,
  resources,
  shownBlocker,
  shownLock,
  spokenBlocker,
} from './shapes.ts';

const output = z.object({
  granted: z.boolean(),
  locks: z.array(lockShape),
  blockedBy: z.array(blockerShape).optional(),
  queue: z.object({ position: z.number() }).optional(),
  warnings: z.array(z.string()).optional(),
  next: z.string().optional(),
});

export default defineTool({
  name: 'lock_acquire',
  title: 'Acquire locks',
  set: 'core',
  effect: 'write',
  idempotent: true,
  description:
    'Lock (reserve, claim) files, folders, globs or named resources, all or none. ' +
    'Use before changing what others may touch; not for reading. ' +
    'A refusal is a normal result: it names holder, reason, end and next step. Acquiring again renews. ' +
    'Ends by lock_release, after ttlSeconds without activity, or with the session.',
  input: z.strictObject({
    paths: paths.describe('files, folders, globs'),
    resources: resources.describe('free names: ci, port:3000'),
    mode: lockModes.default('exclusive').describe('intent only warns'),
    reason: z.string().optional(),
    ttlSeconds: z.int().min(1).max(limits.lockMaxTtlSeconds).default(limits.lockDefaultTtlSeconds),
    waitSeconds: z.int().min(0).max(limits.waitMaxSeconds).default(0),
    fence: z.int().min(1).optional().describe('renews only what it granted'),
  }),
  output,
  cli: {
    positional: 'paths',
    help: {
      paths: 'files, folders or globs',
      resources: 'a free name, such as ci or port:3000',
      reason: 'what for; shown to whoever wants it too',
      ttlSeconds: 'how long without activity until it ends by itself',
      waitSeconds: 'how long to wait in line if it is taken',
      fence: 'only renew: refused if the lock was lost since it was granted under this fence',
      mode: 'shared: with other readers; intent: informs, never blocks',
    },
    refused: out => !out.granted,
  },
  examples: [
    { title: 'Lock two files', input: { paths: ['src/auth.ts', 'src/session.ts'], reason: 'move login to sessions' } },
    { title: 'Wait up to 30 s for a port', input: { resources: ['port:3000'], waitSeconds: 30 } },
  ],
  async run(context, input) {
    if (input.fence !== undefined && input.waitSeconds > 0) {
      throw new SignalboxError(
        'invalid_input',
        'With a fence only what you hold now is renewed: there is nothing to wait for.',
        'Leave out waitSeconds to renew, or fence to wait in line.',
      );
    }
    const wanted: LockRequest = {
      ticket: context.caller.world.ids.next(),
      resources: await context.caller.resources(input.paths, input.resources),
      mode: input.mode,
      reason: input.reason ? cleanLine(input.reason, 'reason', limits.reasonCharacters) || null : null,
      ttlMs: input.ttlSeconds * 1000,
      priority: 'normal',
      fence: input.fence,
    };
    return orUndoneLater(context, wanted, () => ask(context, wanted, input.waitSeconds * 1000));
  },
  text: out => {
    const lines = out.granted
      ? out.locks.map(lock => `Granted: ${lock.resource} (${lock.mode}, fence ${lock.fence}, until ${lock.expiresAt}).`)
      : ['Not granted; nothing was locked.'];
    for (const blocker of out.blockedBy ?? []) {
      const reason = blocker.reason ? ` for "${blocker.reason}"` : '';
      lines.push(
        `In the way: ${blocker.holder}, ${blocker.resource} (${blocker.mode})${reason}, since ${blocker.since}, until ${blocker.expiresAt}.`,
      );
    }
    if (out.queue && out.queue.position > 1) lines.push(`Place in the queue: ${out.queue.position}.`);
    lines.push(...(out.warnings ?? []).map(warning => `Note: ${warning}`));
    if (out.next) lines.push(`Next: ${out.next}`);
    return lines.join('\n');
  },
});

type Output = z.input<typeof output>;

/** Nobody knows how a call that failed this way left the queue and the locks: whatever it got goes back once the store is there. */
async function orUndoneLater<T>({ caller }: ToolContext, wanted: LockRequest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = toSignalboxError(error);
    if (code === 'unavailable' || code === 'internal') {
      caller.later((unit, me) => takeBack(unit, me, wanted.ticket, wanted.resources));
    }
    throw error;
  }
}

async function ask(context: ToolContext, wanted: LockRequest, waitMs: number): Promise<Output> {
  // Hints are read before looking, so that a grant between the two is not missed.
  const seen = waitMs > 0 ? (await context.caller.hints()).version : 0;
  const { outcome, now } = await context.caller.transact(
    async (unit, me) => ({
      outcome: await acquire(unit, me, wanted, waitMs > 0 ? unit.tx.now + waitMs + limits.waiterGraceMs : null),
      now: unit.tx.now,
    }),
    me => acquireAsks(me, wanted),
  );
  // Nobody reads the answer of a cancelled call, so nobody would know that the locks are held.
  if (outcome.granted && context.signal.aborted) {
    await context.caller.transact((unit, me) => takeBack(unit, me, wanted.ticket, wanted.resources));
  }
  if (outcome.waiter) return waitInLine(context, outcome, outcome.waiter, waitMs, seen);
  return shown(outcome, now, waitMs === 0);
}

/** Waits until the ticket is granted, the time is over, or the call is cancelled. Watches the holders for sudden death. */
async function waitInLine(
  context: ToolContext,
  first: LockOutcome,
  ticket: WaiterRecord,
  waitMs: number,
  seenBefore: number,
): Promise<Output> {
  const { caller, signal } = context;
  const { clock } = caller.world;
  const hints = await caller.hints();
  const deadline = clock.elapsed() + waitMs;
  let seen = seenBefore;
  let lastLook = clock.elapsed();
  let current = { outcome: first, endsAt: soonestEnd(context, first, ticket.since) };
  while (!signal.aborted && clock.elapsed() < deadline) {
    await hints.changed(seen, Math.min(limits.holderCheckMs, deadline - clock.elapsed()), signal);
    const lookDue = hints.version !== seen || clock.elapsed() - lastLook >= limits.safetyPollMs;
    if (!lookDue && clock.elapsed() < current.endsAt && !somebodyDied(context, current.outcome)) continue;
    seen = hints.version;
    lastLook = clock.elapsed();
    const look = await whileAway(() =>
      caller.transact(async unit => ({ outcome: await standing(unit, ticket), now: unit.tx.now })),
    );
    // The place in the queue stays while the store is away; the next look is due after the usual time.
    if (look === undefined) {
      current = { outcome: current.outcome, endsAt: Number.MAX_SAFE_INTEGER };
      lastLook = clock.elapsed();
      continue;
    }
    const { outcome, now } = look;
    // A grant in the moment of the abort is given back below: nobody reads this answer any more.
    if (signal.aborted || outcome.lost) break;
    if (outcome.granted) return shown(outcome, now, false);
    current = { outcome, endsAt: soonestEnd(context, outcome, now) };
    const left = Math.max(0, deadline - clock.elapsed());
    context.progress(`waiting for ${holders(outcome)}`, Math.round((waitMs - left) / 1000), Math.round(waitMs / 1000));
  }
  return giveUp(context, ticket);
}

/** When the first lock in the way ends by time, in `elapsed()` of this process; `now` is the store's time of the look. */
function soonestEnd(context: ToolContext, outcome: LockOutcome, now: number): number {
  const left = outcome.blockers.flatMap(({ lock }) => (lock === null ? [] : [lock.expiresAt - now]));
  return context.caller.world.clock.elapsed() + Math.min(...left, Number.MAX_SAFE_INTEGER);
}

/** A cheap look at what ends without a hint and without a time. No store is asked. */
function somebodyDied(context: ToolContext, outcome: LockOutcome): boolean {
  const { processes } = context.caller.world;
  return outcome.blockers.some(
    ({ session }) => session.process !== null && processes.liveness(session.process) === 'dead',
  );
}

async function giveUp(context: ToolContext, ticket: WaiterRecord): Promise<Output> {
  const { outcome, now } = await context.caller.transact(async (unit, me) => {
    const last = await withdraw(unit, ticket);
    if (last.granted && context.signal.aborted) await takeBack(unit, me, ticket.id, ticket.resources);
    return { outcome: last, now: unit.tx.now };
  });
  return shown(outcome, now, false);
}

function holders(outcome: LockOutcome): string {
  return [...new Set(outcome.blockers.map(blocker => blocker.session.handle))].join(', ');
}

function shown(outcome: LockOutcome, now: number, mayWait: boolean): Output {
  const warnings = outcome.warnings.map(warning => `${spokenBlocker(warning, now)}; it does not block you.`);
  const optional = warnings.length > 0 ? { warnings } : {};
  if (outcome.granted) return { granted: true, locks: outcome.granted.map(shownLock), ...optional };
  return {
    granted: false,
    locks: [],
    blockedBy: outcome.blockers.map(shownBlocker),
    // The place one would get (or had) in the queue: behind everybody who already waits for any of it.
    queue: { position: outcome.blockers.filter(blocker => blocker.waiter !== null).length + 1 },
    ...optional,
    next: nextStep(outcome, now, mayWait),
  };
}

function nextStep(outcome: LockOutcome, now: number, mayWait: boolean): string {
  if (outcome.cycle) {
    return `Waiting would never end (${outcome.cycle.join(' waits for ')}): release what the others wait for, then ask again.`;
  }
  const [blocker] = outcome.blockers;
  if (!blocker) return 'It has just become free: call again.';
  const who = spokenBlocker(blocker, now);
  const then = mayWait
    ? `Call again with waitSeconds ${limits.waitMaxSeconds} to wait in line`
    : 'Do something else first and call again';
  return `${who}. ${then}, or ask ${blocker.session.handle} with message_send.`;
}
