/** Shell commands that are let through or refused before they run, and what is left of them when they have. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedTrio } from '../../test/support/guarded-pair.ts';
import { type Bench, file, lockCalls, named } from '../../test/support/rules.ts';
import { recordCommits } from '../core/guard-references.ts';
import type { SessionRecord } from '../core/records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;
/** In another checkout of the project. */
let wren: SessionRecord;

beforeEach(async () => {
  ({ bench, scene, otter, heron, wren } = await guardedTrio());
  for (const session of [otter, heron, wren]) await stops(session);
});

const { check, edits, finish, hasRun, mayEdit, mayRun, stops } = guardCalls(
  () => bench,
  () => scene,
);
const { holdersOf, take } = lockCalls(() => bench);
const head = () => named('git:head', `${otter.host}:/shop`);

describe('a shell command', () => {
  it.each([
    'git switch main',
    'cd src && git checkout -b other',
    'npm test && (git stash; npm run build)',
    'bash -lc "git reset --hard HEAD~1"',
    'git -C /shop rebase main',
    'cd /tmp; git --git-dir=/shop/.git --work-tree=/shop clean -fd',
    "sh <<'END'\ngit pull\nEND",
  ])('is refused where it would take along what another session is editing, with the facts: %s', async command => {
    await edits(heron, 'src/a.ts');
    const refusal = await mayRun(otter, command);
    expect(refusal).toContain('not run: "git ');
    expect(refusal).toContain('heron');
    expect(refusal).toContain('src/a.ts');
    expect(refusal).toContain('Next: ');
    expect(await holdersOf(head())).toEqual([]);
    expect(await bench.notices(heron)).toEqual([expect.stringContaining('otter wanted to run "git ')]);
  });

  it.each([
    'git status --short && git log --oneline | head -5',
    'echo "git reset --hard" # git stash',
    'git commit -m "git switch main"',
    'git add src/mine.ts && git commit -m "Mine"',
    'npm test 2>&1 | tail -20',
    'git fetch origin && git diff origin/main',
    'git stash list',
  ])('that touches nothing of others goes on: %s', async command => {
    await edits(heron, 'src/a.ts');
    expect(await mayRun(otter, command)).toBeNull();
  });

  it('acts where it says, not where it starts', async () => {
    await edits(wren, 'a.ts');
    expect(await mayRun(otter, 'cd /shop-2 && git stash')).toContain('wren');
    expect(await mayRun(otter, 'git stash')).toBeNull();
    await hasRun(otter, 'git stash');
    expect(await mayRun(wren, 'git -C ../shop stash')).toBeNull();
  });

  it('is read with the aliases that the repository has', async () => {
    await edits(heron, 'a.ts');
    // What is neither git's own nor an alias may be any program.
    expect(await mayRun(otter, 'git lg')).toContain('heron');
    scene.git.aliasesOf.set('/shop', { nuke: '!git reset --hard && git clean -fd', lg: 'log --oneline' });
    expect(await mayRun(otter, 'git nuke')).toContain('heron');
    expect(await mayRun(otter, 'git lg')).toBeNull();
  });

  it('that stages everything is refused over uncommitted changes of others, and told how to stage its own', async () => {
    scene.policy = { ...scene.policy, graceSeconds: 0 };
    await edits(heron, 'theirs.ts');
    await stops(heron);
    scene.git.changed.set('/shop', ['theirs.ts', 'mine.ts']);
    for (const command of ['git add -A', 'git add .', 'git commit -am "All"'])
      expect(await mayRun(otter, command)).toMatch(/heron.*theirs\.ts.*signalbox stage/);
    expect(await mayRun(otter, 'git add mine.ts')).toBeNull();
    expect(await mayRun(otter, 'git add theirs.ts')).toContain('heron');
    scene.git.changed.set('/shop', ['mine.ts']);
    expect(await mayRun(otter, 'git add -A')).toBeNull();
  });

  it('that commits what is staged is refused over what another session has staged, and goes on with its own', async () => {
    scene.policy = { ...scene.policy, graceSeconds: 0 };
    await edits(heron, 'theirs.ts');
    await stops(heron);
    scene.git.changed.set('/shop', ['theirs.ts', 'mine.ts']);
    scene.git.staged.set('/shop', ['theirs.ts']);
    const refusal = await mayRun(otter, 'git add mine.ts && git commit -m "Mine"');
    expect(refusal).toMatch(/heron.*theirs\.ts/);
    expect(refusal).toContain('by name: git commit -m MESSAGE -- mine.ts.');
    expect(await mayRun(otter, 'cd src; git add ../mine.ts && git commit -m "Mine"')).toContain('-- ../mine.ts.');
    expect(await mayRun(otter, 'git commit -m "Mine"')).toContain('git commit -m MESSAGE -- FILES.');
    await edits(otter, 'mine.ts');
    scene.git.staged.set('/shop', ['theirs.ts', 'mine.ts']);
    expect(await mayRun(otter, 'git commit -m "Mine"')).toContain('git commit -m MESSAGE -- mine.ts.');
    expect(await mayRun(otter, 'git commit -m "Mine" -- mine.ts')).toBeNull();
    scene.git.staged.set('/shop', ['mine.ts']);
    expect(await mayRun(otter, 'git commit -m "Mine"')).toBeNull();
  });

  it('that plainly writes files takes their locks, and is refused where another session has one', async () => {
    await edits(heron, 'src/a.ts');
    for (const command of [
      'echo x > src/a.ts',
      "sed -i 's/a/b/' src/a.ts",
      'cat b | tee src/a.ts',
      'mv x.ts src/a.ts',
      'rm src/a.ts',
    ])
      expect(await mayRun(otter, command), command).toContain('src/a.ts is being edited by heron');
    expect(await mayRun(otter, 'echo x > src/b.ts && rm src/c.ts')).toBeNull();
    expect(await holdersOf(file('src/b.ts'))).toEqual(['otter']);
    expect(await mayEdit(heron, 'src/c.ts')).toContain('otter');
    expect(await mayRun(otter, 'echo x > /tmp/out.txt 2>/dev/null')).toBeNull();
  });

  it('of git that moves, removes or puts back named files takes their locks, the new names too, as rm and mv do', async () => {
    await edits(heron, 'b.ts');
    for (const command of ['git mv a.ts b.ts', 'git rm b.ts', 'git restore b.ts', 'git checkout -- b.ts'])
      expect(await mayRun(otter, command), command).toContain('heron');
    expect(await mayRun(otter, 'git mv a.ts c.ts')).toBeNull();
    expect(await mayEdit(heron, 'c.ts')).toContain('otter');
    expect(await mayEdit(heron, 'a.ts')).toContain('otter');
    await hasRun(otter, 'git mv a.ts c.ts');
    expect(await mayEdit(heron, 'c.ts')).toContain('otter');
  });

  it('of git that puts back a folder is refused over what others edit in it, and keeps nobody out of the rest', async () => {
    scene.worktrees.folders.add('/shop/lib');
    await edits(heron, 'lib/a.ts');
    expect(await mayRun(otter, 'git restore lib')).toContain('heron');
    await stops(heron);
    await bench.clock.advance(scene.policy.graceSeconds * 1000 + 1);
    scene.git.changed.set('/shop', []);
    expect(await mayRun(otter, 'git restore lib')).toBeNull();
    await hasRun(otter, 'git restore lib');
    expect(await mayEdit(heron, 'lib/b.ts')).toBeNull();
  });

  it('that removes a folder is refused over what others have in it, and where a session lives in it', async () => {
    await edits(heron, 'src/deep/a.ts');
    expect(await mayRun(otter, 'rm -rf src')).toContain('heron');
    expect(await mayRun(otter, 'rm -rf src/*')).toContain('heron');
    expect(await mayRun(otter, 'rm -rf build')).toBeNull();
    for (const command of ['rm -rf *', 'rm -rf .', "sed -i 's/a/b/' */*/*.ts", 'find . -name "*.ts" -delete'])
      expect(await mayRun(otter, command), command).toContain('heron');
    expect(await mayRun(otter, 'git worktree remove --force ../shop-2')).toContain('wren works in /shop-2');
    expect(await mayRun(otter, 'rm -rf /shop-2')).toContain('wren');
    scene.worktrees.folders.add('/shop-2');
    expect(await mayRun(otter, 'mv ../shop-2 ../elsewhere')).toContain('wren works in /shop-2');
  });

  it('that writes what git ignores takes no lock', async () => {
    for (const path of ['dist', 'test.log']) scene.git.ignoredPaths.add(path);
    expect(await mayRun(heron, 'rm -rf dist && npm test 2>&1 | tee test.log')).toBeNull();
    expect(await mayRun(otter, 'rm -rf dist && npm test 2>&1 | tee test.log')).toBeNull();
  });

  it('that ends what is under way in git goes on whoever is editing', async () => {
    await edits(heron, 'a.ts');
    for (const command of ['git merge --abort', 'git rebase --continue', 'git cherry-pick --skip'])
      expect(await mayRun(otter, command), command).toBeNull();
  });

  it('that goes round the guard is refused while others work here, and what is for people always', async () => {
    expect(await mayRun(otter, 'git commit --no-verify -m x')).toContain('heron');
    expect(await mayRun(otter, 'SIGNALBOX_BYPASS=now git commit -m x')).toContain('that is for people');
    for (const other of [heron, wren]) bench.kill(other);
    expect(await mayRun(otter, 'git commit --no-verify -m x')).toBeNull();
    expect(await mayRun(otter, 'SIGNALBOX_BYPASS=now git push')).toContain('for people');
    expect(await mayRun(otter, 'signalbox guard self-test')).toContain('self-test');
  });
});

describe('a git command that throws changes away', () => {
  const changes = (files: readonly string[], untracked: readonly string[] = []) => {
    scene.git.changed.set('/shop', files);
    for (const path of untracked) scene.git.untracked.add(path);
  };

  it.each([
    'git checkout .',
    'git restore .',
    'git checkout -- "*.ts"',
    'git restore --worktree --staged :/',
    'git reset --hard',
    'git stash',
    'cd src && git checkout -- ../',
    'git rm -rf .',
  ])('is refused over changes that nobody recorded, and lets new files that it leaves alone lie: %s', async command => {
    changes(['x.ts', 'new.ts'], ['new.ts']);
    expect(await mayRun(otter, command)).toContain(
      '1 file (x.ts) here: changed and not committed, by nobody who is known to be here',
    );
    changes(['new.ts'], ['new.ts']);
    expect(await mayRun(otter, command)).toBeNull();
  });

  it.each(['git clean -fd', 'git clean -f', 'git clean -ffdx .'])(
    'is refused over new files that nobody recorded where it removes those: %s',
    async command => {
      changes(['x.ts'], []);
      expect(await mayRun(otter, command)).toBeNull();
      await hasRun(otter, command);
      changes(['x.ts', 'new.ts'], ['new.ts']);
      expect(await mayRun(otter, command)).toContain('1 file (new.ts) here');
    },
  );

  it.each(['git stash -u', 'git stash push --include-untracked', 'git stash save -a wip'])(
    'is refused over both where it takes both: %s',
    async command => {
      changes(['x.ts', 'new.ts'], ['new.ts']);
      expect(await mayRun(otter, command)).toContain('2 files (x.ts, new.ts) here');
    },
  );

  it('is not refused where it names files of nobody, or where nobody else is', async () => {
    changes(['x.ts', 'y.ts']);
    expect(await mayRun(otter, 'git checkout -- x.ts')).toBeNull();
    expect(await mayRun(otter, 'git stash push -- x.ts')).toBeNull();
    await hasRun(otter, 'git stash push -- x.ts');
    bench.kill(heron);
    expect(await mayRun(otter, 'git reset --hard')).toBeNull();
  });
});

describe('a git command about what others have made', () => {
  const committed = (session: SessionRecord, id: string) =>
    bench.transact(unit =>
      recordCommits(unit, session, { here: { host: session.host, root: '/shop' }, branch: 'main', foldsCase: false }, [
        { id, at: bench.clock.now(), files: [{ path: 'a.ts', change: 'modified' }], isFresh: true },
      ]),
    );

  it('is refused where it takes one of their commits off the branch, however far down', async () => {
    await committed(otter, 'c2');
    await committed(heron, 'c1');
    for (const [base, ids] of [
      ['HEAD~1', ['c2']],
      ['HEAD~2', ['c2', 'c1']],
      ['@{upstream}', ['c2', 'c1']],
    ] as const)
      scene.git.sinceBase.set(base, ids);
    scene.git.commits.set('HEAD', { id: 'c2', author: '', at: 0, summary: '', files: [] });
    for (const command of ['git reset --hard HEAD~2', 'git reset --soft HEAD~2', 'git rebase -i HEAD~2'])
      expect(await mayRun(otter, command), command).toContain(
        "Among the commits that it replaces or loses are heron's",
      );
    // So is the branch that is put back elsewhere, by whichever command; another branch loses what is on it.
    scene.git.sinceBase.set('refs/heads/other..HEAD~2', ['c1']);
    scene.git.sinceBase.set('refs/heads/mine..HEAD~2', []);
    for (const command of [
      'git checkout -B main HEAD~2',
      'git switch -C main HEAD~2',
      'git switch -C other HEAD~2',
      'git rebase --onto HEAD~2 HEAD~1',
      'git rebase --onto HEAD~2 HEAD~1 main',
      'git rebase -i --onto HEAD~2 HEAD~1',
    ])
      expect(await mayRun(otter, command), command).toContain("commits that it replaces or loses are heron's");
    for (const command of ['git checkout -B mine HEAD~2', 'git switch -C new', 'git rebase --onto HEAD~2 HEAD~2']) {
      expect(await mayRun(otter, command), command).toBeNull();
      await hasRun(otter, command);
    }
    // A rebase that drops nothing makes them anew, whosever they are.
    for (const command of [
      'git reset --hard HEAD~1',
      'git commit --amend -m x',
      'git pull',
      'git pull --rebase',
      'git rebase main',
    ]) {
      expect(await mayRun(otter, command), command).toBeNull();
      await hasRun(otter, command);
    }
  });

  it('is refused where it takes or drops an entry of the stash that is theirs, by whatever name', async () => {
    scene.git.stashed.set('/shop', ['s0', 's1']);
    await committed(otter, 's0');
    await committed(heron, 's1');
    for (const command of ['git stash pop stash@{1}', 'git stash drop 1', 'git stash clear', 'git stash apply "$n"'])
      expect(await mayRun(otter, command), command).toContain("heron's");
    for (const command of ['git stash pop', 'git stash drop stash@{0}', 'git stash drop 7']) {
      expect(await mayRun(otter, command), command).toBeNull();
      await hasRun(otter, command);
    }
  });

  it('is refused where it empties the index of what they have staged; by name it goes on', async () => {
    await edits(heron, 'a.ts');
    await stops(heron);
    scene.git.changed.set('/shop', ['a.ts', 'b.ts']);
    scene.git.staged.set('/shop', ['a.ts', 'b.ts']);
    for (const command of ['git reset', 'git restore --staged .', 'git reset -q HEAD'])
      expect(await mayRun(otter, command), command).toMatch(
        /heron has staged 1 file \(a\.ts\).*unstage files of your own by name/s,
      );
    expect(await mayRun(otter, 'git restore --staged b.ts')).toBeNull();
    scene.git.staged.set('/shop', ['b.ts']);
    expect(await mayRun(otter, 'git reset')).toBeNull();
  });

  it('goes on where it is about a name of its own: a note, a tag, a branch that nobody works on', async () => {
    expect(await mayRun(heron, 'git notes add -m x')).toBeNull();
    await bench.transact(async ({ tx }) => {
      const record = await tx.get('session', otter.id);
      if (record) tx.put('session', { ...record, root: '/shop-3', branch: 'topic' });
    });
    for (const command of ['git notes add -m x', 'git tag -f latest', 'git branch -D old', 'git branch -m old new'])
      expect(await mayRun(heron, command), command).toBeNull();
    expect(await mayRun(heron, 'git branch -m feature new')).toContain('wren works on feature');
  });

  it('is told without the secrets in its words', async () => {
    await edits(heron, 'a.ts');
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const said = await mayRun(otter, `git pull https://x:${token}@example.com/shop.git main`);
    expect(said).toContain('heron');
    expect(said).not.toContain(token);
    expect((await bench.notices(heron)).join()).not.toContain(token);
  });
});

describe('a git command that is let through', () => {
  it('has git:head of the checkout while it runs, which keeps others out, and gives it back when it has ended', async () => {
    expect(await mayRun(otter, 'git pull --rebase', 'call-1')).toBeNull();
    expect(await holdersOf(head())).toEqual(['otter']);
    expect(await mayRun(heron, 'git switch main')).toContain('otter has git:head');
    expect(await mayEdit(heron, 'a.ts')).toContain('otter has git:head of this checkout');
    await hasRun(otter, 'git pull --rebase', 'call-1');
    expect(await holdersOf(head())).toEqual([]);
    expect(await mayEdit(heron, 'a.ts')).toBeNull();
    expect((await bench.now(otter)).guard.running).toEqual([]);
  });

  it("is no reason for another one in the middle of somebody's turn; what is locked by name is", async () => {
    expect(await mayRun(otter, 'git pull', 'call-1')).toBeNull();
    await bench.transact(async ({ tx }) => {
      const record = await tx.get('session', heron.id);
      if (record) tx.put('session', { ...record, restingSince: null, lastSeenAt: tx.now });
    });
    expect(await mayRun(otter, 'git rebase main', 'call-2')).toContain('heron is in the middle of its turn');
    await take(otter, [head()]);
    expect(await mayRun(otter, 'git rebase main', 'call-2')).toBeNull();
  });

  it('tells the others of the checkout that it has switched the branch under them', async () => {
    await mayRun(otter, 'git switch other', 'call-1');
    scene.worktrees.setBranch('/shop', 'other');
    await hasRun(otter, 'git switch other', 'call-1');
    expect(await bench.notices(heron)).toEqual([
      expect.stringContaining('otter has switched this checkout from main to other'),
    ]);
    expect(await bench.notices(wren)).toEqual([]);
  });
});

describe('an edit of which the client tells no end', () => {
  it('stands as under way until the next event, and what came of it is looked for then', async () => {
    const action = { kind: 'edit', files: [{ path: 'a.ts', change: 'modified' }], isEndUntold: true };
    expect(await check(otter, action, 'call-1')).toBeNull();
    expect((await bench.now(otter)).guard.running).toMatchObject([
      { call: 'call-1', root: '/shop', isEndUntold: true },
    ]);
    await finish(otter);
    expect((await bench.now(otter)).guard.running).toEqual([]);
  });
});

describe('policy for git', () => {
  it('that only warns lets the command run, and says afterwards what spoke against it', async () => {
    scene.policy = { ...scene.policy, git: 'warn' };
    await edits(heron, 'a.ts');
    expect(await mayRun(otter, 'git stash', 'call-1')).toBeNull();
    expect(await hasRun(otter, 'git stash', 'call-1')).toContain('heron has uncommitted edits in 1 file (a.ts) here');
  });

  it('that is off looks at no git command', async () => {
    scene.policy = { ...scene.policy, git: 'off' };
    await edits(heron, 'a.ts');
    expect(await mayRun(otter, 'git stash && git commit --no-verify -m x')).toBeNull();
  });
});
