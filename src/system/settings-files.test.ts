import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

it.skipIf(process.platform === 'win32')(
  'is held up by no pipe and filled by no device in the place of the file',
  () => {
    const path = join(folder, 'repo/signalbox.json');
    execFileSync('mkfifo', [path]);
    expect(() => findProjectFile(join(folder, 'repo'))).toThrow(/no regular file/);
    rmSync(path);
    symlinkSync('/dev/zero', path);
    expect(() => findProjectFile(join(folder, 'repo'))).toThrow(/no regular file/);
    rmSync(path);
    writeFileSync(path, ' '.repeat(1_048_577));
    expect(() => findProjectFile(join(folder, 'repo'))).toThrow(/larger than/);
  },
);

it('says which file cannot be read, and why', () => {
  mkdirSync(join(folder, 'repo/signalbox.json'));
  expect(() => findProjectFile(join(folder, 'repo'))).toThrow(/signalbox\.json is no regular file/);
});
