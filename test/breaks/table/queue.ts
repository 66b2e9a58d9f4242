import type { Break } from '../break.ts';

/** The second half of the part on locks: kept places, hand-off, notices, breaking. */
export const ofQueue: readonly Break[] = [
  {
    what: 'a place is kept',
    file: 'src/tools/lock-acquire.ts',
    replace: ": queue ? 'standing' : null",
    by: ': null',
    caughtBy:
      'src/tools/lock-tools.test.ts › answers at once that a place is kept, for how long, how one is told, and how to give it up',
  },
  {
    what: 'who kept a place is told',
    file: 'src/core/queue.ts',
    replace: 'if (isStanding(waiter)) tellGranted(unit, session.id, locks);',
    by: '',
    caughtBy:
      'src/tools/lock-tools.test.ts › tells by a message when the lock is its own, at the moment of the release',
  },
  {
    what: 'releasing gives up a place',
    file: 'src/core/queue.ts',
    replace: 'for (const place of dropped) endPlace(unit, place);',
    by: '',
    caughtBy: 'src/core/lock.queue.test.ts › is releasing what one only waits for',
  },
  {
    what: 'asking again keeps the turn',
    file: 'src/core/lock.ts',
    replace: 'if (kept) return { ...refused, waiter: refreshPlace(unit, kept, wished) };',
    by: '',
    caughtBy: 'src/core/lock.queue.test.ts › is kept, not doubled, by asking again, and takes over what is different',
  },
  {
    what: 'a kept place goes with its session',
    file: 'src/core/queue.ts',
    replace: 'endPlace(unit, waiter);\n  if (isHere',
    by: 'if (isHere',
    caughtBy: 'src/core/lock.queue.test.ts › goes with the lease of its session, and then holds up nobody',
  },
  {
    what: 'a kept place ends by time',
    file: 'src/core/blocking.ts',
    replace: 'if (place.deadlineAt <= view.tx.now) return false;',
    by: '',
    caughtBy: 'src/core/lock.queue.test.ts › goes after its time, which its session is told',
  },
  {
    what: 'the end of a kept place is told',
    file: 'src/core/queue.ts',
    replace: 'if (isHere && isStanding(waiter)) tellPlaceOver(unit, waiter);',
    by: '',
    caughtBy: 'src/core/lock.queue.test.ts › goes after its time, which its session is told',
  },
  {
    what: 'a kept place is watched for',
    file: 'src/tools/queue-watch.ts',
    replace: 'void this.#watch(this.#running.signal);',
    by: '',
    caughtBy:
      'src/tools/lock-tools.test.ts › is served within a second when %s, although nobody looks and no hint comes',
  },
  {
    what: 'a place rises while it waits',
    file: 'src/core/blocking.ts',
    replace: 'Math.max(0, Math.floor((now - place.since) / limits.queueAgeingMs))',
    by: '0',
    caughtBy:
      'src/core/lock.queue.test.ts › starves nobody: a low place is served within three steps of a stream of urgent newcomers',
  },
  {
    what: 'a hand-off is a new grant',
    file: 'src/core/lock-handoff.ts',
    replace: 'const fence = emitGrant(unit, recipient, lock, mode, [recipient.id]);',
    by: 'const { fence } = lock;',
    caughtBy:
      'src/core/lock.handoff.test.ts › moves a lock past the queue, with a higher fence, its time begun anew and its reason kept',
  },
  {
    what: 'a hand-off leaves no moment in between',
    file: 'src/core/lock-handoff.ts',
    replace: "  endLock(unit, lock, 'handed off');\n  const fence",
    by: "  endLock(unit, lock, 'handed off');\n  await passOn(unit);\n  const fence",
    caughtBy:
      'src/core/lock.handoff.test.ts › leaves no moment in which nobody has the lock: one unit, one event after the other',
  },
  {
    what: 'no hand-off to one that has ended',
    file: 'src/core/lock-handoff.ts',
    replace: 'if (leaseHolds(unit, recipient)) return recipient;',
    by: 'return recipient;',
    caughtBy: 'src/core/lock.handoff.test.ts › to oneself, to one that has ended or died, and to nobody',
  },
  {
    what: 'a hand-off is all or none',
    file: 'src/core/lock-handoff.ts',
    replace: 'if (own.length > 0 && !first) return own;',
    by: 'if (own.length > 0) return own;',
    caughtBy:
      'src/core/lock.handoff.test.ts › of what one does not hold, or not any more, together with what one holds',
  },
  {
    what: 'a hand-off makes no deadlock',
    file: 'src/core/lock-handoff.ts',
    replace: 'for (const lock of held) await refuseCycle(unit, recipient, lock);',
    by: '',
    caughtBy:
      'src/core/lock.handoff.test.ts › when the other waits for somebody who waits for the lock, and names the cycle',
  },
  {
    what: 'an idle holder is told before its lock lapses',
    file: 'src/core/lock-time.ts',
    replace: 'if (lapsing.length > 0) tellLapsing(unit, session.id, lapsing);',
    by: '',
    caughtBy: 'src/core/lock.time.test.ts › is told %s, once, and by nothing else',
  },
  {
    what: 'an idle holder is told once',
    file: 'src/core/lock-time.ts',
    replace: "for (const lock of lapsing) tx.put('lock', { ...lock, warnedAt: tx.now });",
    by: '',
    caughtBy: 'src/core/lock.time.test.ts › is told %s, once, and by nothing else',
  },
  {
    what: 'of a short lock nobody is told before',
    file: 'src/core/lock-time.ts',
    replace: 'windowMs >= limits.heartbeatMs && ',
    by: '',
    caughtBy: 'src/core/lock.time.test.ts › of a lock too short for that is told only afterwards',
  },
  {
    what: 'a holder is told after its lock has lapsed',
    file: 'src/core/lock-time.ts',
    replace: 'await tellHolders(unit, overdue);',
    by: '',
    caughtBy: 'src/core/lock.time.test.ts › is told its holder once, which, when, and who has it now, ended by %s',
  },
  {
    what: 'the heartbeat of a holder ends what has lapsed',
    file: 'src/core/lock-time.ts',
    replace: 'tellLapsing(unit, session.id, lapsing);\n  await endOverdue(unit, locks);',
    by: 'tellLapsing(unit, session.id, lapsing);',
    caughtBy:
      'src/core/lock.time.test.ts › is ended by the heartbeat of its holder, so that others get it although nobody looks',
  },
  {
    what: 'sessions break no locks',
    file: 'src/core/lock-break.ts',
    replace: 'refuseSessions(author);',
    by: '',
    caughtBy: 'src/core/lock.break.test.ts › is forbidden for a session, which is told whom to ask',
  },
  {
    what: 'the holder of a broken lock is told the reason',
    file: 'src/core/lock-break.ts',
    replace: 'tellBroken(unit, holder, locks, why);',
    by: 'void locks;',
    caughtBy:
      'src/core/lock.break.test.ts › ends the lock, tells its holder the reason, and passes it on in the same unit',
  },
  {
    what: 'breaking is recorded with its reason',
    file: 'src/core/lock-break.ts',
    replace: 'by: author.handle, reason: why',
    by: 'by: author.handle',
    caughtBy: 'src/core/lock.break.test.ts › is recorded with its reason and by whom',
  },
  {
    what: 'a pattern is not broken for one file',
    file: 'src/core/lock-break.ts',
    replace: 'return lock.foldsCase || resource.foldsCase ? lock.key === resource.key : lock.name === resource.name;',
    by: 'return true;',
    caughtBy: 'src/core/lock.break.test.ts › never breaks a pattern for one file in it, but names it',
  },
];
