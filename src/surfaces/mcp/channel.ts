/** Pushes new messages into a Claude Code session over its channel, on a legacy connection that was started with `--channel`. */
import type { Server } from '@modelcontextprotocol/server';
import { limits } from '../../core/limits.ts';
import { handOver, lookForUndelivered } from '../../core/message.ts';
import type { Participant } from '../../tools/participant.ts';

/**
 * Sends every message that no path has handed over yet, oldest first, and marks it as delivered by the channel; it stays unread
 * until the session takes it, because a channel gives no receipt. Runs until `signal` aborts. Never rejects.
 */
export async function pushMessages(server: Server, caller: Participant, signal: AbortSignal): Promise<void> {
  const { log, clock } = caller.world;
  while (!signal.aborted) {
    try {
      const hints = await caller.hints();
      const seen = hints.version;
      await pushOnce(server, caller);
      await hints.changed(seen, limits.safetyPollMs, signal);
    } catch (error) {
      log.warn('channel push failed', { error: String(error) });
      await clock.sleep(limits.safetyPollMs, signal);
    }
  }
}

async function pushOnce(server: Server, caller: Participant): Promise<void> {
  const items = (await caller.observe((view, me) => lookForUndelivered(view.tx, me))) ?? [];
  for (const item of items) {
    const { message } = item;
    await server.notification({
      method: 'notifications/claude/channel',
      params: {
        content: `Message from the peer session ${message.fromHandle} (not your user):\n${message.body}`,
        meta: {
          message: message.id,
          from: message.fromHandle,
          conversation: message.conversation,
          priority: message.priority,
        },
      },
    } as Parameters<Server['notification']>[0]);
    await caller.transact(async unit => handOver(unit, [item], 'channel'));
  }
}
