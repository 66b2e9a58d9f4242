import { expect, it } from 'vitest';
import { limits } from '../core/limits.ts';
import { type Channel, Link, type Wire } from './link.ts';

/** One side of a connection whose other side is the test. */
function listening(opened: (channel: Channel) => void) {
  let heard: (text: string) => void = () => undefined;
  const wire: Wire = {
    ...{ send: () => undefined, waitingBytes: 0, close: () => undefined },
    listen: hear => {
      heard = hear;
    },
  };
  const link = new Link(wire, 'second', (_what, _value, channel) => opened(channel));
  return { link, say: (frame: unknown) => heard(JSON.stringify(frame)) };
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

it('What is nested deeper than anybody reads ends the connection', () => {
  const { link, say } = listening(() => undefined);
  say(['open', 1, 'call', JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`)]);
  expect(link.why).toBe('not understood');
});
