import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFailureMark } from './failure-mark.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-mark-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a failure is told once by all processes of one client, and again when something has worked in between', () => {
  const [server, hook, another] = [7, 7, 8].map(pid => createFailureMark(join(folder, 'run'), pid));
  const told = (mark: typeof server, isFailing: boolean) => mark?.(isFailing);
  expect([told(hook, true), told(server, true), told(server, true), told(another, true)]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect([told(server, false), told(createFailureMark(join(folder, 'run'), 7), true)]).toEqual([false, true]);
});

it('the mark of an earlier client with the same pid keeps nothing from the user', () => {
  const file = join(folder, 'failed-7');
  writeFileSync(file, '');
  const longAgo = Date.now() / 1000 - 90_000;
  utimesSync(file, longAgo, longAgo);
  expect(createFailureMark(folder, 7)(true)).toBe(true);
});

it('where no mark can be left each process tells it once', () => {
  writeFileSync(join(folder, 'file'), '');
  const mark = createFailureMark(join(folder, 'file', 'run'), 7);
  expect([mark(true), mark(true), mark(false), mark(true)]).toEqual([true, false, false, true]);
});
