import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench, file, lockCalls } from '../../test/support/rules.ts';
import { endChild, joinChild } from './child.ts';
import { begin } from './conversation-begin.ts';
import { limits } from './limits.ts';
import { acquire } from './lock.ts';
import { release } from './lock-release.ts';
import { defaultPolicy } from './policy.ts';
import { find, lookAround, reap } from './presence.ts';
import type { SessionRecord } from './records.ts';
import { prune } from './retention.ts';
import { end, heartbeat, join, touch, update } from './session.ts';

const day = 86_400_000;

let bench: Bench;
let otter: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter', { clientSession: 'c1', parent: bench.processes.spawn() });
});

const { take, holdersOf, queue } = lockCalls(() => bench);
const { write, bodies, unread } = letterCalls(() => bench);
const child = (id: string, parent = otter, type: string | null = null) =>
  bench.transact(unit => joinChild(unit, parent, { id, type }));
const stop = (id: string, parent = otter) => bench.transact(unit => endChild(unit, parent, { id, type: null }));
const living = async () => (await bench.look(lookAround)).live.map(session => session.handle).sort();

describe('a sub-agent', () => {
  it("joins at its first event under its parent's handle and a number, and is the same at the next", async () => {
    const one = await child('a1', otter, 'Explore');
    const two = await child('a2');
    expect([one.handle, one.task, one.parentSession]).toEqual(['otter.1', 'sub-agent Explore of otter', otter.id]);
    expect([two.handle, two.task]).toEqual(['otter.2', 'sub-agent of otter']);
    expect((await child('a1')).id).toBe(one.id);
    expect(await living()).toEqual(['otter', 'otter.1', 'otter.2']);
  });

  it('that came from a sub-agent is its sibling', async () => {
    const nested = await child('a2', await child('a1'));
    expect([nested.parentSession, nested.handle]).toEqual([otter.id, 'otter.2']);
    await stop('a2', await child('a1'));
    expect(await living()).toEqual(['otter', 'otter.1']);
  });

  it('has a handle within the bound, whatever its parent is called', async () => {
    const [long, near] = ['x'.repeat(40), `${'x'.repeat(39)}y`];
    const parents = [await bench.join(long), await bench.join(near)];
    const children = await Promise.all(parents.map(parent => child('a1', parent)));
    expect(children[0]?.handle).toBe(`${'x'.repeat(38)}.1`);
    expect(new Set(children.map(({ handle }) => handle)).size).toBe(2);
    for (const { handle } of children) expect(handle.length).toBeLessThanOrEqual(limits.handleCharacters);
  });

  it('lives again at a late event, as the one it was', async () => {
    const first = await child('a1');
    await bench.transact(unit => update(unit, first, { handle: 'scout', task: 'Looks around' }));
    await stop('a1');
    const again = await child('a1');
    expect([again.id, again.handle, again.task, again.endedAt]).toEqual([first.id, 'scout', 'Looks around', null]);
  });

  it('is known by an id of any length', async () => {
    const id = 'a'.repeat(5_000);
    const first = await child(id);
    expect((await child(id)).id).toBe(first.id);
    await stop(id);
    expect(await living()).toEqual(['otter']);
  });

  it('says nothing of the kind that a terminal could take for a command, and nothing endless', async () => {
    const { task } = await child('a1', otter, `Ex\u001b[31mplore\n${'x'.repeat(500)}`);
    expect(task).toMatch(/^sub-agent Explore x+ of otter$/);
    expect(task?.length).toBeLessThan(100);
  });

  it('is nothing to a session that does not know it', async () => {
    await child('a1');
    await stop('a1', await bench.join('heron'));
    await stop('a2');
    expect(await living()).toEqual(['heron', 'otter', 'otter.1']);
  });

  it('is another one under another session, though its client names it the same', async () => {
    const heron = await bench.join('heron');
    expect((await child('a1', heron)).id).not.toBe((await child('a1')).id);
  });
});

describe('the life of a sub-agent', () => {
  const endings: [string, () => Promise<unknown>][] = [
    ['leaving', () => bench.transact(unit => end(unit, otter.id, 'left'))],
    ['its process being gone', () => killed()],
    ['its silence on another machine', () => bench.clock.advance(limits.leaseWithoutHeartbeatMs)],
    ['being met by one who wants its lock', () => wantedByAnother()],
  ];
  const killed = async () => {
    bench.kill(otter);
    await bench.transact(unit => reap(unit));
  };
  const wantedByAnother = async () => {
    bench.kill(otter);
    await take(await bench.join('wren'), [file('a')]);
  };

  it.each(endings)('ends with its parent: by %s', async (what, ending) => {
    const process = bench.processes.spawn({ boot: 'elsewhere' });
    const parent = what.includes('another machine') ? await bench.join('far', { process }) : otter;
    const one = await child('a1', parent);
    await take(one, [file('a')]);
    await take(await child('a2', parent), [file('b')]);
    await ending();
    expect((await living()).filter(handle => handle.startsWith(parent.handle))).toEqual([]);
    await bench.transact(unit => reap(unit));
    expect((await bench.now(one)).endedAt).not.toBeNull();
    expect((await holdersOf(file('a'))).filter(handle => handle !== 'wren')).toEqual([]);
    expect(await holdersOf(file('b'))).toEqual([]);
  });

  it('does not begin again when its parent comes back, until it is heard of', async () => {
    await child('a1');
    await bench.transact(unit => end(unit, otter.id, 'left'));
    const again = await bench.transact(unit => join(unit, bench.arrive({ clientSession: 'c1' }), null));
    expect(again.id).toBe(otter.id);
    expect(await living()).toEqual(['otter']);
    const one = await child('a1', again);
    expect([one.handle, one.process]).toEqual(['otter.1', again.process]);
  });

  it('hangs from the process of its parent, whichever that comes to be', async () => {
    const client = bench.processes.spawn();
    const hooked = await bench.join('heron', { process: client, parent: client, clientSession: 'c2' });
    const one = await child('a1', hooked);
    const server = bench.processes.spawn();
    await bench.transact(unit =>
      join(unit, bench.arrive({ process: server, parent: client, clientSession: 'c2' }), null),
    );
    expect((await bench.now(one)).process).toEqual(server);
    bench.processes.kill(server);
    expect(await living()).toEqual(['otter']);
  });

  it("goes on for other machines by its parent's heartbeat, which also warns of its locks' end", async () => {
    otter = await bench.join('far', { process: bench.processes.spawn({ boot: 'elsewhere' }) });
    const one = await child('a1');
    await take(one, [file('a')], 'exclusive', { ttlMs: 100_000 });
    for (let beat = 0; beat < 9; beat += 1) {
      await bench.clock.advance(limits.heartbeatMs);
      await bench.transact(unit => heartbeat(unit, otter.id));
    }
    expect(await living()).toEqual(['far', 'far.1', 'otter']);
    expect(await bench.notices(one)).toEqual([expect.stringContaining('file:a')]);
    await bench.clock.advance(limits.leaseWithoutHeartbeatMs);
    expect(await living()).toEqual(['otter']);
  });

  it('is activity of its parent, whose locks it works under', async () => {
    await take(otter, [file('src')], 'exclusive', { ttlMs: 100_000 });
    const one = await child('a1');
    for (let call = 0; call < 4; call += 1) {
      await bench.clock.advance(60_000);
      const me = await bench.now(one);
      await bench.transact(unit => touch(unit, me, me.branch));
    }
    expect(await holdersOf(file('src'))).toEqual(['otter']);
    expect((await bench.now(otter)).lastSeenAt).toBe(bench.clock.now());
  });
});

describe('mail and sub-agents', () => {
  it('what one has not read goes to its parent when it ends, once, and wakes the parent', async () => {
    const heron = await bench.join('heron');
    const one = await child('a1');
    await write(heron, ['otter.1', 'otter'], 'to both');
    await write(heron, ['otter.1'], 'to the sub-agent');
    const before = bench.wakeups.pokes.length;
    await stop('a1');
    expect(await bodies(otter)).toEqual(['to both', 'to the sub-agent']);
    expect([await unread(otter), await unread(one)]).toEqual([2, 0]);
    expect(bench.wakeups.pokes.slice(before)).toEqual([otter.id]);
  });

  it('what is written to one that has ended goes to its parent, answers to its messages too', async () => {
    const heron = await bench.join('heron');
    const one = await child('a1');
    const question = await write(one, ['heron'], 'which port?');
    await stop('a1');
    await write(heron, ['otter.1'], 'by handle');
    await write(heron, [one.id], 'by id');
    await write(heron, [one.id], '3000', { replyTo: question.message.id });
    expect(await bodies(otter)).toEqual(['by handle', 'by id', '3000']);
  });

  it('what goes to a group conversation that one was in goes to its parent', async () => {
    const heron = await bench.join('heron');
    const one = await child('a1');
    const { conversation } = await bench.transact(unit => begin(unit, heron, { name: 'ports', members: [one.handle] }));
    await write(heron, [conversation.id], 'first');
    await stop('a1');
    await write(heron, [conversation.id], 'second');
    expect((await bodies(otter)).slice(1)).toEqual(['first', 'second']);
  });

  it('what goes to all, a channel or a group reaches none, whenever it joined', async () => {
    const heron = await bench.join('heron');
    otter = await bench.transact(unit => update(unit, otter, { group: 'backend' }));
    const one = await child('a1');
    for (const to of ['all', '#general', 'group:backend']) await write(heron, [to], to);
    expect(await bodies(one)).toEqual([]);
    await stop('a1');
    const again = await child('a1');
    const two = await child('a2');
    expect([await bodies(one), await bodies(again), await bodies(two)]).toEqual([[], [], []]);
    expect(await bodies(otter)).toEqual(['all', '#general', 'group:backend']);
  });

  it('goes to the parent however much it is', async () => {
    const heron = await bench.join('heron');
    await child('a1');
    for (let at = 0; at < 250; at += 1) {
      await write(heron, ['otter.1'], `number ${at}, of which there are many`);
      await bench.clock.advance(1_000);
    }
    await stop('a1');
    expect(await unread(otter)).toBe(250);
  });
});

describe('many sub-agents', () => {
  it('at a time have a bound, beyond which the one that was silent longest makes room', async () => {
    for (let at = 0; at < limits.childrenPerSession; at += 1) {
      await child(`a${at}`);
      await bench.clock.advance(1);
    }
    await take(await child('a0'), [file('a')]);
    await child('next');
    expect(await living()).toHaveLength(limits.childrenPerSession + 1);
    expect(await living()).toContain('otter.1');
    expect(await living()).not.toContain('otter.2');
  });

  it('are refused beyond the bound when all hold locks', async () => {
    for (let at = 0; at < limits.childrenPerSession; at += 1) await take(await child(`a${at}`), [file(`${at}`)]);
    await expect(child('next')).rejects.toMatchObject({ code: 'limit_exceeded' });
    await child('a0');
  });

  it('of one day are listed only while they live, and all but the last are forgotten', async () => {
    for (let at = 0; at < 1_000; at += 1) {
      await child(`a${at}`);
      await bench.clock.advance(1_000);
      await stop(`a${at}`);
    }
    const last = await child('last');
    expect(await living()).toEqual(['otter', 'otter.1001']);
    const kept = await bench.look(view => view.tx.count('session', 'handle', { prefix: 'otter.' }));
    expect(kept).toBeLessThanOrEqual(limits.formerChildrenKept + 2);
    expect((await child('a999')).handle).toBe('otter.1000');
    expect(last.handle).toBe('otter.1001');
    expect(await bench.look(view => find(view.tx, 'otter.1'))).toBeUndefined();
  });

  it('never have a handle that another one had, whatever order they end in', async () => {
    const handles = new Set<string>();
    let joined = 0;
    const open: string[] = [];
    for (let round = 0; round < 400; round += 1) {
      const id = `a${joined}`;
      handles.add((await child(id)).handle);
      joined += 1;
      open.push(id);
      await bench.clock.advance(1_000);
      while (open.length > 0 && bench.ids.below(5) > 1) {
        const [gone] = open.splice(bench.ids.below(open.length), 1);
        await stop(gone as string);
      }
    }
    expect(handles.size).toBe(joined);
  });

  it('that ended go with all else that is old', async () => {
    await child('a1');
    await stop('a1');
    await bench.transact(unit => end(unit, otter.id, 'left'));
    await bench.clock.advance(31 * day);
    await bench.transact(unit => prune(unit, defaultPolicy));
    expect(await bench.look(view => view.tx.count('session', 'handle', { prefix: '' }))).toBe(0);
  });

  it('do not make more of a project than may be in it', async () => {
    await bench.transact(async unit => {
      for (let at = 0; at < limits.sessionsPerProject; at += 1)
        unit.tx.put('session', { ...otter, id: `s${at}`, handle: `s-${at}` });
    });
    await expect(child('a1')).rejects.toMatchObject({ code: 'limit_exceeded' });
  });
});

describe('locks between a session and its sub-agents', () => {
  const given = async (asked: ReturnType<typeof take>) => (await asked).granted !== null;

  it('lend what the parent holds, and stand between siblings', async () => {
    const [one, two] = [await child('a1'), await child('a2')];
    await take(otter, [file('src')]);
    expect(await given(take(one, [file('src/a.ts')]))).toBe(true);
    expect(await given(take(two, [file('src/a.ts')]))).toBe(false);
    expect(await given(take(two, [file('src/b.ts')]))).toBe(true);
    const heron = await bench.join('heron');
    expect(await given(take(heron, [file('src/c.ts')]))).toBe(false);
  });

  it('lend it also where others stand in line for it, who wait for the parent, which waits for its sub-agent', async () => {
    const one = await child('a1');
    await take(otter, [file('a')]);
    const heron = await bench.join('heron');
    await queue(heron, [file('a')]);
    expect(await given(take(one, [file('a')]))).toBe(true);
    await stop('a1');
    await bench.transact(unit => release(unit, otter, 'all'));
    expect(await holdersOf(file('a'))).toEqual(['heron']);
  });

  it('keep the parent from what a sub-agent holds, also where it holds that itself', async () => {
    const one = await child('a1');
    await take(otter, [file('src')]);
    await take(one, [file('src/a.ts')]);
    const outcome = await take(otter, [file('src/a.ts')]);
    expect(outcome.blockers.map(({ session }) => session.handle)).toEqual(['otter.1']);
    await stop('a1');
    expect(await given(take(otter, [file('src/a.ts')]))).toBe(true);
  });

  it('outlast the lock that was lent, and go to the next in line when the work is done', async () => {
    const one = await child('a1');
    await take(otter, [file('a')]);
    await take(one, [file('a')]);
    const heron = await bench.join('heron');
    await queue(heron, [file('a')]);
    await bench.transact(unit => release(unit, otter, 'all'));
    expect(await holdersOf(file('a'))).toEqual(['otter.1']);
    await stop('a1');
    expect(await holdersOf(file('a'))).toEqual(['heron']);
  });

  it('are not lent to the sub-agents of others', async () => {
    const heron = await bench.join('heron');
    await take(otter, [file('a')]);
    expect(await given(take(await child('a1', heron), [file('a')]))).toBe(false);
  });

  it('count for each of them alone', async () => {
    const one = await child('a1');
    const request = { ticket: 't', resources: [file('a')], pools: [], mode: 'exclusive', reason: null } as const;
    const rest = { ttlMs: 60_000, priority: 'normal', fence: 1 } as const;
    await take(otter, [file('a')]);
    await expect(bench.transact(unit => acquire(unit, one, { ...request, ...rest }, null))).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});
