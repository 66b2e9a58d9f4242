/** Pushes new messages into a Claude Code session over its channel, on a legacy connection that was started with `--channel`. */
import type { Server } from '@modelcontextprotocol/server';
import { handOver } from '../../core/delivery.ts';
import { type InboxItem, lookForUndelivered } from '../../core/inbox.ts';
import { limits } from '../../core/limits.ts';
import { noticeSender } from '../../core/notice.ts';
import type { MessageRecord } from '../../core/records.ts';
import type { Push } from '../../profiles/define-profile.ts';
import type { Hints } from '../../tools/hints.ts';
import type { Participant } from '../../tools/participant.ts';
import { wakeQuietly } from '../../tools/resting.ts';

/**
 * Sends every message that no path has handed over yet, oldest first, and marks it as delivered by the channel; it stays unread
 * until the session takes it, because a channel gives no receipt. Once hooks of the session are heard, these bring the messages,
 * and the channel only wakes the session when it rests. Runs until `signal` aborts. Never rejects.
 */
export function pushMessages(server: Server, caller: Participant, signal: AbortSignal): Promise<void> {
  return pushing(caller, signal, async () => {
    // Where hooks bring the messages, a second path would bring them twice: then the channel only wakes.
    if (await caller.observe(async (_view, me) => me.hookedAt !== null)) return wakeOnce(server, caller);
    await pushOnce(server, caller, async item => pushOf(item));
  });
}

/** The same for a vocabulary whose messages come by the channel, whatever else is heard of the session; null is not pushed. */
export function pushShown(
  server: Server,
  caller: Participant,
  signal: AbortSignal,
  show: (item: InboxItem) => Promise<Push | null>,
): Promise<void> {
  return pushing(caller, signal, () => pushOnce(server, caller, show));
}

async function pushing(caller: Participant, signal: AbortSignal, push: () => Promise<void>): Promise<void> {
  const { log, clock } = caller.world;
  let hints: Hints | undefined;
  while (!signal.aborted) {
    try {
      // Asked for once: a session that its client has ended comes back with what it does, and not by being listened for.
      hints ??= await caller.hints();
      const seen = hints.version;
      await push();
      await hints.changed(seen, limits.safetyPollMs, signal);
    } catch (error) {
      log.warn('channel push failed', { error: String(error) });
      await clock.sleep(limits.safetyPollMs, signal);
    }
  }
}

async function pushOnce(
  server: Server,
  caller: Participant,
  show: (item: InboxItem) => Promise<Push | null>,
): Promise<void> {
  const items = (await caller.observe((view, me) => lookForUndelivered(view.tx, me))) ?? [];
  for (const item of items) {
    const push = await show(item);
    if (push === null) continue;
    await notify(server, push);
    await markPushed(caller, item);
  }
}

function pushOf({ message }: InboxItem): Push {
  return {
    content: `${headingOf(message)}\n${message.body}`,
    meta: {
      message: message.id,
      from: message.fromHandle,
      conversation: message.conversation,
      priority: message.priority,
      ...(message.wantsAck ? { ack: 'true' } : {}),
    },
  };
}

async function notify(server: Server, params: Push): Promise<void> {
  const notification = { method: 'notifications/claude/channel', params };
  await server.notification(notification as unknown as Parameters<Server['notification']>[0]);
}

async function wakeOnce(server: Server, caller: Participant): Promise<void> {
  const wake = await wakeQuietly(caller);
  if (wake === null) return;
  await notify(server, { content: wake.text, meta: { kind: 'wake' } });
}

/**
 * Not as an activity of the session, which would renew its locks: it may have done nothing for long. What it has read itself
 * while it was being pushed stays read.
 */
async function markPushed(caller: Participant, { delivery }: InboxItem): Promise<void> {
  const { world } = caller;
  const { project } = await caller.place();
  await world.store.transact(project, async tx => {
    const present = await tx.get('delivery', delivery.id);
    if (present) handOver({ tx }, [{ delivery: present }], 'channel');
  });
}

function headingOf({ from, fromHandle, wantsAck }: MessageRecord): string {
  if (from === noticeSender) return 'Notice from Signalbox itself, not from a peer:';
  const asks = wantsAck ? ', who asks you to acknowledge it' : '';
  return `Message from the peer session ${fromHandle} (not your user)${asks}:`;
}
