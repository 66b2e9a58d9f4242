/** The launcher of the plugin for Claude Code, and the status line: what they do without Claude Code. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binary, Workspace } from '../support/workspace.ts';

const source = fileURLToPath(new URL('../../plugin/bin/signalbox.mjs', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
  for (const name of ['plugin/bin', 'path']) mkdirSync(join(folder, name), { recursive: true });
  cpSync(source, join(folder, 'plugin/bin/signalbox.mjs'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function launch(...words: string[]) {
  const environment = { PATH: join(folder, 'path'), HOME: folder };
  return new Promise<{ code: unknown; stdout: string; stderr: string }>(resolve => {
    const args = [join(folder, 'plugin/bin/signalbox.mjs'), ...words];
    const child = execFile(process.execPath, args, { env: environment }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end('{}');
  });
}

const install = (path: string, says: string) => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), `console.log(${JSON.stringify(says)}, process.argv.slice(2).join(' '));\n`);
};

describe('the launcher of the plugin', () => {
  it('says what to do where there is no program, and stops no hook by that', async () => {
    const advice =
      'signalbox: the program is not installed. Run `npm install -g signalbox`, then start Claude Code again.\n';
    expect(await launch('mcp')).toEqual({ code: 1, stdout: '', stderr: advice });
    expect(await launch('hook', 'claude-code', 'SessionStart')).toEqual({ code: 0, stdout: '', stderr: advice });
    expect(await launch('statusline')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('runs the program that is installed, in its own process, whatever name leads to it', async () => {
    install('lib/dist/signalbox.mjs', 'installed');
    symlinkSync(join(folder, 'lib/dist/signalbox.mjs'), join(folder, 'path/signalbox'));
    expect(await launch('mcp', '--tools', 'all')).toEqual({
      code: 0,
      stdout: 'installed mcp --tools all\n',
      stderr: '',
    });
  });

  it('finds the package beside the script that npm puts on the path of Windows', async () => {
    writeFileSync(join(folder, 'path/signalbox'), '#!/bin/sh\nexit 9\n');
    install('path/node_modules/signalbox/dist/signalbox.mjs', 'beside');
    expect((await launch('mcp')).stdout).toBe('beside mcp\n');
  });

  it('runs the program inside it, and for hooks the part that is sooner ready', async () => {
    install('plugin/program/signalbox.mjs', 'inside');
    expect((await launch('mcp')).stdout).toBe('inside mcp\n');
    install('plugin/program/hook.cjs', 'for hooks');
    expect((await launch('hook', 'claude-code', 'Stop')).stdout).toBe('for hooks claude-code Stop\n');
    expect((await launch('mcp')).stdout).toBe('inside mcp\n');
  });

  it('is the same as the program itself: the real one says its version', async () => {
    symlinkSync(binary, join(folder, 'path/signalbox'));
    expect((await launch('--version')).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('signalbox statusline', () => {
  it('prints nothing and fails nothing where there is no session, whatever it is given', async () => {
    const place = new Workspace();
    try {
      for (const input of ['', '{"session_id":"c1"}', 'no JSON', '{"session_id":']) {
        const environment = { CLAUDECODE: '1', CLAUDE_PID: String(process.pid) };
        const result = await place.command(['statusline'], { input, environment });
        expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
      }
    } finally {
      await place.dispose();
    }
  });

  it('prints who the session is, what it holds, what waits and who else is here', async () => {
    const place = new Workspace();
    try {
      const client = { clientName: 'claude-code', environment: { CLAUDECODE: '1' } };
      const otter = await place.session({ ...client, args: ['--handle', 'otter'] });
      const heron = await place.session({ args: ['--handle', 'heron'] });
      await heron.handle();
      const ask = async () => {
        const environment = { CLAUDECODE: '1', CLAUDE_PID: String(process.pid) };
        return (await place.command(['statusline'], { input: '{"session_id":"c1"}', environment })).stdout;
      };
      expect(await ask()).toBe('');
      await otter.handle();
      expect(await ask()).toBe('otter · 1 other here\n');
      await heron.call('message_send', { to: ['otter'], body: 'Hello.' });
      await otter.call('lock_acquire', { paths: ['src/auth.ts', 'README.md'] });
      expect(await ask()).toBe('otter · 2 locks · 1 unread · 1 other here\n');
    } finally {
      await place.dispose();
    }
  });
});
