/** Git commands in a checkout in which more files are changed than git is asked for. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuardScene, guardCalls } from '../../test/support/guard-calls.ts';
import { guardedPair } from '../../test/support/guarded-pair.ts';
import type { Bench } from '../../test/support/rules.ts';
import { recordEdits } from '../core/edit.ts';
import { limits } from '../core/limits.ts';
import type { SessionRecord } from '../core/records.ts';

let bench: Bench;
let scene: GuardScene;
let otter: SessionRecord;
let heron: SessionRecord;

const many = Array.from({ length: limits.changedFilesExamined + 500 }, (_, at) => `generated/f${at}.ts`);

beforeEach(async () => {
  ({ bench, scene, otter, heron } = await guardedPair());
  scene.policy = { ...scene.policy, graceSeconds: 0 };
  await edits(heron, 'zoo.ts');
  for (const session of [otter, heron]) await stops(session);
  scene.git.changed.set('/shop', [...many, 'zoo.ts']);
});

const { edits, mayRun, stops } = guardCalls(
  () => bench,
  () => scene,
);

describe('a git command beside more changed files than are looked at', () => {
  it.each(['git add -A', 'git commit -am x', 'git stash', 'git restore .', 'git checkout -- zoo.ts', 'git add zoo.ts'])(
    'is refused over the changes of another that git did not tell any more: %s',
    async command => {
      expect(await mayRun(otter, command)).toMatch(/heron.*zoo\.ts/);
    },
  );

  it('is refused over what another changed before it changed very many files', async () => {
    const origin = { source: 'tree', commit: null, intent: null, host: heron.host } as const;
    const about = { change: 'modified', root: '/shop', branch: 'main', foldsCase: false, lines: null } as const;
    for (let from = 0; from < many.length; from += limits.editsPerCall) {
      const paths = many.slice(from, from + limits.editsPerCall);
      await bench.transact(unit =>
        recordEdits(
          unit,
          heron,
          paths.map(path => ({ ...about, path })),
          origin,
        ),
      );
    }
    expect(await mayRun(otter, 'git checkout -- zoo.ts')).toMatch(/heron.*zoo\.ts/);
  });

  it('is refused over what another has staged behind them', async () => {
    scene.git.staged.set('/shop', [...many, 'zoo.ts']);
    expect(await mayRun(otter, 'git commit -m "Generated"')).toMatch(/heron.*zoo\.ts/);
  });

  it('goes on where the changes of others are not among what it touches', async () => {
    expect(await mayRun(otter, `git add ${many[0]}`)).toBeNull();
    expect(await mayRun(otter, 'git restore generated')).toBeNull();
  });
});
