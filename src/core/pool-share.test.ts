import { describe, expect, it } from 'vitest';
import { aLock } from '../../test/support/records.ts';
import { named } from '../../test/support/rules.ts';
import { type HeldValues, shareOut } from './pool-share.ts';
import type { LockMode, PoolWish, WaiterRecord } from './records.ts';

const values = ['port:1', 'port:2', 'port:3'];
const wish = (count = 1, among = values): PoolWish => ({ pool: 'port', count, values: among });
const request = (pools: PoolWish[], names: string[] = []) => ({
  session: 'me',
  resources: names.map(name => named(name)),
  pools,
});
const place = (session: string, pools: PoolWish[], names: string[] = []): WaiterRecord => ({
  ...request(pools, names),
  id: `of ${session}`,
  session,
  process: null,
  mode: 'exclusive',
  reason: null,
  ttlMs: 1,
  seat: null,
  priority: 'normal',
  arrival: 1,
  since: 1,
  deadlineAt: 2,
});

/** Who has which value, as `value holder [mode]`; in a pool unless the holder is written in capitals. */
function heldBy(...locks: string[]): HeldValues {
  return new Map(
    locks.map(text => {
      const [name = '', holder = '', mode = 'exclusive'] = text.split(' ');
      const pool = holder === holder.toLowerCase() ? 'port' : null;
      return [name, [aLock(text, { name, holder: holder.toLowerCase(), mode: mode as LockMode, pool })]];
    }),
  );
}

const nobody = heldBy();
const share = (of: ReturnType<typeof request>, held = nobody, ahead: WaiterRecord[] = [], inUse: string[] = []) =>
  shareOut(of, held, ahead, new Set(inUse));
const got = (...parts: Parameters<typeof share>) => share(...parts).fresh?.map(({ resource }) => resource.name) ?? null;

describe('a wish', () => {
  it('gets the first values that nobody has, in the order they are declared, all or none', () => {
    expect(got(request([wish()]))).toEqual(['port:1']);
    expect(got(request([wish(2)]), heldBy('port:1 otter'))).toEqual(['port:2', 'port:3']);
    expect(got(request([wish(2)]), heldBy('port:1 otter', 'port:3 heron'))).toBeNull();
  });

  it('passes over what is locked by name, in every mode that excludes', () => {
    expect(got(request([wish()]), heldBy('port:1 OTTER shared', 'port:2 OTTER intent'))).toEqual(['port:2']);
  });

  it('gets no value that the same request names, nor one that the session has by its name', () => {
    expect(got(request([wish()], ['port:1']))).toEqual(['port:2']);
    expect(got(request([wish()]), heldBy('port:1 ME'))).toEqual(['port:2']);
  });

  it('counts what the session has out of the pool already', () => {
    const one = share(request([wish()]), heldBy('port:2 me'));
    expect([one.kept.map(({ name }) => name), one.fresh]).toEqual([['port:2'], []]);
    const two = share(request([wish(2)]), heldBy('port:2 me'));
    expect([two.kept.length, two.fresh?.map(({ resource }) => resource.name)]).toEqual([1, ['port:1']]);
  });

  it('that cannot be met names all who have a value, and those who go first', () => {
    const waiting = place('finch', [wish()]);
    const full = heldBy('port:1 otter', 'port:2 HERON', 'port:3 me');
    const { lockedBy, behind, fresh } = share(request([wish(2)]), full, [waiting]);
    expect(fresh).toBeNull();
    expect(lockedBy.map(({ holder }) => holder)).toEqual(['otter', 'heron']);
    expect(behind).toEqual([waiting]);
  });

  it('is met together with the others or not at all', () => {
    const other: PoolWish = { pool: 'db', count: 1, values: ['db:a'] };
    expect(got(request([wish(), other]), heldBy('db:a otter'))).toBeNull();
    expect(got(request([wish(), other]))).toEqual(['port:1', 'db:a']);
  });

  it('passes over what is in use outside, and says so', () => {
    const { fresh, inUse } = share(request([wish()]), heldBy('port:2 otter'), [], ['port:1', 'port:2']);
    expect([fresh?.map(({ resource }) => resource.name), inUse]).toEqual([['port:3'], ['port:1']]);
    const none = share(request([wish()]), nobody, [], values);
    expect([none.fresh, none.inUse, none.lockedBy]).toEqual([null, values, []]);
  });
});

describe('the line before a pool', () => {
  it('is kept as many free values as it lacks, and no more', () => {
    expect(got(request([wish()]), nobody, [place('finch', [wish(2)])])).toEqual(['port:3']);
    expect(got(request([wish()]), nobody, [place('finch', [wish(2)]), place('wren', [wish()])])).toBeNull();
    expect(got(request([wish()]), heldBy('port:2 finch'), [place('finch', [wish(2)])])).toEqual(['port:3']);
  });

  it('is kept the very value that somebody ahead wants by its name', () => {
    expect(got(request([wish()]), nobody, [place('finch', [], ['port:1'])])).toEqual(['port:2']);
  });

  it('holds up who wants a value by name only when that one is needed', () => {
    const behind = (count: number) => share(request([], ['port:1']), nobody, [place('finch', [wish(count)])]).claimants;
    expect(behind(2)).toEqual([]);
    expect(behind(3)).toHaveLength(1);
  });

  it('is not kept what it cannot use', () => {
    expect(got(request([wish()]), nobody, [place('finch', [wish(1, ['port:3'])])])).toEqual(['port:1']);
  });
});
