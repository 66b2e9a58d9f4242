/** What profiles stand on. */
import type { Break } from '../break.ts';

const persona = 'src/core/persona.test.ts';

export const ofProfiles: readonly Break[] = [
  {
    what: 'profiles: a name is one living session at most',
    file: 'src/core/persona.ts',
    replace: 'if (others.some(session => leaseHolds(unit, session))) {',
    by: 'if (others.length < 0) {',
    caughtBy: `${persona} › is one living session at most; whoever has died or ended leaves it to the next one`,
  },
  {
    what: 'profiles: a name leaves its mail to whoever takes it',
    file: 'src/core/persona.ts',
    replace: 'await leaveMailTo(unit, former, me.id);',
    by: '',
    caughtBy: `${persona} › that nobody has, or whose session has ended, waits for whoever takes it`,
  },
  {
    what: 'profiles: a name leaves its handle to whoever takes it',
    file: 'src/core/persona.ts',
    replace: 'if (!isCalledSo) return { ...session, personas };',
    by: 'if (!isCalledSo || session.endedAt === null) return { ...session, personas };',
    caughtBy: `${persona} › is what everybody calls the next session of it, too, however the one before went and whatever its case`,
  },
  {
    what: 'profiles: a name said again keeps since when it is so',
    file: 'src/core/persona.ts',
    replace: 'const since = before?.name === name ? before.since : (claim.since ?? tx.now);',
    by: 'const since = claim.since ?? tx.now;',
    caughtBy: `${persona} › said again keeps since when it is so, and replaces what was said; another one takes its place`,
  },
  {
    what: 'profiles: any text can be locked',
    file: 'src/core/resource-text.ts',
    replace: 'return prefix + encoded.join',
    by: 'return encoded.join',
    caughtBy:
      'src/core/resource-text.test.ts › that ours does not take is one that it takes, another for each, and comes back as it was',
  },
  {
    what: 'profiles: another name over the connection is another session',
    file: 'src/tools/cast.ts',
    replace: 'const further = await this.#take(made, claim);',
    by: 'const further = await this.#take(agent, claim);',
    caughtBy:
      'test/profiles/claude-presence.successors.test.ts › after an unregistration the next name over the connection is another session: no mail and no authorship of the one before (CP-120, CP-121)',
  },
  {
    what: 'profiles: what a name has read is read',
    file: 'src/core/persona.ts',
    replace: 'await readAs(unit, former, me.id);',
    by: 'void readAs;',
    caughtBy: `${persona} › that was read under it is read for the next one, and its own is not shown to it`,
  },
  {
    what: 'profiles: the first name is the session of the connection',
    file: 'src/tools/cast.ts',
    replace: '(isMain ? main : made)',
    by: '(isMain ? made : made)',
    caughtBy:
      'test/clients/profile.test.ts › is one session: what it edits it may claim by the other vocabulary, and who has it is told natively',
  },
  {
    what: 'profiles: a message of a peer is one line',
    file: 'src/profiles/claude-presence/hooks.ts',
    replace: "${message.message}`.replace(/\\s+/g, ' ')",
    by: '${message.message}`',
    caughtBy:
      'test/profiles/claude-presence-hooks.test.ts › shows a message as one line of a peer, whatever is in it (CPH-011)',
  },
];
