import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, file, named } from '../../test/support/rules.ts';
import { surveyAction } from './conflict.ts';
import { isGitAction, isSafe } from './conflict-kinds.ts';
import { announce, updateIntent } from './intent.ts';
import { limits } from './limits.ts';
import { type IntentType, intentTypes, type Resource, type SessionRecord } from './records.ts';
import { end } from './session.ts';

let bench: Bench;
/** Asks. */
let otter: SessionRecord;
/** In the same checkout. */
let heron: SessionRecord;
/** In another one, on a branch of its own. */
let wren: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter', { branch: 'feature/profile' });
  heron = await bench.join('heron', { branch: 'feature/profile' });
  wren = await bench.join('wren', { root: '/shop-2', branch: 'feature/auth' });
});

const say = (session: SessionRecord, type: IntentType, resources: Resource[] = [], branches: string[] = []) =>
  bench.transact(unit => announce(unit, session, { type, resources, branches, description: 'why' }));
const check = async (type: IntentType, ...targets: Resource[]) => {
  const { conflicts } = await bench.look(view => surveyAction(view, otter, { type, targets, branches: [] }));
  return conflicts.filter(conflict => conflict.kind === 'intent');
};
const severity = async (type: IntentType, ...targets: Resource[]) =>
  (await check(type, ...targets)).map(conflict => conflict.severity).join();

const gitActions = intentTypes.filter(isGitAction);
const workActions = intentTypes.filter(type => !isGitAction(type));

describe('an announced git operation', () => {
  it.each(gitActions)(
    '(%s) makes every git action of others unsafe, whatever the branch and checkout',
    async theirs => {
      await say(wren, theirs);
      for (const mine of gitActions) {
        const conflicts = await check(mine);
        expect(conflicts.map(c => [c.severity, c.session?.handle])).toEqual([['high', 'wren']]);
        expect(isSafe(conflicts)).toBe(false);
      }
      for (const mine of workActions) expect(await check(mine, file('src'))).toEqual([]);
    },
  );

  it('counts as long when it is under way, and says who does what, on which branch, why and since when', async () => {
    const intent = await say(wren, 'git_rebase', [], ['feature/auth']);
    await bench.transact(unit => updateIntent(unit, wren, intent.id, 'in_progress', undefined));
    await bench.clock.advance(120_000);
    const [conflict] = await check('git_push');
    expect(conflict?.description).toMatch(
      /^wren is at git_rebase on feature\/auth \("why"\), 2 min ago \(i\d+\): .+; .+\.$/,
    );
  });

  it('that moves files makes changes in its checkout unsafe, and is a remark for builds there', async () => {
    for (const theirs of ['git_rebase', 'git_merge'] as const) {
      const intent = await say(heron, theirs);
      for (const mine of ['file_edit', 'refactor', 'dependency_change'] as const) {
        expect(await severity(mine, file('any.ts'))).toBe('high');
      }
      for (const mine of ['build', 'test'] as const) expect(await severity(mine)).toBe('medium');
      await bench.transact(unit => updateIntent(unit, heron, intent.id, 'completed', undefined));
    }
  });

  it('that rewrites the branch one works on is told in another checkout as well', async () => {
    await say(wren, 'git_rebase', [], ['feature/profile']);
    expect(await severity('file_edit', file('any.ts'))).toBe('medium');
    expect(await severity('build')).toBe('');
  });
});

describe('announced work', () => {
  it.each([
    // Theirs, mine, in the same checkout on other files, on the same there, on the same in another checkout.
    ['file_edit', 'file_edit', '', 'medium', 'medium'],
    ['file_edit', 'git_commit', 'low', 'medium', ''],
    ['file_edit', 'build', '', 'low', ''],
    ['refactor', 'file_edit', 'low', 'high', 'medium'],
    ['refactor', 'git_merge', 'medium', 'medium', 'low'],
    ['dependency_change', 'build', 'medium', 'medium', ''],
    ['dependency_change', 'dependency_change', 'high', 'high', 'medium'],
    ['test', 'dependency_change', 'medium', 'medium', ''],
    ['build', 'git_rebase', 'medium', 'medium', ''],
    ['build', 'git_push', '', '', ''],
    ['git_commit', 'file_edit', 'low', 'medium', ''],
    ['git_push', 'file_edit', '', '', ''],
  ] as const)(
    '%s against %s: here %j, on the same files %j, in another checkout %j',
    async (theirs, mine, ...expected) => {
      await say(heron, theirs, [file('src/auth')]);
      expect(await severity(mine, file('docs/a.md'))).toBe(expected[0]);
      expect(await severity(mine, file('src/auth/login.ts'))).toBe(expected[1]);
      await bench.transact(unit => end(unit, heron.id, 'left'));
      await say(wren, theirs, [file('src/**')]);
      expect(await severity(mine, file('docs/a.md'))).toBe('');
      expect(await severity(mine, file('src/auth/login.ts'))).toBe(expected[2]);
    },
  );

  it('on the same free name is told whatever the work is, with the name', async () => {
    await say(wren, 'test', [named('port:3000')]);
    expect((await check('build', named('port:3000'))).map(c => [c.severity, c.resource])).toEqual([
      ['medium', 'port:3000'],
    ]);
    expect(await check('build', named('port:3001'))).toEqual([]);
  });

  it('of oneself, ended, too old or of the dead never counts', async () => {
    await say(otter, 'git_rebase');
    const done = await say(heron, 'git_rebase');
    await bench.transact(unit => updateIntent(unit, heron, done.id, 'abandoned', undefined));
    expect(await check('git_push')).toEqual([]);
    await say(wren, 'git_rebase');
    expect(await check('git_push')).toHaveLength(1);
    await bench.clock.advance(limits.intentKeptMs);
    expect(await check('git_push')).toEqual([]);
    await say(wren, 'git_rebase');
    bench.kill(wren);
    expect(await check('git_push')).toEqual([]);
  });
});
