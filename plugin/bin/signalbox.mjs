#!/usr/bin/env node
/**
 * Starts Signalbox for the plugin: the program that stands beside it, or the one that is installed. It runs in this very process,
 * because its parent has to be Claude Code: by that the halves of one session find each other.
 */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** With an older SQLite a store that several processes write can be damaged. */
const soundSqlite = [3, 51, 3];

const [command] = process.argv.slice(2);
const program = choose();
if (program) {
  await import(pathToFileURL(entryOf(program)).href);
} else {
  // A hook or status line that fails would be shown to the user at every step; of the server once is right.
  if (command !== 'statusline') {
    process.stderr.write(
      'signalbox: the program is not installed. Run `npm install -g signalbox`, then start Claude Code again.\n',
    );
  }
  process.exitCode = command === 'hook' || command === 'statusline' ? 0 : 1;
}

/** For hooks there is a part of it that is sooner ready, and takes what stands behind the word. */
function entryOf(program) {
  const forHooks = join(dirname(program), 'hook.cjs');
  if (command !== 'hook' || process.argv.includes('--help') || !existsSync(forHooks)) return program;
  process.argv.splice(2, 1);
  return forHooks;
}

/** The one beside us needs the SQLite inside Node; an installed one may have brought its own. */
function choose() {
  const own = fileURLToPath(new URL('../program/signalbox.mjs', import.meta.url));
  const candidates = [existsSync(own) ? own : undefined, installed()];
  if (!isSound(process.versions.sqlite)) candidates.reverse();
  return candidates.find(candidate => candidate !== undefined);
}

function isSound(version = '0') {
  const parts = version.split('.').map(Number);
  const at = soundSqlite.findIndex((least, index) => (parts[index] ?? 0) !== least);
  return at < 0 || (parts[at] ?? 0) > soundSqlite[at];
}

/** On Windows the name on the PATH is a script; the package lies beside it. */
function installed() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
  const places = folders.flatMap(folder => [
    join(folder, 'signalbox'),
    join(folder, 'node_modules/signalbox/dist/signalbox.mjs'),
  ]);
  return places.map(realFile).find(path => path?.endsWith('.mjs'));
}

function realFile(path) {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
