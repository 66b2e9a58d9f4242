/** `npm run soak`: bundles the soak (Node 20 cannot read types) and runs it. Options: see main.ts. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'signalbox-soak-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.env.SIGNALBOX_TEST_PROGRAM ??= join(root, 'dist', 'signalbox.mjs');
// Packages stay outside the bundle and are found through a link.
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
await build({
  absWorkingDir: root,
  entryPoints: ['test/soak/main.ts', 'test/support/store-worker.ts'],
  entryNames: '[name]',
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'error',
  loader: { '.lua': 'text' },
});
const { main } = await import(pathToFileURL(join(folder, 'main.mjs')).href);
process.exit(await main(process.argv.slice(2)));
