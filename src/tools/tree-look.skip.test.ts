/** After which shell commands the working tree is not looked at, and what is known all the same. */
import { beforeEach, describe, expect, it } from 'vitest';
import { treeFile } from '../../test/support/fake-git.ts';
import { type GuardScene, guardCalls, guardScene } from '../../test/support/guard-calls.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { spoken, TreeScene } from '../../test/support/tree-scene.ts';
import { editsOf } from '../core/edit.ts';
import { limits } from '../core/limits.ts';
import type { SessionRecord } from '../core/records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
/** How often git was asked how the checkout differs from HEAD. */
let asked: number;

beforeEach(async () => {
  bench = createBench();
  scene = guardScene();
  otter = await bench.join('otter', { host: bench.processes.self().host });
  asked = 0;
  scene.git.trees.set('/shop', { head: 'c1', headMovedAt: 0, files: [], same: [] });
  const told = scene.git.changedTree.bind(scene.git);
  scene.git.changedTree = (...question) => {
    asked += 1;
    return told(...question);
  };
});

const { hasRun, mayRun } = guardCalls(
  () => bench,
  () => scene,
);

/** Runs a command that changes a file, or none. */
async function runs(command: string, changed?: string): Promise<void> {
  expect(await mayRun(otter, command)).toBeNull();
  await bench.clock.advance(500);
  if (changed !== undefined) {
    const files = [...(scene.git.trees.get('/shop')?.files ?? []), treeFile(changed, bench.clock.now() + 0.5)];
    scene.git.trees.set('/shop', { head: 'c1', headMovedAt: 0, files, same: [] });
  }
  await bench.clock.advance(500);
  await hasRun(otter, command);
}

const ledger = async (path: string) => spoken((await bench.look(view => editsOf(view.tx, path, false))).edits);

describe('the look after a command', () => {
  it.each(['ls -la', 'git status && git log -3', "sed -n '1,9p' a.ts | head", 'git ls-files | xargs wc -l'])(
    'is left out where it is known to read only, and it is over all the same: %s',
    async command => {
      await runs(command);
      expect(asked).toBe(0);
      expect((await bench.now(otter)).guard.running).toEqual([]);
    },
  );

  it.each([
    'some-tool --all',
    './run.sh',
    'npm run build',
    'python x.py',
    'make',
    'cat a.ts > b.ts',
    'sleep 1',
    'ls; some-tool',
    'git stash list; $X',
  ])('finds what it changed, whatever is read before it: %s', async command => {
    await runs('ls -la');
    await runs(command, 'a.ts');
    expect(await ledger('a.ts')).toEqual(['otter modified a.ts by tree']);
    await runs('cat a.ts');
    expect(await ledger('a.ts')).toEqual(['otter modified a.ts by tree']);
  });

  it('takes nothing for its own that somebody else changes while a command runs that only reads', async () => {
    await runs('cat b.ts', 'a.ts');
    expect(await ledger('a.ts')).toEqual([]);
  });

  it('is made where a part of it goes on in the background, and after all that follows for a while', async () => {
    await runs('npm run watch & ls');
    expect(asked).toBe(1);
    await runs('ls', 'built.ts');
    expect(asked).toBe(2);
    expect(await ledger('built.ts')).toEqual(['otter modified built.ts by tree']);
    await bench.clock.advance(limits.treeUnsettledMs);
    await runs('ls', 'later.ts');
    expect(await ledger('later.ts')).toEqual([]);
  });

  it('tells of no command what it did while the one before was not looked after', async () => {
    const tree = new TreeScene();
    const [wren, heron] = [await tree.join('wren'), await tree.join('heron')];
    await tree.remembers(wren);
    await tree.bench.clock.advance(limits.treeFreshMs);
    const reading = await tree.begin(wren);
    // Somebody without hooks takes a file away meanwhile.
    tree.tree([await tree.gone('src/a.ts')]);
    await tree.passesOver(wren, reading);
    await tree.bench.clock.advance(1_000);
    const running = await tree.begin(wren);
    tree.tree([treeFile('src/a.ts', tree.bench.clock.now(), { change: 'deleted' }), await tree.written('src/b.ts')]);
    expect(spoken((await tree.ends(wren, running)).recorded)).toEqual(['wren modified src/b.ts by tree']);
    expect(await tree.bench.notices(heron)).toEqual([]);
  });
});

describe('what is remembered of a checkout', () => {
  it('is renewed behind commands that only read, though not more often than it grows old', async () => {
    const tree = new TreeScene();
    const wren = await tree.join('wren');
    const told = tree.ports.git.changedTree.bind(tree.ports.git);
    tree.ports.git.changedTree = (...question) => {
      asked += 1;
      return told(...question);
    };
    const reads = async () => tree.passesOver(wren, await tree.begin(wren));
    await reads();
    // A process that has not looked before is about to end.
    expect(asked).toBe(0);
    await tree.remembers(wren);
    await reads();
    expect(asked).toBe(1);
    await tree.bench.clock.advance(limits.treeFreshMs);
    await Promise.all([reads(), reads()]);
    expect(asked).toBe(2);
  });
});
