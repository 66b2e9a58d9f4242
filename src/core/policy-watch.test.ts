import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, FakeLog } from '../../test/support/fakes.ts';
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { defaultGuard, type GuardPolicy } from './policy.ts';
import { PolicyWatch } from './policy-watch.ts';

let clock: FakeClock;
let log: FakeLog;
let files: () => GuardPolicy;
let watch: PolicyWatch;
let reads: number;

const warning: GuardPolicy = { ...defaultGuard, edits: 'warn' };
const broken = (what: string) => () => {
  throw new SignalboxError('invalid_input', `"guard" in signalbox.json has the unknown key "${what}".`, 'Mend it.');
};

beforeEach(() => {
  clock = new FakeClock();
  log = new FakeLog();
  files = () => defaultGuard;
  reads = 0;
  const read = () => {
    reads += 1;
    return files();
  };
  watch = new PolicyWatch(defaultGuard, read, clock, log);
});

describe('the policy of a running server', () => {
  it('is what its files say, a second after they were changed at the latest', async () => {
    files = () => warning;
    expect(watch.current).toEqual(defaultGuard);
    await clock.advance(limits.policyEveryMs);
    expect(watch.current).toEqual(warning);
    files = () => defaultGuard;
    expect(watch.refreshed()).toEqual(defaultGuard);
    expect(watch.untold).toBeNull();
  });

  it('is read once a second at most, however often it is asked for', async () => {
    await clock.advance(limits.policyEveryMs);
    for (let times = 0; times < 100; times += 1) void watch.current;
    expect(reads).toBe(1);
  });

  it('stays the last valid one while the files are wrong, and each error is told once', async () => {
    files = () => warning;
    watch.refreshed();
    files = broken('edit');
    expect(watch.refreshed()).toEqual(warning);
    expect(watch.untold).toContain(
      'the last valid one stays in force. "guard" in signalbox.json has the unknown key "edit".',
    );
    watch.told();
    watch.refreshed();
    expect(watch.untold).toBeNull();
    files = broken('gitt');
    watch.refreshed();
    expect(watch.untold).toContain('"gitt"');
    expect(log.messages('warn')).toHaveLength(2);
    files = () => defaultGuard;
    expect(watch.refreshed()).toEqual(defaultGuard);
    expect(watch.untold).toBeNull();
  });
});
