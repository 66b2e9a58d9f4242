import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openCodePluginText } from '../../src/clients/setup/opencode.ts';
import { binary } from '../support/workspace.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-opencode-'));
  for (const name of ['bin', 'empty', 'shop']) mkdirSync(join(folder, name));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** What opencode has of the file that a repository brings. */
async function hooksWith(path: string): Promise<string[]> {
  const program = { command: 'signalbox', args: [] };
  const place = { scope: 'project', platform: 'linux', program } as unknown as Parameters<typeof openCodePluginText>[0];
  const file = join(folder, `${path}.mjs`);
  writeFileSync(file, openCodePluginText(place));
  vi.stubEnv('PATH', join(folder, path));
  const { Signalbox } = await import(pathToFileURL(file).href);
  const shop = join(folder, 'shop');
  return Object.keys(await Signalbox({ directory: shop, worktree: shop, client: {} }));
}

it('the plugin of a repository is that of the installed program, whose plain link is on the path', async () => {
  symlinkSync(binary, join(folder, 'bin', 'signalbox'));
  expect(await hooksWith('bin')).toEqual(expect.arrayContaining(['chat.message', 'tool.execute.before', 'event']));
});

it('the plugin of a repository is nothing where no program is installed', async () => {
  expect(await hooksWith('empty')).toEqual([]);
});
