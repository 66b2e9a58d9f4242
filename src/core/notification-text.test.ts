import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withWaiting } from './notification-text.ts';

const nobodyGone = () => false;
const tool = 'message_read';
const mine = (unread: number) => ({ owner: 'mine', unread, tool });
const theirs = (unread: number) => ({ owner: 'theirs', unread, tool });

describe('the block of a rules file', () => {
  it('says how many messages wait and what to call, and nothing else', () => {
    expect(withWaiting('# Rules\n', mine(2), nobodyGone)).toBe(
      '# Rules\n<!-- signalbox: begin -->\n' +
        '2 messages wait for you in Signalbox: call message_read. <!-- mine -->\n<!-- signalbox: end -->\n',
    );
    expect(withWaiting('# Rules\n', mine(1), nobodyGone)).toContain('1 message waits for you');
  });

  it('names the tool that reads them in the words of each session, and none where none is known', () => {
    const listening = { owner: 'duo', unread: 1, tool: 'listen' };
    const three = [mine(1), listening, { owner: 'other', unread: 2, tool: null }].reduce(
      (text, each) => withWaiting(text, each, nobodyGone) ?? '',
      '',
    );
    expect(three.split('\n').slice(1, 4)).toEqual([
      '1 message waits for you in Signalbox: call message_read. <!-- mine -->',
      '1 message waits for you in Signalbox: call listen. <!-- duo -->',
      '2 messages wait for you in Signalbox. <!-- other -->',
    ]);
  });

  it('leaves the text as it was when it is taken out again, to the byte', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\r\n', '-->', '#', 'é') });
    fc.assert(
      fc.property(fc.option(text), fc.integer({ min: 1, max: 99 }), fc.boolean(), (before, unread, isShared) => {
        const shared = isShared ? withWaiting(before, theirs(3), nobodyGone) : before;
        const full = withWaiting(shared ?? null, mine(unread), nobodyGone) ?? null;
        expect(full).toContain(' for you in Signalbox');
        const half = withWaiting(full, mine(0), nobodyGone) ?? null;
        expect(half).toBe(shared);
        expect(withWaiting(half, theirs(0), nobodyGone)).toBe(before);
      }),
    );
  });

  it('has a line for each session that shares the file, and each takes out its own', () => {
    const both = withWaiting(withWaiting('x', mine(1), nobodyGone) ?? '', theirs(4), nobodyGone) ?? '';
    expect(both.match(/for you in Signalbox/g)).toHaveLength(2);
    expect(withWaiting(both, mine(0), nobodyGone)).toContain('4 messages wait for you');
    expect(withWaiting(both, mine(0), nobodyGone)).not.toContain('mine');
  });

  it('loses the lines of those who are gone, whoever looks', () => {
    const both = withWaiting(withWaiting('x\n', mine(1), nobodyGone) ?? '', theirs(4), nobodyGone) ?? '';
    expect(withWaiting(both, { owner: 'a third', unread: 0, tool }, () => true)).toBe('x\n');
  });

  it('stays where somebody has written around it, and what was written stays when it goes', () => {
    const own = withWaiting(null, mine(1), nobodyGone) ?? '';
    expect(withWaiting(`# Mine\n${own}More.\n`, mine(0), nobodyGone)).toBe('# Mine\nMore.\n');
  });

  it.each([
    ['an end that is missing', '<!-- signalbox: begin -->\n'],
    ['two blocks', '<!-- signalbox: begin -->\n<!-- signalbox: end -->\n'.repeat(2)],
  ])('is not touched with %s', (_what, text) => {
    expect(withWaiting(text, mine(1), nobodyGone)).toBeUndefined();
    expect(withWaiting(text, mine(0), nobodyGone)).toBeUndefined();
  });
});
