import { describe, expect, it } from 'vitest';
import { createTerminal, type OutputStream, wantsColour } from './terminal.ts';

class FakeStream implements OutputStream {
  written = '';
  isBroken = false;
  readonly isTTY: boolean;
  readonly columns = 72;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string, done: (error?: Error | null) => void): void {
    if (!this.isBroken) this.written += text;
    done(this.isBroken ? new Error('EPIPE') : null);
  }

  on(): void {}
}

describe('colour', () => {
  it.each([
    ['is used on a terminal', true, {}, true],
    ['is not used in a pipe', false, {}, false],
    ['is not used when NO_COLOR is set', true, { NO_COLOR: '1' }, false],
    ['ignores an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['is not used on a dumb terminal', true, { TERM: 'dumb' }, false],
    ['is used in a pipe when forced', false, { FORCE_COLOR: '1' }, true],
    ['is not used when forced off', true, { FORCE_COLOR: '0' }, false],
    ['follows FORCE_COLOR before NO_COLOR', false, { FORCE_COLOR: 'true', NO_COLOR: '1' }, true],
  ])('%s', (_, isTerminal, environment, expected) => {
    expect(wantsColour(isTerminal, environment)).toBe(expected);
  });
});

describe('a terminal', () => {
  it('tells a width only where somebody looks', () => {
    expect(createTerminal({}, new FakeStream(true), new FakeStream(true)).columns).toBe(72);
    expect(createTerminal({}, new FakeStream(false), new FakeStream(true)).columns).toBeUndefined();
  });

  it('shows progress on standard error of a terminal and removes it before the answer', async () => {
    const [out, err] = [new FakeStream(true), new FakeStream(true)];
    const terminal = createTerminal({}, out, err);
    terminal.progress('waiting');
    await terminal.print('done\n');
    expect(err.written).toBe('\r\u001b[Kwaiting\r\u001b[K');
    expect(out.written).toBe('done\n');
  });

  it('shows no progress in a log file', () => {
    const err = new FakeStream(false);
    createTerminal({}, new FakeStream(false), err).progress('waiting');
    expect(err.written).toBe('');
  });

  it('says when nobody reads any more, and goes on quietly', async () => {
    const out = new FakeStream(false);
    const terminal = createTerminal({}, out, new FakeStream(false));
    out.isBroken = true;
    expect(await terminal.print('lost\n')).toBe(false);
  });
});
