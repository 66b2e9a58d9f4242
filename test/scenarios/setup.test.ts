import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binary, Workspace } from '../support/workspace.ts';

/** Runs a command on a terminal of its own; part of util-linux. */
const recorder = 'script';

let place: Workspace;
let home: string;

beforeEach(() => {
  place = new Workspace();
  home = place.environment.HOME ?? '';
  put(
    '.claude.json',
    '{\n  "numStartups": 3,\n  "oauthAccount": { "key": "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789" }\n}\n',
    0o600,
  );
  put(
    '.claude/settings.json',
    '\ufeff{\r\n\t// mine\r\n\t"hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "beep" }] }] }\r\n}',
  );
  put('.codex/config.toml', 'model = "x" # mine');
  put('dotfiles/gemini.json', '{"theme":"dark"}', 0o640);
  mkdirSync(join(home, '.gemini'));
  symlinkSync('../dotfiles/gemini.json', join(home, '.gemini/settings.json'));
  mkdirSync(join(home, '.copilot'));
  mkdirSync(join(home, '.cursor'));
});

afterEach(() => place.dispose());

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
  chmodSync(join(home, path), mode);
}

const read = (path: string) => readFileSync(join(home, path), 'utf8');

/** Everything below a folder: names, kinds, modes, contents. */
function treeOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => !/^\.git\b/.test(path))
    .sort()
    .map(path => {
      const full = join(folder, path);
      const status = lstatSync(full);
      const content = status.isSymbolicLink() ? readlinkSync(full) : status.isFile() ? hash(full) : 'folder';
      return `${path} ${(status.mode & 0o7777).toString(8)} ${content}`;
    });
}

const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

const environment = () => ({ SIGNALBOX_HOME: '', PATH: dirname(process.execPath) });
const run = (...args: string[]) => place.command(args, { environment: environment() });
const json = (text: string) => JSON.parse(text);

describe('setup', () => {
  it('finds the clients that are there, and remove gives back the home folder to the byte', async () => {
    const before = treeOf(home);
    const done = await run('setup', '--yes');
    expect([done.code, done.stderr]).toEqual([0, '']);
    for (const name of ['Claude Code', 'Codex', 'Gemini CLI', 'Copilot CLI', 'Cursor']) {
      expect(done.stdout).toContain(`✓ ${name} is set up.`);
    }
    expect(done.stdout).not.toContain('Windsurf');
    const server = json(read('.claude.json')).mcpServers.signalbox;
    expect(server).toEqual({ type: 'stdio', command: process.execPath, args: [binary, 'mcp'] });
    expect(lstatSync(join(home, '.claude.json')).mode & 0o777).toBe(0o600);
    expect(readlinkSync(join(home, '.gemini/settings.json'))).toBe('../dotfiles/gemini.json');
    expect(json(read('dotfiles/gemini.json')).mcpServers.signalbox.command).toBe(process.execPath);
    expect(lstatSync(join(home, 'dotfiles/gemini.json')).mode & 0o777).toBe(0o640);
    const removed = await run('remove', '--yes');
    expect([removed.code, removed.stderr]).toEqual([0, '']);
    expect(treeOf(home)).toEqual(before);
  });

  it('writes commands that start this very program', async () => {
    await run('setup', '--yes', 'claude-code', 'codex');
    const { command, args } = json(read('.claude.json')).mcpServers.signalbox;
    const line =
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}\n';
    const served = spawnSync(command, args, {
      input: line,
      encoding: 'utf8',
      env: { HOME: home },
      cwd: place.repository,
    });
    expect(json(served.stdout).result.serverInfo.name).toBe('signalbox');
    const hook = json(read('.codex/hooks.json')).hooks.SessionStart[0].hooks[0].command;
    const input = JSON.stringify({
      session_id: 'a',
      cwd: place.repository,
      hook_event_name: 'SessionStart',
      source: 'startup',
    });
    const hooked = spawnSync('/bin/sh', ['-c', hook], {
      input,
      encoding: 'utf8',
      env: { HOME: home, PATH: '' },
      cwd: place.repository,
    });
    expect([hooked.status, hooked.stderr]).toEqual([0, '']);
  });

  it('shows the change of every file and changes nothing with --dry-run', async () => {
    const before = treeOf(home);
    const { code, stdout } = await run('setup', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/~\/\.claude\.json\n {4}@@ -1,4 \+1,\d+ @@/);
    expect(stdout).toContain('+    "signalbox": {');
    expect(stdout).toContain('dry run');
    expect(treeOf(home)).toEqual(before);
  });

  it('shows no secret that stands beside what it changes, and nothing that a terminal would obey', async () => {
    put(
      '.claude.json',
      '{\n  "key": "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",\n  // a\u001b[2Jb \u202ec\n  "a": 1\n}\n',
    );
    const { stdout } = await run('setup', '--dry-run', 'claude-code');
    expect(stdout).toContain('[masked: ');
    expect(stdout).not.toContain('AbCdEfGhIjKl');
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  it('says that all is set up and writes nothing when it is run again', async () => {
    await run('setup', '--yes');
    const before = treeOf(home);
    const again = await run('setup');
    expect([again.code, again.stdout.match(/Already set up\./g)?.length]).toEqual([0, 5]);
    expect(treeOf(home)).toEqual(before);
  });

  it('takes no flag away from other commands', async () => {
    const { stdout } = await run('status', '--project', 'setup', '--json');
    expect(json(stdout).project).toBe('setup');
    expect((await run('--json', '--home', 'remove', 'status', '--project', 'other')).stdout).toContain(
      '"project":"other"',
    );
  });

  it('asks nobody who cannot answer, and changes nothing then', async () => {
    const before = treeOf(home);
    const result = await run('setup');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--yes');
    expect(result.stderr).toContain('--dry-run');
    expect(treeOf(home)).toEqual(before);
  });

  it.runIf(spawnSync(recorder, ['--version']).status === 0)(
    'asks once on a terminal, and takes only a yes for one',
    async () => {
      const typed = (answer: string) =>
        spawnSync(recorder, ['-qec', `${process.execPath} ${binary} setup codex`, '/dev/null'], {
          input: answer,
          encoding: 'utf8',
          env: { ...place.environment, ...environment(), TERM: 'xterm' },
          cwd: place.repository,
        });
      const before = treeOf(home);
      const no = typed('\n');
      expect([no.status, no.stdout.match(/Change 2 files\? \[y\/N\]/g)?.length]).toEqual([1, 1]);
      expect(no.stdout).toContain('\u001b[32m+');
      expect(treeOf(home)).toEqual(before);
      expect(typed('y\n').status).toBe(0);
      expect(existsSync(join(home, '.codex/hooks.json'))).toBe(true);
    },
  );

  it('leaves a file that cannot be read as it is, names it, and goes on with the others', async () => {
    put('.claude/settings.json', '{ "hooks": [ }');
    const before = read('.claude.json');
    const { code, stdout } = await run('setup', '--yes');
    expect(code).toBe(1);
    expect(stdout).toContain('.claude/settings.json is not valid JSON (line 1)');
    expect([read('.claude/settings.json'), read('.claude.json')]).toEqual(['{ "hooks": [ }', before]);
    expect(json(read('.cursor/mcp.json')).mcpServers.signalbox).toBeDefined();
  });

  it('writes nothing of a client one of whose files is write-protected', async () => {
    chmodSync(join(home, '.claude/settings.json'), 0o444);
    const before = read('.claude.json');
    const { code, stdout } = await run('setup', '--yes', 'claude-code', 'codex');
    expect(code).toBe(1);
    expect(stdout).toContain('settings.json is write-protected');
    expect(read('.claude.json')).toBe(before);
    expect(existsSync(join(home, '.codex/hooks.json'))).toBe(true);
  });

  it('tells a program the same as JSON', async () => {
    const planned = json((await run('setup', '--dry-run', '--json', 'codex', 'windsurf')).stdout);
    expect(planned).toMatchObject({
      scope: 'user',
      dryRun: true,
      clients: [
        { client: 'codex', found: true, state: 'planned', files: [{ change: 'change' }, { change: 'create' }] },
        { client: 'windsurf', found: false, state: 'planned' },
      ],
    });
    const failed = await run('setup', '--json', 'codex');
    expect([failed.code, json(failed.stdout).error.code]).toEqual([2, 'invalid_input']);
    const done = json((await run('setup', '--yes', '--json', 'codex')).stdout).clients[0];
    expect([done.state, done.next.join()]).toEqual(['changed', expect.stringContaining('/hooks')]);
  });

  it('says which clients there are when none is found, and sets up those that are named', async () => {
    const bare = new Workspace();
    const nothing = await bare.command(['setup'], { environment: environment() });
    expect([nothing.code, nothing.stderr.includes('claude-code, codex')]).toEqual([3, true]);
    const done = await bare.command(['setup', '--yes', 'vscode'], { environment: environment() });
    expect([done.code, done.stdout.includes('Was not found here')]).toEqual([0, true]);
    expect(existsSync(join(bare.environment.HOME ?? '', '.config/Code/User/mcp.json'))).toBe(true);
    expect((await bare.command(['remove', '--yes'], { environment: environment() })).code).toBe(0);
    expect(treeOf(bare.environment.HOME ?? '')).toEqual([]);
    await bare.dispose();
  });
});

describe('setup of a repository', () => {
  it("writes its files without anybody's paths, and remove gives back the checkout to the byte", async () => {
    place.write('.mcp.json', '{\n}\n');
    const before = treeOf(place.repository);
    const homeBefore = treeOf(home);
    const done = await run('setup', '--project', '--yes');
    expect(done.stdout).toContain('npm i -g signalbox');
    const written = treeOf(place.repository).filter(line => !before.includes(line));
    expect(written.length).toBeGreaterThan(7);
    const texts = ['.mcp.json', '.codex/hooks.json', '.github/hooks/signalbox.json', '.cursor/hooks.json'].map(path =>
      readFileSync(join(place.repository, path), 'utf8'),
    );
    expect(texts.join()).not.toMatch(/node|\/tmp|signalbox\.mjs/);
    const one = await run('remove', '--project', '--yes', 'claude-code');
    expect(one.stdout).toContain('.mcp.json stays for Copilot CLI');
    expect((await run('remove', '--project', '--yes')).code).toBe(0);
    expect(treeOf(place.repository)).toEqual(before);
    expect(treeOf(home)).toEqual(homeBefore);
  });

  it('does not follow a link out of it', async () => {
    put('.bashrc', '{}');
    symlinkSync(join(home, '.bashrc'), join(place.repository, '.mcp.json'));
    const { code, stdout } = await run('setup', '--project', '--yes', 'claude-code');
    expect(code).toBe(1);
    expect(stdout).toContain('leads out of the repository');
    expect([read('.bashrc'), existsSync(join(place.repository, '.claude'))]).toEqual(['{}', false]);
  });
});

describe('remove', () => {
  it('takes out only ours where a client has written since', async () => {
    await run('setup', '--yes', 'claude-code');
    put('.claude.json', JSON.stringify({ ...json(read('.claude.json')), numStartups: 4 }));
    await run('remove', '--yes');
    const { oauthAccount, ...others } = json(read('.claude.json'));
    expect([others, Object.keys(oauthAccount)]).toEqual([{ numStartups: 4 }, ['key']]);
  });

  it('works without the journal', async () => {
    const before = treeOf(home);
    await run('setup', '--yes');
    const journal = join(home, '.local/state/signalbox/setup.json');
    expect(lstatSync(journal).mode & 0o777).toBe(0o600);
    spawnSync('rm', ['-r', join(home, '.local')]);
    expect((await run('remove', '--yes')).code).toBe(0);
    // Folders that were made for files are not known any more.
    expect(treeOf(home).filter(line => !line.startsWith('.copilot/hooks '))).toEqual(before);
  });

  it('says so when there is nothing to take back', async () => {
    const { code, stdout } = await run('remove');
    expect([code, stdout]).toEqual([0, 'Nothing of Signalbox is set up here.\n']);
    expect((await run('remove', 'codex')).stdout).toContain('Is not set up.');
  });
});
