import { expect, it } from 'vitest';
import { limits } from '../core/limits.ts';
import { type Channel, Link, type Wire } from './link.ts';

/** One side of a connection whose other side is the test. */
function listening(opened: (channel: Channel) => void) {
  let heard: (text: string) => void = () => undefined;
  const sent: string[] = [];
  const wire: Wire = {
    ...{ send: (text: string) => void sent.push(text), waitingBytes: 0, close: () => undefined },
    listen: hear => {
      heard = hear;
    },
  };
  const link = new Link(wire, 'second', (_what, _value, channel) => opened(channel));
  return { link, sent, say: (frame: unknown) => heard(JSON.stringify(frame)) };
}

it('A value that its listener cannot take ends the connection and nothing else, also one that came before anybody listened', () => {
  const listener = (value: unknown) => (value as { read: unknown }).read;
  const now = listening(channel => channel.hear(listener));
  now.say(['open', 1, 'call', null]);
  now.say(['say', 1, null]);
  expect(now.link.why).toBe('not understood');
  const channels: Channel[] = [];
  const later = listening(channel => channels.push(channel));
  later.say(['open', 1, 'call', null]);
  later.say(['say', 1, null]);
  channels[0]?.hear(listener);
  expect(later.link.why).toBe('not understood');
});

it('What is said to nobody is kept within a bound', () => {
  const { link, say } = listening(() => undefined);
  say(['open', 1, 'call', null]);
  const megabyte = 'x'.repeat(1_048_576);
  for (let said = 0; said <= limits.bridgeBacklogBytes; said += megabyte.length) say(['say', 1, megabyte]);
  expect(link.why).toBe('too much at once');
});

const deep: unknown = JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`);

it('What is nested deeper than anybody reads ends the connection', () => {
  const { link, say } = listening(() => undefined);
  say(['open', 1, 'call', deep]);
  expect(link.why).toBe('not understood');
});

it('What is nested deeper than the other side reads is not said, and ends nothing', () => {
  const { link, sent } = listening(() => undefined);
  expect(link.open('call', deep).signal.aborted).toBe(true);
  expect(link.open('call', null).say(deep)).toBe(false);
  expect([link.why, sent]).toEqual(['open', ['["open",4,"call",null]']]);
});

it('What comes behind the end of a connection is taken for nothing', () => {
  const opened: Channel[] = [];
  const { link, say } = listening(channel => opened.push(channel));
  link.close('the hub stops');
  say(['open', 1, 'call', null]);
  expect([opened, link.heard]).toEqual([[], 0]);
});
