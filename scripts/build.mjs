/**
 * Bundles the program into `dist/`: one small entry, and chunks that are loaded only by the command that needs them. Beside it
 * stands what other packages import: the kit for engines and their contract, apart from the program, with their types.
 */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'dist');
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const common = {
  write: false,
  absWorkingDir: root,
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  // Some packages' other builds load their parts by names that a bundle does not have.
  mainFields: ['module', 'main'],
  target: 'node20.19',
  sourcemap: false,
  legalComments: 'none',
};

const program = {
  ...common,
  entryPoints: [
    { in: 'src/main.ts', out: 'signalbox' },
    { in: 'src/surfaces/hook/direct.ts', out: 'hook-direct' },
    { in: 'src/surfaces/git-hook/direct.ts', out: 'git-hook-direct' },
  ],
  minify: true,
  external: ['@photostructure/sqlite', 'pg', 'ioredis'],
  loader: { '.lua': 'text' },
  define: { SIGNALBOX_VERSION: JSON.stringify(version) },
  // Bundled CommonJS packages still ask for node's own modules by require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

/**
 * What clients and git start for each hook: one CommonJS file each, which Node loads faster than modules. The rest of the program is loaded only
 * where no server answers.
 */
const hook = {
  ...common,
  entryPoints: [
    { in: 'src/hook-main.ts', out: 'hook' },
    { in: 'src/git-hook-main.ts', out: 'git-hook' },
  ],
  outExtension: { '.js': '.cjs' },
  splitting: false,
  format: 'cjs',
  minify: true,
  plugins: [
    {
      name: 'direct',
      setup: build =>
        build.onResolve({ filter: /\/(?:git-)?hook\/direct\.ts$/ }, ({ path }) => ({
          path: path.includes('git-hook') ? './git-hook-direct.mjs' : './hook-direct.mjs',
          external: true,
        })),
    },
  ],
};

/** What opencode loads into its own process: one file that needs nothing beside it. */
const opencodePlugin = {
  ...common,
  entryPoints: [{ in: 'src/opencode-plugin/plugin.ts', out: 'opencode-plugin' }],
  splitting: false,
  minify: true,
};

/** For other people's engines: readable, because their stack traces lead through it. */
const kit = {
  ...common,
  entryPoints: [
    { in: 'src/engine.ts', out: 'engine' },
    { in: 'test/contract/store-contract.ts', out: 'engine-contract' },
  ],
  chunkNames: 'engine-[name]-[hash]',
  external: ['vitest'],
};

const [programFiles, hookFiles, ...kitFiles] = await Promise.all(
  [build(program), build(hook), build(opencodePlugin), build(kit), declarations()].map(async building => {
    const { outputFiles } = await building;
    return outputFiles.map(({ path, contents }) => ({ path: relative(folder, path), contents }));
  }),
);
place([...programFiles, ...hookFiles, ...kitFiles.flat()], folder);
// A plugin is copied away from here when it is installed, so it has the program inside.
place([...programFiles, ...hookFiles], join(root, 'plugin/program'));

/** Chunks first, the entry last, leftovers at the end: a program that starts meanwhile finds either build whole. */
function place(files, folder) {
  mkdirSync(folder, { recursive: true });
  const entryLast = [...files].sort((a, b) => Number(isEntry(a.path)) - Number(isEntry(b.path)));
  for (const file of entryLast) {
    const path = join(folder, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, file.contents);
    chmodSync(`${path}.new`, isEntry(file.path) ? 0o755 : 0o644);
    renameSync(`${path}.new`, path);
  }
  const current = new Set(files.map(file => file.path));
  for (const path of filesIn(folder)) if (!current.has(path)) rmSync(join(folder, path), { force: true });
}

/** What the kit exports, as types, each file under `types/` where its source lies. Whether they are right is for `npm run types`. */
async function declarations() {
  const out = mkdtempSync(join(tmpdir(), 'signalbox-types-'));
  try {
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const args = [compiler, '--project', join(root, 'tsconfig.declarations.json'), '--outDir', out];
    await promisify(execFile)(process.execPath, args, { cwd: root });
    const outputFiles = filesIn(out).map(path => {
      const text = readFileSync(join(out, path), 'utf8');
      // The sources name each other by `.ts`; whoever installs the package has the declarations of a `.js` only.
      const contents = text.replaceAll(/((?:from|import\() ?'\.[^']*)\.ts'/g, "$1.js'");
      return { path: join(folder, 'types', path), contents };
    });
    return { outputFiles };
  } catch (error) {
    throw new Error(`The types could not be written.\n${error.stdout || error.message}`);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function filesIn(directory) {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return paths.filter(path => statSync(join(directory, path), { throwIfNoEntry: false })?.isFile());
}

function isEntry(path) {
  return path === 'signalbox.mjs' || path === 'hook.cjs' || path === 'git-hook.cjs';
}
