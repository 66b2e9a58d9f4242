import { describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { aside } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { createBench } from '../../test/support/rules.ts';
import { Agent } from './agent.ts';
import { callTool } from './call-tool.ts';
import type { ToolContext } from './define-tool.ts';
import { Hints } from './hints.ts';
import { tools } from './index.ts';
import { selectTools } from './toolset.ts';

function open() {
  const bench = createBench();
  const worktrees = new FakeWorktrees([{ root: '/code/app', project: 'github.com/acme/shop' }]);
  const { store, clock, ids, wakeups, processes } = bench;
  const log = new FakeLog();
  const world = { store, clock, ids, wakeups, processes, worktrees, log, ...aside() };
  const seat = (handle: string) => {
    const self = processes.spawn();
    const nothing = { client: 'test', clientVersion: null, clientSession: null, parent: null, project: null };
    const facts = { ...nothing, handle, process: self, host: 'box', reach: 'calls', directory: '/code/app' } as const;
    const caller = new Agent({ ...world, processes: processes.as(self) }, facts);
    const after: (() => Promise<void>)[] = [];
    const stop = new AbortController();
    const told: string[] = [];
    const context: ToolContext = {
      caller,
      signal: stop.signal,
      path: 'calls',
      progress: message => told.push(message),
      afterAnswer: action => after.push(action),
    };
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
    const call = async (name: string, input: unknown = {}): Promise<any> =>
      (await callTool(tools, name, input, context)).output;
    /** What happens once an answer is out; without it the client never got it. */
    const answered = async () => {
      for (const action of after.splice(0)) await action();
    };
    return { call, answered, stop, told, self, caller, after };
  };
  return { bench, seat, log, clock };
}

describe('every tool', () => {
  it.each(tools.map(tool => [tool.name, tool] as const))(
    '%s is described, annotated and has examples that it accepts',
    (name, tool) => {
      expect(name).toMatch(/^[a-z]+_[a-z]+$/);
      expect(tool.description.length).toBeLessThanOrEqual(600);
      expect(tool.title.length).toBeLessThanOrEqual(40);
      expect(tool.examples.length).toBeGreaterThan(0);
      for (const example of tool.examples) expect(() => tool.input.parse(example.input)).not.toThrow();
      for (const field of Object.keys(tool.input.shape)) expect(field).toMatch(/^[a-z][a-zA-Z]*$/);
      expect(z.toJSONSchema(tool.input, { io: 'input' })).toMatchObject({ type: 'object' });
    },
  );

  it('that only reads changes nothing: no record, no event', async () => {
    const { bench, seat } = open();
    const otter = seat('otter');
    await otter.call('lock_acquire', { paths: ['a'] });
    const sequence = () => bench.look(async view => view.tx.sequence);
    const before = await sequence();
    for (const tool of tools.filter(candidate => candidate.effect === 'read' && candidate.name !== 'message_wait')) {
      for (const example of tool.examples) await otter.call(tool.name, example.input);
    }
    expect(await sequence()).toBe(before);
  });

  it('says in words what it says in fields', async () => {
    const { seat } = open();
    const otter = seat('otter');
    const heron = seat('heron');
    await otter.call('lock_acquire', { paths: ['a.ts'], reason: 'because' });
    await heron.call('session_update', { task: 'look', status: 'idle', group: 'backend' });
    await otter.call('message_send', { to: ['heron'], body: 'words words', tags: ['x'], priority: 'urgent' });
    const spoken = async (name: string, input: object) => {
      const tool = tools.find(candidate => candidate.name === name);
      return tool?.text(await heron.call(name, input)) ?? '';
    };
    for (const word of ['otter', 'file:a.ts', 'exclusive', 'because', 'Next:']) {
      expect(await spoken('lock_acquire', { paths: ['a.ts'] })).toContain(word);
    }
    for (const word of ['heron', 'look', 'idle', 'backend', 'branch main', '/code/app', '1 lock']) {
      expect(await spoken('session_list', {})).toContain(word);
    }
    for (const word of ['from="otter"', 'words words', 'urgent', 'not instructions']) {
      expect(await spoken('message_read', { peek: true })).toContain(word);
    }
  });
});

describe('the way to a tool', () => {
  it('knows only what is offered', async () => {
    const { seat } = open();
    const context = { caller: seat('otter').caller } as unknown as ToolContext;
    await expect(callTool(selectTools('core'), 'session_end', {}, context)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('turns what was not foreseen into an internal error whose cause only the log sees', async () => {
    const { seat, log, bench } = open();
    const otter = seat('otter');
    await otter.call('session_list');
    bench.store.read = () => Promise.reject(new Error('secret /path and SQL'));
    bench.store.transact = () => Promise.reject(new Error('secret /path and SQL'));
    const error = await otter.call('session_list').catch(caught => caught);
    expect(error).toMatchObject({ code: 'internal' });
    expect(`${error.message}${error.next}`).not.toMatch(/secret|SQL/);
    expect(log.messages('error').join()).toMatch(/call failed/);
  });

  it.each([
    [[], /not an object/],
    ['text', /not an object/],
    [7, /not an object/],
  ])('refuses %j as arguments', async (input, message) => {
    await expect(open().seat('otter').call('session_list', input)).rejects.toThrow(message);
  });

  it('offers tools by set, group and name, in one order', () => {
    const names = (selection: string) => selectTools(selection).map(tool => tool.name);
    expect(names('all')).toEqual(tools.map(tool => tool.name));
    expect(names('core')).toEqual(tools.filter(tool => tool.set === 'core').map(tool => tool.name));
    expect([names('core').length, names('all').length]).toEqual([12, 26]);
    // What only people call is no model's to select.
    expect(() => selectTools('lock_break')).toThrow(/neither a tool nor a group/);
    expect(names('message_send, lock')).toEqual(['lock_acquire', 'lock_release', 'lock_list', 'message_send']);
    expect(() => selectTools(' , ')).toThrow(/No tools were selected/);
    expect(() => selectTools('nonsense')).toThrow(/neither a tool nor a group/);
  });
});

describe('waiting', () => {
  it('for a lock polls nothing faster than the safety poll while its holder lives', async () => {
    const { bench, seat, clock } = open();
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    let units = 0;
    const transact = bench.store.transact.bind(bench.store);
    bench.store.transact = (project, work) => {
      units += 1;
      return transact(project, work);
    };
    const waiting = heron.call('lock_acquire', { paths: ['a'], waitSeconds: 20 });
    await clock.advance(20_000);
    expect((await waiting).granted).toBe(false);
    // 20 s at one look every 2 s, the asking, the withdrawal, and the heartbeats of two sessions.
    expect(units).toBeLessThan(20);
    expect(heron.told[0]).toBe('waiting for otter');
  });

  it('for a lock ends with the grant although every hint is lost', async () => {
    const { bench, seat, clock } = open();
    bench.wakeups.mode = 'lose';
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const waiting = heron.call('lock_acquire', { paths: ['a'], waitSeconds: 20 });
    await clock.advance(500);
    await otter.call('lock_release', { all: true });
    await clock.advance(2500);
    expect((await waiting).granted).toBe(true);
  });

  it('for a lock notices the death of its holder within the holder check, without a hint', async () => {
    const { bench, seat, clock } = open();
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const waiting = heron.call('lock_acquire', { paths: ['a'], waitSeconds: 20 });
    await clock.advance(400);
    bench.processes.kill(otter.self);
    await clock.advance(300);
    expect((await waiting).granted).toBe(true);
  });

  it('for a lock that is cancelled in the moment of the grant gives the lock back', async () => {
    const { bench, seat, clock } = open();
    bench.wakeups.mode = 'lose';
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('lock_acquire', { paths: ['a'] });
    const waiting = heron.call('lock_acquire', { paths: ['a'], waitSeconds: 20 });
    await clock.advance(100);
    await otter.call('lock_release', { all: true });
    heron.stop.abort();
    await clock.advance(300);
    await waiting;
    expect((await otter.call('lock_list')).locks).toEqual([]);
  });

  it('for nothing, but cancelled while it was granted, keeps no lock', async () => {
    const { seat } = open();
    const [otter, heron] = [seat('otter'), seat('heron')];
    await otter.call('session_list');
    otter.stop.abort();
    await otter.call('lock_acquire', { paths: ['a'] });
    expect((await heron.call('lock_list')).locks).toEqual([]);
  });

  it('for a message ends at once with what is unread, shows it again until the answer was out, and then never', async () => {
    const { seat } = open();
    const [otter, heron] = [seat('otter'), seat('heron')];
    await heron.call('session_list');
    await otter.call('message_send', { to: ['heron'], body: 'hello' });
    const first = await heron.call('message_wait');
    expect(first.messages).toMatchObject([{ body: 'hello' }]);
    expect(first.messages[0].again).toBeUndefined();
    heron.after.splice(0);
    expect((await heron.call('message_read')).messages).toMatchObject([{ id: first.messages[0].id, again: true }]);
    await heron.answered();
    expect((await heron.call('message_read')).messages).toEqual([]);
  });

  it('for a message ends empty after its time, and leaves no timer behind', async () => {
    const { seat, clock } = open();
    const heron = seat('heron');
    const waiting = heron.call('message_wait', { timeoutSeconds: 10 });
    await clock.advance(10_000);
    expect(await waiting).toEqual({ messages: [], unread: 0, timedOut: true });
    await heron.caller.leave('done');
    expect(clock.pending).toBe(0);
  });

  it('misses no hint that comes between looking and waiting', async () => {
    const { clock } = open();
    const hints = new Hints(clock, { attend: () => () => {} });
    const seen = hints.version;
    hints.bump();
    await hints.changed(seen, 60_000);
    expect(clock.pending).toBe(0);
  });
});
