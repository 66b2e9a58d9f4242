/** Bundles the program into `dist/`: one small entry, and chunks that are loaded only by the command that needs them. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const { outputFiles } = await build({
  write: false,
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
  sourcemap: false,
  legalComments: 'none',
  external: ['@photostructure/sqlite', 'pg', 'ioredis'],
  loader: { '.lua': 'text' },
  define: { SIGNALBOX_VERSION: JSON.stringify(version) },
  // Bundled CommonJS packages still ask for node's own modules by require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});

// Chunks first, the entry last, leftovers at the end: a program that starts meanwhile finds either build whole.
const folder = join(root, 'dist');
mkdirSync(folder, { recursive: true });
const entryLast = [...outputFiles].sort((a, b) => Number(isEntry(a.path)) - Number(isEntry(b.path)));
for (const file of entryLast) {
  const path = join(folder, basename(file.path));
  writeFileSync(`${path}.new`, file.contents);
  chmodSync(`${path}.new`, isEntry(path) ? 0o755 : 0o644);
  renameSync(`${path}.new`, path);
}
const current = new Set(outputFiles.map(file => basename(file.path)));
for (const name of readdirSync(folder)) if (!current.has(name)) rmSync(join(folder, name), { recursive: true });

function isEntry(path) {
  return basename(path) === 'signalbox.mjs';
}
