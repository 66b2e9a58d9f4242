import { describe, expect, it } from 'vitest';
import { readShell } from '../read-shell.ts';
import type { GitUse } from '../reading.ts';

const place = { directory: '/repo/src', home: '/home/dev', root: '/repo' };

function use(command: string): GitUse {
  const [first] = readShell(`git ${command}`, place).git;
  if (!first) throw new Error(`nothing was found in ${command}`);
  return first;
}

describe('what a verb of git does', () => {
  it.each([
    ['add a.ts', 'stage'],
    ['add a.ts lib/', 'stage-all'],
    ['add -u a.ts', 'stage'],
    ['add -i', 'stage-all'],
    ['add', 'read'],
    ['commit', 'commit'],
    ['commit -a', 'stage-all commit'],
    ['commit --all --amend', 'stage-all commit amend rewrite'],
    ['commit -i a.ts', 'stage commit'],
    ['commit a.ts', 'commit-paths'],
    ['commit --pathspec-from-file=x', 'stage-all commit-paths'],
    ['commit --strange', 'stage-all commit amend rewrite'],
    ['commit --short', 'read'],
    ['checkout', 'read'],
    ['checkout x', 'move-head discard-paths'],
    ['checkout x y', 'discard-paths stage'],
    ['checkout -- x', 'discard-paths'],
    ['checkout x --', 'move-head'],
    ['checkout x -- y', 'discard-paths stage'],
    ['checkout -f x', 'move-head discard-paths discard-all'],
    ['checkout -b x', 'move-head create'],
    ['checkout -B x', 'move-head create rewrite'],
    ['checkout HEAD~2', 'move-head'],
    ['checkout src/a.ts', 'discard-paths'],
    ['checkout package.json', 'discard-paths'],
    ['checkout next.js', 'move-head discard-paths'],
    ['checkout -p', 'discard-all'],
    ['switch x', 'move-head'],
    ['switch -C x', 'move-head create rewrite'],
    ['switch --force x', 'move-head discard-all'],
    ['restore a.ts', 'discard-paths'],
    ['restore -S a.ts', 'unstage'],
    ['restore -SW a.ts', 'discard-paths unstage'],
    ['restore --staged .', 'unstage-all'],
    ['reset', 'unstage-all'],
    ['reset a.ts', 'unstage'],
    ['reset HEAD a b', 'unstage'],
    ['reset x', 'move-head rewrite unstage-all unstage'],
    ['reset HEAD~1', 'move-head rewrite unstage-all'],
    ['reset --soft HEAD^', 'move-head rewrite'],
    ['reset --hard', 'discard-all unstage-all'],
    ['reset --har x', 'discard-all unstage-all move-head rewrite'],
    ['rm a.ts', 'discard-paths stage'],
    ['rm -r a', 'discard-all stage-all'],
    ['rm --cached a.ts', 'stage'],
    ['mv a b', 'discard-paths stage'],
    ['clean -f', 'discard-all'],
    ['clean -f a.ts', 'discard-paths'],
    ['clean -fdn', 'read'],
    ['stash', 'stash-make discard-all'],
    ['stash -k', 'stash-make discard-all'],
    ['stash -- a.ts', 'stash-make discard-paths'],
    ['stash push -S', 'stash-make discard-all unstage-all'],
    ['stash pop', 'stash-take write-files'],
    ['stash drop', 'stash-take'],
    ['stash branch x', 'stash-take move-head create'],
    ['stash frobnicate', 'stash-make stash-take discard-all'],
    ['apply x', 'write-files'],
    ['apply --cached x', 'stage'],
    ['apply --index x', 'write-files stage'],
    ['apply -R x', 'discard-all'],
    ['apply --check x', 'read'],
    ['merge x', 'move-head'],
    ['merge --abort', 'move-head discard-all'],
    ['pull', 'fetch move-head'],
    ['pull -r', 'fetch move-head rewrite'],
    ['pull --autostash', 'fetch move-head stash-make'],
    ['rebase x', 'move-head rewrite'],
    ['rebase --show-current-patch', 'read'],
    ['cherry-pick x', 'move-head'],
    ['am --abort', 'move-head discard-all'],
    ['branch', 'read'],
    ['branch x', 'create'],
    ['branch -d x', 'refs'],
    ['branch -D x', 'refs rewrite'],
    ['branch -df x', 'refs rewrite'],
    ['branch -m x', 'refs'],
    ['branch -C x y', 'refs rewrite'],
    ['branch -u origin/x', 'config-shared'],
    ['branch --merged x', 'read'],
    ['tag x', 'create'],
    ['tag -f x', 'refs'],
    ['tag --list x', 'read'],
    ['push', 'push'],
    ['push -n -f', 'read'],
    ['push origin a:b', 'push'],
    ['push origin +a:b', 'push push-force'],
    ['push origin :b', 'push push-force'],
    ['push . a:b', 'push refs'],
    ['fetch', 'fetch'],
    ['fetch origin a:b', 'fetch refs'],
    ['fetch origin +a:b', 'fetch refs rewrite'],
    ['fetch origin +refs/heads/*:refs/remotes/origin/*', 'fetch'],
    ['remote', 'read'],
    ['remote prune origin', 'fetch'],
    ['remote rename a b', 'config-shared refs'],
    ['worktree add ../x', 'create'],
    ['worktree add -B y ../x', 'create refs rewrite'],
    ['worktree remove ../x', 'worktree-remove'],
    ['worktree prune', 'worktree-remove'],
    ['reflog', 'read'],
    ['reflog expire --all', 'rewrite stash-take'],
    ['gc', 'upkeep'],
    ['gc --prune=2.weeks.ago', 'upkeep'],
    ['gc --prune=now', 'rewrite'],
    ['update-ref HEAD x', 'refs rewrite move-head'],
    ['symbolic-ref HEAD', 'read'],
    ['symbolic-ref HEAD refs/heads/x', 'move-head refs'],
    ['config a.b', 'read'],
    ['config a.b c', 'config-shared'],
    ['config set a.b c', 'config-shared'],
    ['config --unset a.b', 'config-shared'],
    ['submodule update', 'fetch write-files'],
    ['submodule foreach true', 'read'],
    ['read-tree -mu HEAD', 'discard-all unstage-all'],
    ['update-index --refresh', 'read'],
    ['bisect log', 'read'],
    ['bisect good', 'move-head'],
    ['notes add', 'refs'],
    ['lfs pull', 'fetch write-files'],
    ['svn dcommit', 'move-head rewrite push'],
    ['hash-object -w x', 'create'],
    ['strange', 'unknown'],
    ['', 'read'],
  ])('git %s: %s', (command, effects) => {
    expect(use(command).effects.join(' ')).toBe(effects);
  });
});

describe('the paths of a verb', () => {
  it('start from the folder that git runs in', () => {
    expect(use('add a.ts ../b.ts /c.ts').paths).toEqual(['/repo/src/a.ts', '/repo/b.ts', '/c.ts']);
    expect(use('-C ../lib -C x add a.ts').paths).toEqual(['/repo/lib/x/a.ts']);
    expect(use('clean -fd').paths).toEqual(['/repo/src']);
  });

  it('are the folders above patterns, and all the checkout where nothing is named', () => {
    expect(use('add "lib/**/*.ts" "*.md"')).toMatchObject({ paths: ['/repo/src/lib', '/repo/src'], reachesAll: false });
    expect(use('add :/')).toMatchObject({ paths: ['/repo'], effects: ['stage-all'] });
    expect(use('-C .. add :/')).toMatchObject({ paths: [], reachesAll: true });
    expect(use("add . ':!lib'")).toMatchObject({ paths: ['/repo/src'], reachesAll: false });
    expect(use("add ':(exclude)lib'")).toMatchObject({ paths: [], reachesAll: true });
    expect(use('add -A')).toMatchObject({ paths: [], reachesAll: true });
    expect(use('add "$X"')).toMatchObject({ paths: [], reachesAll: true });
    expect(use('add "lib/$X"')).toMatchObject({ paths: ['/repo/src/lib'], reachesAll: false });
  });

  it('start at the top of the checkout where they say so and it is known', () => {
    expect(use('add ":(top)lib"')).toMatchObject({ paths: ['/repo/lib'], reachesAll: false, effects: ['stage'] });
    expect(use('restore --staged :/lib/a.ts')).toMatchObject({ paths: ['/repo/lib/a.ts'], effects: ['unstage'] });
    expect(use('add ":(top)lib/*.ts"')).toMatchObject({ paths: ['/repo/lib'], effects: ['stage-all'] });
  });

  it('decide what a name means that may be a branch as well', () => {
    expect(use('checkout x').ifThere).toEqual({ path: '/repo/src/x', effects: ['discard-paths'] });
    expect(use('reset x').ifThere).toEqual({ path: '/repo/src/x', effects: ['unstage'] });
    expect(use('checkout HEAD~1').ifThere).toBeNull();
    expect(use('checkout "$X"').ifThere).toBeNull();
  });
});

describe('the target of a verb', () => {
  it.each([
    ['checkout -b topic main', 'topic'],
    ['switch main', 'main'],
    ['branch -D topic', 'topic'],
    ['push origin HEAD:topic', 'topic'],
    ['push origin +topic', 'topic'],
    ['reset --hard origin/main', 'origin/main'],
    ['worktree remove -f ../wt', '/repo/wt'],
    ['stash drop stash@{1}', 'stash@{1}'],
    ['checkout "$X"', null],
    ['push', null],
  ])('of git %s is %s', (command, target) => {
    expect(use(command).target).toBe(target);
  });
});
