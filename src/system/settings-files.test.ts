import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findProjectFile, findUserFile } from './settings-files.ts';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-settings-')));
  mkdirSync(join(folder, 'repo/src/deep'), { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true }));

it('finds signalbox.json in the folder or above it, up to the root of the repository and not beyond', () => {
  writeFileSync(join(folder, 'signalbox.json'), '{}');
  expect(findProjectFile(join(folder, 'repo/src/deep'))?.path).toBe(join(folder, 'signalbox.json'));
  mkdirSync(join(folder, 'repo/.git'));
  expect(findProjectFile(join(folder, 'repo/src/deep'))).toBeUndefined();
  writeFileSync(join(folder, 'repo/signalbox.json'), '{"tools":"all"}');
  expect(findProjectFile(join(folder, 'repo/src/deep'))).toEqual({
    path: join(folder, 'repo/signalbox.json'),
    text: '{"tools":"all"}',
  });
});

it("reads the user's own file where there is one", () => {
  expect(findUserFile(folder)).toBeUndefined();
  writeFileSync(join(folder, 'config.json'), '{}');
  expect(findUserFile(folder)?.text).toBe('{}');
});

it('says which file cannot be read, and why', () => {
  mkdirSync(join(folder, 'repo/signalbox.json'));
  expect(() => findProjectFile(join(folder, 'repo'))).toThrow(/signalbox\.json cannot be read \(EISDIR\)/);
});
