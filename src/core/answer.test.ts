import { beforeEach, describe, expect, it } from 'vitest';
import { letterCalls } from '../../test/support/letters.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { answersTo } from './answer.ts';
import { begin } from './conversation-begin.ts';
import type { Sent } from './message.ts';
import { notify } from './notice.ts';
import { operator } from './presence.ts';
import type { SessionRecord } from './records.ts';
import { end } from './session.ts';

let bench: Bench;
let otter: SessionRecord;
let heron: SessionRecord;
let wren: SessionRecord;

const { write, inbox, bodies } = letterCalls(() => bench);
const handles = ({ recipients }: Sent) => recipients.map(({ session }) => session.handle).sort();
const answer = (from: SessionRecord, { message }: Sent, body = 'yes') => write(from, [], body, { replyTo: message.id });

beforeEach(async () => {
  bench = createBench();
  [otter, heron, wren] = [await bench.join('otter'), await bench.join('heron'), await bench.join('wren')];
});

describe('an answer without a recipient', () => {
  it('goes to the sender alone, also when the message went to several or to all', async () => {
    expect(handles(await answer(heron, await write(otter, ['heron', 'wren'], 'may I?')))).toEqual(['otter']);
    const toAll = await answer(heron, await write(otter, ['all'], 'may I?'));
    expect([handles(toAll), toAll.message.conversation, toAll.message.to]).toEqual([['otter'], 'direct', ['otter']]);
    expect(await bodies(wren)).toEqual(['may I?', 'may I?']);
  });

  it('goes into the channel of what it answers, and to its sender wherever that is', async () => {
    const person = await bench.transact(operator);
    const sent = await answer(heron, await write(person, ['#general'], 'how far are you?'));
    expect([handles(sent), sent.message.conversation]).toEqual([['operator', 'otter', 'wren'], '#general']);
    expect(handles(await answer(heron, await write(otter, ['#git'], 'may I?')))).toEqual(['otter', 'wren']);
  });

  it('goes into the group conversation of what it answers', async () => {
    const { conversation } = await bench.transact(unit => begin(unit, otter, { name: 'team', members: ['heron'] }));
    const sent = await answer(heron, await write(otter, [conversation.id], 'may I?'));
    expect([handles(sent), sent.message.conversation]).toEqual([['otter'], conversation.id]);
  });

  it('to a message of its own goes to those it went to', async () => {
    const question = await write(otter, ['heron', 'wren'], 'may I?');
    expect(handles(await answer(otter, question, 'never mind'))).toEqual(['heron', 'wren']);
  });

  it('waits for a sender that has left', async () => {
    const question = await write(otter, ['heron'], 'may I?');
    await bench.transact(unit => end(unit, otter.id, 'left'));
    expect((await answer(heron, question)).recipients[0]).toMatchObject({ reachable: false });
  });

  it('is needed for a message without recipients', async () => {
    await expect(write(otter, [], 'hello')).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('to is missing'),
    });
  });
});

describe('what can be answered', () => {
  it('is only what one has sent or got', async () => {
    const question = await write(otter, ['heron'], 'may I?');
    await expect(answer(wren, question)).rejects.toMatchObject({ code: 'not_found' });
    await expect(write(wren, ['otter'], 'yes', { replyTo: question.message.id })).rejects.toMatchObject({
      code: 'not_found',
    });
    await answer(heron, question);
  });

  it('is no notice', async () => {
    await bench.transact(async unit => notify(unit, [heron.id], 'The lock is yours.'));
    const [notice] = await inbox(heron);
    await expect(write(heron, ['otter'], 'thanks', { replyTo: notice?.message.id ?? '' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('notice'),
    });
  });
});

describe('a thread', () => {
  it('goes by the message it began with, however deep the answers are', async () => {
    const question = await write(otter, ['heron'], 'may I?');
    const first = await answer(heron, question, 'why?');
    const second = await answer(otter, first, 'because');
    expect([first, second].map(({ message }) => message.thread)).toEqual([question.message.id, question.message.id]);
    expect(second.message.replyTo).toBe(first.message.id);
  });

  it('yields the answers of those who were asked, to the one who asked, in their order', async () => {
    const question = await write(otter, ['heron', 'wren'], 'may I?');
    const other = await write(otter, ['heron'], 'something else');
    await answer(heron, other, 'that too');
    await answer(wren, question, 'no');
    const first = await answer(heron, question, 'yes');
    await write(heron, ['wren'], 'why not?', { replyTo: question.message.id });
    await answer(otter, first, 'thanks');
    await answer(heron, first, 'by the way');
    const found = await bench.look(view => answersTo(view, otter.id, question.message));
    expect(found.map(({ message }) => message.body)).toEqual(['no', 'yes', 'by the way']);
  });
});
