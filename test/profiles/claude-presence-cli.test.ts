/** The commands of claude-presence that look, as its scripts call them: real processes beside sessions of a real server. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Commands, idsOf, textsOf } from './support/commands.ts';

let commands: Commands;

beforeEach(async () => {
  commands = await Commands.start();
});
afterEach(() => commands.place.dispose());

describe('the words of a command', () => {
  it('are status where there are none (CPC-001)', async () => {
    await commands.presence.register('a');
    const withoutTimes = async (words: string[]) => (await commands.run(words)).stdout.replace(/\d+s ago/g, '');
    expect(await withoutTimes([])).toBe(await withoutTimes(['status']));
    expect(await withoutTimes([])).toContain('• a');
  });

  it.each(['dance', '--json', '--help', 'toString'])('%s are answered by the help (CPC-002)', async word => {
    const help = await commands.run(['help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(await commands.run([word])).toEqual(help);
  });

  it('help tells every command (CPC-003)', async () => {
    const { code, stdout, stderr } = await commands.run(['help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const names = ['status', 'locks', 'inbox', 'refresh-branch', 'resolve-session', 'clear', 'path'];
    expect(names.filter(name => !stdout.includes(`\n  ${name} `))).toEqual([]);
  });

  it('may be short, and joined to their value (CPC-004)', async () => {
    await commands.presence.register('a', { client_session_id: 'client-1' });
    const changed = await commands.json('refresh-branch', '-s', 'a', '-p', commands.place.repository, '-b', 'topic');
    expect(changed).toEqual({ changed: true, from: null, to: 'topic' });
    expect((await commands.json('resolve-session', '-c', 'client-1')).session_id).toBe('a');
    expect(await commands.json('status', `--project=${commands.place.repository}`)).toHaveLength(1);
  });

  it('name folders from where they are typed (CPC-005)', async () => {
    await commands.presence.register('a');
    mkdirSync(join(commands.place.repository, 'src', 'deep'), { recursive: true });
    const ids = async (project: string, directory: string) => {
      const { stdout } = await commands.run(['status', '--project', project, '--json'], { directory });
      return idsOf(JSON.parse(stdout));
    };
    expect(await ids('.', commands.place.repository)).toEqual(['a']);
    expect(await ids('..', join(commands.place.repository, 'src'))).toEqual(['a']);
    expect(await ids('./shop', commands.place.folder)).toEqual(['a']);
    expect(await ids('.', commands.place.folder)).toEqual([]);
  });

  it('name projects that are no folders as they stand (CPC-006)', async () => {
    await commands.presence.on('src').register('a');
    const rows = await commands.json('status', '--project', 'src');
    expect(rows).toMatchObject([{ id: 'a', project: 'src' }]);
    expect(await commands.json('status', ...commands.onShop)).toEqual([]);
  });

  it('that cannot be done fail with exit code 1 and a line in the name of the program (CPC-007)', async () => {
    const environment = { SIGNALBOX_STORE: 'nonsense:nowhere' };
    const { code, stdout, stderr } = await commands.run(['status', '--json'], { environment });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^claude-presence: .+\n {2}.+\n$/);
  });

  it('announce nobody and end nobody (CPC-008)', async () => {
    await commands.presence.register('a', { branch: 'main' });
    await commands.presence.claim('a', 'ci');
    const all = [
      ['status'],
      ['locks'],
      ['inbox', '-s', 'a', ...commands.onShop],
      ['inbox', '-s', 'nobody', ...commands.onShop],
      ['refresh-branch', '-s', 'a', ...commands.onShop, '-b', 'topic'],
      ['refresh-branch', '-s', 'nobody', ...commands.onShop, '-b', 'topic'],
      ['resolve-session', '-c', 'x'],
      ['clear'],
      ['path'],
    ];
    for (const words of all) await commands.run(words);
    expect(await commands.presence.names()).toEqual(['a']);
    expect(await commands.presence.locked()).toEqual(['ci']);
    expect(idsOf(await commands.json('status'))).toEqual(['a']);
  });
});

describe('status', () => {
  it('says that nobody is there (CPC-009)', async () => {
    expect(await commands.run(['status'])).toEqual({ code: 0, stdout: 'No active sessions.\n', stderr: '' });
    expect(await commands.json('status')).toEqual([]);
  });

  it('tells people of each session what it said, and nothing else (CPC-010)', async () => {
    await commands.presence.register('full', { branch: 'topic', intent: 'Fix the\nlogin', pid: 4711 });
    await commands.presence.register('bare');
    const { code, stdout } = await commands.run(['status', ...commands.onShop]);
    expect(code).toBe(0);
    const [title, ...lines] = stdout.trimEnd().split('\n');
    expect(title).toBe('2 sessions at work:');
    const bare = lines.indexOf('• bare');
    const factsOf = (from: number, to?: number) => lines.slice(from, to).map(line => line.trim().replace(/: +/, ': '));
    const seconds = expect.stringMatching(/^(started|seen): \d+s ago$/);
    const project = `project: ${commands.place.repository}`;
    const said = ['branch: topic', 'intent: Fix the login', seconds, seconds, 'pid: 4711'];
    expect(factsOf(0, bare)).toEqual(['• full', project, ...said]);
    expect(factsOf(bare)).toEqual(['• bare', project, seconds, seconds]);
  });

  it('gives programs the rows (CPC-011)', async () => {
    const before = Date.now();
    const about = { branch: 'topic', intent: 'Fix the login', pid: 4711, hostname: 'desk' };
    await commands.presence.register('full', { ...about, client_session_id: 'client-1' });
    await commands.presence.register('bare');
    const rows = await commands.json('status', ...commands.onShop);
    const fields = ['id', 'project', 'branch', 'intent', 'pid', 'hostname', 'started_at', 'last_heartbeat', 'metadata'];
    expect(Object.keys(rows[0])).toEqual([...fields, 'client_session_id']);
    const same = { project: commands.place.repository, metadata: null };
    const nothing = { branch: null, intent: null, pid: null, hostname: null, client_session_id: null };
    expect(rows).toMatchObject([
      { id: 'full', ...same, ...about, client_session_id: 'client-1' },
      { id: 'bare', ...same, ...nothing },
    ]);
    for (const { started_at, last_heartbeat } of rows) {
      const times = [before, started_at, last_heartbeat, Date.now()];
      expect(times.every(Number.isInteger)).toBe(true);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  it('shows all projects where none is named, in the order of their names (CPC-012)', async () => {
    await commands.presence.on('zoo').register('first');
    await commands.presence.on('attic').register('second');
    await commands.presence.on('zoo').register('third');
    const rows: { id: string; project: string }[] = await commands.json('status');
    expect(rows.map(({ id, project }) => [project, id])).toEqual([
      ['attic', 'second'],
      ['zoo', 'first'],
      ['zoo', 'third'],
    ]);
  });

  it('shows sessions that speak our own vocabulary (CPC-013)', async () => {
    const native = await commands.place.session();
    const handle = await native.handle();
    await native.call('session_update', { task: 'Review' });
    const rows = await commands.json('status', ...commands.onShop);
    expect(rows).toMatchObject([{ id: handle, branch: 'main', intent: 'Review', client_session_id: null }]);
  });
});

describe('locks', () => {
  it('says that nothing is claimed (CPC-014)', async () => {
    expect(await commands.run(['locks'])).toEqual({ code: 0, stdout: 'No active locks.\n', stderr: '' });
    expect(await commands.json('locks')).toEqual([]);
  });

  it('tells people who has what, why and for how long (CPC-015)', async () => {
    await commands.presence.register('a', { branch: 'topic' });
    await commands.presence.claim('a', 'deploy:production', { reason: 'Release', branch: 'topic' });
    const { code, stdout } = await commands.run(['locks', ...commands.onShop]);
    expect(code).toBe(0);
    const lines = stdout.split('\n').map(line => line.trim().replace(/: +/, ': '));
    expect(lines).toEqual(
      expect.arrayContaining(['1 lock held:', '• deploy:production', 'holder: a', 'branch: topic', 'reason: Release']),
    );
    expect(stdout).toMatch(/since: +\d+s ago\n/);
    expect(stdout).toMatch(/left: +(5\d\d|600)s\n/);
  });

  it('gives programs the rows, with session_id for the holder (CPC-016)', async () => {
    await commands.presence.register('a');
    const { lock } = await commands.presence.claim('a', 'port:3000', { ttl_seconds: 90 });
    await commands.presence.on('attic').claim('a', 'ci');
    const rows = await commands.json('locks', ...commands.onShop);
    expect(rows).toEqual([
      {
        resource: 'port:3000',
        project: commands.place.repository,
        session_id: 'a',
        branch: null,
        reason: null,
        acquired_at: Date.parse(lock.acquired_at),
        expires_at: Date.parse(lock.expires_at),
      },
    ]);
    const fields = ['resource', 'project', 'session_id', 'branch', 'reason', 'acquired_at', 'expires_at'];
    expect(Object.keys(rows[0])).toEqual(fields);
    expect((await commands.json('locks')).map(({ resource }: { resource: string }) => resource).sort()).toEqual([
      'ci',
      'port:3000',
    ]);
  });
});

describe('inbox', () => {
  beforeEach(async () => {
    await commands.presence.register('a');
    await commands.presence.register('b');
  });

  it('tells people each message on lines of its own, or that there is none (CPC-017)', async () => {
    const words = ['inbox', '-s', 'b', ...commands.onShop];
    expect((await commands.run(words)).stdout).toBe('No new messages.\n');
    expect((await commands.run([...words, '--all'])).stdout).toBe('No messages.\n');
    await commands.presence.post('a', 'Deploying\n• forged', {
      priority: 'warning',
      from_branch: 'topic',
      to_session: 'b',
    });
    const { code, stdout } = await commands.run(words);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 message \(1 unread, 1 in all\):\n• \[warning\] a to b, \d+s ago\n/);
    expect(stdout).toMatch(/branch: +topic\n/);
    expect(stdout).toMatch(/says: +Deploying • forged\n/);
    expect((await commands.run(words)).stdout).toBe('No new messages.\n');
  });

  it('gives programs the rows, and how many there are (CPC-018)', async () => {
    const { posted } = await commands.presence.post('a', 'One', { tags: ['x', 'y'], from_branch: 'topic' });
    await commands.presence.post('a', 'Two', { to_session: 'b', priority: 'urgent' });
    const found = await commands.inbox('b');
    expect(found).toEqual({ messages: expect.any(Array), unread_total: 2, total: 2 });
    const fields = ['id', 'project', 'from_session', 'from_branch', 'to_session', 'priority', 'message', 'tags'];
    expect(Object.keys(found.messages[0])).toEqual([...fields, 'created_at']);
    const same = { project: commands.place.repository, from_session: 'a', created_at: expect.any(Number) };
    expect(found.messages).toMatchObject([
      { ...same, message: 'Two', to_session: 'b', priority: 'urgent', tags: null, from_branch: null },
      { ...same, message: 'One', to_session: null, priority: 'info', tags: '["x","y"]', from_branch: 'topic' },
    ]);
    expect(found.messages[1]).toMatchObject({ id: posted.id, created_at: Date.parse(posted.created_at) });
  });

  it('counts as read, for every way to read it, unless it was a peek (CPC-019)', async () => {
    await commands.presence.post('a', 'One');
    expect(textsOf(await commands.inbox('b', '--peek'))).toEqual(['One']);
    expect(await commands.inbox('b')).toMatchObject({ messages: [{ message: 'One' }], unread_total: 1, total: 1 });
    expect(await commands.inbox('b')).toEqual({ messages: [], unread_total: 0, total: 1 });
    expect(await commands.presence.texts('b')).toEqual([]);
    expect(textsOf(await commands.inbox('b', '--all'))).toEqual(['One']);
  });

  it('leaves out what matters less, and ignores what is no priority (CPC-020)', async () => {
    for (const priority of ['info', 'warning', 'urgent']) await commands.presence.post('a', priority, { priority });
    const least = async (priority: string) => textsOf(await commands.inbox('b', '--peek', '--min-priority', priority));
    expect(await least('urgent')).toEqual(['urgent']);
    expect(await least('warning')).toEqual(['urgent', 'warning']);
    expect(await least('info')).toEqual(['urgent', 'warning', 'info']);
    expect(await least('whatever')).toEqual(['urgent', 'warning', 'info']);
  });

  it('is fifty messages at a time (CPC-021)', async () => {
    for (let at = 0; at < 52; at += 1) await commands.presence.post('a', `Message ${at}`);
    const first = await commands.inbox('b');
    expect(first).toMatchObject({ unread_total: 52, total: 52 });
    expect(first.messages).toHaveLength(50);
    expect(textsOf(await commands.inbox('b'))).toEqual(['Message 1', 'Message 0']);
  });

  it.each([
    ['--session <id>', ['--project', '.']],
    ['--project <path>', ['--session', 'b']],
    ['--session <id>', ['--project', '.', '--session']],
  ])('needs %s (CPC-022)', async (option, words) => {
    await commands.expectMissing(option, ['inbox', ...words]);
  });

  it('shows what waits for a name that nobody has, and leaves it to whoever takes the name (CPC-023)', async () => {
    await commands.presence.post('a', 'When you come', { to_session: 'late' });
    const waiting = {
      messages: [{ message: 'When you come', from_session: 'a', to_session: 'late' }],
      unread_total: 1,
    };
    expect(await commands.inbox('late')).toMatchObject(waiting);
    await commands.presence.register('late');
    expect(await commands.inbox('late')).toMatchObject(waiting);
    expect(await commands.inbox('late')).toMatchObject({ messages: [], unread_total: 0 });
  });
});
