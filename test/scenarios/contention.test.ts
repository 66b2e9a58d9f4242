import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { queueForOneLock, raceForOneLock } from '../soak/contention.ts';
import { Workspace } from '../support/workspace.ts';

let workspace: Workspace;
beforeEach(() => {
  workspace = new Workspace();
});
afterEach(() => workspace.dispose());

describe('eight processes that want one lock', () => {
  test('exactly one is granted it in each round, all others are told who has it, and no engine error is shown', async () => {
    const { violations } = await raceForOneLock(workspace, { sessions: 8, rounds: 100 });
    expect(violations).toEqual([]);
  });

  test('each that waits gets one turn, in the order of the line, with rising fences and never two holders', async () => {
    const { violations } = await queueForOneLock(workspace, { sessions: 8, rounds: 12 });
    expect(violations).toEqual([]);
  });
});
