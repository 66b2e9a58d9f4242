import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

/** Of a hundred jobs in line, how many have run when a timer of the process first has its turn. */
async function doneAtFirstRound(jobMs: number): Promise<number> {
  let now = 0;
  const turns = new Turns(() => now);
  let done = 0;
  const atFirstRound = new Promise<number>(resolve => setImmediate(() => resolve(done)));
  const jobs = Array.from({ length: 100 }, () =>
    turns.run(async () => {
      now += jobMs;
      done += 1;
    }),
  );
  await Promise.all(jobs);
  return atFirstRound;
}

describe('jobs in a queue', () => {
  it('let timers and sockets of their process have a turn after 64 of them', async () => {
    expect(await doneAtFirstRound(0)).toBe(63);
  });

  it('let them have a turn after 10 ms of work, however few those were', async () => {
    expect(await doneAtFirstRound(4)).toBe(3);
    expect(await doneAtFirstRound(25)).toBe(1);
  });

  it('run in order and never overlap, and one that fails stops no other', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const job = (name: string) => async () => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
      if (name === 'two') throw new Error('two failed');
      return name;
    };
    const all = await Promise.allSettled(['one', 'two', 'three'].map(name => turns.run(job(name))));
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen).toEqual(['one begins', 'one ends', 'two begins', 'two ends', 'three begins', 'three ends']);
  });
});
