/** What sessions of `session-coordinator` keep when servers crash, folders vanish, paths lead out, and others say the same. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { Acting, Coordinator } from './support/coordinator.ts';

let place: Workspace;
let one: Coordinator;
let two: Coordinator;
let a: Acting;
let b: Acting;

beforeEach(async () => {
  place = new Workspace();
  [one, two] = await Promise.all([Coordinator.start(place), Coordinator.start(place)]);
  [a, b] = [await one.register('Anna'), await two.register('Ben')];
});

afterEach(() => place.dispose());

const file = 'src/auth.ts';
const found = ({ conflicts }: { conflicts: Record<string, string>[] }) =>
  conflicts.map(({ type, severity, session_name }) => `${type} ${severity} ${session_name}`);

/** A repository of its own beside that of the workspace. */
function repository(path: string): string {
  mkdirSync(join(path, 'src'), { recursive: true });
  place.git('init', '-q', '-b', 'main', path);
  return path;
}

describe('a server that its client starts again after a crash', () => {
  it('brings back nobody: the new session has the mail, nobody else is company, and the old id is unknown (SC-023)', async () => {
    await b.send('Before the crash', { to_session: a.id });
    await a.call('context_share', { context_type: 'note', project: 'my-app', content: 'Mine' });
    one.client.session.crash();
    await until('the crash is noticed', async () => !(await two.names()).includes('Anna'));
    const again = await Coordinator.start(place);
    const anna = await again.register('Anna');
    const old = { from_session: b.id, to_session: a.id, content: 'To the old id' };
    expect((await two.failure('message_send', old)).error).toContain(a.id);
    await two.failure('session_get', { session_id: a.id });
    expect(await anna.texts()).toEqual(['Before the crash']);
    await b.send('By handle', { to_session: 'anna' });
    expect(await anna.texts()).toEqual(['Before the crash', 'By handle']);
    await b.deregister();
    expect(await anna.check('git_rebase')).toMatchObject({ conflicts: [], safe_to_proceed: true });
    const [{ context_id }] = await again.call('context_query');
    expect(await anna.call('context_delete', { context_id })).toEqual({ deleted: true });
  });
});

describe('what can be no lock', () => {
  it.each([
    `src/${'{a,b}'.repeat(8)}.ts`,
    'src/@(auth|b).ts',
    'src/!(x).ts',
    '.git/index',
    'src/a\tb.ts',
    '/etc/*.conf',
    '~/notes.md',
  ])('such as %j is refused with a next step, and nothing is locked (SC-046)', async file_path => {
    const { error, next } = await one.failure('lock_acquire', { session_id: a.id, file_path });
    expect([error, next].join(' ')).not.toMatch(/free name|as a resource/);
    expect(next).not.toBe('');
    expect(await one.locked()).toEqual([]);
  });
});

describe('a path', () => {
  it('outside of the project is one lock however it leads there (SC-041)', async () => {
    const outside = join(place.folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'y.ts'), '');
    symlinkSync(outside, join(place.repository, 'ext'));
    const below = await two.register('Cleo', { working_directory: join(place.repository, 'src') });
    expect(await a.lock('ext/y.ts')).toMatchObject({ granted: true, file_path: join(outside, 'y.ts') });
    expect(await b.lock(join(outside, 'y.ts'))).toMatchObject({ granted: false, held_by: a.id });
    expect(await below.lock('../ext/y.ts')).toMatchObject({ granted: false, held_by: a.id });
    expect(await a.release('./ext/y.ts')).toEqual({ released: true });
    await a.lock('/etc/hosts');
    expect(await b.lock('/etc/../etc/hosts')).toMatchObject({ granted: false, held_by: a.id });
  });

  it('means the same file before its folder is there, while it is, and when it is gone (SC-047)', async () => {
    const folder = join(place.repository, 'pkg', 'api');
    const early = await one.register('Cleo', { working_directory: folder });
    const there = ['pkg/api/x.ts exclusive Cleo'];
    await early.lock('x.ts');
    expect(await one.locked()).toEqual(there);
    mkdirSync(folder, { recursive: true });
    await early.lock('x.ts');
    expect(await one.locked()).toEqual(there);
    rmSync(folder, { recursive: true });
    expect(await early.lock('./x.ts')).toMatchObject({ granted: true, file_path: 'pkg/api/x.ts' });
    expect(await one.locked()).toEqual(there);
    expect(await early.release('x.ts')).toEqual({ released: true });
    expect(await one.locked()).toEqual([]);
  });

  it('that nobody says who asks for is looked for from all folders of the connection, else as lists show it (SC-040)', async () => {
    const below = await one.register('Cleo', { working_directory: join(place.repository, 'src') });
    await below.lock('auth.ts');
    expect(await one.call('lock_check', { file_path: 'auth.ts' })).toMatchObject({ locked: true });
    const three = await Coordinator.start(place);
    await three.register('Dora', { working_directory: join(place.repository, 'src') });
    expect(await three.call('lock_check', { file_path: file })).toMatchObject({ locked: true });
  });
});

describe('a working directory', () => {
  it('of another repository than the one the server was started in is where its session stands (SC-014)', async () => {
    const home = join(place.folder, 'user');
    const three = await Coordinator.start(place, { directory: home });
    const away = await three.register('Cleo', { working_directory: place.repository });
    await a.lock(file);
    for (const path of [file, join(place.repository, file)])
      expect(await away.lock(path)).toMatchObject({ granted: false, held_by: a.id });
    expect(await one.names()).toContain('Cleo');
    expect(await three.names()).toContain('Anna');
    expect(found(await a.check('git_rebase'))).toContain('same_branch high Cleo');
  });

  it('of another repository than that of the sessions of the connection is refused, and so is one of none (SC-014)', async () => {
    const other = repository(join(place.repository, 'vendor', 'lib'));
    for (const working_directory of [other, place.folder, '/not/there', 'a\nb']) {
      const { next } = await one.failure('session_register', { name: 'x', project: 'p', working_directory });
      expect(next).not.toBe('');
    }
    await a.deregister();
    const inner = await one.register('Cleo', { working_directory: other });
    await inner.lock('x.ts');
    expect(await two.locked()).toEqual([]);
    expect(await one.locked()).toEqual(['x.ts exclusive Cleo']);
  });

  it('in another worktree makes its session company there (SC-097)', async () => {
    const worktree = place.worktree('side');
    const three = await Coordinator.start(place, { directory: worktree });
    const there = await three.register('Cleo');
    await one.register('Dora', { working_directory: worktree });
    expect(found(await there.check('git_rebase'))).toContain('same_branch high Dora');
  });
});

describe('a lock', () => {
  it('on a folder covers a file whose release says so (SC-048)', async () => {
    await a.lock('src');
    expect(await a.release(file)).toEqual({ released: false, reason: 'not_held', covered_by: ['src'] });
    expect(await one.locked()).toEqual(['src exclusive Anna']);
  });

  it('is renewed by questions of its connection, and by calls as its session over another one (SC-049)', async () => {
    const renewed = async (how: () => Promise<unknown>, path: string) => {
      const { expires_at } = await a.lock(path, { ttl_seconds: 6 });
      await until('half of its time is over', () => Date.parse(expires_at) - Date.now() < 2_900);
      await how();
      const [lock] = (await two.call('lock_check', { file_path: path })).locks;
      expect(Date.parse(lock.expires_at)).toBeGreaterThan(Date.parse(expires_at));
    };
    await renewed(() => one.call('lock_list'), 'src/one.ts');
    await renewed(() => new Acting(two, a.id).call('session_heartbeat'), 'src/two.ts');
  });

  it('is granted beside an edit in another checkout, with a warning (SC-033)', async () => {
    const environment = { CLAUDECODE: '1', CLAUDE_CODE_ENTRYPOINT: 'cli', CLAUDE_PROJECT_DIR: place.repository };
    const hook = (event: string, more: object) => {
      const told = { session_id: 'conversation', hook_event_name: event, cwd: place.repository, ...more };
      return place.command(['hook', 'claude-code', event], { environment, input: JSON.stringify(told) });
    };
    await hook('SessionStart', { source: 'startup' });
    const heron = await place.session({ clientName: 'claude-code', args: ['--handle', 'heron'], environment });
    const handle = await heron.handle();
    const edit = { file_path: join(place.repository, file), old_string: 'a', new_string: 'b' };
    await hook('PreToolUse', { tool_name: 'Edit', tool_input: edit });
    const three = await Coordinator.start(place, { directory: place.worktree('side') });
    const answer = await (await three.register('Cleo')).lock(file);
    expect(answer).toMatchObject({ granted: true, warnings: [expect.stringContaining(handle)] });
  });

  it('that was broken or has lapsed is told in the list of who had it (SC-079)', async () => {
    await a.lock(file);
    await place.command(['lock', 'break', file, '--reason', 'it hangs']);
    const [notice] = await a.inbox();
    expect(notice).toMatchObject({
      from_session: 'signalbox',
      to_session: a.id,
      content: expect.stringContaining('it hangs'),
    });
    await a.call('message_mark_read', { message_ids: [notice?.message_id] });
    expect(await a.inbox()).toEqual([]);
  });
});

describe('shared words', () => {
  const share = (by: Acting, project: string) =>
    by.call('context_share', { context_type: 'decision', project, content: 'Use JWT' });

  it('stay with who shared them, under the label given, when another shares the same (SC-109)', async () => {
    const first = await share(a, 'my-app');
    const second = await share(b, 'other');
    await share(b, 'my-app');
    await share(a, 'other');
    expect(second.context_id).not.toBe(first.context_id);
    const authors = async (project: string) =>
      (await one.call('context_query', { project })).map(({ shared_by }: { shared_by: string }) => shared_by).sort();
    expect([await authors('my-app'), await authors('other')]).toEqual([
      ['Anna', 'Ben'],
      ['Anna', 'Ben'],
    ]);
    expect(await a.call('context_delete', first)).toMatchObject({ deleted: true });
    expect(await b.call('context_delete', second)).toMatchObject({ deleted: true });
  });
});
