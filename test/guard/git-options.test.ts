/** The tables of git's options and verbs, held against the git of this machine. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { commitOptionTables } from '../../src/guard/shell/git/git-commits.ts';
import { fileOptions } from '../../src/guard/shell/git/git-files.ts';
import { headOptions } from '../../src/guard/shell/git/git-head.ts';
import { refOptions } from '../../src/guard/shell/git/git-refs.ts';
import { remoteOptions } from '../../src/guard/shell/git/git-remote.ts';
import { shelfOptions } from '../../src/guard/shell/git/git-shelves.ts';
import { addedVerb, ownVerb } from '../../src/guard/shell/git/git-verbs.ts';
import type { OptionTable } from '../../src/guard/shell/words/options.ts';
import { temporaryFolder } from '../support/folder.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

function git(...words: string[]): string {
  const env = { PATH: process.env.PATH, HOME: folder.root, GIT_CONFIG_NOSYSTEM: '1' };
  const { stdout } = spawnSync('git', words, { cwd: folder.root, env, encoding: 'utf8' });
  return stdout ?? '';
}

const hasGit = git('--version') !== '';
if (hasGit) git('init', '--quiet');

const tables: Readonly<Record<string, OptionTable>> = {
  ...fileOptions,
  ...headOptions,
  ...commitOptionTables,
  ...refOptions,
  ...remoteOptions,
  ...shelfOptions,
};

/** Git says of these that they need no value where a value that is missing has a default, or forgets to say that they do. */
const lastMayBeMissing = /^(contains|no-contains|with|without|points-at|file)$/;

function told(verb: string): readonly string[] {
  const options = git(...verb.split(' '), '--git-completion-helper-all').split(/\s+/);
  return options.filter(option => /^--[a-z0-9]/.test(option)).map(option => option.slice(2));
}

function isMissing(table: OptionTable, option: string): boolean {
  const name = option.replace(/=$/, '');
  return !table.long.has(name) && !(name.startsWith('no-') && table.long.has(name.slice(3)));
}

function differs(table: OptionTable, option: string): boolean {
  const name = option.replace(/=$/, '');
  const known = table.long.get(name);
  return !!known && !lastMayBeMissing.test(name) && (known.value === 'needed') !== option.endsWith('=');
}

describe.runIf(hasGit)('what is known of git', () => {
  it.each(Object.entries(tables))('has every option of git %s, and knows which need a value', (verb, table) => {
    const options = told(verb);
    expect(options.length).toBeGreaterThan(0);
    expect(options.filter(option => isMissing(table, option))).toEqual([]);
    expect(options.filter(option => differs(table, option))).toEqual([]);
  });

  it('has every verb of git that is meant to be called', () => {
    const verbs = git('--list-cmds=main')
      .split(/\s+/)
      .filter(verb => verb !== '' && !verb.includes('--'));
    expect(verbs.length).toBeGreaterThan(100);
    expect(verbs.filter(verb => !ownVerb(verb) && !addedVerb(verb))).toEqual([]);
  });
});
