import { defineConfig } from 'vitest/config';

/** The scripts of the Redis engine are files of their own; esbuild loads them as text, and so do the tests. */
const lua = {
  name: 'lua',
  transform: (code: string, id: string) =>
    id.endsWith('.lua') ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined,
};

// Suites run one after the other: those with real processes would starve the others, and be starved.
let suites = 0;
const project = (name: string, include: string[], extra: object = {}) => ({
  extends: true as const,
  test: { name, include, environment: 'node' as const, sequence: { groupOrder: suites++ }, ...extra },
});

// Suites that start real processes get few workers: the machine they run on has two cores, and a starved child is not a bug.
// The times end what hangs, also on a machine that is several times slower than most, and measure nothing.
const processes = { testTimeout: 90_000, hookTimeout: 90_000, pool: 'forks' as const, maxWorkers: 2 };

/** The scenarios in which an engine matters, played once more on each server. What they share with one another is played once. */
const onServer = (engine: string) =>
  project(`scenarios on ${engine}`, ['test/scenarios/{story,contention,crash}.test.ts'], {
    ...processes,
    globalSetup: ['test/support/servers/scenario-server.ts'],
    setupFiles: ['test/support/servers/scenario-setup.ts'],
  });

/** Real AI clients, in a network of their own: `npm run test:clients` installs them, makes the network and names the folder. */
const withClients = () => project('clients', ['test/clients/**/*.test.ts'], { ...processes, retry: 0 });

export default defineConfig({
  plugins: [lua],
  test: {
    projects: [
      project('unit', ['src/**/*.test.ts', 'test/fuzz/**/*.test.ts', 'test/guard/**/*.test.ts'], {
        testTimeout: 60_000,
      }),
      project('tidy', ['test/tidy/**/*.test.ts'], { testTimeout: 60_000 }),
      project('simulation', ['test/simulation/**/*.test.ts'], { testTimeout: 300_000 }),
      project('contract', ['test/contract/**/*.test.ts'], processes),
      project('golden', ['test/golden/**/*.test.ts'], processes),
      project('scenarios', ['test/scenarios/**/*.test.ts'], processes),
      onServer('postgres'),
      onServer('redis'),
      ...((process.env.SIGNALBOX_CLIENTS || 'skip') === 'skip' ? [] : [withClients()]),
    ],
  },
});
