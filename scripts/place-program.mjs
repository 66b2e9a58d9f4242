/**
 * Puts the built program into a folder of its own, with the drivers of SQLite, PostgreSQL and Redis and all that they need, in the
 * versions that are installed here and for this platform: what a container runs. `node scripts/place-program.mjs FOLDER`
 */
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const drivers = ['@photostructure/sqlite', 'pg', 'ioredis'];
const platform = `${process.platform}-${process.arch}`;
const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Name the folder.');

mkdirSync(folder, { recursive: true });
for (const part of ['dist', 'package.json', 'LICENSE']) {
  cpSync(join(root, part), join(folder, part), {
    recursive: true,
    filter: path => !path.includes('/dist/types'),
  });
}
const placed = new Set();
for (const name of drivers) place(name, root);

/** A package and what it needs, as Node finds it from `from`. */
function place(name, from) {
  const path = found(name, from);
  if (path === undefined || placed.has(path)) return;
  placed.add(path);
  cpSync(path, join(folder, relative(root, path)), { recursive: true, filter: isForHere });
  const { dependencies = {} } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  for (const needed of Object.keys(dependencies)) place(needed, path);
}

/** Neither sources to be compiled nor what was compiled for others. */
function isForHere(path) {
  const [, built] = /\/prebuilds\/([^/]+)/.exec(path) ?? [];
  return (built === undefined || built === platform) && !/\/sqlite\/(src|scripts)$/.test(path);
}

function found(name, from) {
  const path = join(from, 'node_modules', name);
  if (existsSync(join(path, 'package.json'))) return path;
  return from === dirname(from) ? undefined : found(name, dirname(from));
}
