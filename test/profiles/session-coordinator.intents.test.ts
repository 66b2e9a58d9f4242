/** Intents and the conflict check of `session-coordinator`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { type Acting, Coordinator } from './support/coordinator.ts';

let place: Workspace;
let one: Coordinator;
let a: Acting;
let b: Acting;

beforeEach(async () => {
  place = new Workspace();
  one = await Coordinator.start(place);
  [a, b] = [
    await one.register('Anna', { branch: 'feature/auth' }),
    await one.register('Ben', { branch: 'feature/profile' }),
  ];
});

afterEach(() => place.dispose());

const all = [
  'file_edit',
  'git_commit',
  'git_push',
  'git_rebase',
  'git_merge',
  'build',
  'test',
  'refactor',
  'dependency_change',
];
const open = async (filter: object = {}) =>
  (await one.call('intent_list', filter)).map(({ intent_id }: { intent_id: string }) => intent_id);
const update = (by: Acting, intent_id: string, status: string) => by.call('intent_update', { intent_id, status });
const found = ({ conflicts }: { conflicts: Record<string, string>[] }) =>
  conflicts.map(({ type, severity, session_name }) => [type, severity, session_name].join(' '));

describe('an intent', () => {
  it('is announced under an id, of any of nine types, and shown with its target (SC-050, SC-051, SC-052)', async () => {
    for (const type of all) {
      const target = type.startsWith('git_') ? 'feature/auth' : 'src/auth.ts';
      const { intent_id, ...rest } = await a.announce(type, target, { description: `why ${type}` });
      expect(rest).toEqual({ status: 'announced' });
      expect(await one.call('intent_list', { intent_type: type })).toEqual([
        {
          intent_id,
          session_id: a.id,
          session_name: 'Anna',
          intent_type: type,
          target,
          description: `why ${type}`,
          status: 'announced',
          announced_at: expect.any(String),
          updated_at: expect.any(String),
        },
      ]);
    }
    const other = { session_id: a.id, intent_type: 'deploy', target: 'x' };
    expect((await one.failure('intent_announce', other)).error).toContain('intent_type');
  });

  it('has a file, a branch, or any text as its target (SC-052)', async () => {
    const targets = ['src/auth.ts', 'main', 'feature/auth onto main', '/etc/hosts', 'src/**'];
    for (const target of targets) await a.announce('git_commit', target);
    const shown = (await one.call('intent_list')).map(({ target }: { target: string }) => target);
    expect(shown).toEqual(targets);
    expect(found(await b.check('file_edit', { target: 'src/auth.ts' })).length).toBeGreaterThan(0);
  });

  it('said again is the same one (SC-053)', async () => {
    const first = await a.announce('test', 'src/auth.ts');
    expect(await a.announce('test', './src/auth.ts', { description: 'new' })).toEqual(first);
    expect(await one.call('intent_list')).toMatchObject([{ description: 'new' }]);
    const others = [await b.announce('test', 'src/auth.ts'), await a.announce('build', 'src/auth.ts')];
    expect(new Set([first, ...others].map(({ intent_id }) => intent_id)).size).toBe(3);
  });

  it('goes on and ends as its session says (SC-054, SC-059)', async () => {
    const { intent_id } = await a.announce('git_rebase', 'main');
    expect(await update(a, intent_id, 'announced')).toEqual({ intent_id, status: 'announced' });
    expect(await update(a, intent_id, 'in_progress')).toEqual({ intent_id, status: 'in_progress' });
    expect(await open()).toEqual([intent_id]);
    const back = { session_id: a.id, intent_id, status: 'announced' };
    expect((await one.failure('intent_update', back)).error).toContain('in_progress');
    expect(await update(a, intent_id, 'completed')).toEqual({ intent_id, status: 'completed' });
    expect(await open()).toEqual([]);
    expect((await one.failure('intent_update', back)).error).toContain('ended');
    const second = await a.announce('git_rebase', 'main');
    expect(second.intent_id).not.toBe(intent_id);
    expect(await update(a, second.intent_id, 'abandoned')).toMatchObject({ status: 'abandoned' });
    expect(await open()).toEqual([]);
  });

  it('of another session, or that there is not, is left as it is (SC-055)', async () => {
    const { intent_id } = await a.announce('git_rebase', 'main');
    for (const id of [intent_id, 'i999']) {
      for (const status of ['announced', 'in_progress', 'completed'])
        await one.failure('intent_update', { session_id: b.id, intent_id: id, status });
      const refusal = await one.failure('intent_clear', { session_id: b.id, intent_id: id });
      expect(refusal.error).toContain(id);
    }
    expect(await one.call('intent_list')).toMatchObject([{ intent_id, status: 'announced' }]);
  });

  it('is listed while it is open, by type and by session (SC-056)', async () => {
    const first = await a.announce('test', 'src/auth.ts');
    const second = await b.announce('test', 'src/user.ts');
    const third = await b.announce('build', 'src/user.ts');
    const ids = [first, second, third].map(({ intent_id }) => intent_id);
    expect(await open()).toEqual(ids);
    expect(await open({ intent_type: 'test' })).toEqual(ids.slice(0, 2));
    expect(await open({ session_id: b.id })).toEqual(ids.slice(1));
    expect(await open({ intent_type: 'test', session_id: b.id })).toEqual([ids[1]]);
    await b.deregister();
    expect(await open()).toEqual(ids.slice(0, 1));
  });

  it('is cleared, and once more is no error (SC-057)', async () => {
    const { intent_id } = await a.announce('test', 'src/auth.ts');
    for (let time = 0; time < 2; time += 1) {
      expect(await a.call('intent_clear', { intent_id })).toEqual({ cleared: true, intent_id });
      expect(await open()).toEqual([]);
    }
  });
});

describe('the conflict check', () => {
  it('finds a git intent of another in any git operation, whatever the branch, until it is over (SC-090)', async () => {
    const { intent_id } = await a.announce('git_rebase', 'feature/auth');
    const git = all.filter(type => type.startsWith('git_'));
    for (const type of git) {
      for (const more of [{}, { target: 'feature/profile' }]) {
        const answer = await b.check(type, more);
        expect(found(answer), type).toContain('git_operation high Anna');
        expect(answer.safe_to_proceed, type).toBe(false);
      }
    }
    await update(a, intent_id, 'in_progress');
    expect(await b.check('git_push')).toMatchObject({ safe_to_proceed: false });
    await update(a, intent_id, 'completed');
    expect(await b.check('git_push')).toEqual({ conflicts: [], safe_to_proceed: true });
  });

  it('finds nothing where nothing is, and nothing that is own (SC-091)', async () => {
    for (const type of ['file_edit', 'git_push', 'build', 'test'])
      expect(await a.check(type, { target: 'src/auth.ts' })).toEqual({ conflicts: [], safe_to_proceed: true });
    await a.lock('src/auth.ts');
    await a.announce('git_rebase', 'feature/auth');
    await a.announce('file_edit', 'src/auth.ts');
    expect(await a.check('git_push')).toEqual({ conflicts: [], safe_to_proceed: true });
    expect(await a.check('file_edit', { target: 'src/auth.ts' })).toEqual({ conflicts: [], safe_to_proceed: true });
  });

  it('finds locks of others on the file (SC-092)', async () => {
    await a.lock('src/auth.ts');
    for (const more of [
      { target: 'src/auth.ts' },
      { file_path: 'src/auth.ts' },
      { target: 'main', file_path: 'src' },
    ]) {
      const answer = await b.check('file_edit', more);
      expect(found(answer), JSON.stringify(more)).toContain('file_lock high Anna');
      expect(answer.safe_to_proceed).toBe(false);
    }
    expect(await b.check('file_edit', { target: 'src/user.ts' })).toEqual({ conflicts: [], safe_to_proceed: true });
  });

  it('finds intents of others on the same file, which are no reason to stop unless they are bad (SC-093, SC-096)', async () => {
    await a.announce('file_edit', 'src/auth.ts');
    const answer = await b.check('file_edit', { target: 'src/auth.ts' });
    expect(answer.conflicts).toMatchObject([{ type: 'intent', session_id: a.id, session_name: 'Anna' }]);
    expect(answer.safe_to_proceed).toBe(
      answer.conflicts.every(({ severity }: { severity: string }) => severity !== 'high'),
    );
    await a.lock('src/user.ts', { lock_type: 'intent' });
    const known = await b.check('file_edit', { target: 'src/user.ts' });
    expect(found(known)).toEqual(['file_lock low Anna']);
    expect(known.safe_to_proceed).toBe(true);
  });

  it('finds others on the same branch (SC-094)', async () => {
    const c = await one.register('Cleo', { branch: 'feature/profile' });
    expect(found(await b.check('git_commit'))).toContain('same_branch medium Cleo');
    expect(found(await b.check('git_push'))).toEqual(['same_branch low Cleo']);
    await c.deregister();
    expect(found(await b.check('git_push'))).toEqual([]);
  });

  it('is about where sessions work, not where their server was started (SC-094)', async () => {
    const away = await one.register('Cleo', { branch: 'side', working_directory: place.worktree('side') });
    expect(found(await a.check('git_merge'))).toEqual(['same_checkout high Ben']);
    await b.deregister();
    expect(found(await a.check('git_merge'))).toEqual([]);
    expect(found(await away.check('git_merge'))).toEqual([]);
    await one.register('Dora', { branch: 'side' });
    expect(found(await a.check('git_merge'))).toEqual(['same_checkout high Dora']);
  });

  it('without a target is about whatever the action may touch (SC-095)', async () => {
    await a.lock('src/auth.ts');
    const answer = await b.check('refactor');
    expect(found(answer)).toContain('file_lock high Anna');
    expect(answer.safe_to_proceed).toBe(false);
  });
});
