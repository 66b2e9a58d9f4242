import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLog } from '../../test/support/fakes.ts';
import { Repository } from '../../test/support/repository.ts';
import type { ProcessIdentity } from '../core/process.ts';
import { createNotificationFile, type NotificationFileOptions } from './notification-file.ts';
import { createSetupFiles } from './setup-files.ts';
import { createWorktrees } from './worktrees.ts';

const dead = new Set<number>();
const identity = (pid: number): ProcessIdentity => ({ host: 'this--machine', boot: 'b/1', pid, startedAt: '77' });
let repository: Repository;
let log: FakeLog;

beforeEach(() => {
  repository = new Repository();
  repository.commit({ 'CLAUDE.md': '# Rules\n', '.gitignore': 'ignored/\n' });
  log = new FakeLog();
  dead.clear();
});

afterEach(() => repository.remove());

function fileOf(path: string, pid = 7, more: Partial<NotificationFileOptions> = {}) {
  return createNotificationFile({
    path,
    directory: repository.root,
    worktrees: createWorktrees(),
    processes: {
      self: () => identity(pid),
      liveness: process => (process.boot !== 'b/1' ? 'unknown' : dead.has(process.pid) ? 'dead' : 'alive'),
    },
    files: createSetupFiles({ environment: {} }),
    log,
    environment: { PATH: process.env.PATH, HOME: repository.base },
    ...more,
  });
}

const inRoot = (path: string) => join(repository.root, path);
const read = (path: string) => readFileSync(inRoot(path), 'utf8');
const status = () => repository.git('status', '--porcelain', '--untracked-files=all');
const complaint = () => log.lines.map(({ details }) => String(details?.reason)).join('\n');

describe('a file that was not there', () => {
  it('is made and taken away again with its folders, and git never sees it', async () => {
    const file = fileOf('.rules/deep/inbox [a].md');
    await file.tell(2);
    expect(read('.rules/deep/inbox [a].md')).toContain('2 messages wait for you in Signalbox: call message_read.');
    expect(status()).toBe('');
    await file.tell(0);
    expect(existsSync(inRoot('.rules'))).toBe(false);
    expect(log.lines).toEqual([]);
  });

  it('is not entered in a list of git that leaves it out already', async () => {
    await fileOf('ignored/inbox.md').tell(1);
    expect(readFileSync(inRoot('.git/info/exclude'), 'utf8')).not.toContain('inbox.md');
    expect(status()).toBe('');
  });

  it('is kept in a linked worktree, too, and outside git altogether', async () => {
    const linked = repository.worktree('feature');
    await fileOf('inbox.md', 7, { directory: linked }).tell(1);
    expect(existsSync(join(linked, 'inbox.md'))).toBe(true);
    expect(repository.at(linked, 'status', '--porcelain')).toBe('');
    const plain = join(repository.base, 'plain');
    mkdirSync(plain);
    await fileOf('inbox.md', 7, { directory: plain }).tell(1);
    expect(existsSync(join(plain, 'inbox.md'))).toBe(true);
  });
});

describe('a file that a person keeps', () => {
  it('gets the block and has it taken out again, to the byte, with its permissions', async () => {
    writeFileSync(inRoot('CLAUDE.local.md'), 'no newline at the end', { mode: 0o600 });
    const file = fileOf('CLAUDE.local.md');
    await file.tell(1);
    expect(read('CLAUDE.local.md')).toContain('1 message waits');
    expect(statSync(inRoot('CLAUDE.local.md')).mode & 0o777).toBe(0o600);
    await file.tell(0);
    expect(read('CLAUDE.local.md')).toBe('no newline at the end');
  });

  it('keeps everybody’s line when many sessions write at the same moment', async () => {
    const pids = [1, 2, 3, 4, 5, 6, 7, 8];
    const all = pids.map(pid => fileOf('inbox.md', pid));
    await Promise.all(all.map(file => file.tell(1)));
    // Whoever was not quick enough says it again at its next look.
    await Promise.all(all.map(file => file.tell(1)));
    expect(read('inbox.md').match(/1 message waits/g)).toHaveLength(pids.length);
    for (const file of all) await file.tell(0);
    expect(existsSync(inRoot('inbox.md'))).toBe(false);
  });

  it('loses what a process left that died, at the next start', async () => {
    writeFileSync(inRoot('CLAUDE.local.md'), '# Mine\n');
    await fileOf('CLAUDE.local.md', 41).tell(3);
    dead.add(41);
    await fileOf('CLAUDE.local.md', 42).tell(0);
    expect(read('CLAUDE.local.md')).toBe('# Mine\n');
  });
});

describe('a file that must not be written', () => {
  it('is one that git tracks: it stays as it is, and that is said once', async () => {
    const file = fileOf('CLAUDE.md');
    await file.tell(1);
    await file.tell(2);
    expect(read('CLAUDE.md')).toBe('# Rules\n');
    expect(complaint()).toBe('CLAUDE.md is under version control, so everybody would get it');
  });

  it.each([
    ['outside the checkout', '../elsewhere.md', 'lies outside the checkout'],
    ['behind a link that leads out of it', 'link/rules.md', 'lies outside the checkout'],
    ['itself a link that leads out of it', 'rules-link.md', 'lies outside the checkout'],
    ['a link to one that git tracks', 'tracked-link.md', 'is under version control'],
    ['among git’s own files', '.git/description', 'is no file for rules'],
    ['in a repository within the repository', 'inner/rules.md', 'lies in another repository'],
    ['no text', 'picture.png', 'encoded data was not valid'],
  ])('is one that is %s', async (_what, path, reason) => {
    symlinkSync(repository.base, inRoot('link'));
    symlinkSync(join(repository.base, 'elsewhere.md'), inRoot('rules-link.md'));
    symlinkSync(inRoot('CLAUDE.md'), inRoot('tracked-link.md'));
    repository.at(repository.root, 'init', '-q', 'inner');
    writeFileSync(inRoot('picture.png'), new Uint8Array([0x89, 0xff, 0xfe]));
    await fileOf(path).tell(1);
    expect(complaint()).toContain(reason);
    expect(existsSync(join(repository.base, 'elsewhere.md'))).toBe(false);
    expect(existsSync(join(repository.base, 'rules.md'))).toBe(false);
    expect(existsSync(inRoot('inner/rules.md'))).toBe(false);
    expect(read('CLAUDE.md')).toBe('# Rules\n');
  });

  it('is any where git does not answer', async () => {
    await fileOf('inbox.md', 7, { git: 'no-such-git' }).tell(1);
    expect(complaint()).toContain('git does not tell whether inbox.md is under version control');
    expect(existsSync(inRoot('inbox.md'))).toBe(false);
  });

  it('still loses our block when it came under version control meanwhile', async () => {
    const file = fileOf('inbox.md');
    await file.tell(1);
    repository.git('add', '-f', 'inbox.md');
    await file.tell(0);
    expect(existsSync(inRoot('inbox.md'))).toBe(false);
  });
});
