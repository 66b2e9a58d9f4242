/** The team's guide: its commands are run as they stand there, as far as they need no engine of containers and no cluster. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binary, until, Workspace } from '../support/workspace.ts';

const root = new URL('../../', import.meta.url).pathname;
const guide = readFileSync(join(root, 'docs/guides/team.md'), 'utf8');
let place: Workspace;

beforeEach(() => {
  place = new Workspace();
  const bin = join(place.folder, 'bin');
  mkdirSync(bin);
  chmodSync(binary, 0o755);
  symlinkSync(binary, join(bin, 'signalbox'));
});
afterEach(() => place.dispose());

/** The blocks of commands in a section. */
function blocksOf(heading: string): string[] {
  const section = guide.split(/^## /m).find(each => each.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
}

function shell(commands: string) {
  const { PATH, ...rest } = place.environment;
  const child = spawn('sh', ['-e', '-c', commands], {
    cwd: place.repository,
    env: { ...rest, PATH: `${join(place.folder, 'bin')}:${PATH}`, SIGNALBOX_HUB_LISTEN: '127.0.0.1:0' },
    stdio: 'pipe',
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', piece => {
    said.out += piece;
  });
  child.stderr.on('data', piece => {
    said.err += piece;
  });
  return { child, said, ended: once(child, 'close').then(([code]) => code as number | null) };
}

describe('the guide for teams', () => {
  it('begins with a token and a hub that serves', async () => {
    const { child, said, ended } = shell(
      blocksOf('Start it')[0]?.replace(/signalbox hub\n$/, 'exec signalbox hub\n') ?? '',
    );
    await until('it serves', () => said.err.includes('"ready"') || child.exitCode !== null);
    expect(said.out).toMatch(/^sbx_/m);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('makes tokens, looks into the audit and makes a webhook on one machine', async () => {
    const webhook = blocksOf('Webhooks').at(-1) ?? '';
    const { said, ended } = shell([...blocksOf('Tokens'), ...blocksOf('Audit'), webhook].join(''));
    expect([await ended, said.err]).toEqual([0, '']);
    const tokens = (await place.command(['token', 'list'])).stdout;
    expect(tokens).toMatch(/^ben +write +active +all projects/m);
    expect(tokens).toMatch(/^nightly +read +active +github\.com\/acme\/\*/m);
    expect((await place.command(['webhook', 'list'])).stdout).toMatch(/^here +standard +enabled/m);
  });

  it.each([
    ['behind a proxy', () => blocksOf('Behind a proxy')[0] ?? ''],
    // The settings of the second block belong before the hub of the first.
    ['with tokens of a provider', () => blocksOf('Sign-in with an OpenID provider').toReversed().join('')],
  ])('starts a hub %s', async (_how, block) => {
    const { child, said, ended } = shell(block().replace(/^(?=signalbox hub\b)/m, 'exec '));
    await until('it serves', () => said.err.includes('"ready"') || child.exitCode !== null);
    child.kill('SIGTERM');
    expect([said.err.includes('"ready"'), await ended]).toEqual([true, 0]);
  });

  it('backs up and restores, also through pipes', async () => {
    await place.command(['lock', 'acquire', 'src/auth.ts']);
    for (const block of blocksOf('Backup')) {
      const { said, ended } = shell(block);
      expect([await ended, said.err.replace(/✓ Backed up[\s\S]*/, '')]).toEqual([0, '']);
    }
    for (const name of ['restored.db', 'again.db']) {
      const locks = await place.command([
        'lock',
        'list',
        '--json',
        '--store',
        `sqlite:${join(place.repository, name)}`,
      ]);
      expect(JSON.parse(locks.stdout).locks).toHaveLength(1);
    }
  });

  it('names files that there are', () => {
    const named = [...new Set(guide.match(/\bdeploy\/[\w./-]*\w/g))];
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(path => !existsSync(join(root, path)))).toEqual([]);
  });
});
