/** Bundles the program into `dist/`: one small entry, and chunks that are loaded only by the command that needs them. */
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: [{ in: 'src/main.ts', out: 'signalbox' }],
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  keepNames: true,
  sourcemap: false,
  legalComments: 'none',
  external: ['@photostructure/sqlite'],
  define: { SIGNALBOX_VERSION: JSON.stringify(version) },
  // Bundled CommonJS packages still ask for node's own modules by require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
chmodSync(`${root}dist/signalbox.mjs`, 0o755);
