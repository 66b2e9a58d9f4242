/** Git commands that are judged by the checkout they act in, and by those who work there, wherever they stand. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedPair } from '../../test/support/guarded-pair.ts';
import type { Bench } from '../../test/support/rules.ts';
import { recordCommits } from '../core/guard-references.ts';
import type { SessionRecord } from '../core/records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  ({ bench, scene, otter, heron } = await guardedPair());
  for (const session of [otter, heron]) await stops(session);
  for (const root of ['/shop', '/shop-2']) scene.git.changed.set(root, []);
});

const { edits, hasRun, mayRun, stops } = guardCalls(
  () => bench,
  () => scene,
);

describe('a worktree in which a session works without standing there', () => {
  it.each([
    'git -C ../shop-2 stash',
    'git -C /shop-2 reset --hard',
    'cd ../shop-2 && git checkout .',
    'cd ../shop-2 && git switch main',
    'git -C ../shop-2 add -A',
  ])('is its for as long as it has edits there that are not committed: %s', async command => {
    await edits(otter, '/shop-2/a.ts');
    scene.git.changed.set('/shop-2', ['a.ts']);
    await stops(otter);
    await bench.clock.advance(scene.policy.graceSeconds * 1000 + 1);
    expect(await mayRun(heron, command)).toMatch(/otter.*a\.ts/);
    scene.git.changed.set('/shop-2', []);
    expect(await mayRun(heron, command)).toBeNull();
  });

  it('is not removed or moved under it', async () => {
    await edits(otter, '/shop-2/a.ts');
    scene.worktrees.folders.add('/shop-2');
    for (const command of ['git worktree move ../shop-2 ../x', 'git worktree remove ../shop-2', 'mv ../shop-2 ../x'])
      expect(await mayRun(heron, command), command).toContain('otter works in');
  });

  it('is no reason in the checkout where it stands', async () => {
    await edits(otter, '/shop-2/a.ts');
    expect(await mayRun(heron, 'git switch -c other')).toBeNull();
  });
});

describe('the folder of a command', () => {
  it('is the one it changes to where that is there, whatever may follow; else it may be the one before', async () => {
    await edits(otter, 'a.ts');
    for (const command of [
      'cd /shop-2; git stash',
      'cd /shop-2 && git status; git stash',
      'cd /shop-2\ngit switch -c x',
    ]) {
      expect(await mayRun(heron, command), command).toBeNull();
      await hasRun(heron, command);
    }
    expect(await mayRun(heron, 'cd /shop-3; git stash')).toContain('otter');
  });
});

describe('a plain removal', () => {
  const away = async () => {
    await stops(otter);
    await bench.clock.advance(scene.policy.graceSeconds * 1000 + 1);
  };

  it('of a file with uncommitted work of a session that rests is refused, as git’s own ways to lose it are', async () => {
    await edits(otter, 'a.ts', 'new.ts');
    await edits(heron, 'mine.ts');
    await away();
    scene.git.changed.set('/shop', ['a.ts', 'new.ts', 'mine.ts']);
    for (const command of ['rm a.ts', 'rm -f mine.ts new.ts a.ts', 'unlink new.ts', 'cd src; rm ../a.ts'])
      expect(await mayRun(heron, command), command).toMatch(
        /not run: "rm .*uncommitted edits of otter in .* here would be lost.*Next: leave what is not your own/s,
      );
  });

  it('of what is committed, of one’s own or of nobody’s is let through', async () => {
    await edits(otter, 'a.ts');
    await edits(heron, 'mine.ts');
    await away();
    scene.git.changed.set('/shop', ['mine.ts', 'nobodys.ts']);
    for (const command of ['rm a.ts', 'rm mine.ts', 'rm nobodys.ts', 'mv nobodys.ts else.ts'])
      expect(await mayRun(heron, command), command).toBeNull();
  });

  it('of files by a pattern is refused over those that it matches, below a folder with -r, and over no other', async () => {
    await edits(otter, 'src/a.ts', 'src/deep/b.ts');
    await away();
    scene.git.changed.set('/shop', ['src/a.ts', 'src/deep/b.ts']);
    for (const [command, files] of [
      ['rm src/*.ts', '1 file (src/a.ts)'],
      ['rm -f ./src/?.ts', '1 file (src/a.ts)'],
      ['cd src && rm [ab].ts', '1 file (src/a.ts)'],
      ['rm */*/b.ts', '1 file (src/deep/b.ts)'],
      ['rm -r s*', '2 files (src/a.ts, src/deep/b.ts)'],
      ['rm -rf src/*', '2 files (src/a.ts, src/deep/b.ts)'],
      ["find . -name 'b*' -delete", '1 file (src/deep/b.ts)'],
      ['find src -type f -exec rm {} +', '2 files (src/a.ts, src/deep/b.ts)'],
      ['find src -delete -name x', '2 files (src/a.ts, src/deep/b.ts)'],
      ['rm src/[a-z].ts', '1 file (src/a.ts)'],
    ] as const)
      expect(await mayRun(heron, command), command).toContain(
        `uncommitted edits of otter in ${files} here would be lost`,
      );
    for (const command of [
      'rm src/*.js',
      'rm *.ts',
      'rm -r src/[x]*',
      'rm src/deep/a*',
      "find . -name '*.js' -delete",
      'find . -type d -empty -delete',
    ])
      expect(await mayRun(heron, command), command).toBeNull();
  });

  it('of what a session is at is told by its lock, as for every write', async () => {
    await edits(otter, 'a.ts');
    scene.git.changed.set('/shop', ['a.ts']);
    expect(await mayRun(heron, 'rm a.ts')).toMatch(/not edited.*otter/s);
  });
});

describe('what a session puts back from its stash', () => {
  it('is held up by what others have in those files, and by nothing else', async () => {
    const facts = {
      id: 's0',
      author: '',
      at: 0,
      summary: '',
      files: [{ path: 'mine.ts', change: 'modified' as const }],
    };
    scene.git.stashed.set('/shop', ['s0']);
    scene.git.commits.set('s0', facts);
    const at = { here: { host: otter.host, root: '/shop' }, branch: 'main', foldsCase: false };
    await bench.transact(unit => recordCommits(unit, otter, at, [{ ...facts, isFresh: true }]));
    await edits(heron, 'theirs.ts');
    scene.git.changed.set('/shop', ['theirs.ts']);
    expect(await mayRun(otter, 'git stash')).toContain('theirs.ts');
    for (const command of ['git stash pop', 'git stash apply stash@{0}']) {
      expect(await mayRun(otter, command), command).toBeNull();
      await hasRun(otter, command);
    }
    await edits(heron, 'mine.ts');
    expect(await mayRun(otter, 'git stash pop')).toContain('mine.ts');
  });
});

describe('an index of its own', () => {
  it('commits nothing of others either: nobody knows what is in it', async () => {
    await edits(heron, 'theirs.ts');
    scene.git.changed.set('/shop', ['theirs.ts']);
    const own = 'GIT_INDEX_FILE=/tmp/index';
    expect(await mayRun(otter, `${own} git add -A && ${own} git commit -m x`)).toMatch(/heron.*theirs\.ts/);
    expect(await mayRun(otter, `${own} git add -A && ${own} git write-tree`)).toBeNull();
  });
});

describe('a git command that takes the whole checkout', () => {
  const resting = async (...changed: string[]) => {
    await edits(heron, 'a.ts');
    await stops(heron);
    scene.git.changed.set('/shop', changed);
  };

  it('is not held up by what one that rests has committed, and has locked still; by what it has not it is, told once', async () => {
    await resting();
    expect(await mayRun(otter, 'git pull')).toBeNull();
    await hasRun(otter, 'git pull');
    await resting('a.ts');
    const refusal = await mayRun(otter, 'git pull');
    expect(refusal).toContain('heron has uncommitted edits in 1 file (a.ts) here');
    expect(refusal).not.toContain('heron is editing');
  });
});

describe('what stopped in the middle', () => {
  beforeEach(async () => {
    await edits(heron, 'theirs.ts');
    await stops(heron);
    scene.git.changed.set('/shop', ['theirs.ts', 'conflict.ts']);
  });

  it('is not gone on with over what others have staged, which it would commit', async () => {
    scene.git.staged.set('/shop', ['theirs.ts', 'conflict.ts']);
    for (const command of ['git merge --continue', 'git rebase --continue', 'git cherry-pick --continue'])
      expect(await mayRun(otter, command), command).toMatch(/heron.*theirs\.ts.*git restore --staged -- FILES/s);
    scene.git.staged.set('/shop', ['conflict.ts']);
    expect(await mayRun(otter, 'git merge --continue')).toBeNull();
  });

  it('is not taken back over what others have staged, a rebase not over what they have changed', async () => {
    expect(await mayRun(otter, 'git rebase --abort')).toMatch(
      /edits of heron in 1 file \(theirs\.ts\) here would be lost/,
    );
    expect(await mayRun(otter, 'git merge --abort')).toBeNull();
    await hasRun(otter, 'git merge --abort');
    scene.git.staged.set('/shop', ['theirs.ts']);
    expect(await mayRun(otter, 'git merge --abort')).toContain('theirs.ts');
    expect(await mayRun(otter, 'git merge --quit')).toBeNull();
  });

  it('is committed whole: no part of it by name is advised, and nothing that ends the merge of somebody', async () => {
    scene.git.staged.set('/shop', ['theirs.ts', 'conflict.ts']);
    scene.git.states.set('/shop', { operation: 'merge', locked: [] });
    const refusal = await mayRun(otter, 'git commit -m merged');
    expect(refusal).toContain('leave that to whoever began the merge, which this would end: ask heron');
    expect(refusal).not.toMatch(/MESSAGE|restore/);
  });
});

describe('new files of others', () => {
  it('are in nobody’s way where only tracked files are taken', async () => {
    await edits(heron, 'new.ts');
    await stops(heron);
    scene.git.changed.set('/shop', ['new.ts', 'mine.ts']);
    scene.git.untracked.add('new.ts');
    for (const command of ['git commit -am own', 'git add -u', 'git clean -fdX']) {
      expect(await mayRun(otter, command), command).toBeNull();
      await hasRun(otter, command);
    }
    expect(await mayRun(otter, 'git add -A')).toContain('new.ts');
  });
});

describe('the store of Signalbox', () => {
  it('is not removed by a session where others work', async () => {
    expect(await mayRun(otter, 'rm -rf ~/.local/state/signalbox')).toContain('heron');
  });
});
