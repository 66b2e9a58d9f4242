/** `signalbox status`: the whole project at a glance, for a person. Reads; changes nothing. */

import type { Composition } from '../../compose.ts';
import { locksInForce, queueInForce } from '../../core/blocking.ts';
import { toSignalboxError } from '../../core/errors.ts';
import { operatorHandle } from '../../core/handles.ts';
import { unreadCount } from '../../core/inbox.ts';
import { openIntents } from '../../core/intent.ts';
import { limits } from '../../core/limits.ts';
import { lookAround } from '../../core/presence.ts';
import type { SessionRecord } from '../../core/records.ts';
import { ringStates } from '../../core/ring-state.ts';
import { withoutSecrets } from '../../core/shown-address.ts';
import { instant } from '../../core/text.ts';
import type { View } from '../../core/unit.ts';
import { shownIntent, shownPlace } from '../../tools/shown.ts';
import { errorExitCodes, exitCodes } from './exit-codes.ts';
import { folderProblem } from './folder-health.ts';
import { type Invocation, pageFor, printResult, withComposition } from './invocation.ts';
import { projectOf, storeExists } from './place.ts';
import { type Facts, type Problem, type StatusSession, statusText } from './status-view.ts';

const nothing: Facts = { sessions: [], locks: [], waiting: [], intents: [], unread: 0, you: operatorHandle };

/** Prints the overview. A store that cannot be read still gives a person what is known, and the error's exit code. */
export function runStatus(invocation: Invocation): Promise<number> {
  return withComposition(invocation, async parts => {
    const tree = await parts.world.worktrees.describe(parts.directory);
    const project = await projectOf(parts);
    const around = {
      project,
      root: tree.root,
      branch: tree.branch,
      store: withoutSecrets(parts.storeUrl),
      problems: problemsAround(parts),
    };
    const page = pageFor(invocation, parts.world.clock.now());
    try {
      const facts = storeExists(parts) ? await lookInside(parts, project) : nothing;
      const status = { ...around, ...facts };
      await printResult(invocation, status, () => statusText(status, page));
      return exitCodes.ok;
    } catch (error) {
      const failure = toSignalboxError(error);
      if (invocation.globals.json || failure.code === 'internal') throw failure;
      const problems = [{ message: failure.message, next: failure.next }, ...around.problems];
      await printResult(invocation, undefined, () => statusText({ ...around, ...nothing, problems }, page));
      return errorExitCodes[failure.code];
    }
  });
}

async function lookInside(parts: Composition, project: string): Promise<Facts> {
  const { store, processes } = parts.world;
  const mine = (await parts.shellSession()) ?? operatorHandle;
  return store.read(project, async tx => {
    const view = { tx, processes };
    const [{ live }, { locks }, waiting, { intents }, me] = await Promise.all([
      lookAround(view),
      locksInForce(view, null, null),
      queueInForce(view, null, null),
      openIntents(view, {}),
      tx.get('session', mine),
    ]);
    return {
      you: me?.handle ?? mine,
      unread: me ? await unreadCount(tx, me) : 0,
      sessions: await Promise.all(live.map(session => shownSession(view, session))),
      locks: locks.map(({ lock, holder }) => ({
        resource: lock.name,
        holder: holder.handle,
        mode: lock.mode,
        ...(lock.reason ? { reason: lock.reason } : {}),
        since: instant(lock.since),
        expiresAt: instant(lock.expiresAt),
      })),
      waiting: waiting.map(shownPlace),
      intents: intents.map(shownIntent),
    };
  });
}

async function shownSession(view: View, session: SessionRecord): Promise<StatusSession> {
  const [locks, unread] = await Promise.all([
    view.tx.count('lock', 'holder', { equals: session.id }),
    unreadCount(view.tx, session),
  ]);
  return {
    id: session.id,
    handle: session.handle,
    state: view.tx.now - session.lastSeenAt < limits.idleAfterMs ? 'active' : 'idle',
    ...(session.task ? { task: session.task } : {}),
    ...(session.status ? { status: session.status } : {}),
    ...(session.group ? { group: session.group } : {}),
    ...(session.branch ? { branch: session.branch } : {}),
    host: session.host,
    root: session.root,
    ...(session.client ? { client: session.client } : {}),
    reach: session.reach,
    guard: ringStates(session),
    locks,
    unread,
    lastSeenAt: instant(session.lastSeenAt),
  };
}

/** What is wrong outside the store, as far as that can be seen without touching anything. */
function problemsAround(parts: Composition): Problem[] {
  const runtime = folderProblem(parts.runtimeFolder);
  return [
    ...parts.unknownSettings.map(setting => ({
      message: `This version does not know the setting ${setting}.`,
      next: 'Correct its name, or update Signalbox; `signalbox config` lists all.',
    })),
    ...(runtime ? [{ message: `Messages may not be announced here: ${runtime.message}`, next: runtime.next }] : []),
  ];
}
