import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { begin } from './conversation-begin.ts';
import { limits } from './limits.ts';
import { operator } from './presence.ts';
import type { Priority, SessionRecord } from './records.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

const { write, unread } = letterCalls(() => bench);
const refused = { code: 'limit_exceeded', message: expect.stringContaining('loop') };

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

/** Two sessions answer each other, `gapMs` apart; how far they came before one was refused, at most `rounds`. */
async function pingPong(rounds: number, gapMs: number, urgency: Priority = 'normal'): Promise<number> {
  for (let count = 0; count < rounds; count += 1) {
    const [from, to] = count % 2 === 0 ? [otter, 'heron'] : [heron, 'otter'];
    try {
      await write(from, [to], `and ${count}`, { priority: urgency });
    } catch {
      return count;
    }
    await bench.clock.advance(gapMs);
  }
  return rounds;
}

describe('a loop of two sessions', () => {
  it('ends after twelve messages to and fro within a minute, for both, whatever the priority', async () => {
    expect(await pingPong(40, 2_000, 'urgent')).toBe(limits.loopMessages);
    await expect(write(otter, ['heron'], 'more')).rejects.toMatchObject(refused);
    await expect(write(heron, ['otter'], 'more', { priority: 'urgent' })).rejects.toMatchObject(refused);
    expect((await unread(otter)) + (await unread(heron))).toBe(limits.loopMessages);
  });

  it('is told since when, until when, and what to do; after that pause the two may go on', async () => {
    const begun = bench.clock.now();
    await pingPong(40, 2_000);
    const last = begun + (limits.loopMessages - 1) * 2_000;
    const at = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
    await expect(write(otter, ['heron'], 'more')).rejects.toMatchObject({
      message: `This looks like a loop: 12 messages with heron since ${at(begun)}. Until ${at(last + limits.loopWindowMs)} nothing more is taken from you there; it was not sent.`,
      next: expect.stringMatching(/decide alone.*operator/),
    });
    await bench.clock.advance(last + limits.loopWindowMs - bench.clock.now() - 1);
    await expect(write(otter, ['heron'], 'more')).rejects.toMatchObject(refused);
    await bench.clock.advance(1);
    await write(otter, ['heron'], 'more');
  });

  it('is found as well when each says two or three things at a time', async () => {
    let sent = 0;
    const talk = async () => {
      for (; sent < 60; sent += 1) {
        const isOtter = Math.floor(sent / 3) % 2 === 0;
        await write(isOtter ? otter : heron, [isOtter ? 'heron' : 'otter'], `and ${sent}`);
        await bench.clock.advance(1_000);
      }
    };
    await expect(talk()).rejects.toMatchObject(refused);
    expect(sent).toBeGreaterThan(limits.loopMessages);
  });

  it('keeps neither of them from others, nor others from each other', async () => {
    await pingPong(40, 1_000);
    await write(otter, ['wren'], 'to somebody else');
    await write(wren, ['otter'], 'and back');
    await write(otter, ['#general'], 'to everybody');
    await expect(write(otter, ['wren', 'heron'], 'to both')).rejects.toMatchObject(refused);
  });

  it('is not seen in talk at the pace of people, nor in many messages one way', async () => {
    expect(await pingPong(40, 6_000)).toBe(40);
    for (let count = 0; count < 50; count += 1) await write(wren, ['heron'], `part ${count}`);
    await write(heron, ['wren'], 'got them all');
    await write(wren, ['heron'], 'good');
  });

  it('does not count what a repeated key sends, because it sends nothing', async () => {
    for (let count = 0; count < 30; count += 1) {
      await write(otter, ['heron'], 'question', { key: 'q' });
      await write(heron, ['otter'], 'answer', { key: 'a' });
    }
    await write(otter, ['heron'], 'thanks');
  });

  it('is judged by nothing when the clock was set back', async () => {
    await pingPong(40, 1_000);
    bench.clock.stepWallClock(-3_600_000);
    await write(otter, ['heron'], 'more');
  });
});

describe('a loop in a conversation of several', () => {
  it('damps those who take turn after turn, and nobody else', async () => {
    const { conversation } = await bench.transact(unit =>
      begin(unit, otter, { name: 'team', members: ['heron', 'wren'] }),
    );
    for (let count = 0; count < limits.loopMessages; count += 1) {
      await write(count % 2 === 0 ? otter : heron, [conversation.id], `and ${count}`);
      await bench.clock.advance(1_000);
    }
    await expect(write(otter, [conversation.id], 'more')).rejects.toMatchObject(refused);
    await expect(write(heron, [conversation.id], 'more')).rejects.toMatchObject(refused);
    await write(wren, [conversation.id], 'stop it, you two');
    await write(otter, ['wren'], 'sorry');
  });

  it('is not seen when many answer one question', async () => {
    await write(otter, ['#general'], 'who is here?');
    for (let count = 0; count < 20; count += 1) {
      const session = await bench.join();
      await write(session, ['#general'], `me, ${count}`);
    }
    await write(otter, ['#general'], 'thanks');
  });
});

describe('the same text', () => {
  const same = { code: 'limit_exceeded', message: expect.stringContaining('this very text') };

  it('to the same recipients is refused the third time within ten minutes, and taken afterwards', async () => {
    await write(otter, ['heron'], 'done?');
    await bench.clock.advance(1_000);
    await write(otter, ['heron'], 'done?');
    await expect(write(otter, ['heron'], 'done?', { priority: 'urgent' })).rejects.toMatchObject(same);
    expect(await unread(heron)).toBe(2);
    await bench.clock.advance(limits.sameBodyWindowMs - 1_000);
    await write(otter, ['heron'], 'done?');
  });

  it('is another message to others, from others, with a key, or worded otherwise', async () => {
    for (let count = 0; count < 2; count += 1) await write(otter, ['heron'], 'done?');
    await write(otter, ['wren'], 'done?');
    await write(otter, ['heron', 'wren'], 'done?');
    await write(wren, ['heron'], 'done?');
    await write(otter, ['heron'], 'done by now?');
    for (let count = 0; count < 2; count += 1) await write(wren, ['heron', 'otter'], 'ready?');
    await write(wren, ['heron'], 'ready?');
    for (const key of ['a', 'b', 'c']) await write(otter, ['heron'], 'done?', { key });
    for (const key of ['a', 'b', 'c']) await write(heron, ['wren'], 'done?', { key });
    for (let count = 0; count < 2; count += 1) await write(heron, ['wren'], 'done?');
    await write(otter, ['all'], 'done?');
  });

  it('is refused in channels too', async () => {
    for (let count = 0; count < 2; count += 1) await write(otter, ['#general'], 'anybody?');
    await expect(write(otter, ['#general'], 'anybody?')).rejects.toMatchObject(same);
    await write(otter, ['#git'], 'anybody?');
  });
});

it('leaves the operator alone, whoever writes and wherever', async () => {
  const person = await bench.transact(operator);
  for (let count = 0; count < 30; count += 1) {
    await write(person, ['heron'], 'go on');
    await write(heron, ['operator'], 'done');
  }
  expect(await unread(person)).toBe(30);
  for (let count = 0; count < 20; count += 1) {
    await write(person, ['#general'], `question ${count}`);
    await write(wren, ['#general'], `answer ${count}`);
  }
});
