import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { AnsweringTransport } from './answers.ts';

/** An output that takes nothing more until it is told to, as the pipe of a client that does not read. */
function slowOutput(): { output: Writable; take(): void } {
  let done: (() => void) | undefined;
  const output = new Writable({
    highWaterMark: 1,
    write(_chunk, _encoding, callback) {
      done = callback;
    },
  });
  return { output, take: () => done?.() };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

describe('what depends on an answer', () => {
  it('happens once the answer has been written, not before', async () => {
    const { output, take } = slowOutput();
    const transport = new AnsweringTransport(new PassThrough(), output);
    const happened: string[] = [];
    transport.afterAnswer(1, async () => void happened.push('read'));
    const sending = transport.send({ jsonrpc: '2.0', id: 1, result: {} });
    await turn();
    expect(happened).toEqual([]);
    take();
    await sending;
    await transport.settled();
    expect(happened).toEqual(['read']);
  });

  it('never happens for an error, another answer, or a request that was cancelled', async () => {
    const transport = new AnsweringTransport(new PassThrough(), new PassThrough());
    const happened: number[] = [];
    for (const id of [1, 2, 3]) transport.afterAnswer(id, async () => void happened.push(id));
    transport.forget(2);
    await transport.send({ jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'It failed.' } });
    await transport.send({ jsonrpc: '2.0', id: 2, result: {} });
    await transport.send({ jsonrpc: '2.0', id: 4, result: {} });
    await transport.settled();
    expect(happened).toEqual([]);
  });
});
