import { describe, expect, it } from 'vitest';
import { clientPid, type ProcessLine } from './client-process.ts';

/** Processes by pid; the parent of each is the one with the number below it. */
const chain = (...commands: string[]) => {
  const table = new Map<number, ProcessLine>(
    commands.map((command, index) => [
      100 + index,
      { parent: index === 0 ? 1 : 99 + index, words: command.split(' ') },
    ]),
  );
  return (pid: number) => table.get(pid);
};

describe('the client above a process it started', () => {
  it.each<[string, string[], number]>([
    ['started it itself', ['claude --resume'], 100],
    ['ran it with a shell', ['claude', '/bin/sh -c signalbox_hook'], 100],
    ['ran it with a login shell', ['codex', '/usr/bin/bash -lc signalbox_hook'], 100],
    ['ran it with npx', ['claude', '/bin/sh -c npx', 'node /usr/lib/npx-cli.js signalbox mcp'], 100],
    ['set variables for it', ['claude', 'env A=b signalbox mcp'], 100],
    ['gave it some time', ['gemini', 'timeout 5 signalbox mcp'], 100],
    ['is a program of Node itself', ['node /usr/bin/gemini', 'sh -c x'], 100],
    ['is a shell in which a person types', ['bash', '-bash'], 101],
    ['is a script that a person runs with a shell', ['bash', 'bash ./agents.sh'], 101],
  ])('that %s is found', (_what, commands, pid) => {
    expect(clientPid(99 + commands.length, chain(...commands))).toBe(pid);
  });

  it('is the nearest one of which nothing more can be read', () => {
    expect(clientPid(500, () => undefined)).toBe(500);
    expect(clientPid(101, chain('claude', 'sh -c x'))).toBe(100);
    expect(clientPid(100, chain('sh -c x'))).toBe(100);
  });

  it('is looked for no more than a few steps up, also where processes go round in a circle', () => {
    const looked: number[] = [];
    const look = (pid: number) => {
      looked.push(pid);
      return { parent: pid === 7 ? 8 : 7, words: ['sh', '-c', 'x'] };
    };
    expect([7, 8]).toContain(clientPid(7, look));
    expect(looked.length).toBeLessThan(10);
  });
});
