/** Whether a hook counts as in force. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { GitHookFiles, HookFile, HookPlace } from '../../core/git-hook-files.ts';
import { type BlockProgram, blockFor, selfTestLine } from './block.ts';
import { bytesOfText } from './bytes.ts';
import { ownFile, withBlock } from './shape.ts';
import { statusOf } from './status.ts';

const program: BlockProgram = { node: '/bin/node', entry: '/opt/guard.cjs', onFailure: 'allow' };
const place: HookPlace = {
  root: '/shop',
  gitDirectory: '/shop/.git',
  commonDirectory: '/shop/.git',
  settings: [],
  version: [2, 45, 0],
};
const path = '/shop/.git/hooks/pre-commit';
const emptyJournal = { version: 1, program, folders: [], configs: {}, made: [], links: {} } as const;

let texts: Map<string, string>;
/** What was started: a hook in which somebody else comes first would do that one's work. */
let started: string[];

beforeEach(() => {
  texts = new Map([program.node, program.entry].map(name => [name, '']));
  started = [];
});

/** A repository whose hooks answer a self-test as the lines of ours do. */
function files(): GitHookFiles {
  const look = (name: string): HookFile => {
    const text = texts.get(name);
    return text === undefined ? { kind: 'nothing' } : { kind: 'file', bytes: bytesOfText(text), mode: 0o755 };
  };
  const asked = {
    look,
    realPath: (name: string) => name,
    takesFrom: async () => true,
    submodules: async () => [],
    selfTest: async (hook: string, token: string) => {
      started.push(hook);
      return { code: 1, said: `${selfTestLine(token)}\n` };
    },
  };
  return asked as unknown as GitHookFiles;
}

async function stateWith(text: string): Promise<string | undefined> {
  texts.set(path, text);
  const { hooks } = await statusOf(files(), place, undefined, { hooks: ['pre-commit'], program }, 'token');
  return hooks[0]?.state;
}

describe('a hook', () => {
  it.each([
    ['is ours alone', ownFile('pre-commit', program)],
    ['of another runs after our lines', withBlock('#!/bin/sh\nnpx lint-staged\n', 'pre-commit', program)],
    ['of another without a first line runs after our lines', withBlock('npx lint-staged\n', 'pre-commit', program)],
  ])('that %s is asked, and is in force when it answers', async (_what, text) => {
    expect(await stateWith(text)).toBe('live');
    expect(started).toEqual(['pre-commit']);
  });

  it.each([
    ['ends before our lines', '#!/bin/sh\nexit 0\n'],
    ['does its work before our lines', '#!/bin/sh\nnpx lint-staged\n'],
    ['has a line before ours and none that names a shell', 'npx lint-staged\n'],
    ['begins with an empty line', '\n'],
    ['names its shell in the second line', '# hooks\n#!/bin/sh\n'],
  ])('that %s is not asked, and does not count as in force', async (_what, before) => {
    expect(await stateWith(before + blockFor('pre-commit', program, true))).toBe('unproven');
    expect(started).toEqual([]);
  });

  it('that nobody has asked for yet is told apart from one whose lines somebody has taken out', async () => {
    const journal = { ...emptyJournal, hooks: ['pre-push'] } as const;
    const wish = { hooks: ['pre-push', 'pre-rebase'], program } as const;
    const { hooks } = await statusOf(files(), place, journal, wish, 'token');
    expect(hooks.map(({ hook, state, isOutdated }) => [hook, state, isOutdated])).toEqual([
      ['pre-push', 'missing', false],
      ['pre-rebase', 'missing', true],
    ]);
  });

  it('that has nothing of ours is missing, and one that starts what is gone is broken', async () => {
    expect(await stateWith('#!/bin/sh\nnpx lint-staged\n')).toBe('missing');
    texts.delete(program.entry);
    expect(await stateWith(ownFile('pre-commit', program))).toBe('broken');
  });
});
