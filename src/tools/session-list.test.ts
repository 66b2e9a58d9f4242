import { beforeEach, describe, expect, it } from 'vitest';
import { aside } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { createBench } from '../../test/support/rules.ts';
import { limits } from '../core/limits.ts';
import type { Reader, Store } from '../core/ports.ts';
import { callTool } from './call-tool.ts';
import { HubCaller } from './hub-caller.ts';
import { openSession } from './hub-session.ts';
import { hubWorld } from './hub-world.ts';
import { operations } from './index.ts';
import type { World } from './world.ts';

const project = 'github.com/acme/shop';
let world: World;
let counted: number;

/** A store that counts what is counted in it. */
function counting(store: Store): Store {
  const watched = (tx: Reader): Reader => ({
    now: tx.now,
    sequence: tx.sequence,
    get: (...asked) => tx.get(...asked),
    list: (...asked) => tx.list(...asked),
    count: (...asked) => {
      counted += 1;
      return tx.count(...asked);
    },
  });
  const read: Store['read'] = (name, work, ahead) => store.read(name, tx => work(watched(tx)), ahead);
  const get = (target: Store, field: keyof Store) => {
    const value = field === 'read' ? read : target[field];
    return typeof value === 'function' ? value.bind(target) : value;
  };
  return new Proxy(store, { get: get as ProxyHandler<Store>['get'] });
}

beforeEach(() => {
  counted = 0;
  const { store, clock, ids, wakeups, processes } = createBench();
  const worktrees = new FakeWorktrees([{ root: '/code/shop', project }]);
  world = { store: counting(store), clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...aside() };
});

const arrive = (handle: string, branch: string) =>
  openSession(world, project, 'ana', { conversation: null, client: null, task: null, handle, branch });

async function listed(id: string, input: object = {}) {
  const caller = new HubCaller(hubWorld(world, null, project), project, id, 'ana');
  const signal = new AbortController().signal;
  const context = { caller, signal, path: 'calls', progress() {}, async afterAnswer() {} } as const;
  return (await callTool(operations, 'session_list', input, context)).output as {
    sessions: { handle: string }[];
    more?: boolean;
  };
}

describe('the list of sessions', () => {
  it('counts for those that it shows, and says that there are more', async () => {
    const [first] = await Promise.all(
      Array.from({ length: limits.sessionsListed + 20 }, (_, at) => arrive(`wren-${at}`, at < 3 ? 'main' : 'other')),
    );
    const id = first?.id ?? '';
    const all = await listed(id);
    expect(all.sessions).toHaveLength(limits.sessionsListed);
    expect(all.more).toBe(true);
    expect(counted).toBe(limits.sessionsListed);
    counted = 0;
    const few = await listed(id, { branch: 'main' });
    expect(few.sessions.map(({ handle }) => handle).sort()).toEqual(['wren-0', 'wren-1', 'wren-2']);
    expect(few.more).toBeUndefined();
    expect(counted).toBe(3);
  });
});
