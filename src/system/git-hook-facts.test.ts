import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Repository } from '../../test/support/repository.ts';
import { addTrailer, hookFacts } from './git-hook-facts.ts';

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
  repository.commit({ 'a.ts': '1', 'b.ts': '1' });
});

afterEach(() => repository.remove());

const environment = () => ({
  PATH: process.env.PATH,
  HOME: repository.base,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.invalid',
});

/** What a hook tells, started as git starts it. */
function factsOf(
  hook: string,
  args: readonly string[],
  lines: readonly string[] = [],
  more: Record<string, string> = {},
) {
  const input = lines.map(line => `${line}\n`).join('');
  return hookFacts({ hook, args, input, environment: { ...environment(), ...more }, directory: repository.root });
}

const id = (name: string) => repository.git('rev-parse', name).trim();
const none = '0'.repeat(40);
const atWork = { isHere: true, isRename: false, isAbort: false, done: 'nothing' };

describe('what is about to be committed', () => {
  it('is what the index holds that differs from HEAD, by both names of what was moved, in the spelling of resources', async () => {
    repository.git('mv', 'a.ts', 'c d.ts');
    repository.git('rm', '-q', 'b.ts');
    repository.write('gru\u0308n.ts', 'x');
    repository.git('add', '.');
    repository.write('later.ts', 'x');
    const { staged, isFirst } = await factsOf('pre-commit', []);
    expect([[...staged].sort(), isFirst]).toEqual([['a.ts', 'b.ts', 'c d.ts', 'gr\u00fcn.ts'], false]);
  });

  it('is read from the index that git names, which is another one while some files are committed by name', async () => {
    repository.write('a.ts', '2');
    repository.git('add', 'a.ts');
    repository.at(
      repository.root,
      '-c',
      'core.quotePath=false',
      'read-tree',
      '--index-output=.git/other-index',
      'HEAD',
    );
    const { staged } = await factsOf('pre-commit', [], [], { GIT_INDEX_FILE: '.git/other-index' });
    expect(staged).toEqual([]);
  });

  it('is everything before the first commit', async () => {
    repository.git('checkout', '-q', '--orphan', 'fresh');
    const { staged, isFirst } = await factsOf('pre-commit', []);
    expect([[...staged].sort(), isFirst]).toEqual([['a.ts', 'b.ts'], true]);
  });

  it('is in a merge only what differs from both sides', async () => {
    repository.git('checkout', '-q', '-b', 'side');
    repository.commit({ 'a.ts': 'side', 'b.ts': 'side' });
    repository.git('checkout', '-q', 'main');
    repository.commit({ 'a.ts': 'main' });
    expect(() => repository.git('merge', '-q', 'side')).toThrow();
    repository.write('a.ts', 'both');
    repository.git('add', 'a.ts');
    expect((await factsOf('pre-commit', [])).staged).toEqual(['a.ts']);
  });

  it('starts no program that the repository names, and no hook', async () => {
    repository.write('hook', '#!/bin/sh\necho ran >> ran\n');
    for (const [key, value] of [
      ['core.fsmonitor', './hook'],
      ['diff.external', './hook'],
      ['core.pager', './hook'],
      ['core.hooksPath', '.'],
    ])
      repository.git('config', key ?? '', value ?? '');
    repository.write('a.ts', '2');
    repository.git('add', 'a.ts');
    expect((await factsOf('pre-commit', [])).staged).toEqual(['a.ts']);
    expect(repository.git('status', '--porcelain', '--', 'ran')).toBe('');
  });
});

describe('what is about to be pushed', () => {
  beforeEach(() => {
    repository.git('init', '-q', '--bare', '../far.git');
    repository.git('remote', 'add', 'origin', '../far.git');
    repository.git('push', '-q', 'origin', 'main');
  });

  const told = (local: string, reference: string, remote: string) => `refs/heads/x ${local} ${reference} ${remote}`;

  it('is the files of commits that no remote has', async () => {
    const before = id('HEAD');
    repository.commit({ 'a.ts': '2' });
    repository.commit({ 'c.ts': '1' });
    const grown = await factsOf('pre-push', ['origin', 'url'], [told(id('HEAD'), 'refs/heads/main', before)]);
    expect([grown.pushes, [...grown.pushedFiles].sort()]).toEqual([
      [{ branch: 'main', isForced: false, lost: [] }],
      ['a.ts', 'c.ts'],
    ]);
    repository.git('push', '-q', 'origin', 'main');
    repository.git('checkout', '-q', '-b', 'next');
    repository.commit({ 'd.ts': '1' });
    const fresh = await factsOf('pre-push', ['origin', 'url'], [told(id('HEAD'), 'refs/heads/next', none)]);
    expect([fresh.pushes, fresh.pushedFiles]).toEqual([[{ branch: 'next', isForced: false, lost: [] }], ['d.ts']]);
  });

  it('is forced where the remote has commits that would go, known here or not, or would lose the branch', async () => {
    const old = id('HEAD');
    repository.commit({ 'a.ts': '2' });
    for (const remote of [id('HEAD'), 'f'.repeat(40)]) {
      const { pushes } = await factsOf('pre-push', ['origin', 'url'], [told(old, 'refs/heads/main', remote)]);
      expect(pushes).toEqual([{ branch: 'main', isForced: true, lost: [remote] }]);
    }
    const gone = await factsOf('pre-push', ['origin', 'url'], [`(delete) ${none} refs/heads/main ${old}`]);
    expect(gone.pushes).toEqual([{ branch: 'main', isForced: true, lost: [old] }]);
    const tag = await factsOf('pre-push', ['origin', 'url'], [told(old, 'refs/tags/v1', none)]);
    expect([tag.pushes, tag.pushedFiles]).toEqual([[{ branch: null, isForced: false, lost: [] }], []]);
  });

  it('may be nothing', async () => {
    expect((await factsOf('pre-push', ['origin', 'url'])).pushes).toEqual([]);
  });
});

describe('a transaction', () => {
  it('that is prepared tells which commits a branch would lose, and that it is an amend', async () => {
    const first = id('HEAD');
    repository.commit({ 'a.ts': '2' });
    const second = id('HEAD');
    repository.git('commit', '-q', '--amend', '-m', 'Again');
    const amended = id('HEAD');
    const { rewritings } = await factsOf(
      'reference-transaction',
      ['prepared'],
      [`${second} ${amended} HEAD`, `${second} ${amended} refs/heads/main`],
    );
    expect(rewritings).toEqual([
      { kind: 'branch', branch: 'main', from: second, to: amended, lost: [second], ...atWork, isAmend: true },
    ]);
    const reset = await factsOf('reference-transaction', ['prepared'], [`${none} ${first} refs/heads/main`]);
    expect(reset.rewritings).toMatchObject([{ from: amended, to: first, lost: [amended], isAmend: false }]);
    repository.git('branch', 'other');
    const gone = await factsOf('reference-transaction', ['prepared'], [`${none} ${none} refs/heads/other`]);
    expect(gone.rewritings).toMatchObject([{ branch: 'other', to: null, lost: [], isHere: false }]);
    const grown = await factsOf('reference-transaction', ['prepared'], [`${first} ${amended} refs/heads/main`]);
    expect(grown.rewritings).toEqual([]);
  });

  it('by which git packs references neither loses nor makes anything', async () => {
    repository.git('branch', 'other');
    const [main, other] = [id('main'), id('other')];
    repository.git('pack-refs', '--all');
    const packing = [`${none} ${main} refs/heads/main`, `${none} ${other} refs/heads/other`];
    expect((await factsOf('reference-transaction', ['prepared'], packing)).rewritings).toEqual([]);
    expect((await factsOf('reference-transaction', ['committed'], packing)).made).toEqual([]);
    const pruning = [`${other} ${none} refs/heads/other`];
    expect((await factsOf('reference-transaction', ['prepared'], pruning)).rewritings).toEqual([]);
    const deleting = [`${none} ${none} refs/heads/other`];
    expect((await factsOf('reference-transaction', ['prepared'], deleting)).rewritings).toHaveLength(1);
  });

  it('that is done tells what was committed here and now, and not what was fetched or carried over', async () => {
    const old = id('HEAD');
    repository.commit({ 'a.ts': '2', 'n.ts': '1' });
    repository.git('rm', '-q', 'b.ts');
    repository.git('commit', '-q', '-m', 'Two');
    const line = (from: string) => `${from} ${id('HEAD')} refs/heads/main`;
    const { made } = await factsOf('reference-transaction', ['committed'], [line(old)]);
    expect(
      made.map(({ files, isFresh }) => [files.map(({ path, change }) => `${change} ${path}`).sort(), isFresh]),
    ).toEqual([
      [['created n.ts', 'modified a.ts'], true],
      [['deleted b.ts'], true],
    ]);
    repository.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    expect((await factsOf('reference-transaction', ['committed'], [line(old)])).made).toEqual([]);
    const tip = id('HEAD');
    repository.at(repository.root, 'commit', '-q', '--allow-empty', '--date', '2001-01-01T00:00:00', '-m', 'Carried');
    const carried = await factsOf('reference-transaction', ['committed'], [line(tip)]);
    expect(carried.made.map(({ isFresh }) => isFresh)).toEqual([false]);
    const theirs = await factsOf('reference-transaction', ['committed'], [line(tip)], {
      GIT_COMMITTER_EMAIL: 'bo@example.invalid',
    });
    expect(theirs.made).toEqual([]);
  });

  it('that makes a stash tells what is in it', async () => {
    repository.write('a.ts', 'stashed');
    repository.git('stash', '-q');
    const { stashed } = await factsOf(
      'reference-transaction',
      ['committed'],
      [`${none} ${id('refs/stash')} refs/stash`],
    );
    expect(stashed).toMatchObject({ id: id('refs/stash'), files: [{ path: 'a.ts', change: 'modified' }] });
    const gone = await factsOf('reference-transaction', ['prepared'], [`${id('refs/stash')} ${none} refs/stash`]);
    expect(gone.rewritings).toMatchObject([{ kind: 'stash', lost: [id('refs/stash')] }]);
  });
});

describe('another branch', () => {
  it('is told by name, and nothing for a checkout that is only made or stays where it was', async () => {
    const old = id('HEAD');
    repository.git('checkout', '-q', '-b', 'next');
    expect((await factsOf('post-checkout', [old, old, '1'])).moved).toEqual({ from: 'main', to: 'next' });
    expect((await factsOf('post-checkout', [old, old, '0'])).moved).toBeNull();
    expect((await factsOf('post-checkout', [none, old, '1'])).moved).toBeNull();
    repository.git('checkout', '-q', 'next');
    expect((await factsOf('post-checkout', [old, old, '1'])).moved).toBeNull();
  });
});

describe('a message', () => {
  const takes = async (text: string, source: string) => {
    writeFileSync(join(repository.root, '.git/MESSAGE'), text);
    return (await factsOf('prepare-commit-msg', ['.git/MESSAGE', source])).takesTrailer;
  };

  it('takes a trailer once something is in it, unless git made it or it belongs to another commit', async () => {
    expect(await takes('Fix it\n\n# comment\n', 'message')).toBe(true);
    expect(await takes('\n# Please enter the commit message\n', '')).toBe(false);
    for (const source of ['merge', 'squash']) expect(await takes('Fix it\n', source)).toBe(false);
    for (const text of ['fixup! Fix it\n', 'squash! Fix it\n', 'amend! Fix it\n'])
      expect(await takes(text, 'message')).toBe(false);
    writeFileSync(join(repository.root, '.git/CHERRY_PICK_HEAD'), id('HEAD'));
    expect(await takes('Fix it\n', 'message')).toBe(false);
  });

  it('gets it once, behind others that are there', async () => {
    const file = join(repository.root, '.git/MESSAGE');
    writeFileSync(file, 'Fix it\n\n---\nnot a patch\n\nSigned-off-by: Ann\n');
    const call = { environment: environment(), directory: repository.root };
    for (const handle of ['otter', 'otter', 'heron'])
      await addTrailer(call, '.git/MESSAGE', `Signalbox-Session: ${handle}`);
    expect(repository.git('interpret-trailers', '--parse', '--no-divider', '.git/MESSAGE').trim().split('\n')).toEqual([
      'Signed-off-by: Ann',
      'Signalbox-Session: otter',
      'Signalbox-Session: heron',
    ]);
  });
});
