/** Which SQLite is chosen on which Node. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseDriver, type DriverSources, type SqliteModule } from '../../src/engines/sqlite/driver.ts';
import { createSqliteStore } from '../../src/engines/sqlite/engine.ts';
import { FakeClock } from '../support/fakes.ts';

/** A module that knows nothing but its version. */
function moduleOf(version: string): SqliteModule {
  return {
    DatabaseSync: class {
      prepare() {
        return { get: () => ({ version }) };
      }
      close() {}
    },
  };
}

function choose(builtin: string | undefined, fallback: string | undefined, sources: Partial<DriverSources> = {}) {
  return chooseDriver({
    builtinVersion: builtin,
    builtin: () => (builtin === undefined ? undefined : moduleOf(builtin)),
    fallback: () => {
      if (fallback === undefined) throw new Error('Cannot find module');
      return moduleOf(fallback);
    },
    ...sources,
  });
}

describe('choice of the SQLite driver', () => {
  it('takes the SQLite inside Node from 3.51.3 on', () => {
    for (const version of ['3.51.3', '3.53.4', '3.100.0', '4.0.0']) {
      expect(choose(version, '3.53.0')).toMatchObject({
        name: 'node:sqlite',
        sqliteVersion: version,
        problem: undefined,
      });
    }
  });

  it('takes the package when Node has none, or one that can damage a shared WAL file', () => {
    for (const version of [undefined, '3.47.2', '3.51.2', '3.9.99']) {
      expect(choose(version, '3.53.0')).toMatchObject({ name: '@photostructure/sqlite', problem: undefined });
    }
  });

  it('falls back to an unsound SQLite loudly', () => {
    expect(choose('3.51.2', undefined)).toMatchObject({
      name: 'node:sqlite',
      problem: expect.stringMatching(/3\.51\.2 can damage.*install Node/),
    });
  });

  it('names the Node versions to install when there is no SQLite at all', () => {
    const error = expect.objectContaining({
      code: 'unavailable',
      next: expect.stringMatching(/Node 22\.22\.3, 24\.15, 26/),
    });
    expect(() => choose(undefined, undefined)).toThrow(error);
  });

  it('that is missing makes the store unusable, and the report says so', async () => {
    const driver = () => choose(undefined, undefined);
    const store = createSqliteStore({ path: '/nowhere/signalbox.db', clock: new FakeClock(), driver });
    expect(await store.inspect()).toMatchObject({ isUsable: false, problems: [expect.stringContaining('no SQLite')] });
  });

  it('finds a sound SQLite on the Node that runs the tests', () => {
    expect(chooseDriver().problem).toBeUndefined();
  });
});

describe('the warning that SQLite is experimental', () => {
  const original = process.emitWarning;
  afterEach(() => {
    process.emitWarning = original;
    vi.restoreAllMocks();
  });

  it('is silenced, other warnings are not, and everything is put back', async () => {
    const emitted = vi.fn();
    process.emitWarning = emitted as typeof process.emitWarning;
    const witness = process.emitWarning;
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
      process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
      process.emitWarning('Something else is experimental', 'ExperimentalWarning');
      process.emitWarning('SQLite is on fire', 'Warning');
      return undefined as never;
    });
    vi.resetModules();
    const fresh = await import('../../src/engines/sqlite/driver.ts');
    fresh.realSources.builtin();
    expect(process.emitWarning).toBe(witness);
    expect(emitted.mock.calls.map(([text]) => text)).toEqual(['Something else is experimental', 'SQLite is on fire']);
  });
});
