import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientIds } from '../../src/clients/setup/define-setup.ts';
import { binary, until, Workspace } from '../support/workspace.ts';

let place: Workspace;
let home: string;

beforeEach(() => {
  place = new Workspace();
  home = place.environment.HOME ?? '';
  mkdirSync(temporary());
});

afterEach(() => place.dispose());

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly message: string;
  readonly next?: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what each case is about
  readonly client?: any;
}

/** Short, because sockets lie below it. */
const temporary = () => join(place.folder, 't');

const environment = (more: Record<string, string> = {}) => ({
  SIGNALBOX_HOME: '',
  PATH: [join(home, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
  SHELL: '',
  TMPDIR: temporary(),
  ...more,
});
const run = (args: string[], more: Record<string, string> = {}) =>
  place.command(args, { environment: environment(more) });
const setUp = (...clients: string[]) => run(['setup', '--yes', ...clients]);

/** What doctor says of clients; what only took too long is tried again. */
async function doctor(more: Record<string, string> = {}): Promise<{ code: number | null; findings: Finding[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const { code, stdout } = await run(['doctor', '--json'], more);
    const all: Finding[] = JSON.parse(stdout).checks;
    const clients = all.slice(all.findIndex(({ check }) => check === 'wake-ups') + 1);
    const isLate = clients.some(({ client }) => client?.delivery?.result === 'late');
    if (!isLate || attempt === 5) return { code, findings: clients };
  }
}

const about = (findings: readonly Finding[], id: string) => findings.find(({ client }) => client?.id === id);
const path = (name: string) => join(home, name);
const read = (name: string) => JSON.parse(readFileSync(path(name), 'utf8'));
const write = (name: string, content: object | string) => {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), typeof content === 'string' ? content : JSON.stringify(content));
};

/** Everything below the home and the repository, to the byte. */
function everything(): string[] {
  return [home, place.repository, place.runtime].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .map(file => `${file} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`)
      .sort(),
  );
}

/** Folders and processes of what doctor tries. */
const leftOver = () => readdirSync(temporary());

/** A program that says which version it is. */
function installed(name: string, said: string): void {
  write(`bin/${name}`, `#!/bin/sh\necho "${said}"\n`);
  chmodSync(path(`bin/${name}`), 0o755);
}

describe('doctor, of the clients on a machine', () => {
  it('delivers a message to each that is set up, by the commands that stand in its files', async () => {
    await setUp(...clientIds);
    write('.gemini/trustedFolders.json', { [place.repository]: 'TRUST_FOLDER' });
    const { code, findings } = await doctor();
    expect(code).toBe(0);
    const results = clientIds.map(id => [id, about(findings, id)?.client.delivery]);
    for (const [id, delivery] of results) {
      const by = id === 'windsurf' || id === 'claude-desktop' ? 'call' : 'hook';
      expect([id, delivery]).toEqual([id, expect.objectContaining({ result: 'delivered', by })]);
    }
    const live = findings.filter(({ client }) => client?.isLive).map(({ client }) => client.id);
    expect(live).toEqual(['claude-code', 'gemini-cli', 'copilot-cli', 'opencode']);
    expect(about(findings, 'codex')).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('not trusted'),
    });
  });

  it('changes nothing, neither in the files of a client nor in the store, and leaves nothing behind', async () => {
    await setUp('claude-code', 'copilot-cli', 'opencode');
    await run(['message', 'send', '--to', 'operator', 'Hello.']);
    await doctor();
    const before = everything();
    await doctor();
    expect(everything()).toEqual(before);
    expect(leftOver()).toEqual([]);
  });

  it('leaves nothing behind when it is broken off', async () => {
    await setUp('claude-code', 'codex');
    const child = place.start(['doctor'], { environment: environment() });
    await until('something is tried', () => leftOver().length > 0);
    child.kill('SIGTERM');
    await new Promise(resolve => child.on('close', resolve));
    await until('nothing is left', () => leftOver().length === 0);
  });

  it('is not led to a store that the client, or whoever started it, names', async () => {
    await setUp('claude-code');
    const real = join(place.folder, 'real');
    const settings = read('.claude.json');
    settings.mcpServers.signalbox.env = { SIGNALBOX_HOME: real };
    settings.mcpServers.signalbox.args.push('--home', real, '--store', `sqlite:${real}/store.db`);
    write('.claude.json', settings);
    const { findings } = await doctor({ CLAUDE_CODE_SESSION_ID: 'x', COPILOT_CLI: '1', GEMINI_SESSION_ID: 'y' });
    expect(about(findings, 'claude-code')?.client.delivery).toMatchObject({ result: 'delivered' });
    expect(existsSync(real)).toBe(false);
  });

  it('says which are installed and not set up', async () => {
    installed('gemini', '0.61.0');
    const { code, findings } = await doctor();
    expect(code).toBe(0);
    expect(findings).toMatchObject([
      { check: 'Gemini CLI', level: 'warning', next: 'Run `signalbox setup gemini-cli`.' },
    ]);
  });

  it('knows which version is installed, and with which it was tried', async () => {
    installed('codex', 'codex-cli 0.20.1');
    installed('claude', '3.0.0 (Claude Code)');
    await setUp();
    const { findings } = await doctor();
    expect(about(findings, 'claude-code')?.message).toContain('Its version is 3.0.0; tried with 2.1.197 to 2.1.329.');
    expect(findings.map(({ message }) => message)).toContain('Its version 0.20.1 is older than those tried (0.169.0).');
  });

  it('finds the plugin of Claude Code and tries what it brings', async () => {
    const installPath = join(dirname(dirname(binary)), 'plugin');
    write('.claude/settings.json', { enabledPlugins: { 'signalbox@signalbox': true } });
    write('.claude/plugins/installed_plugins.json', {
      version: 2,
      plugins: { 'signalbox@signalbox': [{ installPath }] },
    });
    const { findings } = await doctor();
    expect(about(findings, 'claude-code')).toMatchObject({
      level: 'ok',
      message: expect.stringMatching(/^set up by the plugin; live: /),
    });
  });

  it('tries what a repository brings, if its program is there', async () => {
    await run(['setup', '--yes', '--project', 'claude-code']);
    const without = await doctor();
    expect(without.code).toBe(0);
    expect(about(without.findings, 'claude-code')).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('not on the PATH'),
    });
    mkdirSync(path('bin'));
    symlinkSync(binary, path('bin/signalbox'));
    const { findings } = await doctor();
    expect(about(findings, 'claude-code')?.message).toMatch(/^set up in this repository; live: /);
  });

  it('runs nothing that a repository brings but what setup writes', async () => {
    await run(['setup', '--yes', '--project', 'claude-code', 'codex', 'copilot-cli']);
    const mark = join(place.folder, 'was-run');
    mkdirSync(path('bin'));
    symlinkSync(binary, path('bin/signalbox'));
    const shell = { command: 'sh', args: ['-c', `touch ${mark}`, 'signalbox', 'mcp'] };
    place.write('.mcp.json', JSON.stringify({ mcpServers: { signalbox: shell } }));
    const hooks = readFileSync(join(place.repository, '.codex/hooks.json'), 'utf8').replaceAll(
      'signalbox hook',
      `touch ${mark}; signalbox hook`,
    );
    place.write('.codex/hooks.json', hooks);
    const { findings } = await doctor();
    expect(existsSync(mark)).toBe(false);
    expect(findings.every(({ level }) => level !== 'ok')).toBe(true);
  });

  it('says how many sessions of a client are here, and whether their hooks are heard', async () => {
    await setUp('codex');
    const state = { environment: environment() };
    const session = await place.session({ clientName: 'codex-mcp-client', ...state });
    await session.handle();
    const { findings } = await doctor();
    expect(findings.find(({ message }) => message.startsWith('1 session here'))).toMatchObject({
      check: 'Codex',
      level: 'warning',
      message: expect.stringContaining('no hook was ever heard'),
    });
  });
});

describe('doctor, of damage', () => {
  it('names a file that cannot be read, as broken', async () => {
    await setUp('gemini-cli', 'codex');
    write('.gemini/settings.json', '{ "mcpServers": ');
    write('.codex/config.toml', 'a = \n');
    const { code, findings } = await doctor();
    expect(code).toBe(1);
    const messages = findings.filter(({ level }) => level === 'broken').map(({ check, message }) => [check, message]);
    expect(messages).toEqual([
      ['Codex', expect.stringContaining('.codex/config.toml is not valid TOML')],
      ['Gemini CLI', expect.stringContaining('.gemini/settings.json is not valid JSON')],
    ]);
  });

  it('sees a program that is gone, and one that is not this one', async () => {
    await setUp('codex', 'claude-code');
    const gone = join(home, 'old/signalbox.mjs');
    writeFileSync(path('.codex/config.toml'), readFileSync(path('.codex/config.toml'), 'utf8').replace(binary, gone));
    const settings = read('.claude.json');
    const other = join(place.folder, 'other/signalbox.mjs');
    mkdirSync(dirname(other));
    symlinkSync(binary, other);
    settings.mcpServers.signalbox.args[0] = other;
    write('.claude.json', settings);
    const { code, findings } = await doctor();
    expect(code).toBe(0);
    expect(about(findings, 'codex')).toMatchObject({
      level: 'warning',
      message: '~/old/signalbox.mjs is not there any more: what calls it cannot start.',
      next: 'Run `signalbox setup codex`.',
    });
    expect(findings.find(({ message }) => message.includes('not this program'))?.check).toBe('Claude Code');
    await setUp('codex', 'claude-code');
    const healed = await doctor();
    expect(healed.findings.some(({ message }) => /not this program|any more/.test(message))).toBe(false);
  });

  it('finds a server that ends, hooks that say nothing, and hooks that fail to be broken', async () => {
    await setUp('claude-code', 'copilot-cli', 'gemini-cli');
    const settings = read('.claude.json');
    settings.mcpServers.signalbox.args.push('--no-such-flag');
    write('.claude.json', settings);
    const copilot = read('.copilot/hooks/signalbox.json');
    for (const [handler] of Object.values(copilot.hooks) as { bash: string }[][]) {
      if (handler) handler.bash = `true || ${handler.bash}`;
    }
    write('.copilot/hooks/signalbox.json', copilot);
    const gemini = read('.gemini/settings.json');
    for (const [group] of Object.values(gemini.hooks) as { hooks: { command: string }[] }[][]) {
      const [handler] = group?.hooks ?? [];
      // What somebody has made of it is theirs, and no hook of ours is left.
      if (handler) handler.command = `exit 3; ${handler.command}`;
    }
    write('.gemini/settings.json', gemini);
    const { code, findings } = await doctor();
    expect(code).toBe(1);
    expect(about(findings, 'claude-code')).toMatchObject({
      level: 'broken',
      message: expect.stringMatching(/not live\. Its server does not answer: .*no-such-flag/),
    });
    expect(about(findings, 'copilot-cli')).toMatchObject({
      level: 'broken',
      message: expect.stringMatching(/no session joined/),
    });
    expect(about(findings, 'gemini-cli')).toMatchObject({
      level: 'broken',
      message: expect.stringMatching(/No hook that could bring messages is set up/),
    });
    expect(findings.filter(({ level, next }) => level !== 'ok' && !next)).toEqual([]);
    settings.mcpServers.signalbox.args.pop();
    write('.claude.json', settings);
    const hooks = read('.claude/settings.json');
    write('failing/hook.cjs', 'process.exit(3);');
    hooks.hooks.SessionStart[0].hooks[0].args[0] = path('failing/hook.cjs');
    write('.claude/settings.json', hooks);
    const failing = await doctor();
    expect(about(failing.findings, 'claude-code')).toMatchObject({
      level: 'broken',
      message: expect.stringMatching(/exit code 3/),
    });
  });

  it('sees a plugin of opencode and an entry that lost a part', async () => {
    await setUp('opencode', 'cursor');
    rmSync(path('.config/opencode/plugin/signalbox.js'));
    const cursor = read('.cursor/hooks.json');
    delete cursor.hooks.stop;
    write('.cursor/hooks.json', cursor);
    const { findings } = await doctor();
    const notes = findings
      .filter(({ message }) => message.startsWith('Not all'))
      .map(({ check, message }) => [check, message]);
    expect(notes).toEqual([
      ['opencode', expect.stringContaining('~/.config/opencode/plugin/signalbox.js')],
      ['Cursor', expect.stringContaining('~/.cursor/hooks.json')],
    ]);
  });

  it('does not hang at a server that never answers', async () => {
    await setUp('claude-desktop');
    const file = '.config/Claude/claude_desktop_config.json';
    const config = read(file);
    const silent = join(place.folder, 'signalbox.mjs');
    writeFileSync(silent, 'process.stdin.resume();\n');
    config.mcpServers.signalbox.args[0] = silent;
    write(file, config);
    const { stdout } = await run(['doctor', '--json']);
    const findings: Finding[] = JSON.parse(stdout).checks;
    expect(about(findings, 'claude-desktop')).toMatchObject({
      level: 'warning',
      client: { delivery: { result: 'late' } },
    });
  });
});
