/** Messages over channels, to one session or to everybody, for vocabularies in which looking and marking as read are two steps. */
import { namedSession } from '../core/addressee.ts';
import { type Channel, type Marked, markRead, unreadMail } from '../core/channel-mail.ts';
import type { InboxItem } from '../core/inbox.ts';
import { type Sent, send } from '../core/message.ts';
import type { Priority, SessionRecord } from '../core/records.ts';
import type { Participant } from './participant.ts';

export interface ChannelLetter {
  /** A name of the vocabulary or a handle; null for everybody. */
  readonly to: string | null;
  readonly channel: Channel;
  readonly body: string;
  readonly priority: Priority;
}

export interface ReceivedItem extends InboxItem {
  /** Undefined for a sender that is forgotten. */
  readonly sender: SessionRecord | undefined;
}

export class ForeignChannels {
  readonly #issuer: string;

  constructor(issuer: string) {
    this.#issuer = issuer;
  }

  /** Errors: `not_found` for a recipient that is not here, and those of `send`. */
  send(caller: Participant, { to, channel, body, priority }: ChannelLetter): Promise<Sent> {
    return caller.transact(async (unit, me) => {
      const address = to === null ? `#${channel}` : (await namedSession(unit, this.#issuer, to)).id;
      const said = to === null ? {} : { said: { channel } };
      return send(unit, me, { to: [address], body, priority, replyTo: null, tags: [], key: null, ...said });
    });
  }

  /** What the caller has not read, the oldest first. It stays unread. */
  unread(caller: Participant, channel: Channel | null, limit: number): Promise<ReceivedItem[]> {
    return caller.read(async ({ tx }, me) => {
      const items = await unreadMail(tx, me, channel, limit);
      const ids = [...new Set(items.map(({ message }) => message.from))];
      const senders = new Map(
        (await Promise.all(ids.map(id => tx.get('session', id)))).map((each, at) => [ids[at], each]),
      );
      return items.map(item => ({ ...item, sender: senders.get(item.message.from) }));
    });
  }

  /** Marks what the caller says that it has read. */
  markRead(caller: Participant, ids: readonly string[]): Promise<Marked> {
    return caller.transact((unit, me) => markRead(unit, me, ids, 'calls'));
  }
}
