import { describe, expect, it } from 'vitest';
import { limits } from './limits.ts';
import { isMostlyRote, isWork } from './rote.ts';

describe('a text', () => {
  it.each([
    'Take src/core/lock.ts, please',
    'See lock.ts.',
    'rename `lockAcquire` first',
    'the column user_id',
    'pushed as 4f1c2ab',
    'x'.repeat(limits.roteCharacters + 1),
  ])('names something or is long: %s', text => {
    expect(isWork(text, ['Thanks!', 'You are welcome.'])).toBe(true);
  });

  it.each(['You are right, 17.', 'Thanks! Well-done...', 'It is 5:30 now, 10/12 done', 'Danke, bis später.', '👍'])(
    'is rote: %s',
    text => {
      expect(isWork(text, [])).toBe(false);
    },
  );

  it('that names what was named before, in whatever case, is rote', () => {
    expect(isWork('Yes, Lock.ts it is', ['lock.ts?'])).toBe(false);
    expect(isWork('See 4f1c2ab and lock.ts...', ['4f1c2ab', 'lock.ts.'])).toBe(false);
    expect(isWork('Yes, lock.ts and glob.ts', ['lock.ts?'])).toBe(true);
  });
});

describe('texts', () => {
  it('are mostly rote when at most one in ten is not', () => {
    const rote = Array.from({ length: 18 }, (_, at) => `thanks ${at}`);
    expect(isMostlyRote([...rote, 'a.ts', 'b.ts'])).toBe(true);
    expect(isMostlyRote([...rote, 'a.ts', 'b.ts', 'c.ts'])).toBe(false);
    expect(isMostlyRote([...rote, 'a.ts', 'A.ts', 'a.ts'])).toBe(true);
  });
});
