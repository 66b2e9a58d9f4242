/** The mail of a peer: where it works it gets everything, as a guest what is written to it, but not what is told to all there. */
import { confirm, handOver, isUnread } from '../core/delivery.ts';
import { operatorHandle } from '../core/handles.ts';
import { type InboxItem, lookInto, unreadCount } from '../core/inbox.ts';
import { limits } from '../core/limits.ts';
import { noticeSender } from '../core/notice.ts';
import { folderOf, peerName, summaryOf } from '../core/peer.ts';
import { addressOf, type PeerView, strangersAddress } from '../core/peer-address.ts';
import type { MessageRecord, SessionRecord } from '../core/records.ts';
import type { View } from '../core/unit.ts';
import type { Agent } from './agent.ts';
import type { DeskContext, DeskParts } from './desk-parts.ts';
import { PeerGuests } from './peer-guests.ts';
import { everybody } from './peer-look.ts';

export interface PeerSender {
  readonly kind: 'peer' | 'operator' | 'notice';
  readonly id: string;
  /** Empty, as the folder, for one that is no peer. */
  readonly summary: string;
  readonly folder: string;
}

export interface PeerMail {
  readonly from: PeerSender;
  readonly message: MessageRecord;
}

/** What one of the process's sessions has not read. */
interface Unread {
  readonly agent: Agent;
  readonly me: SessionRecord;
  readonly items: readonly (InboxItem & PeerMail)[];
  /** How much it is in all. */
  readonly count: number;
}

export class PeerInbox {
  readonly #parts: DeskParts;
  readonly #context: DeskContext;

  constructor(parts: DeskParts, context: DeskContext) {
    [this.#parts, this.#context] = [parts, context];
  }

  /**
   * What is unread in all projects, the oldest first, as much as one answer takes; and how much more there is. It counts as read once
   * the answer is out, whether it was pushed before or not: a push has no receipt.
   */
  async unread(): Promise<{ readonly mail: readonly PeerMail[]; readonly more: number }> {
    const agents = [this.#main, ...(await new PeerGuests(this.#parts).present())];
    const view = this.#viewOnce();
    const inboxes = (await Promise.all(agents.map(agent => this.#unreadOf(agent, view)))).flat();
    const all = inboxes.flatMap(({ items }) => items);
    const inOrder = all.sort((a, b) => a.message.at - b.message.at || a.message.sequence - b.message.sequence);
    const shown = new Set(inOrder.slice(0, limits.messagesReadMax));
    const parts = inboxes.map(inbox => ({ ...inbox, items: inbox.items.filter(item => shown.has(item)) }));
    for (const part of parts) await this.#handOver(part);
    // Not before all of them could be: an answer that says what went wrong shows none.
    for (const part of parts) this.#confirm(part);
    const count = inboxes.reduce((sum, inbox) => sum + inbox.count, 0);
    return { mail: [...shown], more: count - shown.size };
  }

  /**
   * Whose message is to be pushed to one of the process's sessions; null for one that is not: a notice where hooks of the client bring
   * it, and what a guest of a peer has that this process is no more. What a guest gets because all do is not its own: it has no part in it.
   */
  async pushed({ message, delivery }: InboxItem): Promise<PeerSender | null> {
    const present = [this.#main, ...(await new PeerGuests(this.#parts).present())];
    const agent = present.find(each => each.isNow(delivery.session));
    if (!agent) return null;
    if (agent !== this.#main && isForOthers(message)) {
      const { project } = await agent.place();
      await agent.world.store.transact(project, async tx => tx.delete('delivery', delivery.id));
      return null;
    }
    const seen = await agent.observe(async ({ tx }, me) => ({
      isBrought: message.from === noticeSender && me.hookedAt !== null,
      sender: await tx.get('session', message.from),
    }));
    return seen === undefined || seen.isBrought ? null : this.#sender(message, seen.sender, this.#viewOnce());
  }

  get #main(): Agent {
    return this.#parts.cast.main;
  }

  /** Who lives now, looked for when that first matters. */
  #viewOnce(): () => Promise<PeerView> {
    let view: Promise<PeerView> | undefined;
    const look = async (): Promise<PeerView> => {
      const { project } = await this.#main.place();
      return { issuer: this.#parts.issuer, project, all: await everybody(this.#parts) };
    };
    return () => {
      view ??= look();
      return view;
    };
  }

  /** None of a guest that has ended meanwhile: only its peer's own session comes back by a look. */
  async #unreadOf(agent: Agent, view: () => Promise<PeerView>): Promise<Unread[]> {
    const wanted = { conversation: null, from: null, minPriority: 'low', includeRead: false } as const;
    const isMain = agent === this.#main;
    const look = async ({ tx }: View, me: SessionRecord) => {
      const inbox = await lookInto(tx, me, { ...wanted, limit: limits.messagesReadMax });
      const found = isMain ? inbox : inbox.filter(({ message }) => !isForOthers(message));
      const senders = await Promise.all(found.map(({ message }) => tx.get('session', message.from)));
      return { me, found, senders, count: isMain ? await unreadCount(tx, me) : found.length };
    };
    const seen = isMain ? await agent.read(look) : await agent.observe(look);
    if (seen === undefined) return [];
    const { me, found, senders, count } = seen;
    const from = await Promise.all(found.map(({ message }, at) => this.#sender(message, senders[at], view)));
    return [{ agent, me, items: found.map((item, at) => ({ ...item, from: from[at] as PeerSender })), count }];
  }

  async #handOver({ agent, items }: Unread): Promise<void> {
    if (items.length === 0) return;
    await agent.transact(async unit => {
      const now = await Promise.all(items.map(({ delivery }) => unit.tx.get('delivery', delivery.id)));
      const open = now.flatMap(delivery => (delivery && isUnread(delivery) ? [{ delivery }] : []));
      handOver(unit, open, this.#context.path);
    });
  }

  #confirm({ agent, me, items }: Unread): void {
    if (items.length === 0) return;
    const sequences = items.map(({ message }) => message.sequence);
    this.#context.afterAnswer(() => agent.transact(unit => confirm(unit, me.id, sequences)));
  }

  /** By the id that an answer goes to: one who speaks natively is called by a handle only where that means nobody else. */
  async #sender(
    { from, fromHandle }: MessageRecord,
    session: SessionRecord | undefined,
    view: () => Promise<PeerView>,
  ): Promise<PeerSender> {
    const { issuer } = this.#parts;
    const kind = from === noticeSender ? 'notice' : from === operatorHandle ? 'operator' : 'peer';
    if (kind !== 'peer') return { kind, id: fromHandle, summary: '', folder: '' };
    if (!session) return { kind, id: strangersAddress(await view(), from, fromHandle), summary: '', folder: '' };
    const id = peerName(session, issuer) ?? addressOf(await view(), session);
    return { kind, id, summary: summaryOf(session, issuer), folder: folderOf(session, issuer) };
  }
}

/** What everybody of a project is told, a session that only writes there is not meant by; conversations it was asked into. */
function isForOthers({ conversation }: MessageRecord): boolean {
  return conversation === 'all' || conversation === 'notice' || conversation.startsWith('#');
}
