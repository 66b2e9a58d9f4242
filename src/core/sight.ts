/** Which of many messages a session may see: of each group it is found out once, of single messages a bounded number of times. */
import { isConversationId, isMember } from './conversation.ts';
import { deliveryOf } from './delivery.ts';
import { maySeeByItself } from './history.ts';
import { limits } from './limits.ts';
import { inOrder, type MessageRecord, type SessionRecord } from './records.ts';
import type { View } from './unit.ts';

/** Of a group that was left one may see what was said before. */
type Access = 'all' | 'some' | 'none';

export interface Sight {
  /** The same answer as `maySee`, but for messages beyond `limits.deliveriesAsked`, which count as unseen. */
  maySee(message: MessageRecord): Promise<boolean>;
  /** Whether no message was beyond that bound so far. Messages of groups one never was in do not count. */
  isWhole(): boolean;
}

/** What a session may see in this view. */
export function sightOf(view: View, me: SessionRecord): Sight {
  const groups = new Map<string, Promise<Access>>();
  let asked = 0;
  const accessTo = (group: string) => {
    const known = groups.get(group) ?? accessOf(view, me, group);
    groups.set(group, known);
    return known;
  };
  const gotIt = async (message: MessageRecord) => {
    asked += 1;
    return asked <= limits.deliveriesAsked && (await deliveryOf(view, me.id, message)) !== undefined;
  };
  return {
    maySee: async message => {
      const known = maySeeByItself(me, message);
      if (known !== undefined) return known;
      const { conversation } = message;
      const access = isConversationId(conversation) ? await accessTo(conversation) : 'some';
      return access === 'some' ? gotIt(message) : access === 'all';
    },
    isWhole: () => asked <= limits.deliveriesAsked,
  };
}

async function accessOf(view: View, me: SessionRecord, id: string): Promise<Access> {
  const group = await view.tx.get('conversation', id);
  if (group && isMember(group, me)) return 'all';
  // Nobody joins a group later: who was in it sent or got the first message that is left, or nothing that is left.
  const [first] = await view.tx.list('message', 'history', { prefix: inOrder(id) }, { limit: 1 });
  if (!first) return 'none';
  return first.from === me.id || (await deliveryOf(view, me.id, first)) !== undefined ? 'some' : 'none';
}
