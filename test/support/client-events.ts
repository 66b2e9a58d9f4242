/** Events of clients, as the operation for hooks is told them, on the bench of the moment. */
import type { SessionRecord } from '../../src/core/records.ts';
import { callTool } from '../../src/tools/call-tool.ts';
import clientEvent from '../../src/tools/client-event.ts';
import type { ToolContext } from '../../src/tools/define-tool.ts';
import { Visitor } from '../../src/tools/visitor.ts';
import type { World } from '../../src/tools/world.ts';
import { aside } from './fake-git.ts';
import { FakeLog, FakeWorktrees } from './fakes.ts';
import { type Bench, project } from './rules.ts';

export function eventCalls(bench: () => Bench) {
  const world = (): World => {
    const { store, clock, ids, wakeups, processes } = bench();
    const worktrees = new FakeWorktrees([{ root: '/shop', project }]);
    return { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...aside() };
  };
  /** An event of a session's client; `isSeen` says whether the client got the answer. */
  const event = async (session: SessionRecord, about: Record<string, unknown>, isSeen = true) => {
    const after: (() => Promise<void>)[] = [];
    const context: ToolContext = {
      caller: new Visitor(world(), '/shop', null, session.id),
      signal: new AbortController().signal,
      path: 'hook',
      progress: () => {},
      afterAnswer: action => void after.push(action),
    };
    const { output, text } = await callTool([clientEvent], 'client_event', about, context);
    if (isSeen) for (const action of after) await action();
    // biome-ignore lint/suspicious/noExplicitAny: tests look into the answer
    return { ...(output as any), text };
  };
  return { event };
}
