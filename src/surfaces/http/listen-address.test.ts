import { expect, it } from 'vitest';
import { addressOf, inAddress, namesOf } from './listen-address.ts';

it.each([
  ['4720', '127.0.0.1', 4_720],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['[fd00::1]:4720', 'fd00::1', 4_720],
  ['hub.example.com:0', 'hub.example.com', 0],
])('%s is an address to listen on', (text, host, port) => {
  expect(addressOf(text)).toEqual({ host, port });
});

it.each(['', 'hub', '127.0.0.1:', '127.0.0.1:65536', ':80x'])('%j is none', text => {
  expect(() => addressOf(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

it('A hub is called by what it listens at, by what clients call it and by more, each as a request spells it', () => {
  const own = ['127.0.0.1', '[::1]', 'localhost'];
  expect(namesOf('127.0.0.1', null, '')).toEqual(own);
  expect(namesOf('FD00::0001', 'https://Hub.Example.com', ' Hub.local, 10.0.0.7,,')).toEqual([
    ...own,
    ...['[fd00::1]', 'hub.example.com', 'hub.local', '10.0.0.7'],
  ]);
  expect(['[fd00::1]', 'fd00::1', 'Hub_1'].map(inAddress)).toEqual(['[fd00::1]', '[fd00::1]', 'hub_1']);
});
