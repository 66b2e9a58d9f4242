import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Repository } from '../../../test/support/repository.ts';
import { type BlockProgram, blockFor, guardedHooks, refusedExitCode, selfTestLine } from './block.ts';
import { bytesOfText } from './bytes.ts';
import { ownFile, withBlock } from './shape.ts';

/** Shells that hooks are written for, as far as they are here. */
const shells = ['sh', 'bash', 'bash --posix', 'dash', 'zsh', 'ksh', 'busybox sh'].filter(
  shell => spawnSync('env', [...shell.split(' '), '-c', ':']).status === 0,
);
const zero = '0'.repeat(40);

let repository: Repository;
let folder: string;
let program: BlockProgram;

beforeAll(() => {
  repository = new Repository();
  repository.commit({ 'a.ts': '1' });
  folder = join(repository.base, 'with \'quotes" $and späces');
  mkdirSync(folder);
  const node = join(folder, 'node');
  // Notes how it was started and what it reads, and ends as it is told to.
  writeFileSync(node, '#!/bin/sh\nshift\necho "$*" >> "$STARTED"\ncat >> "$STARTED"\nexit "$STATUS"\n');
  chmodSync(node, 0o755);
  program = { node, entry: node, onFailure: 'allow' };
});

afterAll(() => repository.remove());

interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  /** What the program was started with, and what it read; undefined when it was not started. */
  readonly started: string | undefined;
}

interface How {
  readonly shell?: string;
  readonly args?: readonly string[];
  readonly input?: string;
  readonly status?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a hook as git would, in the repository. */
function run(text: string, { shell = 'sh', args = [], input = '', status = 0, environment = {} }: How = {}): Ran {
  const hook = join(folder, 'a hook');
  const note = join(folder, 'started');
  rmSync(note, { force: true });
  writeFileSync(hook, bytesOfText(text.replace(/^#!.*/, `#!/usr/bin/env -S ${shell}`)));
  chmodSync(hook, 0o755);
  const env = { PATH: process.env.PATH, STARTED: note, STATUS: String(status), ...environment };
  const ran = spawnSync(hook, args, { cwd: repository.root, env, input, encoding: 'utf8' });
  const started = existsSync(note) ? readFileSync(note, 'utf8') : undefined;
  return { code: ran.status, output: ran.stdout, errors: ran.stderr, started };
}

/** A hook of somebody else, who is strict, and tells what it was given. */
const theirs = '#!/bin/sh\nset -eu\necho "$0|$#|$*"\ncat\nexit 7\n';

describe.each(shells)('the lines in a hook of %s', shell => {
  it.each(guardedHooks)('leave what follows in %s its input, arguments, name and exit code', hook => {
    const input = Array.from(
      { length: 2_000 },
      (_, at) => `${zero} ${'a'.repeat(40)} refs/remotes/origin/b${at}\n`,
    ).join('');
    for (const given of ['', 'one\n', 'a\\b $c `d` "e" \'f\'\n', input]) {
      const ran = run(withBlock(theirs, hook, program), { shell, args: ['prepared', 'two words', ''], input: given });
      expect([ran.code, ran.errors]).toEqual([7, '']);
      expect(ran.output).toBe(`${join(folder, 'a hook')}|3|prepared two words \n${given}`);
    }
  });

  it('stop git when the program says so, and nothing that follows has run', () => {
    for (const hook of ['pre-commit', 'pre-push', 'pre-rebase'] as const) {
      const ran = run(withBlock(theirs, hook, program), { shell, args: ['x'], input: 'y\n', status: refusedExitCode });
      expect([ran.code, ran.output]).toEqual([1, '']);
      expect(ran.started).toBe(hook === 'pre-push' ? 'pre-push allow x\ny\n' : `${hook} allow x\n`);
    }
  });

  it('go on when it fails in any other way, or stop where that was asked for', () => {
    for (const status of [1, 2, 127, 137]) {
      expect(run(withBlock(theirs, 'pre-commit', program), { shell, status }).code).toBe(7);
      const stopped = run(withBlock(theirs, 'pre-commit', { ...program, onFailure: 'block' }), { shell, status });
      expect([stopped.code, stopped.output]).toEqual([1, '']);
      expect(stopped.errors).toContain('signalbox: the guard could not be asked');
    }
  });

  it('do nothing and say nothing when the program is gone, or stop where that was asked for', () => {
    for (const gone of [{ node: '/gone/node' }, { entry: '/gone/entry' }]) {
      const ran = run(withBlock(theirs, 'pre-commit', { ...program, ...gone }), { shell });
      expect([ran.code, ran.errors, ran.started]).toEqual([7, '', undefined]);
      const stopping = { ...program, ...gone, onFailure: 'block' } as const;
      expect(run(withBlock(theirs, 'pre-commit', stopping), { shell }).code).toBe(1);
      expect(run(withBlock(theirs, 'post-checkout', stopping), { shell, args: ['a', 'b', '1'] }).code).toBe(7);
    }
  });

  it('answer a self-test before anything else, without starting anything', () => {
    for (const hook of guardedHooks) {
      const environment = { SIGNALBOX_SELF_TEST: 'a "token" %s $x' };
      const ran = run(withBlock(theirs, hook, program), { shell, environment });
      expect([ran.code, ran.output, ran.errors, ran.started]).toEqual([
        1,
        '',
        `${selfTestLine('a "token" %s $x')}\n`,
        undefined,
      ]);
    }
  });

  it('hold under -eu, and leave no variable behind', () => {
    for (const hook of guardedHooks) {
      const text = withBlock(`#!/bin/sh\nset | grep -c '^signalbox_' || true\n`, hook, program).replace(
        '\n',
        '\nset -eu\n',
      );
      expect(run(text, { shell, args: ['committed'] })).toMatchObject({ code: 0, output: '0\n', errors: '' });
    }
  });
});

describe('the lines for transactions', () => {
  const ask = (state: string, lines: readonly string[], environment = {}) => {
    const input = lines.map(line => `${line}\n`).join('');
    const alone = run(ownFile('reference-transaction', program), { args: [state], input, environment });
    const followed = run(withBlock('#!/bin/sh\ncat\n', 'reference-transaction', program), {
      args: [state],
      input,
      environment,
    });
    // Whether anything follows makes no difference to what is asked, and what follows reads all of it.
    expect([followed.started, followed.output]).toEqual([alone.started, input]);
    return alone.started;
  };
  let old: string;
  let fresh: string;

  beforeAll(() => {
    old = repository.git('rev-parse', 'HEAD').trim();
    repository.commit({ 'a.ts': '2' });
    fresh = repository.git('rev-parse', 'HEAD').trim();
    repository.git('branch', 'other', old);
  });

  it('start nothing for references of remotes, tags, and what does not change', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => `${zero} ${fresh} refs/remotes/origin/b${at}`);
    for (const state of ['preparing', 'prepared', 'committed', 'aborted']) {
      expect(ask(state, many)).toBeUndefined();
      expect(ask(state, [`${zero} ${fresh} refs/tags/v1`, `${zero} ${old} ORIG_HEAD`])).toBeUndefined();
      expect(ask(state, [`${fresh} ${fresh} HEAD`, `${fresh} ${fresh} refs/heads/main`])).toBeUndefined();
    }
    expect(ask('aborted', [`${fresh} ${old} refs/heads/main`])).toBeUndefined();
  });

  it('ask before a branch loses commits or goes, also when git does not tell what it was, and not when it only grows or is made', () => {
    const asked = (line: string) => `reference-transaction allow prepared\n${line}\n`;
    for (const line of [
      `${fresh} ${old} refs/heads/main`,
      `${zero} ${old} refs/heads/main`,
      `${zero} ${zero} refs/heads/main`,
    ]) {
      expect(ask('prepared', [line])).toBe(asked(line));
    }
    for (const line of [
      `${old} ${fresh} refs/heads/other`,
      `${zero} ${fresh} refs/heads/other`,
      `${zero} ${old} refs/heads/new`,
    ]) {
      expect(ask('prepared', [line])).toBeUndefined();
    }
    const remote = `${zero} ${fresh} refs/remotes/origin/main`;
    const both = [remote, `${fresh} ${old} HEAD`, `${fresh} ${old} refs/heads/main`];
    expect(ask('prepared', both)).toBe(asked(`${fresh} ${old} HEAD\n${fresh} ${old} refs/heads/main`));
  });

  it('start nothing while git packs references, which it tells as if they were made and deleted', () => {
    repository.git('branch', 'lone', repository.git('commit-tree', '-m', 'x', 'HEAD^{tree}').trim());
    const lone = repository.git('rev-parse', 'lone').trim();
    expect(ask('committed', [`${zero} ${lone} refs/heads/lone`])).toBeDefined();
    expect(ask('prepared', [`${lone} ${zero} refs/heads/lone`])).toBeDefined();
    repository.git('pack-refs', '--all');
    expect(ask('prepared', [`${zero} ${lone} refs/heads/lone`])).toBeUndefined();
    expect(ask('committed', [`${zero} ${lone} refs/heads/lone`])).toBeUndefined();
    expect(ask('prepared', [`${lone} ${zero} refs/heads/lone`])).toBeUndefined();
  });

  it('leave many branches at once to the program', () => {
    const lines = Array.from({ length: 9 }, (_, at) => `${zero} ${fresh} refs/heads/new${at}`);
    expect(ask('prepared', lines)).toBe(`reference-transaction allow prepared\n${lines.join('\n')}\n`);
  });

  it('tell of a commit that no other branch has, and not of one that was there', () => {
    const line = `${old} ${fresh} refs/heads/main`;
    expect(ask('committed', [line])).toBe(`reference-transaction allow committed\n${line}\n`);
    expect(ask('committed', [`${old} ${fresh} refs/heads/copy`])).toBeUndefined();
    expect(ask('committed', [`${zero} ${zero} refs/heads/main`])).toBeUndefined();
    expect(ask('committed', [`${old} ${fresh} HEAD`])).toBeUndefined();
  });

  it('ask before a stash goes and tell when one was made, but not within a hook, whose tools tidy up their own', () => {
    expect(ask('prepared', [`${fresh} ${zero} refs/stash`])).toContain('refs/stash');
    expect(ask('prepared', [`${zero} ${fresh} refs/stash`])).toBeUndefined();
    expect(ask('committed', [`${zero} ${fresh} refs/stash`])).toContain('refs/stash');
    expect(ask('prepared', [`${fresh} ${zero} refs/stash`], { SIGNALBOX_IN_HOOK: 'pre-commit' })).toBeUndefined();
  });

  it('are not asked for what arrives by a push', () => {
    const line = `${fresh} ${old} refs/heads/main`;
    const text = ownFile('reference-transaction', program);
    expect(
      run(text, { args: ['prepared'], input: `${line}\n`, environment: { GIT_DIR: '.' } }).started,
    ).toBeUndefined();
  });

  it('stop git before, and never after', () => {
    const input = `${fresh} ${old} refs/heads/main\n`;
    const text = ownFile('reference-transaction', { ...program, onFailure: 'block' });
    expect(run(text, { args: ['prepared'], input, status: refusedExitCode }).code).toBe(1);
    expect(run(text, { args: ['prepared'], input, status: 5 }).code).toBe(1);
    const made = `${old} ${fresh} refs/heads/main\n`;
    expect(run(text, { args: ['committed'], input: made, status: 5 }).code).toBe(0);
  });
});

describe('the lines after a checkout', () => {
  it('start something for another branch only', () => {
    const text = ownFile('post-checkout', program);
    expect(run(text, { args: [zero, zero, '0'] }).started).toBeUndefined();
    expect(run(text, { args: ['a', 'b', '1'] }).started).toBe('post-checkout allow a b 1\n');
  });
});

describe('a name in the lines', () => {
  it('is taken to the letter, whatever it holds', () => {
    const block = blockFor('pre-commit', program, true);
    expect(block).toContain(`'\\''quotes" $and`);
    expect(run(`#!/bin/sh\n${block}`).started).toBe('pre-commit allow\n');
  });
});
