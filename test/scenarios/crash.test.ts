import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crashUnderLoad } from '../soak/crash-load.ts';
import { startAndStop } from '../soak/lifecycle.ts';
import { takeoverAfterKill, takeoverWhileStopped } from '../soak/takeover.ts';
import { Workspace } from '../support/workspace.ts';

/** Decides who is killed when and what is sent; a failure names it, the variable replays it. */
const seed = Number(process.env.SIGNALBOX_TEST_SEED ?? Date.now() % 100_000);

let workspace: Workspace;
beforeEach(() => {
  workspace = new Workspace();
});
afterEach(() => workspace.dispose());

// Stopping and counting processes is done by means that Linux has.
describe.skipIf(process.platform !== 'linux')('processes that die or stop', () => {
  test('kill -9 at random moments under load loses no acknowledged message, doubles none, and frees what the dead held', async () => {
    const { violations, numbers } = await crashUnderLoad(workspace, { seed, seconds: 5, writers: 4, readers: 2 });
    expect(violations, `replay with SIGNALBOX_TEST_SEED=${seed}`).toEqual([]);
    expect(numbers.kills, `seed ${seed} killed nobody`).toBeGreaterThan(0);
  });

  test('the lock of a killed holder goes to the one that waits in another process', async () => {
    const { violations, numbers } = await takeoverAfterKill(workspace, { rounds: 3 });
    console.info('kill -9 to next holder:', numbers['kill to next holder']);
    expect(violations).toEqual([]);
  });

  test('a holder stopped past its time finds on waking that the lock, with a higher fence, is no longer its own', async () => {
    const { violations } = await takeoverWhileStopped(workspace, { rounds: 1 });
    expect(violations).toEqual([]);
  });

  test('whichever way a session ends, its process, its socket and its place in the list go with it', async () => {
    const { violations } = await startAndStop(workspace, { cycles: 9 });
    expect(violations).toEqual([]);
  });
});
