import type { Break } from '../break.ts';

const memory = 'test/contract/memory.test.ts';
const sqlite = 'test/contract/sqlite.test.ts';

export const ofStore: readonly Break[] = [
  {
    what: 'of a unit only the first write is stored',
    file: 'src/engines/unit-of-work.ts',
    replace: 'records.push({ kind, id, body, existed: before !== undefined });',
    by: 'if (records.length === 0) records.push({ kind, id, body, existed: before !== undefined });',
    caughtBy: 'test/contract/unit-contract.ts › stores all writes of a unit together',
    through: memory,
  },
  {
    what: 'what a unit wrote before its work threw is stored',
    file: 'src/engines/memory/engine.ts',
    replace: 'work, { watch: withoutWaiting });\n      if (!commit.isEmpty) state.apply(commit);',
    by: `tx => work(tx).catch(thrown => ({ thrown })), { watch: withoutWaiting });
      if (!commit.isEmpty) state.apply(commit);
      if (result?.thrown) throw result.thrown;`,
    caughtBy:
      'test/contract/unit-contract.ts › leaves nothing behind when the work throws, and throws the same error on',
    through: memory,
  },
  {
    what: 'units of one process overlap',
    file: 'src/engines/memory/engine.ts',
    replace: 'return state.turns.run(async () => {\n      this.#assertOpen();\n      const { result, commit }',
    by: 'return (async job => job())(async () => {\n      this.#assertOpen();\n      const { result, commit }',
    caughtBy: 'test/contract/unit-contract.ts › loses no update among two connections',
    through: memory,
  },
  {
    what: 'other processes may write between the reads of a unit and its writes',
    file: 'src/engines/sqlite/engine.ts',
    replace: 'const { result, commit } = await runUnit(snapshot, work, { watch: withoutWaiting });',
    by: `const { result, commit } = await runUnit(snapshot, work, { watch: withoutWaiting });
      connection.commit();
      connection.begin('IMMEDIATE');`,
    caughtBy:
      'test/contract/sqlite-processes.test.ts › loses no update of eight processes that read, change and write one record',
  },
  {
    what: 'a commit is acknowledged that is not stored',
    file: 'src/engines/sqlite/engine.ts',
    replace: 'connection.commit();\n      this.#announcer',
    by: 'if (commit.sequence % 50 === 0) connection.rollback();\n      else connection.commit();\n      this.#announcer',
    caughtBy:
      'test/contract/sqlite-processes.test.ts › keeps every acknowledged commit when processes are killed at any moment',
  },
  {
    what: 'a number is left out between the events of two units',
    file: 'src/engines/unit-of-work.ts',
    replace: 'const { sequence } = this;',
    by: 'const sequence = this.sequence + 1;',
    caughtBy:
      'test/contract/store-contract.ts › numbers events without gaps under concurrency, and gives them back as they were',
    through: memory,
  },
  {
    what: 'a reader is given the newest events instead of the next',
    file: 'src/engines/sqlite/connection.ts',
    replace: 'AND sequence > ? ORDER BY sequence LIMIT ?',
    by: 'AND sequence > ? ORDER BY sequence DESC LIMIT ?',
    caughtBy: 'test/contract/store-contract.ts › never lets a cursor skip an event while others write',
    through: sqlite,
  },
  {
    what: 'a view sees what others commit while it reads',
    file: 'src/engines/sqlite/engine.ts',
    replace: "connection.begin('DEFERRED');\n    try {\n      const snapshot",
    by: 'try {\n      const snapshot',
    caughtBy: 'test/contract/unit-contract.ts › keeps a view whole while others write',
    through: sqlite,
  },
  {
    what: 'sessions are woken before the commit',
    file: 'src/engines/memory/engine.ts',
    replace: 'if (!commit.isEmpty) state.apply(commit);\n      this.#announcer.announce(commit.audience);',
    by: 'this.#announcer.announce(commit.audience);\n      if (!commit.isEmpty) state.apply(commit);',
    caughtBy:
      'test/contract/store-contract.ts › wakes each session in the audiences of a commit once, when the events can be read',
    through: memory,
  },
  {
    what: 'a wake-up that fails fails the commit',
    file: 'src/engines/announcer.ts',
    replace: '(async () => wakeups.wake(audience))()',
    by: 'wakeups.wake(audience)',
    caughtBy: 'test/contract/store-contract.ts › does not fail a commit whose wake-up fails',
    through: memory,
  },
  {
    what: 'work may wait for whatever it likes',
    file: 'src/engines/turns.ts',
    replace: 'const guard = setImmediate(() => {',
    by: 'const guard = setImmediate(() => {\n      return;',
    caughtBy: 'test/contract/unit-contract.ts › undoes a unit that waits for something else, and goes on with the next',
    through: memory,
  },
  {
    what: 'SQLite reads on from a cursor in one direction only',
    file: 'src/engines/sqlite/connection.ts',
    replace: "reverse ? '<' : '>'",
    by: "'>'",
    caughtBy: 'test/contract/engines-agree.test.ts › memory and SQLite answer every history alike',
  },
  {
    what: 'a file that is no database is taken for a store',
    file: 'src/engines/sqlite/location.ts',
    replace: 'if (!isSqlite || header.readUInt32BE(68) !== applicationId)',
    by: 'if (isSqlite && header.readUInt32BE(68) !== applicationId)',
    caughtBy: 'test/contract/sqlite-failures.test.ts › refuses a file that is not SQLite, and does not write to it',
  },
  {
    what: 'the database of another program is taken for a store',
    file: 'src/engines/sqlite/location.ts',
    replace: 'if (!isSqlite || header.readUInt32BE(68) !== applicationId)',
    by: 'if (!isSqlite)',
    caughtBy: 'test/contract/sqlite-failures.test.ts › refuses a database of another program, and does not write to it',
  },
  {
    what: 'a store of a newer schema is opened',
    file: 'src/engines/sqlite/open.ts',
    replace: "if (version > latest) throw storeFailure('newer', path);",
    by: '',
    caughtBy: 'test/contract/sqlite-failures.test.ts › refuses a store of a newer Signalbox, and does not write to it',
  },
  {
    what: 'a store that became newer while it was open is written to',
    file: 'src/engines/sqlite/connection.ts',
    replace: "?.user_version !== schemaVersion) throw storeFailure('newer', this.#path);",
    by: '?.user_version === undefined) return;',
    caughtBy:
      'test/contract/sqlite-failures.test.ts › stops writing when a newer Signalbox takes the store over while it is open',
  },
  {
    what: 'a store of the first schema misses what came later',
    file: 'src/engines/sqlite/open.ts',
    replace: 'if (step.version > current) step.apply(database);',
    by: 'if (current === 0) step.apply(database);',
    caughtBy:
      'test/golden/sqlite-schema.test.ts › opens a store that was written by the first version, and goes on with it',
  },
  {
    what: 'damage is not told from a defect',
    file: 'src/engines/sqlite/errors.ts',
    replace: "11: 'damaged',",
    by: "11: 'unforeseen',",
    caughtBy:
      'test/contract/sqlite-failures.test.ts › says that a damaged store is damaged, finds it in inspect, and leaves it as it is',
  },
  {
    what: 'a damaged store is written over',
    file: 'src/engines/sqlite/location.ts',
    replace: "throw storeFailure('foreign', path);",
    by: "process.getBuiltinModule('node:fs').unlinkSync(path);",
    caughtBy:
      'test/scenarios/hostile.test.ts › that is damaged gives a clear error, is not rewritten, and the server stays',
  },
  {
    what: 'doctor takes a damaged store for a usable one',
    file: 'src/engines/sqlite/inspect.ts',
    replace: "report.isUsable = failure instanceof StoreFailure && failure.kind === 'busy';",
    by: 'return { ...report, isUsable: true };',
    caughtBy: 'test/scenarios/cli-people.test.ts › says what is wrong with a damaged store, and what to do',
  },
  {
    what: 'a full disk is not told from a defect',
    file: 'src/engines/sqlite/errors.ts',
    replace: "13: 'full',",
    by: "13: 'unforeseen',",
    caughtBy:
      'test/contract/sqlite-failures.test.ts › fails loudly when the disk is full, still reads, and goes on when there is space again',
  },
  {
    what: 'a caller is given the words of SQLite',
    file: 'src/engines/sqlite/errors.ts',
    replace: 'throw toStoreFailure(error, path);',
    by: 'throw error;',
    caughtBy:
      'test/contract/sqlite-neighbours.test.ts › gives up with a next step after a bounded number of attempts, and never says "database is locked"',
  },
  {
    what: 'a read-only file is not told from one that may not be read',
    file: 'src/engines/sqlite/location.ts',
    replace: "if (!isAllowed(path, constants.W_OK)) throw storeFailure('readOnly', path);",
    by: 'accessSync(path, constants.W_OK);',
    caughtBy:
      'test/contract/sqlite-processes.test.ts › says that a read-only file is read-only, and leaves it as it is',
  },
  {
    what: 'missing permission is not told from a defect',
    file: 'src/engines/sqlite/errors.ts',
    replace: "EACCES: 'noPermission',",
    by: '',
    caughtBy:
      'test/contract/sqlite-processes.test.ts › says that permission is missing, for the file and for creating one',
  },
  {
    what: 'a network file system is used',
    file: 'src/engines/sqlite/location.ts',
    replace:
      "if (!allowNetwork && fileSystemOf(path, surroundings) === 'network') throw storeFailure('network', path);",
    by: '',
    caughtBy: 'test/contract/sqlite-failures.test.ts › refuses every network file system before it creates anything',
  },
  {
    what: 'a network file system is refused only after a file was made on it',
    file: 'src/engines/sqlite/location.ts',
    replace: "if (!allowNetwork && fileSystemOf(path, surroundings) === 'network') throw",
    by: "createEmpty(path);\n    if (!allowNetwork && fileSystemOf(path, surroundings) === 'network') throw",
    caughtBy: 'test/contract/sqlite-failures.test.ts › refuses every network file system before it creates anything',
  },
  {
    what: 'a session that once found no usable store looks for none again',
    file: 'src/tools/standpoint.ts',
    replace: 'this.#settle().catch(error => {\n      this.#place = undefined;',
    by: 'this.#settle().catch(error => {',
    caughtBy: 'test/scenarios/hostile.test.ts › becomes usable again without a restart once the cause is gone',
  },
  {
    what: 'a process that finds another one in its way gives up',
    file: 'src/engines/sqlite/patience.ts',
    replace: 'if (!isBusy || left <= 1) throw error;',
    by: 'throw error;',
    caughtBy: 'test/contract/sqlite-processes.test.ts › lets ten processes create the same fresh store at once',
  },
  {
    what: 'the SQLite inside Node is used however unsound it is',
    file: 'src/engines/sqlite/driver.ts',
    replace: 'if (isSound(sources.builtinVersion)) {',
    by: 'if (sources.builtinVersion !== undefined) {',
    caughtBy:
      'test/contract/sqlite-driver.test.ts › takes the package when Node has none, or one that can damage a shared WAL file',
  },
  {
    what: 'an unsound SQLite is used silently',
    file: 'src/engines/sqlite/driver.ts',
    replace: 'const problem = isSound(sqliteVersion)',
    by: 'const problem = true',
    caughtBy: 'test/contract/sqlite-driver.test.ts › falls back to an unsound SQLite loudly',
  },
  {
    what: 'the time of a store is the wall clock',
    file: 'src/engines/sqlite/store-time.ts',
    replace: 'if (boot === undefined || uptime === undefined) return',
    by: 'return',
    caughtBy:
      'test/contract/sqlite-time.test.ts › does not jump when the clock of the machine is set, forward or back, for those at work and for newcomers',
  },
  {
    what: 'a newcomer counts the time from the wall clock of its own start',
    file: 'src/engines/sqlite/store-time.ts',
    replace: 'Number(known.get(boot)?.base ?? wallBase)',
    by: 'wallBase',
    caughtBy:
      'test/contract/sqlite-time.test.ts › does not jump when the clock of the machine is set, forward or back, for those at work and for newcomers',
  },
];
