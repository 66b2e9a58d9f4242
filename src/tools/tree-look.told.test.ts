import { beforeEach, describe, expect, it } from 'vitest';
import { treeFile } from '../../test/support/fake-git.ts';
import { askForLocks, file } from '../../test/support/rules.ts';
import { spoken, TreeScene } from '../../test/support/tree-scene.ts';
import { type Edit, recordEdits } from '../core/edit.ts';
import type { CommitFacts } from '../core/ports.ts';
import type { SessionRecord } from '../core/records.ts';
import { end } from '../core/session.ts';

let scene: TreeScene;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  scene = new TreeScene();
  [otter, heron] = [await scene.join('otter'), await scene.join('heron')];
});

describe('those whose work a command touched', () => {
  it('are told, and so is its model, when it changed what is locked', async () => {
    await askForLocks(scene.bench, heron, { resources: [file('src')], reason: 'move login' }, null);
    await scene.bench.clock.advance(60_000);
    const running = await scene.begin(otter);
    scene.tree([await scene.written('src/a.ts'), await scene.written('lib/b.ts')]);
    expect((await scene.ends(otter, running)).told).toEqual([
      'Your command changed src/a.ts, which heron has locked for "move login". Look at what it did there, and write nothing more to it. Tell heron with message_send.',
    ]);
    expect(await scene.bench.notices(heron)).toEqual([
      'A shell command of otter changed src/a.ts, which you have locked.\nIn /shop: read these files again before you go on.',
    ]);
  });

  it('are told when it changed a file in which they have uncommitted changes, once for all files', async () => {
    await scene.edited(heron, 'a.ts');
    await scene.edited(heron, 'b.ts');
    await scene.edited(heron, 'committed.ts');
    scene.ports.git.fileCommits.set('committed.ts', [{ id: 'c9', at: scene.bench.clock.now() + 5_000 }]);
    await scene.bench.clock.advance(60_000);
    const running = await scene.begin(otter);
    scene.tree([
      await scene.written('a.ts'),
      await scene.written('b.ts'),
      await scene.written('committed.ts'),
      await scene.written('c.ts'),
    ]);
    const { told, recorded } = await scene.ends(otter, running);
    expect(recorded).toHaveLength(4);
    expect(told).toEqual([
      'Your command changed a.ts, b.ts, in which heron has changes that are not committed. Look at what it did there before you go on. Tell heron with message_send.',
    ]);
    expect(await scene.bench.notices(heron)).toHaveLength(1);
  });

  it('are told though it changed more files than anybody is told of', async () => {
    await scene.edited(heron, 'z.ts');
    await askForLocks(scene.bench, heron, { resources: [file('y.ts')] }, null);
    await scene.bench.clock.advance(60_000);
    await scene.remembers(otter);
    const running = await scene.begin(otter);
    const last = [await scene.written('y.ts'), await scene.written('z.ts')];
    const many = Array.from({ length: 1_500 }, (_, at) => treeFile(`f${at}`, scene.bench.clock.now() - 500.5));
    scene.tree([...many, ...last]);
    const { told, recorded } = await scene.ends(otter, running);
    expect(recorded).toHaveLength(1_502);
    expect(told.join()).toContain('changed z.ts, in which heron has changes that are not committed');
    expect(told.join()).toContain('changed y.ts, which heron has locked');
    expect((await scene.bench.notices(heron)).join()).toContain('z.ts');
  });

  it('are told when it undid what they had not committed', async () => {
    await scene.edited(heron, 'a.ts');
    await scene.edited(heron, 'new.ts', { change: 'created' });
    await scene.bench.clock.advance(60_000);
    const running = await scene.begin(otter);
    const same = [await scene.written('a.ts'), await scene.gone('new.ts')];
    scene.tree([], { same });
    const { told, recorded } = await scene.ends(otter, running);
    expect(spoken(recorded)).toEqual(['otter reverted a.ts by tree', 'otter reverted new.ts by tree']);
    expect(told).toEqual([
      'Your command undid changes of heron in a.ts, new.ts that were not committed. If it was a stash they are in it; else they may be gone. Tell heron with message_send.',
    ]);
    expect((await scene.bench.notices(heron))[0]).toMatch(
      /^A shell command of otter undid your uncommitted changes in a\.ts, new\.ts; if they were stashed, git stash list/,
    );
  });

  it('keep their part in what may come back after it was undone', async () => {
    await scene.edited(heron, 'a.ts');
    await scene.bench.clock.advance(60_000);
    const stashes = await scene.begin(otter);
    scene.tree([], { same: [await scene.written('a.ts')] });
    await scene.ends(otter, stashes);
    const pops = await scene.begin(otter);
    scene.tree([await scene.written('a.ts')]);
    const { recorded, told } = await scene.ends(otter, pops);
    expect(spoken(recorded)).toEqual(['heron or otter modified a.ts by tree']);
    expect(told).toEqual(['a.ts changed while your command ran, by it or by heron; that is recorded as unsure.']);
  });

  it('are not said to have lost anything where git does not tell what was committed since', async () => {
    await scene.edited(heron, 'a.ts');
    await scene.bench.clock.advance(60_000);
    scene.ports.git.commitsSince = async () => undefined as never;
    const running = await scene.begin(otter);
    scene.tree([await scene.written('a.ts')]);
    const { recorded, told } = await scene.ends(otter, running);
    expect([spoken(recorded), told]).toEqual([['otter modified a.ts by tree'], []]);
  });

  it('are told of all who may have done it, but nobody of what may have been its own doing', async () => {
    const wren = await scene.join('wren');
    await scene.edited(heron, 'a.ts');
    await scene.edited(wren, 'b.ts');
    await scene.bench.clock.advance(60_000);
    const theirs = await scene.begin(wren);
    const mine = await scene.begin(otter);
    scene.tree([await scene.written('a.ts'), await scene.written('b.ts')]);
    const { told } = await scene.ends(otter, mine);
    expect(told[0]).toMatch(/^A command of yours or of wren changed a\.ts, in which heron has changes/);
    expect(told).toHaveLength(2);
    expect(await scene.bench.notices(heron)).toEqual([
      expect.stringMatching(/^A shell command of otter or wren changed a\.ts/),
    ]);
    expect(await scene.bench.notices(wren)).toEqual([]);
    expect(theirs.call).toBeNull();
  });

  it('are not told of what nobody has to be told: its own, its sub-agent’s, and that of one who has left', async () => {
    const child = await scene.join('otter-1');
    await scene.put(child, { parentSession: otter.id });
    await scene.edited(otter, 'a.ts');
    await scene.edited(child, 'b.ts');
    await scene.edited(heron, 'c.ts');
    await scene.bench.transact(unit => end(unit, heron.id, 'left'));
    await scene.bench.clock.advance(60_000);
    const running = await scene.begin(otter);
    scene.tree([await scene.written('a.ts'), await scene.written('b.ts'), await scene.written('c.ts')]);
    expect((await scene.ends(otter, running)).told).toEqual([
      'Your command changed c.ts, in which heron has changes that are not committed. Look at what it did there before you go on.',
    ]);
    expect(await scene.bench.notices(heron)).toEqual([]);
  });
});

describe('a commit that a command made', () => {
  const made = (id: string, ...paths: string[]): CommitFacts => {
    const files = paths.map(path => ({ path, change: 'modified' as const }));
    const facts = { id, author: 'Ann', at: Math.floor(scene.bench.clock.now() / 1000) * 1000, summary: 'x', files };
    scene.ports.git.commits.set(id, facts);
    scene.ports.git.moves.set('/shop', [
      { commit: id, at: facts.at, how: 'commit: x' },
      ...(scene.ports.git.moves.get('/shop') ?? []),
    ]);
    return facts;
  };

  it('is recorded as its own where no hook of git has, with the files that are as HEAD has them now', async () => {
    await scene.edited(otter, 'a.ts');
    await scene.bench.clock.advance(60_000);
    const running = await scene.begin(otter);
    const same = [await scene.written('a.ts')];
    made('c2', 'a.ts');
    scene.tree([], { head: 'c2', headMovedAt: scene.bench.clock.now() - 0.5, same });
    const { recorded, told } = await scene.ends(otter, running);
    expect(spoken(recorded)).toEqual(['otter modified a.ts by commit']);
    expect(told).toEqual([]);
  });

  it('is left to whom it was recorded for', async () => {
    const running = await scene.begin(otter);
    const facts = made('c2', 'a.ts');
    const origin = { source: 'commit', commit: 'c2', intent: null, host: heron.host, at: facts.at } as const;
    const edit: Edit = {
      path: 'a.ts',
      foldsCase: false,
      root: '/shop',
      branch: 'main',
      change: 'modified',
      lines: null,
    };
    await scene.bench.transact(unit => recordEdits(unit, heron, [edit], origin));
    await scene.bench.clock.advance(1_000);
    scene.tree([], { head: 'c2', headMovedAt: scene.bench.clock.now() - 0.5 });
    expect((await scene.ends(otter, running)).recorded).toEqual([]);
  });

  it('is nobody’s where the command of another ran, and is no change that was taken back', async () => {
    await scene.edited(heron, 'a.ts');
    await scene.bench.clock.advance(60_000);
    await scene.begin(heron);
    const running = await scene.begin(otter);
    const same = [await scene.written('a.ts')];
    made('c2', 'a.ts');
    scene.tree([], { head: 'c2', headMovedAt: scene.bench.clock.now() - 0.5, same });
    expect(await scene.ends(otter, running)).toEqual({ recorded: [], told: [] });
  });

  it('is whose files are in it, where several made commits at once', async () => {
    await scene.edited(otter, 'a.ts');
    await scene.bench.clock.advance(60_000);
    await scene.begin(heron);
    const running = await scene.begin(otter);
    const same = [await scene.written('a.ts')];
    made('c2', 'a.ts');
    scene.tree([], { head: 'c2', headMovedAt: scene.bench.clock.now() - 0.5, same });
    expect(spoken((await scene.ends(otter, running)).recorded)).toEqual(['otter modified a.ts by commit']);
  });

  it('is that of a command which may make commits only where nobody else is at work', async () => {
    const looked = async () => {
      await scene.edited(otter, 'a.ts');
      await scene.bench.clock.advance(60_000);
      const running = await scene.begin(otter, '/shop', 'perhaps');
      const same = [await scene.written('a.ts')];
      made('c2', 'a.ts');
      scene.tree([], { head: 'c2', headMovedAt: scene.bench.clock.now() - 0.5, same });
      return spoken((await scene.ends(otter, running)).recorded);
    };
    expect(await looked()).toEqual([]);
    await scene.put(heron, { restingSince: scene.bench.clock.now() });
    expect(await looked()).toEqual(['otter modified a.ts by commit']);
  });

  it('that took changes of others along is told to them', async () => {
    await scene.edited(heron, 'a.ts');
    await scene.bench.clock.advance(60_000);
    const running = await scene.begin(otter);
    made('c2', 'a.ts', 'b.ts');
    await scene.bench.clock.advance(1_000);
    scene.tree([], { head: 'c2', headMovedAt: scene.bench.clock.now() - 0.5 });
    expect((await scene.ends(otter, running)).told).toEqual([
      'Your command committed a.ts with changes of heron in it. Tell heron with message_send.',
    ]);
    expect((await scene.bench.notices(heron))[0]).toMatch(
      /^A shell command of otter committed your changes in a\.ts\./,
    );
  });

  it('is not one that HEAD was only moved to', async () => {
    const running = await scene.begin(otter);
    made('c2', 'a.ts');
    scene.ports.git.moves.set('/shop', [
      { commit: 'c2', at: scene.bench.clock.now(), how: 'checkout: moving from main to next' },
    ]);
    await scene.bench.clock.advance(1_000);
    scene.tree([], { head: 'c2', headMovedAt: scene.bench.clock.now() - 0.5 });
    expect((await scene.ends(otter, running)).recorded).toEqual([]);
  });
});
