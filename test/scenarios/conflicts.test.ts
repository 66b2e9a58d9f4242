import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, until, Workspace } from '../support/workspace.ts';

const [major = 0, minor = 0] = execFileSync('git', ['--version'], { encoding: 'utf8' })
  .replace(/^\D+/, '')
  .split('.')
  .map(Number);
const mergesInMemory = major > 2 || (major === 2 && minor >= 38);

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

async function joined(handle: string, directory = place.repository): Promise<LiveSession> {
  const session = await place.session({ args: ['--handle', handle, '--tools', 'all'], directory });
  await session.handle();
  return session;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function commit(root: string, path: string, text: string): void {
  write(root, path, text);
  place.git('-C', root, 'add', '-A');
  place.git('-C', root, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.invalid', 'commit', '-q', '-m', path);
}

type Told = { kind: string; severity: string; session?: string; resource?: string; description: string };
const brief = (conflicts: readonly Told[]) => conflicts.map(({ kind, severity, session }) => [kind, severity, session]);

describe('git, announced (the example of the coordinator)', () => {
  it('a rebase on feature/auth makes a push of feature/profile unsafe until it is done or its session is gone', async () => {
    const [auth, profile] = [place.worktree('feature/auth'), place.worktree('feature/profile')];
    const [a, b] = [await joined('ann', auth), await joined('bob', profile)];
    const { intent } = await a.call('intent_announce', { type: 'git_rebase', targets: ['feature/auth'] });
    expect((await b.call('intent_list')).intents).toMatchObject([
      { intent, session: 'ann', type: 'git_rebase', targets: ['branch:feature/auth'], branch: 'feature/auth' },
    ]);
    const { safe, conflicts } = await b.call('conflict_check', { action: 'git_push', targets: ['feature/profile'] });
    expect(safe).toBe(false);
    expect(brief(conflicts)).toEqual([['intent', 'high', 'ann']]);
    await a.call('intent_update', { intent, status: 'completed' });
    expect(await b.call('conflict_check', { action: 'git_push' })).toEqual({ safe: true, conflicts: [] });
    await a.call('intent_announce', { type: 'git_merge' });
    expect((await b.call('conflict_check', { action: 'git_push' })).safe).toBe(false);
    a.crash();
    await until('the crash is noticed', async () => (await b.call('conflict_check', { action: 'git_push' })).safe);
  });
});

describe('work that is not committed', () => {
  it('of another session in a worktree is named before the same file is edited', async () => {
    const other = place.worktree('feature/auth');
    const [a, b] = [await joined('ann', other), await joined('bob')];
    await a.call('session_list');
    write(other, 'src/auth.ts', 'export const changed = 1;\n');
    write(other, 'src/new file.ts', 'export {};\n');
    const { safe, conflicts, notLookedAt } = await b.call('conflict_check', { action: 'file_edit', targets: ['src'] });
    expect([safe, notLookedAt]).toEqual([true, undefined]);
    expect(brief(conflicts)).toEqual([['uncommitted', 'medium', 'ann']]);
    expect(conflicts[0].description).toContain(`ann has changed src/auth.ts, "src/new file.ts" in ${other}`);
    expect((await b.call('conflict_check', { action: 'file_edit', targets: ['README.md'] })).conflicts).toEqual([]);
  });

  it('of another session in the same folder is told before a commit takes it along', async () => {
    const [a, b] = [await joined('ann'), await joined('bob')];
    await a.call('session_list');
    place.write('src/auth.ts', 'export const changed = 1;\n');
    const { safe, conflicts } = await b.call('conflict_check', { action: 'git_commit' });
    expect(safe).toBe(true);
    expect(brief(conflicts)).toEqual([
      ['checkout', 'medium', 'ann'],
      ['uncommitted', 'medium', undefined],
    ]);
    expect(conflicts[1]).toMatchObject({
      resource: 'file:src/auth.ts',
      description: expect.stringMatching(/one of ann or you/),
    });
  });
});

describe('the ledger of edits', () => {
  it('tells whose a changed file in the same folder is, and a commit that names it is unsafe', async () => {
    const [a, b] = [await joined('ann'), await joined('bob')];
    await a.call('session_list');
    place.write('src/auth.ts', 'export const changed = 1;\n');
    place.write('README.md', '# Changed\n');
    const recorded = await place.command(['edit', 'record', 'src/auth.ts'], {
      environment: { SIGNALBOX_SESSION: 'ann' },
    });
    expect(recorded).toMatchObject({ code: 0, stderr: '' });
    const whole = await b.call('conflict_check', { action: 'git_commit' });
    expect(whole.safe).toBe(true);
    const files = whole.conflicts.filter(({ kind }: Told) => kind === 'uncommitted');
    expect(files).toMatchObject([{ session: 'ann', resource: 'file:src/auth.ts' }, { resource: 'file:README.md' }]);
    expect(files[1].session).toBeUndefined();
    const named = await b.call('conflict_check', { action: 'git_commit', targets: ['src'] });
    expect(named.safe).toBe(false);
    expect(named.conflicts[0]).toMatchObject({ kind: 'uncommitted', severity: 'high', session: 'ann' });
    expect((await b.call('conflict_check', { action: 'git_commit', targets: ['README.md'] })).safe).toBe(true);
  });
});

describe('git itself', () => {
  it.skipIf(!mergesInMemory)(
    'is tried for a merge: files that would conflict are named, for a push and for the merge itself',
    async () => {
      const other = place.worktree('feature/auth');
      const [a, b] = [await joined('ann', other), await joined('bob')];
      await a.call('session_list');
      commit(other, 'src/auth.ts', 'export const a = 1;\n');
      commit(place.repository, 'src/auth.ts', 'export const b = 2;\n');
      const push = await b.call('conflict_check', { action: 'git_push' });
      expect(push.safe).toBe(true);
      expect(push.conflicts).toMatchObject([
        { kind: 'merge', severity: 'medium', session: 'ann', resource: 'file:src/auth.ts' },
      ]);
      const merge = await b.call('conflict_check', { action: 'git_merge', targets: ['feature/auth'] });
      expect(merge.safe).toBe(false);
      expect(merge.conflicts).toMatchObject([{ kind: 'merge', severity: 'high', resource: 'file:src/auth.ts' }]);
      expect(place.git('status', '--porcelain')).toBe('');
    },
  );

  it('in the middle of a rebase, or with a lock on its index, makes a commit by another unsafe', async () => {
    const [a, b] = [await joined('ann'), await joined('bob')];
    await a.call('session_list');
    mkdirSync(join(place.repository, '.git', 'rebase-merge'));
    writeFileSync(join(place.repository, '.git', 'index.lock'), '');
    const { safe, conflicts } = await b.call('conflict_check', { action: 'git_commit' });
    expect(safe).toBe(false);
    const git = conflicts.filter(({ kind }: Told) => kind === 'git');
    expect(git).toMatchObject([
      { severity: 'high', resource: 'git:head' },
      { severity: 'high', resource: 'git:index' },
    ]);
  });

  it('that is not installed, or no repository at all, is said and stops nothing', async () => {
    const other = place.worktree('feature/auth');
    const b = await place.session({ args: ['--handle', 'bob'], environment: { PATH: '/nowhere' } });
    await b.handle();
    await (await joined('ann', other)).call('session_list');
    const { safe, notLookedAt } = await b.call('conflict_check', { action: 'git_commit' });
    expect(safe).toBe(true);
    expect(notLookedAt.join('\n')).toMatch(/Git did not tell in time/);
    const outside = await place.session({ args: ['--handle', 'ivy'], directory: join(place.folder, 'user') });
    expect((await outside.call('conflict_check', { action: 'git_push' })).notLookedAt).toEqual([
      expect.stringMatching(/no checkout of git/),
    ]);
  });
});

describe('another checkout', () => {
  it.skipIf(!mergesInMemory)('is judged by the branch that a shell has switched to since', async () => {
    const other = place.worktree('feature/auth');
    const [a, b] = [await joined('ann', other), await joined('bob')];
    await a.call('session_list');
    place.git('-C', other, 'switch', '-q', '-c', 'feature/later');
    commit(other, 'src/auth.ts', 'export const a = 1;\n');
    commit(place.repository, 'src/auth.ts', 'export const b = 2;\n');
    const { conflicts } = await b.call('conflict_check', { action: 'git_push' });
    expect(conflicts).toMatchObject([{ kind: 'merge', session: 'ann', resource: 'file:src/auth.ts' }]);
    expect(conflicts[0].description).toContain('feature/later');
  });

  it.skipIf(!mergesInMemory)('of another clone is tried on a branch of the same name, fetched or not', async () => {
    const clone = join(place.folder, 'clone');
    const origin = 'https://github.com/acme/shop.git';
    place.git('clone', '-q', place.repository, clone);
    place.git('-C', clone, 'remote', 'set-url', 'origin', origin);
    place.git('remote', 'add', 'origin', origin);
    const [a, b] = [await joined('ann', clone), await joined('bob')];
    await a.call('session_list');
    commit(clone, 'src/auth.ts', 'export const a = 1;\n');
    commit(place.repository, 'src/auth.ts', 'export const b = 2;\n');
    const { conflicts } = await b.call('conflict_check', { action: 'git_push' });
    expect(brief(conflicts)).toEqual([
      ['branch', 'medium', 'ann'],
      ['merge', 'medium', 'ann'],
    ]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'of another user is not looked into, runs nothing, and that is said',
    async () => {
      const other = place.worktree('feature/auth');
      const mark = join(place.folder, 'ran');
      commit(place.repository, '.gitattributes', '*.ts merge=m\n');
      commit(other, 'src/auth.ts', 'export const a = 1;\n');
      commit(place.repository, 'src/auth.ts', 'export const b = 2;\n');
      place.git('config', 'merge.m.driver', `id > "${mark}"; false`);
      for (const root of [place.repository, other]) execFileSync('chown', ['-R', '65534', root]);
      const [a, b] = [await joined('ann', other), await joined('bob')];
      await a.call('session_list');
      const { conflicts, notLookedAt } = await b.call('conflict_check', { action: 'git_push' });
      expect(conflicts).toEqual([]);
      expect(notLookedAt).toEqual([expect.stringMatching(/feature\/auth \(ann, .* is not known: .*that git trusts/)]);
      expect(existsSync(mark)).toBe(false);
    },
  );
});

describe('the command', () => {
  it('announces for the person at a shell, lists, and answers a check with its exit code', async () => {
    const other = place.worktree('feature/auth');
    const a = await joined('ann', other);
    const announced = await place.command(['intent', 'announce', 'git_push', '--description', 'release 2']);
    expect(announced).toMatchObject({ code: 0, stderr: '' });
    expect(announced.stdout).toMatch(/Announced as i\d+\. Nothing speaks against it\./);
    expect((await a.call('conflict_check', { action: 'git_rebase' })).safe).toBe(false);
    const list = await place.command(['intent', 'list']);
    expect(list.stdout).toMatch(/INTENT +BY +WHAT.*\ni\d+ +operator +git_push .*release 2/);
    await a.call('intent_announce', { type: 'git_rebase' });
    const check = await place.command(['conflict', 'check', 'git_push']);
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(/Not safe now:\n {2}high {4}ann has announced git_rebase/);
    const [, intent = ''] = /(i\d+) +operator/.exec(list.stdout) ?? [];
    expect((await place.command(['intent', 'update', intent, '--status', 'completed'])).code).toBe(0);
    expect((await a.call('conflict_check', { action: 'git_rebase' })).safe).toBe(true);
  });
});
