import { describe, expect, it } from 'vitest';
import { aside } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { createBench } from '../../test/support/rules.ts';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { Agent } from './agent.ts';
import { callTool } from './call-tool.ts';
import type { ToolContext } from './define-tool.ts';
import { tools } from './index.ts';
import type { Participant } from './participant.ts';
import { Visitor } from './visitor.ts';

const quiet = { operation: null, locked: [] } as const;

function open() {
  const bench = createBench();
  const project = 'github.com/acme/shop';
  const worktrees = new FakeWorktrees([
    { root: '/code/app', project, anchor: '/code/app', branch: 'feature/profile' },
    { root: '/code/two', project, anchor: '/code/app', branch: 'feature/auth' },
  ]);
  const { store, clock, ids, wakeups, processes } = bench;
  const { git, ...rest } = aside();
  for (const root of ['/code/app', '/code/two']) git.states.set(root, quiet);
  git.branchNames.set('/code/app', ['feature/profile', 'feature/auth', 'src']);
  const world = { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), git, ...rest };
  const callerOf = (caller: Participant) => {
    const signal = new AbortController().signal;
    const context: ToolContext = { caller, signal, path: 'calls', progress() {}, afterAnswer() {} };
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
    const call = async (name: string, input: unknown = {}): Promise<any> =>
      (await callTool(tools, name, input, context)).output;
    const text = async (name: string, input: unknown = {}) => (await callTool(tools, name, input, context)).text;
    return { call, text };
  };
  const seat = (handle: string, directory = '/code/app') => {
    const self = processes.spawn();
    const nothing = { client: 'test', clientVersion: null, clientSession: null, parent: null, project: null };
    const facts = { ...nothing, handle, process: self, host: self.host, reach: 'calls', directory } as const;
    return callerOf(new Agent({ ...world, processes: processes.as(self) }, facts));
  };
  const operator = (directory: string) => callerOf(new Visitor(world, directory, null, null));
  return { bench, git, seat, operator, clock, worktrees };
}

describe('the example: A on feature/auth rebases, B on feature/profile wants to push', () => {
  it('is a high conflict and unsafe, from the announcement until it is completed', async () => {
    const { seat } = open();
    const [a, b] = [seat('ann', '/code/two'), seat('bob')];
    const announced = await a.call('intent_announce', { type: 'git_rebase', targets: ['branch:feature/auth'] });
    expect(announced).toMatchObject({ intent: expect.stringMatching(/^i\d+$/), conflicts: [] });
    const check = await b.call('conflict_check', { action: 'git_push' });
    expect(check).toMatchObject({ safe: false, conflicts: [{ kind: 'intent', severity: 'high', session: 'ann' }] });
    await a.call('intent_update', { intent: announced.intent, status: 'completed' });
    expect((await b.call('conflict_check', { action: 'git_push' })).safe).toBe(true);
  });

  it('is told to who announces second, at once, and both intents are listed', async () => {
    const { seat } = open();
    const [a, b] = [seat('ann', '/code/two'), seat('bob')];
    await a.call('intent_announce', { type: 'git_rebase', description: 'onto main' });
    const second = await b.call('intent_announce', { type: 'git_push' });
    expect(second.conflicts).toMatchObject([{ kind: 'intent', severity: 'high', session: 'ann' }]);
    const { intents } = await b.call('intent_list');
    expect(intents).toMatchObject([
      { session: 'ann', type: 'git_rebase', status: 'announced', branch: 'feature/auth', description: 'onto main' },
      { intent: second.intent, session: 'bob', type: 'git_push', targets: [] },
    ]);
    expect((await b.call('intent_list', { session: 'ann' })).intents).toHaveLength(1);
    expect((await b.call('intent_list', { type: 'git_push' })).intents).toHaveLength(1);
    await expect(b.call('intent_list', { type: 'push' })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('a target', () => {
  const targetsOf = async (type: string, targets: string[]) => {
    const { seat } = open();
    const ann = seat('ann');
    await ann.call('intent_announce', { type, targets });
    return (await ann.call('intent_list')).intents[0].targets;
  };

  it('is a path, a glob, a free name with a colon, or a branch that says so', async () => {
    const targets = [
      'src/a.ts',
      './odd:name',
      'src/**',
      'port:3000',
      'deploy:staging',
      'branch:feature/x',
      'file:b.ts',
    ];
    expect(await targetsOf('file_edit', targets)).toEqual([
      'file:src/a.ts',
      'file:odd:name',
      'file:src/**',
      'file:b.ts',
      'port:3000',
      'deploy:staging',
      'branch:feature/x',
    ]);
  });

  it('of a git action is a branch if there is one of that name, and a path for everything else', async () => {
    expect(await targetsOf('git_merge', ['feature/auth', 'src', 'docs'])).toEqual([
      'file:docs',
      'branch:feature/auth',
      'branch:src',
    ]);
    expect(await targetsOf('refactor', ['src'])).toEqual(['file:src']);
  });

  it('that is refused is told what to name instead, and not what to lock', async () => {
    const { seat, worktrees } = open();
    const next = 'Name a path inside a checkout of this project, or lock a free name as a resource.';
    worktrees.resolve = async () => {
      throw new SignalboxError('invalid_input', 'The path lies outside the project.', next);
    };
    const ann = seat('ann');
    for (const [tool, input] of [
      ['conflict_check', { action: 'file_edit', targets: ['../out'] }],
      ['intent_announce', { type: 'file_edit', targets: ['../out'] }],
    ] as const) {
      const refused = ann.call(tool, input);
      await expect(refused).rejects.toMatchObject({ message: 'The path lies outside the project.' });
      await expect(refused).rejects.toMatchObject({ next: expect.not.stringMatching(/lock/) });
      await expect(refused).rejects.toMatchObject({ next: expect.stringMatching(/branch:name/) });
    }
  });

  it('is refused when it is no branch, leads outside, or when there are too many', async () => {
    const { seat } = open();
    const ann = seat('ann');
    for (const target of ['branch:', 'branch:a b', '../outside']) {
      await expect(ann.call('conflict_check', { action: 'git_merge', targets: [target] })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    }
    const many = Array.from({ length: limits.intentTargets + 1 }, (_, at) => `f${at}.ts`);
    await expect(ann.call('intent_announce', { type: 'file_edit', targets: many })).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
    await ann.call('conflict_check', { action: 'git_commit', targets: many.slice(1) });
  });
});

describe('what git tells', () => {
  it('is put together with what the store tells, the worst first, in fields and in words', async () => {
    const { seat, git } = open();
    const [ann, bob] = [seat('ann', '/code/two'), seat('bob')];
    await ann.call('session_list');
    git.changed.set('/code/two', ['src/a.ts', 'x']);
    git.changed.set('/code/app', ['src/a.ts', 'y']);
    git.merges.set('HEAD..refs/heads/feature/auth', { conflicts: ['b.ts'] });
    git.merges.set('HEAD..main', { conflicts: ['c.ts'] });
    const asked = { action: 'git_merge', targets: ['branch:main'] };
    const { safe, conflicts, notLookedAt } = await bob.call('conflict_check', asked);
    expect([safe, notLookedAt]).toEqual([false, undefined]);
    expect(
      conflicts.map((c: { kind: string; severity: string; resource: string }) => [c.kind, c.severity, c.resource]),
    ).toEqual([
      ['merge', 'high', 'file:c.ts'],
      ['uncommitted', 'medium', 'file:src/a.ts'],
      ['merge', 'medium', 'file:b.ts'],
    ]);
    const text = await bob.text('conflict_check', asked);
    for (const { description, severity, kind } of conflicts)
      expect(text).toContain(`[${severity}] ${kind}: ${description}`);
  });

  it('that it cannot tell is said, in fields and in words, and makes nothing unsafe', async () => {
    const { seat, git } = open();
    const [ann, bob] = [seat('ann', '/code/two'), seat('bob')];
    await ann.call('session_list');
    const answer = await bob.call('conflict_check', { action: 'git_commit' });
    expect(answer).toMatchObject({ safe: true, conflicts: [] });
    expect(answer.notLookedAt).toHaveLength(3);
    expect((await bob.call('intent_announce', { type: 'git_commit' })).notLookedAt).toEqual(answer.notLookedAt);
    expect(await bob.text('conflict_check', { action: 'git_commit' })).toContain(
      `Not looked at: ${answer.notLookedAt[0]}`,
    );
    git.states.clear();
    expect((await bob.call('conflict_check', { action: 'git_commit' })).notLookedAt).toEqual([
      expect.stringMatching(/no checkout of git/),
    ]);
  });

  it('and all else is told up to a bound, the worst first, with how many there are more', async () => {
    const { seat } = open();
    const [ann, bob] = [seat('ann', '/code/two'), seat('bob')];
    for (let at = 0; at <= limits.conflictsListed; at += 1) {
      await ann.call('intent_announce', { type: 'test', targets: [`port:${at}`] });
    }
    await ann.call('intent_announce', { type: 'git_push' });
    const targets = Array.from({ length: limits.conflictsListed + 1 }, (_, at) => `port:${at}`);
    const { conflicts, notLookedAt } = await bob.call('conflict_check', { action: 'git_push', targets });
    expect([conflicts.length, conflicts[0].severity]).toEqual([limits.conflictsListed, 'high']);
    expect(notLookedAt.at(-1)).toBe('There are 2 more conflicts, none worse than these.');
  });

  it('is asked a few questions at a time, each for the time that is left, and none beyond it', async () => {
    const { seat, git, clock } = open();
    const [ann, bob] = [seat('ann', '/code/two'), seat('bob')];
    await ann.call('session_list');
    git.changedFiles = async () => {
      throw new Error('asked too late');
    };
    const within: number[] = [];
    let [now, most] = [0, 0];
    git.dryMerge = async (_root: string, _ours: string, _theirs: string, withinMs?: number) => {
      within.push(withinMs ?? -1);
      most = Math.max(most, ++now);
      await clock.sleep(limits.conflictGitMs * 0.6);
      now -= 1;
      return { conflicts: [] };
    };
    const targets = Array.from({ length: 3 * limits.conflictGitAtOnce }, (_, at) => `branch:b${at}`);
    const check = bob.call('conflict_check', { action: 'git_merge', targets });
    await clock.advance(limits.conflictGitMs * 2);
    const { notLookedAt } = await check;
    expect(most).toBe(limits.conflictGitAtOnce);
    expect(within.slice(0, limits.conflictGitAtOnce)).toEqual(
      Array(limits.conflictGitAtOnce).fill(limits.conflictGitMs),
    );
    expect(new Set(within.slice(limits.conflictGitAtOnce))).toEqual(new Set([limits.conflictGitMs * 0.4]));
    expect(within.length).toBe(Math.min(limits.mergesTried, 2 * limits.conflictGitAtOnce));
    expect(notLookedAt.join('\n')).toMatch(/Git did not tell in time what ann changed/);
  });

  it('holds nobody up: an announcement stands while git is still asked', async () => {
    const { seat, git, clock } = open();
    const [ann, bob] = [seat('ann', '/code/two'), seat('bob')];
    await ann.call('session_list');
    git.dryMerge = async () => {
      await clock.sleep(1500);
      return { conflicts: [] };
    };
    const announcing = bob.call('intent_announce', { type: 'git_push' });
    await clock.advance(100);
    expect((await ann.call('intent_list')).intents).toMatchObject([{ session: 'bob' }]);
    await clock.advance(2000);
    expect((await announcing).conflicts).toEqual([]);
  });

  it('of another clone is tried with the commit that is checked out there', async () => {
    const { seat, git, bench } = open();
    const [ann, bob] = [seat('ann', '/code/two'), seat('bob')];
    await ann.call('session_list');
    await bench.transact(async ({ tx }) => {
      const [session] = await tx.list('session', 'handle', { equals: 'ann' }, { limit: 1 });
      if (session) tx.put('session', { ...session, anchor: '/clone' });
    });
    git.commits.set('HEAD', { id: 'abc', author: 'Ann', at: 0, summary: '', files: [] });
    git.merges.set('HEAD..abc', { conflicts: ['z.ts'] });
    expect((await bob.call('conflict_check', { action: 'git_push' })).conflicts).toMatchObject([
      { kind: 'merge', session: 'ann', resource: 'file:z.ts' },
    ]);
  });
});

describe('a checkout', () => {
  it('whose branch was switched in a shell is judged by the branch that is there now', async () => {
    const { seat, git, worktrees } = open();
    const [ann, bob] = [seat('ann', '/code/two'), seat('bob')];
    await ann.call('session_list');
    worktrees.setBranch('/code/two', 'feature/other');
    git.merges.set('HEAD..refs/heads/feature/auth', { conflicts: [] });
    git.merges.set('HEAD..refs/heads/feature/other', { conflicts: ['z.ts'] });
    for (const answer of [
      await bob.call('conflict_check', { action: 'git_push' }),
      await bob.call('intent_announce', { type: 'git_push' }),
    ])
      expect(answer.conflicts).toMatchObject([{ kind: 'merge', session: 'ann', resource: 'file:z.ts' }]);
  });

  it('that is bare has no files that could be changed, and none is missed', async () => {
    const { seat, git } = open();
    const [ann, bob] = [seat('ann', '/code/two'), seat('bob')];
    await ann.call('session_list');
    for (const root of ['/code/app', '/code/two']) git.states.set(root, { ...quiet, isBare: true });
    git.merges.set('HEAD..refs/heads/feature/auth', { conflicts: [] });
    expect(await bob.call('conflict_check', { action: 'git_commit' })).toEqual({ safe: true, conflicts: [] });
  });
});

describe('the operator', () => {
  it('is told who works in the folder it stands in, and may announce as everybody', async () => {
    const { seat, operator } = open();
    const ann = seat('ann', '/code/two');
    await ann.call('session_list');
    const person = operator('/code/two');
    expect((await person.call('conflict_check', { action: 'git_rebase' })).conflicts).toMatchObject([
      { kind: 'checkout', severity: 'high', session: 'ann' },
    ]);
    await person.call('intent_announce', { type: 'git_rebase' });
    expect((await ann.call('conflict_check', { action: 'file_edit' })).conflicts).toMatchObject([
      { kind: 'intent', severity: 'high', session: 'operator' },
    ]);
  });
});
