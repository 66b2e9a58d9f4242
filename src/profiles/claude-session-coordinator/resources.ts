/** The two resources of claude-session-coordinator about sessions: who is there, and what one of them is at. */
import type { Instance } from '../../core/instance.ts';
import { instant } from '../../core/text.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { ForeignResource } from '../define-profile.ts';
import { nextInstance, numbering, placeOf, sessionObject } from './identity.ts';
import { issueKey, keysIn, registryOf, valueAt } from './values.ts';

export const context: ForeignResource = {
  uri: 'session://context',
  name: 'get_session_context',
  description: 'Machine, project, your own session, which instances are taken or available, and what others are at.',
  mimeType: 'text/plain',
  async read(desk) {
    const place = await placeOf(desk);
    const instances = await desk.instances.all(numbering);
    const current = await desk.instances.present(numbering);
    const active = await Promise.all(instances.map(instance => activeSession(desk, instance)));
    const told = {
      ...place,
      current_session: current === null ? null : sessionObject(place, current),
      instances: registryOf(instances),
      active_sessions: active.filter(session => session !== null),
      first_available: nextInstance(instances),
      instructions: {
        if_not_signed_on: 'Call sign_on() to become an instance.',
        if_signed_on: 'Keep your state with store_data() and read that of others with retrieve_data().',
        when_done: 'Call sign_off(), so that your instance is available again.',
        ...(current === null ? {} : await waitingMail(desk)),
      },
    };
    return JSON.stringify(told, null, 2);
  },
};

/** This vocabulary has no messages; native sessions write some all the same, and think that they arrive. */
async function waitingMail(desk: ForeignDesk): Promise<{ readonly if_messages_wait?: string }> {
  const filter = { minPriority: 'low', includeRead: false, limit: 1 } as const;
  const { unread } = await desk.mail(await desk.instances.self(numbering), filter, true);
  if (unread === 0) return {};
  const what = unread === 1 ? '1 message of another session waits' : `${unread} messages of other sessions wait`;
  return { if_messages_wait: `${what} for you. Read with \`signalbox message read\` in your shell.` };
}

/** A session that is at something: one of this vocabulary that has stored it, or a native one. */
async function activeSession(desk: ForeignDesk, { name, session, isNative }: Instance) {
  if (!session) return null;
  const status = 'taken';
  if (isNative) return { instance: name, status, current_issue: session.task, todo_count: 0 };
  const scope = `session:${name}`;
  if ((await keysIn(desk, scope)).length === 0) return null;
  const todos = await valueAt(desk, scope, 'todos');
  const todo_count = Array.isArray(todos) ? todos.length : 0;
  return { instance: name, status, current_issue: await valueAt(desk, scope, issueKey), todo_count };
}

export const state: ForeignResource = {
  uri: 'session://state/{instance_id}',
  name: 'get_session_state',
  description: 'What one instance has stored of its work: issue, status, todos, and when that was.',
  mimeType: 'text/plain',
  async read(desk, instance) {
    const scope = `session:${instance}`;
    const stored = await keysIn(desk, scope);
    const told = stored.length > 0 ? await storedState(desk, instance, scope) : await nativeState(desk, instance);
    return JSON.stringify(told ?? { error: 'Session not found or not active' }, null, 2);
  },
};

async function storedState(desk: ForeignDesk, instance: string, scope: string) {
  const [current_issue, status, todos, last_updated] = await Promise.all(
    [issueKey, 'status', 'todos', 'last_updated'].map(key => valueAt(desk, scope, key)),
  );
  return { instance, current_issue, status, todos, last_updated };
}

async function nativeState(desk: ForeignDesk, name: string) {
  const found = (await desk.instances.all(numbering)).find(each => each.name === name);
  const session = found?.isNative ? found.session : null;
  if (!session) return null;
  const { task, status, lastSeenAt } = session;
  return { instance: name, current_issue: task, status, todos: null, last_updated: instant(lastSeenAt) };
}
