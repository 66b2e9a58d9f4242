/** Instances: who is which one, which is free, and what the next one of a name inherits. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { joinChild } from './child.ts';
import { instancesOf, keepInstance, leaveInstance, type Numbering, speaks, takeInstance } from './instance.ts';
import { limits } from './limits.ts';
import { send } from './message.ts';
import { personaOf } from './persona.ts';
import type { SessionRecord } from './records.ts';
import { join } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  asking = undefined;
  [otter, heron] = [await bench.join('otter'), await bench.join('heron')];
});

const numbering: Numbering = { issuer: 'other', of: number => `n${number}n`, usual: 2 };
const takes = async (session: SessionRecord, wanted: string | null = null) => {
  await bench.clock.advance(1_000);
  const me = await bench.now(session);
  return bench.transact(unit => takeInstance(unit, me, numbering, wanted));
};
/** Whether it is that instance still, or again. */
const keeps = async (session: SessionRecord, name: string) => {
  const me = await bench.now(session);
  return bench.transact(unit => keepInstance(unit, me, numbering, name));
};
const leaves = async (session: SessionRecord) => {
  const me = await bench.now(session);
  await bench.transact(unit => leaveInstance(unit, me, numbering.issuer));
};
/** The session that looks. */
let asking: string | undefined;
/** Every instance, with the id of the session that is it. */
const all = async () => {
  const instances = await bench.look(view => instancesOf(view, numbering, ({ id }) => id === asking));
  return instances.map(
    ({ name, session }) => `${name} ${session?.id === otter.id ? 'otter' : (session?.handle ?? '-')}`,
  );
};
const handleOf = async (session: SessionRecord) => (await bench.now(session)).handle;

describe('the instances of a project', () => {
  it('are the usual ones, those that anybody ever was, and native sessions under their handles', async () => {
    expect(await all()).toEqual(['n1n -', 'n2n -', 'heron heron', 'otter otter']);
    await takes(otter, 'front');
    expect(await all()).toEqual(['front otter', 'n1n -', 'n2n -', 'heron heron']);
    await leaves(otter);
    await takes(otter);
    expect(await all()).toEqual(['front otter', 'n1n -', 'n2n -', 'heron heron']);
  });

  it('are not the sub-agents of a session, nor whoever asks before it has a name', async () => {
    await bench.transact(unit => joinChild(unit, heron, { id: 'agent-1', type: 'reviewer' }));
    asking = heron.id;
    expect(await all()).toEqual(['n1n -', 'n2n -', 'otter otter']);
    await takes(heron, 'front');
    expect(await all()).toContain('front front');
  });

  it('keep their order, however often they change hands', async () => {
    await takes(otter, 'b');
    await takes(heron, 'a');
    await leaves(otter);
    bench.kill(heron);
    const wren = await bench.join('wren');
    await takes(wren, 'a');
    await takes(otter, 'b');
    expect(await all()).toEqual(['b otter', 'a a', 'n1n -', 'n2n -']);
  });
});

describe('a session that asks for no instance', () => {
  it('gets the first that is free, and one more where none is', async () => {
    const wren = await bench.join('wren');
    expect([await takes(otter), await takes(heron), await takes(wren)]).toEqual(['n1n', 'n2n', 'n3n']);
    bench.kill(heron);
    expect(await takes(await bench.join('newt'))).toBe('n2n');
  });

  it('counts the one that it is as free', async () => {
    expect([await takes(otter), await takes(otter)]).toEqual(['n1n', 'n1n']);
  });

  it('never gets the name of a native session', async () => {
    await bench.join('n1n');
    expect(await takes(otter)).toBe('n2n');
  });
});

describe('a session that asks for an instance', () => {
  it('that another living one is goes by that name, which stays the other’s', async () => {
    await takes(otter, 'front');
    expect(await takes(heron, 'front')).toBe('front');
    expect(await all()).toContain('front otter');
    expect(personaOf(await bench.now(heron), 'other')).toBeUndefined();
    await leaves(heron);
    expect(await all()).toContain('front otter');
  });

  it('leaves the one that it was, also for one that it shares', async () => {
    await takes(otter, 'front');
    await takes(heron, 'back');
    await takes(heron, 'front');
    expect(await all()).toEqual(['front otter', 'back -', 'n1n -', 'n2n -']);
  });

  it('that is a native session’s handle is refused, and stays what it was', async () => {
    await takes(otter, 'front');
    await expect(takes(otter, 'heron')).rejects.toThrow(/"heron" is a session that is here natively/);
    expect(await all()).toEqual(['front otter', 'n1n -', 'n2n -', 'heron heron']);
  });
});

describe('a name that two go by', () => {
  beforeEach(async () => {
    await takes(otter);
    await takes(heron, 'n1n');
  });

  it.each([
    ['left', () => leaves(otter)],
    ['died', async () => bench.kill(otter)],
    ['became another one', () => takes(otter, 'n2n')],
  ])('is given to no third one while one of them lives, when the other %s', async (_how, goes) => {
    await goes();
    const wren = await bench.join('wren');
    expect(await takes(wren)).not.toBe('n1n');
    expect((await all()).filter(line => line.startsWith('n1n'))).toEqual([`n1n ${await handleOf(heron)}`]);
    expect(await keeps(heron, 'n1n')).toBe(true);
    expect(await handleOf(heron)).toBe('n1n');
    await leaves(heron);
    expect(await takes(await bench.join('newt'))).toBe('n1n');
  });

  it('is not given to the one who had it and came back, unless that asks for it', async () => {
    bench.kill(otter);
    const { process, parent } = bench.arrive();
    await bench.transact(unit => join(unit, bench.arrive({ process, parent }), otter.id));
    expect(await takes(otter)).toBe('n2n');
    expect(await keeps(heron, 'n1n')).toBe(true);
    expect(await takes(otter, 'n1n')).toBe('n1n');
  });

  it('is given up by the one who shares it with the name that it takes next', async () => {
    await takes(heron, 'n2n');
    await leaves(otter);
    expect(await all()).toEqual(['n1n -', 'n2n n2n', expect.stringMatching(/otter$/)]);
  });

  it('makes neither of them a native session, nor does what is done before there is a name', async () => {
    const wren = await bench.join('wren');
    expect(await all()).toContain('wren wren');
    await bench.transact(unit => speaks(unit, wren, numbering));
    expect(await all()).toEqual(['n1n otter', 'n2n -']);
  });
});

describe('a session that was away', () => {
  beforeEach(() => takes(otter, 'front'));

  it('is its instance no more when another one has become that', async () => {
    bench.kill(otter);
    await takes(heron, 'front');
    await bench.transact(unit => join(unit, bench.arrive(), otter.id));
    expect([await keeps(otter, 'front'), await keeps(heron, 'front')]).toEqual([false, true]);
    expect(await handleOf(heron)).toBe('front');
    expect(await all()).toEqual(['front front', 'n1n -', 'n2n -']);
  });

  it('is its instance again when nobody is it, and still when it chose to share it', async () => {
    const wren = await bench.join('wren');
    bench.kill(otter);
    await takes(heron, 'front');
    await takes(wren, 'front');
    await leaves(heron);
    expect(await keeps(wren, 'front')).toBe(true);
    bench.kill(wren);
    expect(await keeps(heron, 'front')).toBe(true);
    expect(await all()).toContain('front front');
  });

  it('under a name that is none is refused and stays what it was', async () => {
    await takes(otter, 'front');
    await expect(takes(otter, 'x'.repeat(limits.personaNameCharacters + 1))).rejects.toThrow(/characters/);
    expect(await all()).toContain('front otter');
  });
});

describe('over a hub an instance', () => {
  const over = (principal: string) =>
    bench.join(null, { process: null, host: '', hub: { principal, leaseMs: limits.hubIdleMs } });
  const nameOf = async (session: SessionRecord) => personaOf(await bench.now(session), numbering.issuer)?.name;

  it('that was another token’s is not free, for who asks for it by name or for the first one; its own is', async () => {
    await takes(await over('ana'));
    await bench.clock.advance(limits.hubIdleMs);
    const ben = await over('ben');
    await expect(takes(ben, 'n1n')).rejects.toMatchObject({ code: 'forbidden' });
    await takes(ben);
    expect(await nameOf(ben)).toBe('n2n');
    const back = await over('ana');
    await takes(back);
    expect(await nameOf(back)).toBe('n1n');
  });

  it('that another token has is not shared with it', async () => {
    await takes(await over('ana'), 'front');
    await expect(takes(await over('ben'), 'front')).rejects.toMatchObject({ code: 'forbidden' });
    const beside = await over('ana');
    await takes(beside, 'front');
    expect(await keeps(beside, 'front')).toBe(true);
  });

  it('that was left is free for everybody', async () => {
    const ana = await over('ana');
    await takes(ana);
    await leaves(ana);
    const ben = await over('ben');
    await takes(ben);
    expect(await nameOf(ben)).toBe('n1n');
  });
});

describe('the next one of a name', () => {
  it('is called by it, whoever was before, which left or died', async () => {
    await takes(otter, 'front');
    expect(await handleOf(otter)).toBe('front');
    await takes(otter, 'back');
    expect(await handleOf(otter)).toBe('back');
    await takes(heron, 'front');
    expect(await handleOf(heron)).toBe('front');
    bench.kill(heron);
    const wren = await bench.join('wren');
    await takes(wren, 'front');
    expect(await handleOf(wren)).toBe('front');
  });

  it('gets the mail that came for it while nobody was it', async () => {
    await takes(otter, 'front');
    await leaves(otter);
    await bench.transact(unit =>
      send(unit, heron, { to: ['front'], body: 'Hello', priority: 'normal', replyTo: null, tags: [], key: null }),
    );
    const wren = await bench.join('wren');
    await takes(wren, 'front');
    const unread = await bench.look(({ tx }) => tx.list('delivery', 'unread', { equals: wren.id }, { limit: 10 }));
    expect(unread).toHaveLength(1);
  });
});
