/**
 * Runs the tests with real AI clients: `npm run test:clients [-- what vitest takes]`. The clients are installed once, at the
 * versions of test/clients/pins.json, into a folder that is kept. The tests then run in a network of their own in which there is
 * nothing but this machine's loopback, so that no client can reach its maker, and a model that answers by script is all it finds.
 */
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const pins = JSON.parse(readFileSync(join(root, 'test/clients/pins.json'), 'utf8').replaceAll('{arch}', process.arch));
const cache =
  process.env.SIGNALBOX_CLIENTS_CACHE ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'signalbox-clients');
/** Where Debian keeps `ip` is not on everybody's path. */
const withSystemTools = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };

/** The ways into a network of one's own, the best first: with its own processes, which all go when the run does, or without. */
const processesToo = ['--net', '--pid', '--fork', '--mount-proc', '--kill-child'];
const ways = [processesToo, ['--map-root-user', ...processesToo], ['--net'], ['--map-root-user', '--net']];

/**
 * What the first process in there does. It stays, because somebody has to collect processes whose parents died. A login session's
 * runtime folder of the run's own hides this machine's, for clients that start servers without the variable that names it.
 */
const enter = `ip link set lo up || exit 99
if [ -d /run/user ] && [ "$1" = processes ] && mount -t tmpfs tmpfs /run/user 2>/dev/null; then mkdir -m 700 "/run/user/$(id -u)"; fi
shift
"$@"`;

const within = (way, command) => [
  ...[...way, 'sh', '-c', enter, 'sh', way.includes('--pid') ? 'processes' : 'network'],
  ...command,
];

function works(way) {
  return spawnSync('unshare', within(way, ['true']), { env: withSystemTools, stdio: 'ignore' }).status === 0;
}

function missing() {
  if (process.platform !== 'linux') return 'Linux';
  const tools = ['unshare', 'ip', 'git', 'tmux'].filter(tool => {
    return spawnSync('sh', ['-c', `command -v ${tool}`], { env: withSystemTools, stdio: 'ignore' }).status !== 0;
  });
  return tools.length > 0 ? tools.join(', ') : undefined;
}

/** Without what the tests need, a person is told; a CI run fails, so that nobody takes them for passed. */
function giveUp(what) {
  const isCi = Boolean(process.env.CI);
  const rest = isCi ? 'SIGNALBOX_CLIENTS=skip leaves them out.' : 'They were not run.';
  console.error(`The tests with real clients need ${what}. ${rest}`);
  process.exit(isCi ? 1 : 0);
}

/** npm asks the registry it always asks, and brings nothing else of this person's: it gets a home of its own. */
function npmEnvironment(home) {
  const registry = execFileSync('npm', ['config', 'get', 'registry', '--loglevel=error'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  const network = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy)$/i;
  const kept = Object.entries(process.env).filter(([name]) => network.test(name));
  const npm = {
    npm_config_registry: registry,
    npm_config_cache: join(home, 'cache'),
    npm_config_update_notifier: 'false',
  };
  return { PATH: process.env.PATH, HOME: home, ...npm, ...Object.fromEntries(kept) };
}

/** Installs one client where it is looked for, whole or not at all. Nothing of it runs: no install scripts. */
async function install({ package: name, version }, folder, environment) {
  const unfinished = mkdtempSync(`${folder}.unfinished-`);
  try {
    writeFileSync(join(unfinished, 'package.json'), '{ "private": true }\n');
    const quiet = ['--ignore-scripts', '--no-fund', '--no-audit', '--no-save', '--no-package-lock', '--loglevel=error'];
    const options = { cwd: unfinished, env: environment, maxBuffer: 1 << 24 };
    await promisify(execFile)('npm', ['install', ...quiet, `${name}@${version}`], options);
    renameSync(unfinished, folder);
    console.log(`installed ${name} ${version}`);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another run may have been first.
    if (!existsSync(folder)) throw error;
  }
}

async function installAll() {
  mkdirSync(cache, { recursive: true });
  const folderOf = pin => join(cache, `${basename(pin.package)}-${pin.version}`);
  const wanted = Object.values(pins).filter(pin => !existsSync(folderOf(pin)));
  if (wanted.length === 0) return;
  const home = mkdtempSync(join(cache, 'npm-'));
  try {
    const environment = npmEnvironment(home);
    const worker = async () => {
      for (let pin = wanted.shift(); pin; pin = wanted.shift()) await install(pin, folderOf(pin), environment);
    };
    await Promise.all([worker(), worker()]);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

if (process.env.SIGNALBOX_CLIENTS === 'skip') {
  console.log('The tests with real clients were left out: SIGNALBOX_CLIENTS=skip.');
  process.exit(0);
}
const lack = missing();
if (lack) giveUp(`what this machine does not have: ${lack}`);
const way = ways.find(works);
if (!way) giveUp('a network namespace, which this machine does not allow (root, CAP_SYS_ADMIN or user namespaces)');

if (!process.env.SIGNALBOX_TEST_PROGRAM) {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'inherit' });
}
await installAll();
const vitest = [process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'clients'];
const environment = { ...withSystemTools, SIGNALBOX_CLIENTS: cache };
const run = spawn('unshare', within(way, [...vitest, ...process.argv.slice(2)]), {
  cwd: root,
  stdio: 'inherit',
  env: environment,
});
// Whoever ends this ends all of it.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => run.kill('SIGKILL'));
process.on('SIGINT', () => {});
run.on('exit', code => process.exit(code ?? 1));
