import type { Break } from '../break.ts';

/** Identity over the conversations of a client, sub-agents, and what hooks bring. */
export const ofClients: readonly Break[] = [
  {
    what: 'a conversation that turns up after a resume is another session',
    file: 'src/core/attach.ts',
    replace: "return session.arrivedBy === 'return' ? 'other' : 'instead';",
    by: "return 'instead';",
    caughtBy:
      'src/core/attach.test.ts › is a session of its own from its first prompt on, and the resumed one keeps its mail',
  },
  {
    what: 'a cleared context goes on in the same session',
    file: 'src/core/attach.ts',
    replace: "session.arrivedBy === null || session.arrivedBy === 'fork') return 'next';",
    by: "session.arrivedBy === null || session.arrivedBy === 'fork') return 'other';",
    caughtBy: 'src/core/attach.test.ts › stays the same over %s',
  },
  {
    what: 'a late event of a former conversation changes nothing',
    file: 'src/core/attach.ts',
    replace: "return start === 'resume' ? 'next' : 'same';",
    by: "return 'next';",
    caughtBy:
      'src/core/attach.test.ts › is known by each of its conversations, and an event of a former one changes nothing',
  },
  {
    what: 'a fork is a session of its own',
    file: 'src/core/attach.ts',
    replace: "if (start === 'fork' || start === 'resume') return 'other';",
    by: "if (start === 'resume') return 'other';",
    caughtBy: 'src/core/attach.test.ts › is another one in a fork',
  },
  {
    what: 'a fork told as a resume is known by its first prompt',
    file: 'src/core/attach.ts',
    replace: "return isBack ? 'return' : 'resume';",
    by: 'return null;',
    caughtBy:
      'src/core/attach.test.ts › is a session of its own from its first prompt on, and the resumed one keeps its mail',
  },
  {
    what: 'a server takes over what a hook let join',
    file: 'src/core/attach.ts',
    replace: 'if (!isUnserved(session) && !isMeant && leaseHolds(unit, session)) return session;',
    by: 'if (!isMeant && leaseHolds(unit, session)) return session;',
    caughtBy: 'src/core/attach.test.ts › takes over the session that a hook of its client let join',
  },
  {
    what: 'a session left for another conversation is not continued by accident',
    file: 'src/core/attach.ts',
    replace: 'return reason === turnedAway ||',
    by: 'return',
    caughtBy: 'src/core/attach.test.ts › does not continue the one that its client left for another conversation',
  },
  {
    what: 'a call is no other session’s, though the client turns away meanwhile',
    file: 'src/tools/call-of.ts',
    replace: 'if (this.#session === me.id) return me;',
    by: 'if (this.#session !== undefined) return me;',
    caughtBy: 'src/tools/agent.test.ts › does not let a call that waits bring the session back that was left',
  },
  {
    what: 'what a parent holds is lent',
    file: 'src/core/obstacles.ts',
    replace: 'if (lock.holder === parent) continue;',
    by: '',
    caughtBy: 'src/core/child.test.ts › lend what the parent holds, and stand between siblings',
  },
  {
    what: 'a loan is no cycle of waiting',
    file: 'src/core/waits-for.ts',
    replace: "awaited.delete((await parentOf(tx, session)) ?? '');",
    by: '',
    caughtBy: 'src/core/lock.child.test.ts › is none where the sub-agent waits for what its parent holds as well',
  },
  {
    what: 'what is lent is not handed to others',
    file: 'src/core/lock-handoff.ts',
    replace: 'await refuseLent(unit, giver, recipient, held);',
    by: '',
    caughtBy: 'src/core/lock.child.test.ts › to others is refused while a sub-agent or the parent holds the same',
  },
  {
    what: 'a sub-agent ends with its parent',
    file: 'src/core/lease.ts',
    replace: 'for (const child of await childrenOf(tx, session.id)) await endLease(unit, child, reason);',
    by: '',
    caughtBy: 'src/core/child.test.ts › ends with its parent: by %s',
  },
  {
    what: 'the mail of a sub-agent goes to its parent',
    file: 'src/core/lease.ts',
    replace: 'heir !== null && (await leaveMailTo(unit, session, heir))',
    by: 'heir === session.id',
    caughtBy:
      'src/core/child.test.ts › what one has not read goes to its parent when it ends, once, and wakes the parent',
  },
  {
    what: 'sub-agents get nothing that goes to all',
    file: 'src/core/address.ts',
    replace: 'filter(session => session.parentSession === null)',
    by: 'filter(() => true)',
    caughtBy: 'src/core/child.test.ts › what goes to all, a channel or a group reaches none, whenever it joined',
  },
  {
    what: 'a message is shown by one of two hooks',
    file: 'src/core/client-event.ts',
    replace: "return delivery.state === 'queued' || now",
    by: 'return true || now',
    caughtBy: 'src/tools/client-event.test.ts › is shown by one of two hooks at once',
  },
  {
    what: 'an urgent message holds a stop up once',
    file: 'src/core/client-event.ts',
    replace: "return event.isHeld ? null : 'urgent';",
    by: "return 'urgent';",
    caughtBy: 'src/tools/client-event.test.ts › that is urgent holds a stop up once, and no other does',
  },
  {
    what: 'a task taken from a prompt shows no secret',
    file: 'src/core/client-event.ts',
    replace: 'cleanText(maskSecrets(own).text)',
    by: 'cleanText(own)',
    caughtBy: 'src/tools/client-event.task.test.ts › shows no secret',
  },
  {
    what: 'a hook adds no more than so much',
    file: 'src/tools/client-event.ts',
    replace: 'limits.unreadPerSession).length <= room',
    by: 'limits.unreadPerSession).length <= room + 2_000',
    caughtBy: 'src/tools/client-event.test.ts › adds at most 2,000 characters, whatever waits for the session',
  },
  {
    what: 'a session is woken once',
    file: 'src/core/wake.ts',
    replace: "tx.put('session', { ...me, nudgedAt: tx.now });",
    by: '',
    caughtBy: 'src/core/wake.test.ts › is done once until it takes a step, or does nothing for long',
  },
];
