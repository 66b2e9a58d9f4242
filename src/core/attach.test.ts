import { beforeEach, describe, expect, it } from 'vitest';
import { attachCalls, type EventAbout } from '../../test/support/attaching.ts';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench, file, lockCalls } from '../../test/support/rules.ts';
import { joinChild } from './child.ts';
import { noteEvent } from './client-event.ts';
import { callingSession, lookAround, reap } from './presence.ts';
import type { ProcessIdentity } from './process.ts';
import type { SessionRecord } from './records.ts';
import { end } from './session.ts';

let bench: Bench;
/** The client's process. */
let client: ProcessIdentity;

beforeEach(async () => {
  bench = createBench();
  client = bench.processes.spawn();
  await bench.clock.advance(1_000);
});

const { holdersOf, stand, take } = lockCalls(() => bench);
const { write, unread } = letterCalls(() => bench);

const { told, session } = attachCalls(
  () => bench,
  () => client,
);
const living = async () => (await bench.look(lookAround)).live.map(each => each.handle).sort();
const prompt = (me: SessionRecord) =>
  bench.transact(async unit => {
    const stored = (await unit.tx.get('session', me.id)) as SessionRecord;
    return noteEvent(unit, stored, { kind: 'prompt', source: null, prompt: 'Move the login', isHeld: false });
  });

/** By whom the events are told: by hooks alone, or by the server that the session has. */
const ways = ['hooks alone', 'its server'] as const;

describe.each(ways)('a session whose events are told by %s', way => {
  let first: SessionRecord;
  let by: EventAbout;

  beforeEach(async () => {
    const server = bench.processes.spawn();
    first = await session({ start: 'startup', ...(way === 'its server' ? { server } : {}) });
    by = way === 'its server' ? { server, current: first } : {};
  });

  it.each([
    ['the same conversation', 'c1', null],
    ['a compaction', 'c1', 'compact'],
    ['a resume of the conversation it is in', 'c1', 'resume'],
    ['a start told once more', 'c1', 'startup'],
    ['a conversation that begins with a cleared context', 'c2', 'clear'],
    ['a conversation that nobody announced', 'c2', null],
    ['an event without a conversation', null, null],
  ] as const)('stays the same over %s', async (_what, conversation, start) => {
    const after = await session({ ...by, conversation, start });
    expect([after.id, after.handle]).toEqual([first.id, first.handle]);
    expect(after.clientSession).toBe(conversation ?? 'c1');
    expect(await living()).toEqual([first.handle]);
  });

  it('is known by each of its conversations, and an event of a former one changes nothing', async () => {
    await session({ ...by, conversation: 'c2', start: 'clear' });
    await session({ ...by, conversation: 'c3', start: 'clear' });
    const late = await session({ ...by, conversation: 'c1' });
    expect([late.id, late.clientSession]).toEqual([first.id, 'c3']);
    expect(late.pastConversations).toEqual(['c1', 'c2']);
  });

  it('goes back to a conversation of its own on purpose', async () => {
    await session({ ...by, conversation: 'c2', start: 'clear' });
    const back = await session({ ...by, conversation: 'c1', start: 'resume' });
    expect([back.id, back.clientSession, back.pastConversations]).toEqual([first.id, 'c1', ['c2']]);
  });

  it('gives way to the session of a conversation that is resumed in its process, and comes back with its own', async () => {
    await session({ ...by, conversation: 'c2', start: 'clear' });
    const other = await session({ ...by, conversation: 'c9', start: 'resume' });
    expect(other.id).not.toBe(first.id);
    expect(await living()).toEqual([other.handle]);
    const back = await session({ ...by, current: by.server ? other : null, conversation: 'c2', start: 'resume' });
    expect([back.id, back.handle]).toEqual([first.id, first.handle]);
    expect(await living()).toEqual([first.handle]);
  });

  it('leaves its sub-agents, which work on in the background with what they hold, to the session that it gives way to', async () => {
    const child = await bench.transact(unit => joinChild(unit, first, { id: 'a1', type: null }));
    await take(child, [file('a')]);
    const other = await session({ ...by, conversation: 'c9', start: 'resume' });
    expect(await living()).toEqual([other.handle, child.handle].sort());
    expect(await holdersOf(file('a'))).toEqual([child.handle]);
    expect((await bench.transact(unit => joinChild(unit, other, { id: 'a1', type: null }))).id).toBe(child.id);
    await bench.transact(unit => end(unit, other.id, 'left'));
    expect(await living()).toEqual([]);
  });

  it('gives way to the session of a conversation whose resume nobody told', async () => {
    const other = await session({ ...by, conversation: 'c9', start: 'resume' });
    const again = await session({ ...by, current: by.server ? other : null, conversation: 'c1' });
    expect(again.id).toBe(first.id);
    expect(await living()).toEqual([first.handle]);
  });

  it('is another one in a fork', async () => {
    const fork = await session({ ...by, conversation: 'c2', start: 'fork' });
    expect(fork.id).not.toBe(first.id);
    expect(fork.pastConversations).toEqual([]);
    const resumed = await session({ client: bench.processes.spawn(), conversation: 'c1', start: 'resume' });
    expect(resumed.id).toBe(first.id);
  });

  it('does not continue the one that its client left for another conversation', async () => {
    // The conversation turned to is one of another folder: in this one it was the last.
    const other = await session({ ...by, conversation: 'c9', start: 'resume', root: '/shop-2' });
    await bench.transact(unit => end(unit, other.id, 'left'));
    const next = await session({ ...by, current: null, conversation: 'c10', start: 'startup' });
    expect([first.id, other.id]).not.toContain(next.id);
    expect((await bench.now(first)).endedAt).not.toBeNull();
  });

  it('comes back as itself when somebody ended it, in whatever conversation its client is', async () => {
    await bench.transact(unit => end(unit, first.id, 'ended by heron'));
    const back = await session({ ...by, conversation: 'c2', start: 'clear' });
    expect([back.id, back.clientSession, back.endedAt]).toEqual([first.id, 'c2', null]);
  });

  it('is one session although the answer to each attempt was lost', async () => {
    for (const about of [
      { conversation: 'c2', start: 'clear' },
      { conversation: 'c9', start: 'resume' },
      { conversation: 'c10', start: 'fork' },
    ] as const) {
      const [one, two] = [await session({ ...by, ...about }), await session({ ...by, ...about })];
      expect(two.id).toBe(one.id);
      expect(await living()).toEqual([one.handle]);
      by = by.server ? { ...by, current: one } : by;
    }
  });
});

describe('a fork that is told as a resume of what it began with', () => {
  it('is a session of its own from its first prompt on, and the resumed one keeps its mail', async () => {
    const first = await session({ start: 'startup' });
    bench.processes.kill(client);
    await bench.transact(unit => reap(unit));
    await write(await bench.join(), [first.handle], 'for you');
    const again = bench.processes.spawn();
    const resumed = await session({ client: again, start: 'resume' });
    expect([resumed.id, resumed.arrivedBy]).toEqual([first.id, 'return']);
    const fork = await session({ client: again, conversation: 'c2' });
    expect(fork.id).not.toBe(first.id);
    expect((await bench.now(first)).endedAt).not.toBeNull();
    expect([await unread(first), await unread(fork)]).toEqual([1, 0]);
    expect((await session({ client: bench.processes.spawn(), start: 'resume' })).id).toBe(first.id);
  });

  it('was never in the conversation that it began with, when that is open elsewhere', async () => {
    const first = await session({ start: 'startup' });
    const beside = bench.processes.spawn();
    const resumed = await session({ client: beside, start: 'resume' });
    expect([resumed.id === first.id, resumed.arrivedBy]).toEqual([false, 'resume']);
    const fork = await session({ client: beside, conversation: 'c2' });
    expect([fork.id, fork.clientSession, fork.pastConversations]).toEqual([resumed.id, 'c2', []]);
    bench.processes.kill(beside);
    bench.processes.kill(client);
    expect((await session({ client: bench.processes.spawn(), start: 'resume' })).id).toBe(first.id);
  });

  it('is no fork after a prompt in the resumed conversation', async () => {
    const first = await session({ start: 'startup' });
    bench.processes.kill(client);
    const again = bench.processes.spawn();
    await session({ client: again, start: 'resume' });
    expect((await prompt(first)).arrivedBy).toBeNull();
    expect((await session({ client: again, conversation: 'c2' })).id).toBe(first.id);
  });

  it('does not take the place of what it began with, when that was open elsewhere', async () => {
    const first = await session({ start: 'startup' });
    const second = bench.processes.spawn();
    const fork = await session({ client: second, start: 'resume' });
    await session({ client: second, conversation: 'c2' });
    for (const process of [client, second]) bench.processes.kill(process);
    const resumed = await session({ client: bench.processes.spawn(), start: 'resume' });
    expect([resumed.id, fork.id === first.id]).toEqual([first.id, false]);
  });
});

describe('a server', () => {
  it('takes over the session that a hook of its client let join', async () => {
    const hooked = await session({ start: 'startup' });
    const server = bench.processes.spawn();
    for (const conversation of ['c1', null, 'c1']) {
      const served = await session({ server, conversation });
      expect([served.id, served.process]).toEqual([hooked.id, server]);
    }
    expect(await living()).toEqual([hooked.handle]);
  });

  it('takes the sub-agents of that session over with it', async () => {
    const hooked = await session({ start: 'startup' });
    const child = await bench.transact(unit => joinChild(unit, hooked, { id: 'a1', type: null }));
    const server = bench.processes.spawn();
    await session({ server });
    expect((await bench.now(child)).process).toEqual(server);
  });

  it('of no known conversation becomes the session that is known to be in the one it learns of', async () => {
    const before = await session({ server: bench.processes.spawn(), conversation: 'c1' });
    await bench.transact(unit => end(unit, before.id, 'client gone'));
    const server = bench.processes.spawn();
    const fresh = await session({ server, conversation: null });
    await write(await bench.join(), [fresh.handle], 'for you');
    const known = await session({ server, current: fresh, conversation: 'c1' });
    expect(known.id).toBe(before.id);
    expect(await unread(known)).toBe(1);
  });

  it('of no known conversation stays what it is once it holds something', async () => {
    const before = await session({ server: bench.processes.spawn(), conversation: 'c1' });
    await bench.transact(unit => end(unit, before.id, 'client gone'));
    const server = bench.processes.spawn();
    const fresh = await session({ server, conversation: null });
    await take(fresh, [file('a')]);
    const known = await session({ server, current: fresh, conversation: 'c1' });
    expect([known.id, known.clientSession]).toEqual([fresh.id, 'c1']);
  });

  it('that died under a client that lives is followed by one with its handle, its mail and word of its lost places', async () => {
    const server = bench.processes.spawn();
    const first = await session({ server, start: 'startup' });
    const other = await bench.join('other');
    await take(other, [file('a')]);
    await stand(first, [file('a')]);
    await write(other, [first.handle], 'for you');
    bench.processes.kill(server);
    const again = bench.processes.spawn();
    const back = await session({ server: again });
    expect([back.id, back.handle, back.process]).toEqual([first.id, first.handle, again]);
    expect(await bench.notices(back)).toEqual([expect.stringMatching(/^Your server process died.*file:a/)]);
    expect(await unread(back)).toBe(2);
  });

  it('that died is followed by a hook until the next one is there', async () => {
    const server = bench.processes.spawn();
    const first = await session({ server, start: 'startup' });
    bench.processes.kill(server);
    const hooked = await session();
    expect([hooked.id, hooked.process]).toEqual([first.id, client]);
    const again = bench.processes.spawn();
    expect((await session({ server: again })).process).toEqual(again);
  });

  it('that died is followed in the conversation that begins then', async () => {
    const server = bench.processes.spawn();
    const first = await session({ server, start: 'startup' });
    await take(first, [file('a')]);
    bench.processes.kill(server);
    const next = await session({ conversation: 'c2', start: 'clear' });
    expect(next.id).toBe(first.id);
    expect(await bench.look(view => view.tx.count('lock', 'all', { prefix: '' }))).toBe(0);
  });

  it('shares the session of another one of the same client, which stays its lease', async () => {
    const [one, two] = [bench.processes.spawn(), bench.processes.spawn()];
    const first = await session({ server: one });
    const shared = await session({ server: two });
    expect([shared.id, shared.process]).toEqual([first.id, one]);
    await take(first, [file('a')]);
    bench.processes.kill(one);
    const back = await session({ server: two, current: first });
    expect([back.id, back.process]).toEqual([first.id, two]);
    expect(await holdersOf(file('a'))).toEqual([first.handle]);
  });
});

describe('two processes with one conversation', () => {
  it('are two sessions, each told of the other', async () => {
    const { session: first } = await told({ start: 'startup' });
    const second = await told({ client: bench.processes.spawn(), start: 'resume' });
    expect(second.session.id).not.toBe(first.id);
    expect(second.twin?.id).toBe(first.id);
    expect((await told()).twin?.id).toBe(second.session.id);
  });

  it('are none when the first has ended, or has another conversation by now', async () => {
    await told({ start: 'startup' });
    await told({ conversation: 'c2', start: 'clear' });
    const second = await told({ client: bench.processes.spawn(), start: 'resume' });
    expect(second.twin).toBeNull();
    bench.processes.kill(client);
    expect((await told({ client: bench.processes.spawn(), conversation: 'c2', start: 'resume' })).twin).toBeNull();
  });

  it('are not a sub-agent and a session of the same id', async () => {
    const first = await session({ start: 'startup' });
    await bench.transact(unit => joinChild(unit, first, { id: 'c7', type: null }));
    const other = await told({ client: bench.processes.spawn(), conversation: 'c7' });
    expect([other.twin, other.session.parentSession]).toEqual([null, null]);
  });
});

describe('a conversation whose id is endless', () => {
  it('is known by its beginning', async () => {
    const first = await session({ conversation: 'x'.repeat(5_000), start: 'startup' });
    expect((await session({ conversation: 'x'.repeat(5_000) })).id).toBe(first.id);
    expect(first.clientSession).toHaveLength(128);
  });
});

describe('a command in the shell of a session', () => {
  const clues = (conversation: string | null, parent: ProcessIdentity | null = client) => ({
    session: null,
    conversation,
    parent,
  });
  const caller = async (...about: Parameters<typeof clues>) =>
    (await bench.look(view => callingSession(view, clues(...about))))?.id;

  it('is the session over a cleared context, whichever of its conversations the shell names', async () => {
    const first = await session({ start: 'startup' });
    await session({ conversation: 'c2', start: 'clear' });
    expect(await Promise.all([caller('c1'), caller('c2'), caller(null)])).toEqual([first.id, first.id, first.id]);
    expect(await Promise.all([caller('c1', null), caller('c2', null)])).toEqual([first.id, first.id]);
  });

  it('is the session and none of its sub-agents, in the shell of a sub-agent too', async () => {
    const first = await session({ start: 'startup' });
    for (const id of ['a1', 'a2']) await bench.transact(unit => joinChild(unit, first, { id, type: null }));
    const other = await session({ isOnly: false, conversation: 'c5', start: 'startup' });
    expect(await Promise.all([caller('c1'), caller('c5'), caller('a1', null)])).toEqual([first.id, other.id, first.id]);
  });

  it('is the one that is in the conversation rather than one that was', async () => {
    const first = await session({ start: 'startup' });
    await session({ conversation: 'c2', start: 'clear' });
    const second = await session({ client: bench.processes.spawn(), start: 'resume' });
    expect(await caller('c1', null)).toBe(second.id);
    expect(await caller('c2', null)).toBe(first.id);
  });
});
