import * as z from 'zod/v4';
import { isStanding } from '../core/blocking.ts';
import { SignalboxError, toSignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { acquire, acquireAsks } from '../core/lock.ts';
import type { LockRequest } from '../core/lock-grant.ts';
import { takeBack } from '../core/lock-release.ts';
import { type LockOutcome, refuseManyPlaces, type Stay } from '../core/queue.ts';
import { cleanLine, instant, spokenDuration } from '../core/text.ts';
import { defineTool, type ToolContext } from './define-tool.ts';
import { type Look, waitInLine } from './in-line.ts';
import { askedFor, refuseSharing } from './pool-names.ts';
import { spokenInUse, untilUsable } from './pool-probe.ts';
import {
  blockerShape,
  lockModes,
  lockShape,
  paths,
  priority,
  resources,
  shownBlocker,
  shownLock,
  spokenBlocker,
} from './shapes.ts';
import type { Work } from './unfinished.ts';

const output = z.object({
  granted: z.boolean(),
  locks: z.array(lockShape),
  blockedBy: z.array(blockerShape).optional(),
  queue: z.object({ position: z.number(), keptUntil: z.string().optional() }).optional(),
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
    'A refusal is a normal result with holder, reason, end, next step. Acquiring again renews. ' +
    'Ends by lock_release, ttlSeconds without activity, or with the session.',
  input: z.strictObject({
    paths: paths.describe('files, folders, globs'),
    resources: resources.describe('ci, port:3000; pool:port for any free one'),
    mode: lockModes.default('exclusive').describe('intent only warns'),
    reason: z.string().optional(),
    ttlSeconds: z.int().min(1).max(limits.lockMaxTtlSeconds).default(limits.lockDefaultTtlSeconds),
    waitSeconds: z.int().min(0).max(limits.waitMaxSeconds).default(0),
    queue: z.boolean().default(false).describe('keep a place in line'),
    priority: priority.default('normal'),
    fence: z.int().min(1).optional().describe('renews only what it granted'),
  }),
  output,
  cli: {
    positional: 'paths',
    help: {
      paths: 'files, folders or globs',
      resources: 'a free name, such as ci or port:3000; pool:port takes whatever is free of a pool in signalbox.json',
      reason: 'what for; shown to whoever wants it too',
      ttlSeconds: 'how long without activity until it ends by itself',
      waitSeconds: 'how long to wait in line if it is taken',
      queue: 'if it is taken keep a place in line without waiting, for 4 h at most; a message tells when it is yours',
      priority: 'before others in the line; a place rises one step a minute, so nobody waits for ever',
      fence: 'only renew: refused if the lock was lost since it was granted under this fence',
      mode: 'shared: with other readers; intent: informs, never blocks',
    },
    refused: out => !out.granted,
  },
  examples: [
    { title: 'Lock two files', input: { paths: ['src/auth.ts', 'src/session.ts'], reason: 'move login to sessions' } },
    { title: 'Wait up to 30 s for a port', input: { resources: ['port:3000'], waitSeconds: 30 } },
    { title: 'Get any free port and database of the declared pools', input: { resources: ['pool:port', 'pool:db'] } },
    { title: 'Keep a place in line and go on with other work', input: { resources: ['ci'], queue: true } },
  ],
  async run(context, input) {
    const asked = await askedFor(context.caller, input.paths, input.resources);
    refuseSharing(asked, input.mode);
    if (input.fence !== undefined && (input.waitSeconds > 0 || input.queue)) {
      throw new SignalboxError(
        'invalid_input',
        'With a fence only what you hold now is renewed: there is nothing to wait for.',
        'Leave out waitSeconds and queue to renew, or fence to wait in line.',
      );
    }
    const wanted: LockRequest = {
      ticket: context.caller.world.ids.next(),
      ...asked,
      mode: input.mode,
      reason: input.reason ? cleanLine(input.reason, 'reason', limits.reasonCharacters) || null : null,
      ttlMs: input.ttlSeconds * 1000,
      priority: input.priority,
      fence: input.fence,
    };
    const mayWait = input.waitSeconds > 0;
    return orUndone(context, wanted, mayWait, () => ask(context, wanted, input.waitSeconds * 1000, input.queue));
  },
  text: out => {
    const lines = out.granted
      ? out.locks.map(lock => {
          const pool = lock.pool ? `, which is yours to use out of ${lock.pool}` : '';
          return `Granted: ${lock.resource}${pool} (${lock.mode}, fence ${lock.fence}, until ${lock.expiresAt}).`;
        })
      : ['Not granted; nothing was locked.'];
    for (const blocker of out.blockedBy ?? []) {
      const reason = blocker.reason ? ` for "${blocker.reason}"` : '';
      lines.push(
        `In the way: ${blocker.holder}, ${blocker.resource} (${blocker.mode})${reason}, since ${blocker.since}, until ${blocker.expiresAt}.`,
      );
    }
    if (out.queue) {
      const kept = out.queue.keptUntil ? `, kept until ${out.queue.keptUntil}` : '';
      lines.push(`Place in the queue: ${out.queue.position}${kept}.`);
    }
    lines.push(...(out.warnings ?? []).map(warning => `Note: ${warning}`));
    if (out.next) lines.push(`Next: ${out.next}`);
    return lines.join('\n');
  },
});

type Output = z.input<typeof output>;

/**
 * A call that failed leaves nothing behind of which nobody knows: what stood in line, or was granted, goes back. Where the store
 * is away that is done once it is there again. A call that did not wait has stored nothing when a rule refuses it.
 */
async function orUndone<T>(
  { caller, isCutOff = () => false }: ToolContext,
  wanted: LockRequest,
  mayWait: boolean,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isCutOff()) throw error;
    const { code } = toSignalboxError(error);
    const undo: Work = (unit, me) => takeBack(unit, me, wanted.ticket, wanted.resources);
    if (code === 'unavailable' || code === 'internal') caller.later(undo);
    else if (mayWait) await caller.transact(undo).catch(() => caller.later(undo));
    throw error;
  }
}

async function ask(context: ToolContext, wanted: LockRequest, waitMs: number, queue: boolean): Promise<Output> {
  const { caller, signal } = context;
  const { clock } = caller.world;
  const deadline = clock.elapsed() + waitMs;
  const left = () => Math.max(0, deadline - clock.elapsed());
  const stayFrom = (now: number): Stay | null =>
    waitMs > 0 ? now + left() + limits.waiterGraceMs : queue ? 'standing' : null;
  // Hints are read before looking, so that a grant between the two is not missed.
  const seen = waitMs > 0 ? (await caller.hints()).version : 0;
  const first = await caller.transact(
    async (unit, me) => {
      const outcome = await acquire(unit, me, wanted, stayFrom(unit.tx.now));
      // The place is to be kept when the wait is over: whoever has too many is told before it waits.
      if (queue && outcome.waiter && !isStanding(outcome.waiter)) await refuseManyPlaces(unit.tx, me.id);
      return { outcome, now: unit.tx.now };
    },
    me => acquireAsks(me, wanted),
  );
  const waited = async (look: Look): Promise<Look> => {
    const { waiter } = look.outcome;
    return waiter && waitMs > 0
      ? waitInLine(context, { wanted, waitMs: left(), queue, seen }, look.outcome, waiter)
      : look;
  };
  const last = await untilUsable(context, wanted, first, { waited, stayFrom });
  // Nobody reads the answer of a cancelled call, so nobody would know of what it got.
  if (signal.aborted && (last === first || last.outcome.granted)) {
    await caller.transact((unit, me) => takeBack(unit, me, wanted.ticket, wanted.resources));
  }
  if (last.outcome.waiter) caller.watchQueue();
  return shown(last, waitMs === 0 && !queue);
}

function shown({ outcome, now }: Look, mayWait: boolean): Output {
  const warnings = [
    ...outcome.warnings.map(warning => `${spokenBlocker(warning, now)}; it does not block you.`),
    ...(outcome.inUse.length > 0 ? [spokenInUse(outcome.inUse)] : []),
  ];
  const optional = warnings.length > 0 ? { warnings } : {};
  if (outcome.granted) return { granted: true, locks: outcome.granted.map(shownLock), ...optional };
  const kept = outcome.waiter && isStanding(outcome.waiter) ? { keptUntil: instant(outcome.waiter.deadlineAt) } : {};
  return {
    granted: false,
    locks: [],
    blockedBy: outcome.blockers.map(shownBlocker),
    ...(outcome.cycle ? {} : { queue: { position: positionOf(outcome), ...kept } }),
    ...optional,
    next: nextStep(outcome, now, mayWait),
  };
}

/** The place one has, or would get, or had in the queue: behind everybody who goes first for any of it. */
function positionOf(outcome: LockOutcome): number {
  return outcome.blockers.filter(blocker => blocker.waiter !== null).length + 1;
}

function nextStep(outcome: LockOutcome, now: number, mayWait: boolean): string {
  if (outcome.cycle) {
    return `Waiting would never end (${outcome.cycle.join(' waits for ')}): release what the others wait for, then ask again.`;
  }
  const [blocker] = outcome.blockers;
  if (!blocker && outcome.inUse.length > 0) {
    return 'Nobody in Signalbox has these: end what uses them, or declare more in signalbox.json, then call again.';
  }
  if (!blocker) return 'It has just become free: call again.';
  const who = spokenBlocker(blocker, now);
  if (outcome.waiter && isStanding(outcome.waiter)) {
    const leftMs = outcome.waiter.deadlineAt - now;
    return `${who}. Your place is kept for ${spokenDuration(leftMs)}: go on with something else; a notice from signalbox (message_read, message_wait) tells you when it is yours. lock_release gives the place up.`;
  }
  const then = mayWait
    ? `Call again with waitSeconds ${limits.waitMaxSeconds} to wait in line, with queue: true to keep a place`
    : 'Do something else first and call again';
  return `${who}. ${then}, or ask ${blocker.session.handle} with message_send.`;
}
