/** `npm run bench`: bundles the measurements and their floors (Node 20 cannot read types) and runs them. Options: see main.ts. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// Packages that stay outside a bundle are found through a link.
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');

// A copy, so that a build under way elsewhere does not change what is measured.
const program = process.env.SIGNALBOX_TEST_PROGRAM ?? join(root, 'dist', 'signalbox.mjs');
cpSync(dirname(program), join(folder, 'program'), { recursive: true });

const common = {
  absWorkingDir: root,
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  logLevel: 'error',
  loader: { '.lua': 'text' },
};
await Promise.all([
  build({
    ...common,
    entryPoints: [
      'bench/main.ts',
      'bench/support/sender.ts',
      'bench/support/engine-worker.ts',
      'bench/floors/relay.ts',
    ],
    entryNames: '[name]',
    packages: 'external',
    sourcemap: 'inline',
  }),
  // As scripts/build.mjs bundles the program, so that the two differ in nothing but what they do.
  build({
    ...common,
    entryPoints: ['bench/floors/bare-server.ts', 'bench/floors/bare-hono.ts'],
    entryNames: '[name]',
    splitting: true,
    minify: true,
    sourcemap: false,
    legalComments: 'none',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  }),
]);
// What starts the product by itself starts the same.
process.env.SIGNALBOX_TEST_PROGRAM = join(folder, 'program', 'signalbox.mjs');
const { main } = await import(pathToFileURL(join(folder, 'main.mjs')).href);
const programs = {
  product: join(folder, 'program', 'signalbox.mjs'),
  bareServer: join(folder, 'bare-server.mjs'),
  bareHono: join(folder, 'bare-hono.mjs'),
  relay: join(folder, 'relay.mjs'),
  sender: join(folder, 'sender.mjs'),
  engineWorker: join(folder, 'engine-worker.mjs'),
};
process.exit(await main(process.argv.slice(2), programs, join(root, 'bench', 'results')));
