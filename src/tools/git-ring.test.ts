import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../../test/support/fakes.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { serve } from '../../test/support/served.ts';
import { limits } from '../core/limits.ts';
import { ringStates } from '../core/ring-state.ts';
import { keepGitRing } from './git-ring.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

describe('the ring of git', () => {
  it('is shown as proven while a self-test of the hooks passes, without that being an activity of the session', async () => {
    const { agent } = serve(bench, bench.processes.spawn());
    const ended = new AbortController();
    let holds = true;
    const asked: string[] = [];
    const look = async (directory: string) => {
      asked.push(directory);
      return holds;
    };
    const done = keepGitRing(bench.clock, () => (agent.isHere ? [agent] : []), look, ended.signal);
    await bench.clock.advance(limits.gitRingFirstMs);
    expect(asked).toEqual([]);
    const id = await agent.session();
    const session = async () => bench.look(({ tx }) => tx.get('session', id));
    const { lastSeenAt } = (await session()) ?? {};
    await bench.clock.advance(limits.gitRingFirstMs);
    await settle(8);
    expect(asked).toEqual(['/code/app']);
    const proven = await session();
    expect(proven && ringStates(proven).git).toBe('proven');
    expect(proven?.lastSeenAt).toBe(lastSeenAt);
    // A manager of hooks has written over them since.
    holds = false;
    await bench.clock.advance(limits.gitRingEveryMs);
    await settle(8);
    const lost = await session();
    expect(lost && ringStates(lost).git).toBe('none');
    ended.abort();
    await bench.clock.advance(limits.gitRingFirstMs);
    await done;
  });
});
