import { beforeEach, describe, expect, it } from 'vitest';
import { treeFile } from '../../test/support/fake-git.ts';
import { askForLocks } from '../../test/support/rules.ts';
import { spoken, TreeScene } from '../../test/support/tree-scene.ts';
import { editResource } from '../core/edit-lock.ts';
import { limits } from '../core/limits.ts';
import type { SessionRecord } from '../core/records.ts';
import { end } from '../core/session.ts';

let scene: TreeScene;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  scene = new TreeScene();
  [otter, heron] = [await scene.join('otter'), await scene.join('heron')];
});

describe('after a shell command', () => {
  it('what it changed stands in the ledger as its own, and nothing is said', async () => {
    const running = await scene.begin(otter);
    scene.tree([
      await scene.written('a.ts'),
      await scene.written('b.ts', { change: 'created' }),
      treeFile('old.ts', 5.5),
    ]);
    const { recorded, told } = await scene.ends(otter, running);
    expect(spoken(recorded)).toEqual(['otter modified a.ts by tree', 'otter created b.ts by tree']);
    expect(recorded[0]).toMatchObject({ session: otter.id, mayBeOf: [], root: '/shop', branch: 'main', lines: null });
    expect(told).toEqual([]);
    expect(await scene.bench.notices(heron)).toEqual([]);
  });

  it('that changed nothing, nothing is written', async () => {
    const running = await scene.begin(otter);
    scene.tree([treeFile('old.ts', 5.5)]);
    const before = await scene.bench.look(async ({ tx }) => tx.sequence);
    expect(await scene.ends(otter, running)).toEqual({ recorded: [], told: [] });
    expect(await scene.bench.look(async ({ tx }) => tx.sequence)).toBe(before);
  });

  it('nothing is recorded where git does not tell, or in a checkout of another project or one that is gone', async () => {
    scene.ports.git.trees.clear();
    expect(await scene.ends(otter, await scene.begin(otter))).toEqual({ recorded: [], told: [] });
    for (const root of ['/elsewhere', '/nowhere']) {
      const running = await scene.begin(otter, root);
      scene.ports.git.trees.set(root, { head: 'c1', headMovedAt: 0, files: [await scene.written('a.ts')], same: [] });
      expect(await scene.ends(otter, running)).toEqual({ recorded: [], told: [] });
    }
  });

  it('in another checkout of the project belongs to that one', async () => {
    const running = await scene.begin(otter, '/shop-2');
    scene.ports.git.trees.set('/shop-2', {
      head: 'c1',
      headMovedAt: 0,
      files: [await scene.written('a.ts')],
      same: [],
    });
    expect((await scene.ends(otter, running)).recorded).toMatchObject([{ root: '/shop-2', handle: 'otter' }]);
  });

  it('git is left alone for a while where it took too long', async () => {
    const { git } = scene.ports;
    let asked = 0;
    git.changedTree = async () => {
      asked += 1;
      await scene.bench.clock.advance(limits.treeLookMs);
      return undefined;
    };
    await scene.ends(otter, await scene.begin(otter));
    await scene.ends(otter, await scene.begin(otter));
    expect(asked).toBe(1);
    await scene.bench.clock.advance(limits.treePauseMs);
    await scene.ends(otter, await scene.begin(otter));
    expect(asked).toBe(2);
  });

  it('the same change again within a minute is no news, and nobody is told twice', async () => {
    await scene.edited(heron, 'a.ts');
    await scene.bench.clock.advance(60_000);
    const first = await scene.begin(otter);
    scene.tree([await scene.written('a.ts')]);
    expect((await scene.ends(otter, first)).told).toHaveLength(1);
    const second = await scene.begin(otter);
    scene.tree([await scene.written('a.ts')]);
    expect(await scene.ends(otter, second)).toEqual({ recorded: [], told: [] });
    expect(await scene.bench.notices(heron)).toHaveLength(1);
  });

  it('every file that it changed is recorded, however many', async () => {
    const running = await scene.begin(otter);
    const at = scene.bench.clock.now() + 0.5;
    await scene.bench.clock.advance(1_000);
    const count = 3 * limits.editsPerCall;
    scene.tree(Array.from({ length: count }, (_, index) => treeFile(`f${index}`, at)));
    const { recorded, told } = await scene.ends(otter, running);
    expect(new Set(recorded.map(({ path }) => path)).size).toBe(count);
    expect(recorded.every(({ handle, source }) => handle === 'otter' && source === 'tree')).toBe(true);
    expect(told).toEqual([]);
    // A look after the next one finds no news in them.
    const next = await scene.begin(heron);
    expect(await scene.ends(heron, next)).toEqual({ recorded: [], told: [] });
  });

  it('of more files than are looked at it is said, once, that the others are not known', async () => {
    const many = Array.from({ length: limits.treeFiles + 1 }, (_, index) => treeFile(`f${index}`, 5.5));
    scene.tree(many);
    const first = await scene.ends(otter, await scene.begin(otter));
    expect(first.told).toEqual([expect.stringContaining(`More than ${limits.treeFiles} files differ from HEAD here`)]);
    const running = await scene.begin(otter);
    scene.tree([await scene.written('a.ts'), ...many]);
    expect(await scene.ends(otter, running)).toMatchObject({ recorded: [{ path: 'a.ts' }], told: [] });
    scene.tree(many.slice(1));
    await scene.ends(otter, await scene.begin(otter));
    scene.tree(many);
    expect((await scene.ends(otter, await scene.begin(otter))).told).toHaveLength(1);
  });

  it('a name that is too long to be found again is left out', async () => {
    const running = await scene.begin(otter);
    scene.tree([await scene.written('x'.repeat(600)), await scene.written('a.ts')]);
    expect(spoken((await scene.ends(otter, running)).recorded)).toEqual(['otter modified a.ts by tree']);
  });
});

describe('changes that may be of another', () => {
  it('whose command ran in the same time are recorded as unsure by both, and by neither as its own', async () => {
    const mine = await scene.begin(otter);
    const early = await scene.written('early.ts');
    const theirs = await scene.begin(heron);
    const common = await scene.written('common.ts');
    scene.tree([early, common]);
    const { recorded, told } = await scene.ends(heron, theirs);
    expect(spoken(recorded)).toEqual(['heron or otter modified common.ts by tree']);
    expect(recorded[0]).toMatchObject({ session: '', mayBeOf: [heron.id, otter.id] });
    expect(told).toEqual(['common.ts changed while your command ran, by it or by otter; that is recorded as unsure.']);
    const late = await scene.written('late.ts');
    scene.tree([early, common, late]);
    expect(spoken((await scene.ends(otter, mine)).recorded)).toEqual([
      'otter modified early.ts by tree',
      'otter modified late.ts by tree',
    ]);
    expect(await scene.ledger('common.ts')).toEqual(['heron or otter modified common.ts by tree']);
  });

  it('whose command ended while git was asked, too', async () => {
    const theirs = await scene.begin(heron);
    const mine = await scene.begin(otter);
    scene.tree([await scene.written('a.ts')]);
    const told = scene.ports.git.changedTree.bind(scene.ports.git);
    scene.ports.git.changedTree = async (...question) => {
      const { guard } = await scene.bench.now(heron);
      await scene.put(heron, { guard: { ...guard, running: [] } });
      return told(...question);
    };
    expect(theirs.root).toBe('/shop');
    expect(spoken((await scene.ends(otter, mine)).recorded)).toEqual(['heron or otter modified a.ts by tree']);
  });

  it('whose process died or whose session ended meanwhile, too', async () => {
    await scene.begin(heron);
    const first = await scene.begin(otter);
    scene.tree([await scene.written('a.ts')]);
    scene.bench.kill(heron);
    expect(spoken((await scene.ends(otter, first)).recorded)).toEqual(['heron or otter modified a.ts by tree']);
    const second = await scene.begin(otter);
    scene.tree([await scene.written('b.ts')]);
    await scene.bench.transact(unit => end(unit, heron.id, 'left'));
    expect(spoken((await scene.ends(otter, second)).recorded)).toEqual(['heron or otter modified b.ts by tree']);
  });

  it('are those of no command whose turn was over before, or that runs for longer than anybody waits', async () => {
    await scene.begin(heron);
    await scene.put(heron, { restingSince: scene.bench.clock.now() });
    await scene.bench.clock.advance(5_000);
    const first = await scene.begin(otter);
    scene.tree([await scene.written('a.ts')]);
    expect(spoken((await scene.ends(otter, first)).recorded)).toEqual(['otter modified a.ts by tree']);
    await scene.put(heron, { restingSince: null });
    await scene.bench.clock.advance(limits.runningMs);
    const second = await scene.begin(otter);
    scene.tree([await scene.written('b.ts')]);
    expect(spoken((await scene.ends(otter, second)).recorded)).toEqual(['otter modified b.ts by tree']);
  });

  it('are those of one without hooks that was at work meanwhile', async () => {
    await scene.put(heron, { hookedAt: null });
    await scene.bench.clock.advance(60_000);
    const first = await scene.begin(otter);
    scene.tree([await scene.written('a.ts')]);
    expect(spoken((await scene.ends(otter, first)).recorded)).toEqual(['otter modified a.ts by tree']);
    const second = await scene.begin(otter);
    scene.tree([await scene.written('b.ts')]);
    await scene.put(heron, { lastSeenAt: scene.bench.clock.now() });
    expect(spoken((await scene.ends(otter, second)).recorded)).toEqual(['heron or otter modified b.ts by tree']);
  });

  it('are no edits that its hook told of: they stay its own', async () => {
    const running = await scene.begin(otter);
    const change = await scene.written('a.ts');
    await scene.edited(heron, 'a.ts');
    await scene.bench.clock.advance(30_000);
    scene.tree([change]);
    expect(await scene.ends(otter, running)).toEqual({ recorded: [], told: [] });
    expect(await scene.ledger('a.ts')).toEqual(['heron modified a.ts by hook']);
  });

  it('are those of a file that it edited in the same time and that was written once more', async () => {
    const running = await scene.begin(otter);
    await scene.edited(heron, 'a.ts');
    await scene.bench.clock.advance(30_000);
    scene.tree([await scene.written('a.ts')]);
    expect(spoken((await scene.ends(otter, running)).recorded)).toEqual(['heron or otter modified a.ts by tree']);
  });

  it('are those of a file for whose edit it took or renewed the lock in the same time, and only its hook tells of them', async () => {
    const running = await scene.begin(otter);
    const lock = editResource({ path: 'a.ts', foldsCase: false }, `${heron.host}:/shop`);
    await askForLocks(scene.bench, heron, { resources: [lock] }, null);
    scene.tree([await scene.written('a.ts'), await scene.written('b.ts')]);
    const { recorded, told } = await scene.ends(otter, running);
    expect(spoken(recorded)).toEqual(['otter modified b.ts by tree']);
    expect(told).toEqual([]);
    expect(await scene.bench.notices(heron)).toEqual([]);
  });
});

describe('a checkout that was looked at before', () => {
  it('has its deletions known for what they are, whatever else changes in the folder, and though another is at work', async () => {
    await scene.remembers(otter);
    await scene.bench.clock.advance(1_000);
    const running = await scene.begin(otter);
    scene.tree([await scene.gone('src/a.ts'), await scene.written('src/b.ts')]);
    expect(spoken((await scene.ends(otter, running)).recorded)).toEqual([
      'otter deleted src/a.ts by tree',
      'otter modified src/b.ts by tree',
    ]);
  });

  it('is not said to have lost what was gone then', async () => {
    scene.tree([await scene.gone('src/a.ts')]);
    await scene.remembers(otter);
    await scene.bench.clock.advance(1_000);
    const running = await scene.begin(otter);
    scene.tree([await scene.gone('src/a.ts')]);
    expect((await scene.ends(otter, running)).recorded).toEqual([]);
  });

  it('is not known from a look that was over only after the command began', async () => {
    const told = scene.ports.git.changedTree.bind(scene.ports.git);
    const running = await scene.begin(otter);
    scene.tree([await scene.gone('src/a.ts')]);
    scene.ports.git.changedTree = async (...question) => {
      await scene.bench.clock.advance(500);
      return told(...question);
    };
    await scene.remembers(otter);
    expect(spoken((await scene.ends(otter, running)).recorded)).toEqual(['heron or otter deleted src/a.ts by tree']);
  });

  it('is looked at without a word of what goes wrong', async () => {
    scene.ports.git.changedTree = async () => {
      throw new Error('no');
    };
    await expect(scene.remembers(otter)).resolves.toBeUndefined();
  });
});
