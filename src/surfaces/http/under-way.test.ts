import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Afterwards, UnderWay } from './under-way.ts';

const settled = () => new Promise(resolve => setImmediate(resolve));

/** What follows an answer, as slow as the test wants it; `ran` tells what was run. */
function slow() {
  const ran: string[] = [];
  let end = () => {};
  const isDone = new Promise<void>(resolve => {
    end = resolve;
  });
  const afterwards: Afterwards = {
    async handed() {
      ran.push('handed');
      await isDone;
    },
    async over() {
      ran.push('over');
    },
  };
  return { afterwards, ran, end };
}

const never = () => {
  throw new Error('nothing failed');
};

describe('What is under way', () => {
  it('lasts until an answer is out and what follows it has been done', async () => {
    const [underWay, outgoing, { afterwards, ran, end }] = [new UnderWay(), new EventEmitter(), slow()];
    underWay.begin(outgoing);
    expect(underWay.isIdle).toBe(false);
    underWay.follow(outgoing, afterwards, never);
    outgoing.emit('finish');
    outgoing.emit('close');
    await settled();
    expect([underWay.isIdle, ran]).toEqual([false, ['handed']]);
    end();
    await settled();
    expect([underWay.isIdle, ran]).toEqual([true, ['handed', 'over']]);
  });

  it('ends with a client that goes before its answer, of which nothing is confirmed', async () => {
    const [underWay, outgoing, { afterwards, ran }] = [new UnderWay(), new EventEmitter(), slow()];
    underWay.begin(outgoing);
    underWay.follow(outgoing, afterwards, never);
    outgoing.emit('close');
    await settled();
    expect([underWay.isIdle, ran]).toEqual([true, ['over']]);
  });

  it('ends with a client that had gone before its answer was made, also where more follows that than was foreseen', async () => {
    const [underWay, outgoing, first, second] = [new UnderWay(), new EventEmitter(), slow(), slow()];
    underWay.begin(outgoing);
    underWay.follow(outgoing, first.afterwards, never);
    outgoing.emit('close');
    underWay.follow(outgoing, second.afterwards, never);
    await settled();
    expect([underWay.isIdle, first.ran, second.ran]).toEqual([true, ['over'], ['over']]);
  });

  it('ends also where what follows an answer fails, which is told', async () => {
    const [underWay, outgoing, failures] = [new UnderWay(), new EventEmitter(), [] as unknown[]];
    const handed = () => Promise.reject(new Error('away'));
    underWay.follow(outgoing, { handed, over: async () => {} }, error => failures.push(error));
    outgoing.emit('finish');
    await settled();
    expect([underWay.isIdle, failures.map(String)]).toEqual([true, ['Error: away']]);
  });
});
