/** What a session is told with the answers to its client's hooks, and what these note of it. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventCalls } from '../../test/support/client-events.ts';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench, file, lockCalls } from '../../test/support/rules.ts';
import { joinChild } from '../core/child.ts';
import { limits } from '../core/limits.ts';
import { notify } from '../core/notice.ts';
import type { Priority, SessionRecord } from '../core/records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
  heron = await bench.join('heron');
});

const { write, unread } = letterCalls(() => bench);
const { take } = lockCalls(() => bench);
const { event } = eventCalls(() => bench);

const bodies = ({ messages }: { messages: { body: string }[] }) => messages.map(({ body }) => body);
const send = (body: string, priority: Priority = 'normal', to = otter) => write(heron, [to.handle], body, { priority });
const prompt = (text: string) => event(otter, { kind: 'prompt', prompt: text });

describe('a message on the answer to a hook', () => {
  it('is shown once, and is read from then on', async () => {
    await send('hello');
    const told = await event(otter, { kind: 'after-tool' });
    expect(bodies(told)).toEqual(['hello']);
    expect(told.text).toContain('hello');
    expect(await unread(otter)).toBe(0);
    expect((await event(otter, { kind: 'after-tool' })).text).toBe('');
  });

  it('that goes with a prompt is read only when the session takes a step, since another hook may forbid the prompt', async () => {
    await send('hello');
    expect(bodies(await prompt('go on'))).toEqual(['hello']);
    expect(await unread(otter)).toBe(1);
    // Nobody saw that prompt: with the next one it comes again, and says so.
    expect((await prompt('once more')).messages).toMatchObject([{ body: 'hello', again: true }]);
    expect(bodies(await event(otter, { kind: 'before-tool' }))).toEqual([]);
    expect(await unread(otter)).toBe(0);
    expect(bodies(await prompt('and now'))).toEqual([]);
  });

  it('that goes with a tool is read when the tool has ended, and comes again with the next prompt when it was broken off', async () => {
    await send('hello');
    expect(bodies(await event(otter, { kind: 'before-tool' }))).toEqual(['hello']);
    // Another tool of the same answer proves nothing.
    expect(bodies(await event(otter, { kind: 'before-tool' }))).toEqual([]);
    expect(await unread(otter)).toBe(1);
    expect((await prompt('no, do it otherwise')).messages).toMatchObject([{ body: 'hello', again: true }]);
    await event(otter, { kind: 'before-tool' });
    expect(await unread(otter)).toBe(0);
    await send('again');
    await event(otter, { kind: 'before-tool' });
    await event(otter, { kind: 'batch-end' });
    expect(await unread(otter)).toBe(0);
  });

  it('that goes with a prompt is read when the session stops without having used a tool', async () => {
    await send('hello');
    await prompt('go on');
    await event(otter, { kind: 'stop' });
    expect(await unread(otter)).toBe(0);
  });

  it.each([
    ['a prompt', 'prompt'],
    ['a tool', 'before-tool'],
  ])('whose answer at %s was lost is not proven seen by what follows', async (_at, kind) => {
    await send('hello');
    await event(otter, { kind }, false);
    await event(otter, { kind: 'after-tool' });
    expect(await unread(otter)).toBe(1);
    await bench.clock.advance(limits.hookAgainMs);
    expect(bodies(await event(otter, { kind: 'after-tool' }))).toEqual(['hello']);
  });

  it('is shown by one of two hooks at once', async () => {
    await send('hello');
    const both = await Promise.all([event(otter, { kind: 'before-tool' }), event(otter, { kind: 'after-tool' })]);
    expect(both.flatMap(bodies)).toEqual(['hello']);
  });

  it('is shown again, and marked so, when nobody confirmed it for a while, each time once', async () => {
    await send('hello');
    await event(otter, { kind: 'after-tool' }, false);
    await bench.clock.advance(limits.hookAgainMs - 1);
    expect((await event(otter, { kind: 'after-tool' })).messages).toEqual([]);
    for (let round = 0; round < 3; round += 1) {
      await bench.clock.advance(limits.hookAgainMs);
      const both = [
        await event(otter, { kind: 'after-tool' }, false),
        await event(otter, { kind: 'after-tool' }, false),
      ];
      expect(both.flatMap(({ messages }) => messages)).toMatchObject([{ body: 'hello', again: true }]);
    }
    await bench.clock.advance(limits.hookAgainMs);
    await event(otter, { kind: 'after-tool' });
    expect(await unread(otter)).toBe(0);
  });

  it.each([
    ['prompt', ['urgent', 'high', 'normal', 'low']],
    ['before-tool', ['urgent', 'high', 'normal']],
    ['after-tool', ['urgent', 'high', 'normal']],
    ['batch-end', ['urgent', 'high', 'normal']],
    ['child-start', ['urgent', 'high', 'normal']],
    ['stop', ['urgent']],
    ['start', []],
    ['child-stop', []],
  ] as const)('rides on a %s, the most pressing first: %j', async (kind, shown) => {
    for (const priority of ['low', 'normal', 'high', 'urgent'] as const) await send(priority, priority);
    expect(bodies(await event(otter, { kind, source: kind === 'start' ? 'resume' : null }))).toEqual(shown);
  });

  it('comes in order of sending among those as pressing', async () => {
    for (const body of ['one', 'two', 'three']) await send(body);
    expect(bodies(await event(otter, { kind: 'before-tool' }))).toEqual(['one', 'two', 'three']);
  });

  it('does not ride where the client shows its model nothing', async () => {
    await send('hello');
    expect((await event(otter, { kind: 'before-tool', carries: false })).messages).toEqual([]);
    expect(await unread(otter)).toBe(1);
  });

  it('that is urgent holds a stop up once, and no other does', async () => {
    await send('soon', 'high');
    expect((await event(otter, { kind: 'stop' })).isHolding).toBe(false);
    await send('now', 'urgent');
    const held = await event(otter, { kind: 'stop' });
    expect([held.isHolding, bodies(held)]).toEqual([true, ['now']]);
    expect(held.text).toContain('an urgent message came before you stopped');
    await send('now too', 'urgent');
    expect((await event(otter, { kind: 'stop', isHeld: true })).isHolding).toBe(false);
    expect((await bench.now(otter)).restingSince).toBe(bench.clock.now());
  });

  it('that is urgent and too long holds a stop up with word of it', async () => {
    await send('x'.repeat(3_000), 'urgent');
    const held = await event(otter, { kind: 'stop' });
    expect([held.isHolding, held.tooLong?.priority]).toEqual([true, 'urgent']);
    expect((await event(otter, { kind: 'stop' })).isHolding).toBe(false);
  });

  it('that is too long is announced once, stays unread and keeps no other back', async () => {
    const { message } = await send('x'.repeat(3_000));
    await send('short');
    const first = await event(otter, { kind: 'before-tool' });
    expect(first.tooLong).toEqual({ id: message.id, from: 'heron', priority: 'normal' });
    expect(first.text).toContain('take it with message_read');
    expect(bodies(await event(otter, { kind: 'after-tool' }))).toEqual(['short']);
    await bench.clock.advance(limits.hookAgainMs * 2);
    expect((await event(otter, { kind: 'prompt' })).text).toBe('');
    expect(await unread(otter)).toBe(1);
  });

  it('that is too long is announced again when nobody got the answer that said so', async () => {
    const { message } = await send('x'.repeat(3_000));
    await event(otter, { kind: 'before-tool' }, false);
    await bench.clock.advance(limits.hookAgainMs);
    expect((await event(otter, { kind: 'before-tool' })).tooLong?.id).toBe(message.id);
    await bench.clock.advance(limits.hookAgainMs * 2);
    expect((await event(otter, { kind: 'before-tool' })).text).toBe('');
  });

  it('that is urgent is shown first, also behind very many', async () => {
    for (let count = 0; count < limits.messagesReadMax + 1; count += 1) {
      if (count % 60 === 0) await bench.clock.advance(61_000);
      await send(`number ${count}`);
    }
    await bench.clock.advance(61_000);
    await send('at once', 'urgent');
    expect(bodies(await event(otter, { kind: 'after-tool' }))[0]).toBe('at once');
  });

  it('that is too long is announced once although another path has handed it over', async () => {
    const { message } = await send('x'.repeat(3_000));
    await bench.transact(async ({ tx }) => {
      const [delivery] = await tx.list('delivery', 'message', { equals: message.id }, { limit: 1 });
      if (delivery) tx.put('delivery', { ...delivery, state: 'delivered', path: 'channel', deliveredAt: tx.now });
    });
    await bench.clock.advance(limits.hookAgainMs);
    expect((await event(otter, { kind: 'before-tool' })).tooLong?.id).toBe(message.id);
    expect((await event(otter, { kind: 'before-tool' })).text).toBe('');
  });

  it('goes to the sub-agent that it was written to, and to its parent once that has ended', async () => {
    const child = await bench.transact(unit => joinChild(unit, otter, { id: 'a1', type: null }));
    await send('for the sub-agent', 'normal', child);
    expect((await event(otter, { kind: 'before-tool' })).messages).toEqual([]);
    await event(otter, { kind: 'child-stop', agent: 'a1' });
    expect(bodies(await event(otter, { kind: 'before-tool' }))).toEqual(['for the sub-agent']);
  });
});

const text = fc.string({ unit: 'binary', maxLength: 2_500 });
const letter = fc.record({
  body: fc.oneof(text, fc.constant('<system-reminder>&</system-reminder>'.repeat(40)), fc.constant('é\n'.repeat(900))),
  priority: fc.constantFrom<Priority>('low', 'normal', 'high', 'urgent'),
  wantsAck: fc.boolean(),
  tags: fc.array(fc.constantFrom('api', 'db'), { maxLength: 2 }),
});

describe('the answer to a hook', () => {
  it('adds at most 2,000 characters, whatever waits for the session', async () => {
    const events = fc.constantFrom('prompt', 'before-tool', 'stop', 'start');
    await fc.assert(
      fc.asyncProperty(fc.array(letter, { maxLength: 12 }), events, async (letters, kind) => {
        const me = await bench.join();
        for (const { body, ...about } of letters) {
          await bench.clock.advance(60_000);
          // Notices keep no bound of bytes or loops: what they say stands for any text.
          if (body.trim() === '') continue;
          if (about.wantsAck) await write(heron, [me.handle], body, about).catch(() => undefined);
          else await bench.transact(async unit => notify(unit, [me.id], body, about.priority));
        }
        for (let round = 0; round < letters.length + 1; round += 1) {
          const source = kind === 'start' ? 'resume' : null;
          const told = await event(me, { kind, source, twin: 'x'.repeat(40) });
          expect(told.text.length).toBeLessThanOrEqual(limits.hookAnswerCharacters);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('brings every message at last, or word of it', async () => {
    const sent = ['short', 'y'.repeat(1_500), 'z'.repeat(1_500), 'x'.repeat(3_000), 'end'];
    for (const body of sent) await send(body);
    const told = [];
    for (let round = 0; round < 6; round += 1) told.push(await event(otter, { kind: 'before-tool' }));
    expect([...told.flatMap(bodies), ...told.flatMap(({ tooLong }) => tooLong ?? [])]).toHaveLength(5);
    expect(told.map(({ more }) => more)).toEqual([4, 3, 2, 1, 0, 0]);
  });

  it('is nothing where there is nothing to say', async () => {
    for (const kind of ['prompt', 'before-tool', 'batch-end', 'stop', 'child-stop', 'end'])
      expect((await event(otter, { kind })).text).toBe('');
  });

  it('says at a start what the session holds, and that another has its conversation open', async () => {
    await take(otter, [file('a')]);
    const told = await event(otter, { kind: 'start', source: 'compact', twin: 'wren' });
    expect(told.text).toMatch(/you are still otter.*file:a.*the session wren has this same conversation open/s);
  });

  it.each(['fork', 'resume'] as const)(
    'says to a session that is new to its history that its locks are not its own: %s',
    async arrivedBy => {
      const now = await bench.now(otter);
      await bench.transact(async ({ tx }) => tx.put('session', { ...now, arrivedBy }));
      const start = await event(otter, { kind: 'start', source: arrivedBy });
      expect(start.text).toMatch(/^Signalbox: you are otter, a new session\. A lock.*belongs to another session/);
      expect((await prompt('go on')).text).toBe('');
    },
  );

  it('says it with the first prompt where the fork was told as a resume', async () => {
    const now = await bench.now(otter);
    await bench.transact(async ({ tx }) => tx.put('session', { ...now, arrivedBy: 'fork' }));
    expect((await prompt('go on')).text).toContain('a new session');
    expect((await prompt('and on')).text).toBe('');
  });

  it('says of another in the conversation at a start alone', async () => {
    expect((await event(otter, { kind: 'prompt', twin: 'wren' })).text).toBe('');
  });

  it('says at the very first start who else is here', async () => {
    expect((await event(otter, { kind: 'start', source: 'startup' })).text).toContain('heron');
  });
});

describe('the events of a client', () => {
  it('tell whether the session rests', async () => {
    await event(otter, { kind: 'stop' });
    expect((await bench.now(otter)).restingSince).toBe(bench.clock.now());
    await event(otter, { kind: 'start', source: 'compact' });
    expect((await bench.now(otter)).restingSince).not.toBeNull();
    await event(otter, { kind: 'prompt' });
    expect((await bench.now(otter)).restingSince).toBeNull();
  });

  it('count as activity, which renews its locks', async () => {
    await take(otter, [file('a')], 'exclusive', { ttlMs: 100_000 });
    for (let round = 0; round < 4; round += 1) {
      await bench.clock.advance(60_000);
      await event(otter, { kind: 'before-tool' });
    }
    expect(await bench.look(view => view.tx.count('lock', 'holder', { equals: otter.id }))).toBe(1);
  });

  it('write nothing when they say nothing new', async () => {
    await event(otter, { kind: 'before-tool' });
    const sequence = () => bench.look(async view => [view.tx.sequence, await view.tx.get('session', otter.id)]);
    const before = await sequence();
    await event(otter, { kind: 'after-tool' });
    expect(await sequence()).toEqual(before);
  });

  it('make the hooks the way to reach it, unless there is a better one', async () => {
    expect(otter.reach).toBe('calls');
    await event(otter, { kind: 'before-tool' });
    expect((await bench.now(otter)).reach).toBe('hooks');
    const pushed = await bench.join('wren', { reach: 'channel' });
    await event(pushed, { kind: 'before-tool' });
    expect((await bench.now(pushed)).reach).toBe('channel');
  });
});
