import { defineConfig } from 'vitest/config';

/** The scripts of the Redis engine are files of their own; esbuild loads them as text, and so do the tests. */
const lua = {
  name: 'lua',
  transform: (code: string, id: string) =>
    id.endsWith('.lua') ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined,
};

// Suites of one group share its workers, groups run one after the other: what computes would starve real processes.
const groups = ['computing', 'processes', 'postgres', 'redis', 'hub', 'clients'] as const;
const project = (group: (typeof groups)[number], name: string, include: string[], extra: object) => ({
  extends: true as const,
  test: { name, include, environment: 'node' as const, sequence: { groupOrder: groups.indexOf(group) }, ...extra },
});

// Files of a suite share their workers and what these have loaded: of the rules' tests that was two fifths of the work, of those with
// processes a tenth. No file may leave anything behind that another one meets: `--sequence.shuffle.files` shows it.
const shared = { isolate: false };

// Vitest would leave one core out, which is half of a machine with two.
const computing = { ...shared, maxWorkers: '100%', testTimeout: 60_000 };

// What real processes do depends on the machine's scheduler. Where a run decides about more than itself (CI), a test that fails
// is tried once more, and named with its first failure if that passes. At a desk each failure counts.
const retry = Number(process.env.SIGNALBOX_TEST_RETRIES || 0);

// Suites that start real processes wait much of their time: one worker more than the two cores of the machine they run on.
// The times end what hangs, also on a machine that is several times slower than most, and measure nothing.
const processes = { ...shared, testTimeout: 90_000, hookTimeout: 90_000, pool: 'forks' as const, maxWorkers: 3, retry };
// Load on a server, and real clients, need a core each; a starved child is not a bug.
const heavy = { ...processes, maxWorkers: 2 };

/** The scenarios in which an engine matters, played once more on each server. What they share with one another is played once. */
const onServer = (engine: 'postgres' | 'redis' | 'hub') =>
  project(engine, `scenarios on ${engine}`, ['test/scenarios/{story,contention,crash}.test.ts'], {
    ...heavy,
    globalSetup: ['test/support/servers/scenario-server.ts'],
    setupFiles: ['test/support/servers/scenario-setup.ts'],
  });

/** Real AI clients, in a network of their own: `npm run test:clients` installs them, makes the network and names the folder. */
const withClients = () => project('clients', 'clients', ['test/clients/**/*.test.ts'], heavy);

export default defineConfig({
  plugins: [lua],
  test: {
    reporters: ['default', './test/support/second-tries.ts'],
    projects: [
      project(
        'computing',
        'unit',
        ['src/**/*.test.ts', 'test/fuzz/**/*.test.ts', 'test/guard/**/*.test.ts'],
        computing,
      ),
      project('computing', 'tidy', ['test/tidy/**/*.test.ts'], computing),
      project('computing', 'simulation', ['test/simulation/**/*.test.ts'], { ...computing, testTimeout: 300_000 }),
      project('processes', 'contract', ['test/contract/**/*.test.ts'], processes),
      project('processes', 'profiles', ['test/profiles/**/*.test.ts'], processes),
      project('processes', 'golden', ['test/golden/**/*.test.ts'], processes),
      project('processes', 'scenarios', ['test/scenarios/**/*.test.ts'], processes),
      onServer('postgres'),
      onServer('redis'),
      onServer('hub'),
      ...((process.env.SIGNALBOX_CLIENTS || 'skip') === 'skip' ? [] : [withClients()]),
    ],
  },
});
