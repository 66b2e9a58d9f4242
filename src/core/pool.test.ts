import { describe, expect, it } from 'vitest';
import type { SignalboxError } from './errors.ts';
import type { Policy } from './policy.ts';
import { defaultGuard } from './policy.ts';
import { bareName, isPoolName, poolWishes, probedPort } from './pool.ts';

const policy: Policy = {
  pools: [
    { name: 'port', values: ['port:3000', 'port:3001', 'port:3002'], probe: 'tcp' },
    { name: 'CI', values: ['CI:1'], probe: null },
  ],
  guard: defaultGuard,
  messagesKeptDays: 30,
};

function refusal(names: string[], of: Policy = policy): SignalboxError {
  try {
    poolWishes(of, names);
  } catch (error) {
    return error as SignalboxError;
  }
  throw new Error('expected a refusal');
}

describe('asking for a place out of a pool', () => {
  it('is done by the name of the pool behind pool:, as often as places are needed', () => {
    expect(poolWishes(policy, ['port', 'ci', 'port'])).toEqual([
      { pool: 'port', count: 2, values: ['port:3000', 'port:3001', 'port:3002'] },
      { pool: 'CI', count: 1, values: ['CI:1'] },
    ]);
    expect(bareName(' Pool:port ')).toBe('port');
    expect(['pool:x', 'POOL:', 'port:3000', 'pools:x'].map(isPoolName)).toEqual([true, true, false, false]);
  });

  it('of a pool that is not declared lists those that are, and says how to declare one', () => {
    expect(refusal(['db'])).toMatchObject({
      code: 'not_found',
      message: 'There is no pool:db; there is pool:port, pool:CI.',
      next: expect.stringMatching(/signalbox\.json/),
    });
    const none = refusal(['port'], { ...policy, pools: [] });
    expect(none.message).toMatch(/No pools are declared/);
    expect(none.next).toMatch(/"pools"/);
  });

  it('for more than it holds can never be granted and is refused', () => {
    expect(refusal(['ci', 'ci'])).toMatchObject({
      code: 'invalid_input',
      message: 'You ask for 2 of the pool CI, which holds 1.',
    });
  });
});

describe('what is probed', () => {
  it('is the port a value of a probed pool stands for', () => {
    expect(probedPort(policy, 'port', 'port:3001')).toBe(3001);
    expect(probedPort(policy, 'CI', 'CI:1')).toBeNull();
    expect(probedPort(policy, 'gone', 'gone:1')).toBeNull();
  });
});
