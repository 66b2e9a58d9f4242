import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { begin } from './conversation-begin.ts';
import { refuseLoop } from './damper.ts';
import { limits } from './limits.ts';
import { notify } from './notice.ts';
import type { Reader } from './ports.ts';
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
    expect(await pingPong(40, 2_000, 'urgent')).toBe(limits.loopTurns);
    await expect(write(otter, ['heron'], 'more')).rejects.toMatchObject(refused);
    await expect(write(heron, ['otter'], 'more', { priority: 'urgent' })).rejects.toMatchObject(refused);
    expect((await unread(otter)) + (await unread(heron))).toBe(limits.loopTurns);
  });

  it('is told since when, until when, and what to do; after that pause the two may go on', async () => {
    const begun = bench.clock.now();
    await pingPong(40, 2_000);
    const last = begun + (limits.loopTurns - 1) * 2_000;
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
    expect(sent).toBeGreaterThan(limits.loopTurns);
  });

  it('keeps neither of them from others, nor others from each other', async () => {
    await pingPong(40, 1_000);
    await write(otter, ['wren'], 'to somebody else');
    await write(wren, ['otter'], 'and back');
    await write(otter, ['#general'], 'to everybody');
    await expect(write(otter, ['wren', 'heron'], 'to both')).rejects.toMatchObject(refused);
  });

  it('is not seen in talk at the pace of people, nor in many messages one way', async () => {
    expect(await pingPong(60, 90_000)).toBe(60);
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
    for (let count = 0; count < 2; count += 1) await write(otter, ['wren'], 'done?');
    await pingPong(40, 1_000);
    bench.clock.stepWallClock(-3_600_000);
    await write(otter, ['wren'], 'done?');
    await write(otter, ['heron'], 'more');
  });
});

describe('looking for a loop', () => {
  /** What sending from otter to heron reads for it. */
  const readsOf = (body: string) =>
    bench.look(async ({ tx }) => {
      const read: string[] = [];
      const list: Reader['list'] = (kind, index, range, page) => {
        read.push(`${kind} ${index}`);
        return tx.list(kind, index, range, page);
      };
      const watched = { now: tx.now, sequence: tx.sequence, list, get: tx.get.bind(tx), count: tx.count.bind(tx) };
      const about = { conversation: 'direct', recipients: [heron], key: null, answered: null };
      await refuseLoop(watched, otter, { ...about, body });
      return read;
    });

  it('costs one read of the own messages, until so many of them are alike that there can be one', async () => {
    for (let count = 0; count < 40; count += 1) await write(otter, ['wren'], `part ${count}`);
    for (let count = 0; count < limits.loopTurns / 2 - 1; count += 1) await write(otter, ['heron'], `part ${count}`);
    expect(await readsOf('more')).toEqual(['message sender']);
    await write(otter, ['heron'], 'one more');
    // Who says nothing is in no dialogue, however much it is told.
    expect(await readsOf('more')).toEqual(['message sender']);
    for (let count = 0; count < limits.loopTurns / 2 - 1; count += 1) await write(heron, ['wren'], `part ${count}`);
    expect(await readsOf('more')).toEqual(['message sender', 'delivery inbox']);
  });
});

describe('a loop at the pace of models', () => {
  it('ends after twenty-four turns within half an hour that are short and name nothing new', async () => {
    expect(await pingPong(2_000, 5_500)).toBe(limits.slowLoopTurns);
    expect(await pingPong(2_000, 5_500)).toBe(0);
    await bench.clock.advance(limits.slowLoopPauseMs);
    expect(await pingPong(2_000, 60_000)).toBe(limits.slowLoopTurns);
  });

  it('is told until when, and may go on after five minutes without a message', async () => {
    const begun = bench.clock.now();
    await pingPong(40, 10_000);
    const last = begun + (limits.slowLoopTurns - 1) * 10_000;
    const at = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
    await expect(write(otter, ['heron'], 'more')).rejects.toMatchObject({
      message: expect.stringContaining(
        `24 messages with heron since ${at(begun)}. Until ${at(last + limits.slowLoopPauseMs)}`,
      ),
      next: expect.stringContaining('names something new'),
    });
    await bench.clock.advance(last + limits.slowLoopPauseMs - bench.clock.now() - 1);
    await expect(write(otter, ['heron'], 'more')).rejects.toMatchObject(refused);
    await bench.clock.advance(1);
    await write(otter, ['heron'], 'more');
    await write(heron, ['otter'], 'yes');
    await write(otter, ['heron'], 'good');
  });

  it('takes what is work all the same: long, or naming something new', async () => {
    await pingPong(40, 10_000);
    await write(otter, ['heron'], 'I found it in src/login.ts');
    await expect(write(heron, ['otter'], 'in src/login.ts, good')).rejects.toMatchObject(refused);
    await write(heron, ['otter'], 'word '.repeat(41));
  });

  it('is not seen in work: tasks and their answers, and long texts', async () => {
    for (let count = 0; count < 60; count += 1) {
      await write(otter, ['heron'], `Take src/part${count}.ts`);
      await bench.clock.advance(10_000);
      await write(heron, ['otter'], `Done with it, ${count}`);
      await write(otter, ['wren'], `${count} `.repeat(100));
      await bench.clock.advance(10_000);
      await write(wren, ['otter'], `${-count} `.repeat(100));
    }
  });
});

describe('a loop by way of several conversations', () => {
  /** They write in turn, `gapMs` apart; how far they came before one was refused, at most `rounds`. */
  async function inTurn(rounds: number, gapMs: number, writers: readonly ((count: number) => Promise<unknown>)[]) {
    for (let count = 0; count < rounds; count += 1) {
      try {
        await writers[count % writers.length]?.(count);
      } catch (error) {
        expect(error).toMatchObject(refused);
        return count;
      }
      await bench.clock.advance(gapMs);
    }
    return rounds;
  }

  describe.each([
    { pace: 'fast', gapMs: 2_000, turns: limits.loopTurns },
    { pace: 'slow', gapMs: 20_000, turns: limits.slowLoopTurns },
  ])('that is $pace', ({ gapMs, turns }) => {
    it('is found when one writes to all and the other answers it directly', async () => {
      let asked = '';
      const toAll = async (count: number) => {
        asked = (await write(otter, ['all'], `and ${count}`)).message.id;
      };
      const answer = (count: number) => write(heron, [], `yes, ${count}`, { replyTo: asked });
      expect(await inTurn(80, gapMs, [toAll, answer])).toBe(turns);
    });

    it('is found at the one who answers when a third talks in between', async () => {
      let asked = '';
      const toAll = async (count: number) => {
        asked = (await write(otter, ['all'], `and ${count}`)).message.id;
      };
      const answer = (count: number) => write(heron, [], `yes, ${count}`, { replyTo: asked });
      const third = (count: number) => write(wren, ['#ideas'], `my ${count}`);
      expect(await inTurn(150, gapMs, [toAll, answer, third])).toBe((turns / 2) * 3 + 1);
    });

    it('is found when one writes directly and the other into a channel', async () => {
      const direct = (count: number) => write(heron, ['otter'], `and ${count}`);
      const channel = (count: number) => write(otter, ['#general'], `and ${count}`);
      expect(await inTurn(80, gapMs, [direct, channel])).toBe(turns);
    });

    it('is found when each writes into a channel of its own, or with a third who only listens', async () => {
      const ideas = (count: number) => write(heron, ['#ideas'], `and ${count}`);
      const git = (count: number) => write(otter, ['#git'], `and ${count}`);
      expect(await inTurn(80, gapMs, [ideas, git])).toBe(turns);
      await bench.clock.advance(limits.slowLoopWindowMs);
      const toTwo = (count: number) => write(heron, ['otter', 'wren'], `and ${count}`);
      const back = (count: number) => write(otter, ['wren', 'heron'], `and ${count}`);
      expect(await inTurn(80, gapMs, [toTwo, back])).toBe(turns);
    });
  });

  it('is found although notices come in between', async () => {
    const notice = () => bench.transact(async unit => notify(unit, [otter.id, heron.id], 'A lock is yours.'));
    const ideas = (count: number) => write(heron, ['#ideas'], `and ${count}`).then(notice);
    const git = (count: number) => write(otter, ['#git'], `and ${count}`).then(notice);
    expect(await inTurn(80, 2_000, [ideas, git])).toBe(limits.loopTurns);
  });

  it('closes neither a channel nor the direct way for what is said there otherwise', async () => {
    for (let count = 0; count < limits.loopTurns; count += 1) await write(otter, ['#general'], `part ${count}`);
    await pingPong(40, 1_000);
    await write(otter, ['#general'], 'I am caught in a loop');
    await write(heron, ['all'], 'So am I');
  });
});

describe('a loop in a conversation of several', () => {
  it('damps those who take turn after turn, and nobody else', async () => {
    const { conversation } = await bench.transact(unit =>
      begin(unit, otter, { name: 'team', members: ['heron', 'wren'] }),
    );
    for (let count = 0; count < limits.loopTurns; count += 1) {
      await write(count % 2 === 0 ? otter : heron, [conversation.id], `and ${count}`);
      await bench.clock.advance(1_000);
    }
    await expect(write(otter, [conversation.id], 'more')).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining(`12 messages with heron in ${conversation.id} since`),
    });
    await expect(write(heron, [conversation.id], 'more')).rejects.toMatchObject(refused);
    await write(wren, [conversation.id], 'stop it, you two');
    await write(otter, ['wren'], 'sorry');
  });

  it('is not seen when one helps many, each in turn', async () => {
    for (let count = 0; count < 12; count += 1) {
      const asker = await bench.join();
      const { message } = await write(asker, ['#coordination'], `question ${count}`);
      await bench.clock.advance(3_000);
      await write(otter, ['#coordination'], `answer ${count}`, count % 2 ? { replyTo: message.id } : {});
      await bench.clock.advance(3_000);
    }
  });

  it('is not seen when six write in turn, into a group conversation or to each other', async () => {
    const others = [heron, wren, await bench.join('lynx'), await bench.join('vole'), await bench.join('crow')];
    const six = [otter, ...others];
    const members = others.map(({ handle }) => handle);
    const { conversation } = await bench.transact(unit => begin(unit, otter, { name: 'team', members }));
    for (let count = 0; count < 240; count += 1) {
      const writer = six[count % six.length] as SessionRecord;
      const everybody = six.filter(session => session !== writer).map(({ handle }) => handle);
      await write(writer, count < 120 ? [conversation.id] : everybody, `part ${count}`);
      await bench.clock.advance(10_000 / six.length);
    }
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

  it('is the same with other white space and in other case, whatever was said in between', async () => {
    await write(otter, ['heron'], 'Done with it?');
    for (let count = 0; count < 20; count += 1) await write(otter, ['heron'], `part ${count}`);
    await write(otter, ['heron'], ' done  with\nit? ');
    await expect(write(otter, ['heron'], 'DONE with it?')).rejects.toMatchObject(same);
  });

  it('is another message in answer to another one, and the same in answer to the same', async () => {
    for (let count = 0; count < 4; count += 1) {
      const { message } = await write(heron, ['otter'], `May I take number ${count}?`);
      await write(otter, ['heron'], 'Yes.', { replyTo: message.id });
    }
    const { message } = await write(wren, ['otter'], 'And I?');
    for (let count = 0; count < 2; count += 1) await write(otter, ['wren'], 'Yes.', { replyTo: message.id });
    await expect(write(otter, ['wren'], 'Yes.', { replyTo: message.id })).rejects.toMatchObject(same);
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
