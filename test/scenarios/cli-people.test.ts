import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binary, type CommandResult, until, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const json = ({ stdout }: CommandResult) => JSON.parse(stdout);

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly message: string;
  readonly next?: string;
}

const findings = (result: CommandResult): Finding[] => json(result).checks;
const levelOf = (result: CommandResult, check: string) =>
  findings(result).find(finding => finding.check === check)?.level;

function store(): string {
  return join(place.home, 'signalbox.db');
}

async function damageStore(): Promise<void> {
  await place.command(['lock', 'acquire', ...Array.from({ length: 50 }, (_, index) => `src/${index}.ts`)]);
  await place.command(['lock', 'acquire', 'src/more.ts', '--reason', 'x'.repeat(250)]);
  const content = readFileSync(store());
  content.fill(0x5a, 4096, content.length);
  writeFileSync(store(), content);
}

/** Runs a command as a user who may not write here: as root, the modes of a folder mean nothing. */
function asStranger(words: readonly string[]): Promise<CommandResult> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chmodSync(place.folder, 0o755);
  const child = spawn(process.execPath, [binary, ...words], {
    cwd: place.repository,
    env: { ...place.environment, XDG_RUNTIME_DIR: '' },
    ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', chunk => {
    stdout += String(chunk);
  });
  child.stderr.on('data', chunk => {
    stderr += String(chunk);
  });
  return new Promise(resolve => child.on('close', code => resolve({ code, stdout, stderr })));
}

describe('status', () => {
  it('shows sessions, locks, the queue and my mail', async () => {
    const otter = await place.session({ args: ['--handle', 'otter'], clientName: 'codex' });
    const heron = await place.session({ args: ['--handle', 'heron'] });
    await heron.handle();
    await otter.call('session_update', { task: 'Move login', status: 'working' });
    await otter.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'sessions' });
    await otter.call('message_send', { to: ['operator', 'heron'], body: 'Hello' });
    const waiting = heron.call('lock_acquire', { paths: ['src/auth.ts'], waitSeconds: 30 });
    await until('heron waits', async () => (await otter.call('lock_list')).waiting.length === 1);
    const status = json(await place.command(['status', '--json']));
    const { stdout } = await place.command(['status']);
    await otter.call('lock_release', { all: true });
    await waiting;
    expect(status).toMatchObject({
      root: place.repository,
      branch: 'main',
      you: 'operator',
      unread: 1,
      problems: [],
      sessions: [
        { handle: 'heron', unread: 1, locks: 0 },
        { handle: 'otter', task: 'Move login', branch: 'main', locks: 1, client: 'codex', reach: 'calls' },
      ],
      locks: [{ resource: 'file:src/auth.ts', holder: 'otter', mode: 'exclusive', reason: 'sessions' }],
      waiting: [{ session: 'heron', resources: ['file:src/auth.ts'] }],
    });
    expect(stdout).toMatch(/2 sessions, 1 lock, 1 waiting\n/);
    expect(stdout).toMatch(/^otter +Move login \(working\) +main +1 +(now|\d s ago)/m);
    expect(stdout).toMatch(/^file:src\/auth\.ts +otter +exclusive +15 min left +sessions$/m);
    expect(stdout).toContain('1 unread message for you: signalbox message read');
  });

  it('creates nothing where nothing has happened yet', async () => {
    const result = await place.command(['status']);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('no sessions, no locks') });
    expect(existsSync(place.home)).toBe(false);
    expect(readdirSync(place.runtime)).toEqual([]);
  });

  it('does not make the operator a participant', async () => {
    const otter = await place.session({ args: ['--handle', 'otter'] });
    await otter.handle();
    await place.command(['status']);
    const sent = otter.call('message_read', { from: 'operator' });
    await expect(sent).rejects.toThrow(/There is no session "operator"/);
  });

  it('of a damaged store says so, with the error as exit code, and leaves it alone', async () => {
    writeFileSync(join(place.folder, 'x.db'), 'This is not a store at all. '.repeat(100));
    const words = ['status', '--store', `sqlite:${join(place.folder, 'x.db')}`];
    const result = await place.command(words);
    expect(result).toMatchObject({
      code: 9,
      stdout: expect.stringMatching(/! The file .*x\.db is not a Signalbox store/),
    });
    expect(json(await place.command([...words, '--json']))).toMatchObject({ error: { code: 'unavailable' } });
    expect(readFileSync(join(place.folder, 'x.db'), 'utf8')).toMatch(/^This is not a store/);
  });
});

describe('config', () => {
  it('shows where every value comes from, flag before environment before file', async () => {
    place.write('signalbox.json', JSON.stringify({ tools: 'all', project: 'from-file', surprise: 1 }));
    const environment = { SIGNALBOX_PROJECT: 'from-environment', SIGNALBOX_LOG_LEVEL: 'error' };
    const config = json(await place.command(['config', '--json', '--log-level', 'info'], { environment }));
    const found = Object.fromEntries(config.settings.map((setting: { key: string }) => [setting.key, setting]));
    expect(found).toMatchObject({
      tools: { value: 'all', origin: 'project file' },
      project: { value: 'from-environment', origin: 'environment', environment: 'SIGNALBOX_PROJECT' },
      logLevel: { value: 'info', origin: 'flag', flag: '--log-level' },
      channel: { value: 'off', origin: 'default' },
      store: { value: `sqlite:${store()}`, origin: 'default' },
      home: { value: place.home, origin: 'environment' },
    });
    expect(config.files).toEqual([join(place.repository, 'signalbox.json')]);
    expect(config.unknown).toEqual([`surprise in ${join(place.repository, 'signalbox.json')}`]);
    expect(existsSync(place.home)).toBe(false);
  });

  it('shows the same to a person', async () => {
    const { stdout, code } = await place.command(['config', '--project', 'shop']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^project +shop {2}flag$/m);
    expect(stdout).toMatch(/^tools +core {2}default$/m);
    expect(stdout).toContain('SIGNALBOX_TOOLS');
  });

  it('that is wrong is an error that names the place', async () => {
    place.write('signalbox.json', '{ "tools": ');
    const broken = await place.command(['config']);
    expect(broken).toMatchObject({ code: 2, stderr: expect.stringMatching(/signalbox\.json is not valid JSON/) });
  });
});

describe('doctor', () => {
  it('finds a healthy installation healthy, and tries a real wake-up', async () => {
    const otter = await place.session({ args: ['--handle', 'otter'] });
    await otter.handle();
    const result = await place.command(['doctor', '--json']);
    expect(result.code).toBe(0);
    expect(json(result).healthy).toBe(true);
    const checks = [
      'Node',
      'git',
      'settings',
      'project',
      'checkout',
      'state folder',
      'engine',
      'store',
      'sessions',
      'runtime folder',
      'sockets',
      'wake-ups',
    ];
    // What follows is of the AI clients on this machine.
    expect(
      findings(result)
        .map(finding => finding.check)
        .slice(0, checks.length),
    ).toEqual(checks);
    expect(levelOf(result, 'wake-ups')).toBe('ok');
    expect(levelOf(result, 'sessions')).toBe('ok');
    expect((await place.command(['doctor'])).stdout).toMatch(/^(?:Everything works|Nothing is broken)/m);
  });

  it('works before anything was ever stored, and makes no store', async () => {
    const result = await place.command(['doctor', '--json']);
    expect(result.code).toBe(0);
    expect(levelOf(result, 'store')).toBe('ok');
    expect(existsSync(store())).toBe(false);
  });

  it('says what is wrong with a damaged store, and what to do', async () => {
    await damageStore();
    const before = readFileSync(store());
    const result = await place.command(['doctor', '--json']);
    expect(result.code).toBe(1);
    const finding = findings(result).find(({ level }) => level === 'broken');
    expect(finding).toMatchObject({
      check: 'store',
      message: expect.stringContaining('damaged'),
      next: expect.any(String),
    });
    expect((await place.command(['doctor'])).stdout).toMatch(/✗ store .*damaged.*→ /s);
    expect(readFileSync(store()).equals(before)).toBe(true);
  });

  it('does not fail where nothing may be written', async () => {
    await place.command(['lock', 'acquire', 'src/auth.ts']);
    chmodSync(place.home, 0o555);
    const result = await asStranger(['doctor', '--json']);
    const status = await asStranger(['status']);
    chmodSync(place.home, 0o700);
    expect(result.stderr).not.toContain('at ');
    expect(result.code).toBe(1);
    expect(levelOf(result, 'state folder')).toBe('broken');
    expect(status.code).toBe(9);
  });

  it('does not fail where the folder of the state is a file', async () => {
    writeFileSync(place.home, '');
    const result = await place.command(['doctor', '--json']);
    expect(result.code).toBe(1);
    expect(levelOf(result, 'state folder')).toBe('broken');
  });

  it('does not fail in a folder that is gone, or with settings that are wrong', async () => {
    const gone = await place.command(['doctor', '--json', '--directory', join(place.folder, 'gone')]);
    expect([gone.code, levelOf(gone, 'project')]).toEqual([1, 'broken']);
    place.write('signalbox.json', '[]');
    const wrong = await place.command(['doctor', '--json']);
    expect([wrong.code, levelOf(wrong, 'settings')]).toEqual([1, 'broken']);
  });

  it('gives every finding that is not fine a next step', async () => {
    place.write('signalbox.json', '{ "surprise": 1 }');
    await place.command(['lock', 'acquire', 'src/auth.ts']);
    chmodSync(place.home, 0o755);
    chmodSync(store(), 0o644);
    const result = await place.command(['doctor', '--json'], { environment: { PATH: '/nowhere' } });
    expect(result.code).toBe(0);
    for (const check of ['git', 'settings', 'state folder', 'store'])
      expect([check, levelOf(result, check)]).toEqual([check, 'warning']);
    expect(findings(result).filter(({ level, next }) => level !== 'ok' && !next)).toEqual([]);
  });

  it('sees sockets and sessions that dead processes left over', async () => {
    const otter = await place.session({ args: ['--handle', 'otter'] });
    await otter.handle();
    otter.crash();
    await until('it is gone', async () => levelOf(await place.command(['doctor', '--json']), 'sessions') === 'warning');
    const [folder = ''] = readdirSync(place.runtime);
    const result = await place.command(['doctor', '--json']);
    expect(statSync(join(place.runtime, folder)).mode & 0o077).toBe(0);
    expect(result.code).toBe(0);
  });

  it('tells a left-over socket from one in use', async () => {
    const otter = await place.session({ args: ['--handle', 'otter'] });
    await otter.handle();
    const [folder = ''] = readdirSync(place.runtime);
    const path = join(place.runtime, folder, 'aaaaaaaaaaaaaaaaaaaa.sock');
    await leaveSocket(path);
    const result = await place.command(['doctor', '--json']);
    expect(findings(result).find(({ check }) => check === 'sockets')).toMatchObject({
      level: 'warning',
      message: expect.stringMatching(/^1 socket/),
    });
  });
});

/** A socket whose process died: bound, and never removed. */
async function leaveSocket(path: string): Promise<void> {
  const script =
    "require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
  await new Promise(resolve => spawn(process.execPath, ['-e', script, path], { env: {} }).on('close', resolve));
}
