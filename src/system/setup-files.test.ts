import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../../test/support/folder.ts';
import { createSetupFiles } from './setup-files.ts';

let folder: TemporaryFolder;
const files = createSetupFiles({ environment: {} });
const bytes = (text: string) => new TextEncoder().encode(text);
const read = (...path: string[]) => readFileSync(folder.path(...path), 'utf8');

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

function exchange(path: string, text: string | null, at = files): void {
  const seen = at.look(path);
  at.replace({
    target: seen.target,
    expected: seen.bytes,
    bytes: text === null ? null : bytes(text),
    mode: seen.mode ?? 0o600,
  });
}

describe('a configuration file', () => {
  it('is written through a link, which stays, and keeps its mode', () => {
    mkdirSync(folder.path('dotfiles'));
    writeFileSync(folder.path('dotfiles', 'x.json'), 'old');
    chmodSync(folder.path('dotfiles', 'x.json'), 0o600);
    symlinkSync('dotfiles/x.json', folder.path('x.json'));
    exchange(folder.path('x.json'), 'new');
    expect([read('dotfiles', 'x.json'), readlinkSync(folder.path('x.json'))]).toEqual(['new', 'dotfiles/x.json']);
    expect(statSync(folder.path('dotfiles', 'x.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path('dotfiles'))).toEqual(['x.json']);
  });

  it('comes to be where a link leads that has led to nothing, and the link stays when it goes', () => {
    mkdirSync(folder.path('dotfiles'));
    symlinkSync(folder.path('dotfiles', 'x.json'), folder.path('x.json'));
    exchange(folder.path('x.json'), 'new');
    expect(read('dotfiles', 'x.json')).toBe('new');
    exchange(folder.path('x.json'), null);
    expect([existsSync(folder.path('dotfiles', 'x.json')), lstatSync(folder.path('x.json')).isSymbolicLink()]).toEqual([
      false,
      true,
    ]);
  });

  it.each([
    ['changed', 'old'],
    ['made', null],
    ['removed', 'old'],
  ])('that somebody else has %s since it was looked at is left alone', (what, text) => {
    const path = folder.path('x.json');
    if (text !== null) writeFileSync(path, text);
    const theirs = what === 'removed' ? null : 'theirs';
    const slow = createSetupFiles({
      environment: {},
      beforeExchange: () => (theirs === null ? exchange(path, null) : writeFileSync(path, theirs)),
    });
    expect(() => exchange(path, 'ours', slow)).toThrow('was changed by somebody else meanwhile');
    expect(existsSync(path) ? read('x.json') : null).toBe(theirs);
    expect(readdirSync(folder.root)).toEqual(theirs === null ? [] : ['x.json']);
  });

  it('is left alone when it, or its folder, is write-protected', () => {
    mkdirSync(folder.path('d'));
    writeFileSync(folder.path('d', 'x.json'), 'old');
    chmodSync(folder.path('d', 'x.json'), 0o444);
    expect(() => exchange(folder.path('d', 'x.json'), 'new')).toThrow('x.json is write-protected');
    expect(() => exchange(folder.path('d', 'x.json'), null)).toThrow('x.json is write-protected');
    chmodSync(folder.path('d', 'x.json'), 0o644);
    chmodSync(folder.path('d'), 0o555);
    expect(() => exchange(folder.path('d', 'x.json'), 'new')).toThrow('d is write-protected');
    expect(() => exchange(folder.path('d', 'y.json'), 'new')).toThrow('d is write-protected');
    expect(() => files.makeFolders([folder.path('d', 'e')], 0o755)).toThrow('d is write-protected');
    chmodSync(folder.path('d'), 0o755);
    expect([read('d', 'x.json'), readdirSync(folder.path('d'))]).toEqual(['old', ['x.json']]);
  });

  it('is not looked for in a pipe, a folder or a circle of links', () => {
    mkdirSync(folder.path('d'));
    symlinkSync('b', folder.path('a'));
    symlinkSync('a', folder.path('b'));
    expect(() => files.look(folder.path('d'))).toThrow('is no regular file');
    expect(() => files.look(folder.path('a'))).toThrow('leads in a circle');
  });

  it('tells which folders are missing, and removes only those that are empty', () => {
    const seen = files.look(folder.path('a', 'b', 'x.json'));
    expect(seen.missingFolders).toEqual([folder.path('a'), folder.path('a', 'b')]);
    files.makeFolders(seen.missingFolders, 0o700);
    expect(statSync(folder.path('a', 'b')).mode & 0o777).toBe(0o700);
    writeFileSync(folder.path('a', 'mine'), '');
    files.removeEmptyFolders(seen.missingFolders);
    expect(readdirSync(folder.path('a'))).toEqual(['mine']);
  });
});

describe('a program', () => {
  it('is on the PATH if it can be run, in an absolute folder', () => {
    writeFileSync(folder.path('codex'), '', { mode: 0o755 });
    writeFileSync(folder.path('claude'), '', { mode: 0o644 });
    mkdirSync(folder.path('code'));
    const found = (...names: string[]) =>
      createSetupFiles({ environment: { PATH: `bin:${folder.root}` } }).hasProgram(names);
    expect([found('gemini', 'codex'), found('claude'), found('code'), found('gemini')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    const there = createSetupFiles({ environment: { Path: folder.root, PATHEXT: '.EXE;.cmd' }, platform: 'win32' });
    writeFileSync(folder.path('cursor.cmd'), '');
    expect([there.hasProgram(['cursor']), there.hasProgram(['codex'])]).toEqual([true, false]);
  });
});
