import { describe, expect, it } from 'vitest';
import { aside } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { createBench } from '../../test/support/rules.ts';
import { Agent } from './agent.ts';
import { callTool } from './call-tool.ts';
import { tools } from './index.ts';
import { Visitor } from './visitor.ts';

function open() {
  const bench = createBench();
  const worktrees = new FakeWorktrees([{ root: '/code/app', project: 'github.com/acme/shop' }]);
  const { store, clock, ids, wakeups, processes } = bench;
  const self = processes.spawn();
  const world = {
    store,
    clock,
    ids,
    wakeups,
    worktrees,
    log: new FakeLog(),
    ...aside(),
    processes: processes.as(self),
  };
  const nothing = { client: 'test', clientVersion: null, clientSession: null, parent: null, project: null };
  const facts = {
    ...nothing,
    handle: 'otter',
    process: self,
    host: 'box',
    reach: 'calls',
    directory: '/code/app',
  } as const;
  const callsOf = (caller: Agent | Visitor) => async (name: string, input: unknown) => {
    const { signal } = new AbortController();
    const context = { caller, signal, path: 'calls', progress: () => {}, afterAnswer: () => {} } as const;
    return (await callTool(tools, name, input, context)).output;
  };
  return { world, otter: callsOf(new Agent(world, facts)), callsOf };
}

describe('a search for what the operator wrote', () => {
  it('finds nothing before its first word, then that, and is no error', async () => {
    const { world, otter, callsOf } = open();
    await otter('session_list', {});
    for (const from of ['operator', '@Operator']) {
      expect(await otter('message_search', { query: 'zebra', from })).toEqual({ hits: [] });
    }
    await callsOf(new Visitor(world, '/code/app', null, null))('message_send', { to: ['otter'], body: 'zebra' });
    expect(await otter('message_search', { query: 'zebra', from: 'operator' })).toMatchObject({
      hits: [{ from: 'operator', text: 'zebra' }],
    });
    await expect(otter('message_search', { query: 'zebra', from: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
