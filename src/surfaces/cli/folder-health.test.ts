import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { folderProblem } from './folder-health.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

it('a private folder is fine, and so is one that can still be made', () => {
  mkdirSync(join(root, 'private'), { mode: 0o700 });
  expect(folderProblem(join(root, 'private'))).toBeUndefined();
  expect(folderProblem(join(root, 'a', 'b', 'c'))).toBeUndefined();
});

it('a folder that others can look into works, but says how to close it', () => {
  chmodSync(root, 0o755);
  expect(folderProblem(root)).toEqual({
    message: `Other users can look into ${root}.`,
    next: `Run: chmod 700 ${root}`,
    isBroken: false,
  });
});

it("another user's folder is broken", () => {
  const stranger = (process.getuid?.() ?? 0) + 1;
  expect(folderProblem(root, 'linux', stranger)).toMatchObject({
    isBroken: true,
    message: expect.stringMatching(/another user/),
  });
});

it('a file in the way is broken, in its place or above it', () => {
  writeFileSync(join(root, 'file'), '');
  expect(folderProblem(join(root, 'file'))).toMatchObject({ isBroken: true });
  expect(folderProblem(join(root, 'file', 'folder'))).toMatchObject({ isBroken: true });
});

it('on Windows modes and owners say nothing', () => {
  chmodSync(root, 0o755);
  expect(folderProblem(root, 'win32', undefined)).toBeUndefined();
});
