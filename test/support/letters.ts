/** Messages as sessions send them on a bench, by the rules and without a tool. */
import { type InboxFilter, lookInto, unreadCount } from '../../src/core/inbox.ts';
import { type Draft, send } from '../../src/core/message.ts';
import type { SessionRecord } from '../../src/core/records.ts';
import type { Bench } from './rules.ts';

const everything: InboxFilter = { conversation: null, from: null, minPriority: 'low', includeRead: false, limit: 200 };

/** Writes and reads on the bench of the moment. */
export function letterCalls(bench: () => Bench) {
  const inbox = (session: SessionRecord, filter: Partial<InboxFilter> = {}) =>
    bench().look(view => lookInto(view.tx, session, { ...everything, ...filter }));
  return {
    write: (from: SessionRecord, to: readonly string[], body: string, about: Partial<Draft> = {}) => {
      const draft = { to, body, priority: 'normal', replyTo: null, tags: [], key: null, ...about } as const;
      return bench().transact(unit => send(unit, from, draft));
    },
    inbox,
    bodies: async (session: SessionRecord, filter: Partial<InboxFilter> = {}) =>
      (await inbox(session, filter)).map(({ message }) => message.body),
    unread: (session: SessionRecord) => bench().look(view => unreadCount(view.tx, session)),
  };
}
