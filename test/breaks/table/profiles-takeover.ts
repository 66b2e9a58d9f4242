/** What earlier systems have stored, taken over. */
import type { Break } from '../break.ts';

const presence = 'test/profiles/claude-presence.takeover.test.ts';

export const ofTakeover: readonly Break[] = [
  {
    what: 'takeover: a lock is kept for its holder until that comes',
    file: 'src/core/persona.ts',
    replace: 'await takeHeld(unit, me, issuer, name);',
    by: '',
    caughtBy: `${presence} › is refused to everybody else, and its holder has it as soon as it says its name (CPT-004)`,
  },
  {
    what: 'takeover: a kept lock is its holder’s own, and nobody else’s',
    file: 'src/core/lock-held-for.ts',
    replace: 'lock.heldFor?.persona === persona && lock.expiresAt',
    by: 'lock.heldFor !== null && persona !== null && lock.expiresAt',
    caughtBy: `${presence} › is refused to everybody else, and its holder has it as soon as it says its name (CPT-004)`,
  },
  {
    what: 'takeover: a message is brought once',
    file: 'src/core/old-message.ts',
    replace: "if (await wasBrought(tx, issuer, old.key)) return 'there';",
    by: '',
    caughtBy: `${presence} › counts what was taken and what was not, changes nothing there, and takes nothing twice (CPT-001, CPT-002, CPT-003)`,
  },
  {
    what: 'takeover: what was read there is read here',
    file: 'src/core/old-message.ts',
    replace:
      "if (readers.has(session.id)) tx.put('delivery', { ...delivery, state: 'read', path: 'import', readAt: tx.now });",
    by: '',
    caughtBy: `${presence} › is unread for whoever has not read it, with its time, and read where it was read (CPT-005)`,
  },
  {
    what: 'takeover: the old database is read from a copy',
    file: 'src/engines/sqlite/old-database.ts',
    replace: 'const database = chooseDriver().open(copy);',
    by: 'const database = chooseDriver().open(path);\n      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");',
    caughtBy: `${presence} › counts what was taken and what was not, changes nothing there, and takes nothing twice (CPT-001, CPT-002, CPT-003)`,
  },
  {
    what: 'takeover: what has moved on is not brought again',
    file: 'src/core/old-lock.ts',
    replace: "if (await wasBrought(tx, issuer, old.key)) return 'there';",
    by: '',
    caughtBy: `${presence} › takes nothing twice either when what was taken has moved on: its sender came, its lock was released (CPT-003)`,
  },
  {
    what: 'takeover: one row that cannot be read keeps no other',
    file: 'src/core/old-store.ts',
    replace: "if (!(error instanceof SignalboxError) || error.code === 'unavailable') throw error;",
    by: 'throw error;',
    caughtBy: `${presence} › leaves what it cannot read with the reason, and takes the rest (CPT-006)`,
  },
  {
    what: 'takeover: a lock is its holder’s at once where that is here',
    file: 'src/core/old-lock.ts',
    replace: 'const keeper = bearer ?? (await operator(unit));',
    by: 'const keeper = await operator(unit);',
    caughtBy: `${presence} › is its holder’s at once where that is here already, and the operator’s own where a person takes it (CPT-004)`,
  },
  {
    what: 'takeover: what was read in a conversation there is read here',
    file: 'src/core/old-talk.ts',
    replace: "if (hasRead) tx.put('delivery', { ...delivery, state: 'read', path: 'import', readAt: tx.now });",
    by: '',
    caughtBy:
      'test/profiles/claude-duo.takeover.test.ts › Who comes back to its folder is the partner again, hears what it has not read, and reads the history (DUOT-002, DUOT-003)',
  },
  {
    what: 'takeover: values replace nothing that is here',
    file: 'src/tools/foreign-takeover.ts',
    replace: "if (await getData(unit.tx, scope, key)) return 'there is such a key here';",
    by: '',
    caughtBy:
      'test/profiles/claude-session-coordinator.takeover.test.ts › Values are under their scopes and keys as they were, also of another machine, and never replace what is here (CSCT-002)',
  },
];
