/** Keeps a session's block in a rules file as long as its server runs: for clients in which no hook brings messages. */
import { limits } from '../core/limits.ts';
import { unreadToTell } from '../core/partner.ts';
import type { Clock } from '../core/ports.ts';
import type { Participant } from './participant.ts';

export interface NotificationFile {
  /**
   * Says how many messages wait, and what tool reads them where one is known; or with 0 takes that back. What processes left that are gone
   * goes too. Never rejects.
   */
  tell(unread: number, tool?: string | null): Promise<void>;
}

/** In what words messages are read: the vocabulary, null for our own, and its tool. */
export interface Reading {
  readonly issuer: string | null;
  readonly tool: string | null;
}

/**
 * Runs until `signal` aborts; the block is gone then. `present` are the sessions of this process that have joined: nobody joins for
 * this. Looking is no activity of theirs. Never rejects.
 */
export async function keepBlock(
  file: NotificationFile,
  clock: Clock,
  present: () => readonly Participant[],
  signal: AbortSignal,
  { issuer, tool }: Reading = { issuer: null, tool: 'message_read' },
): Promise<void> {
  await file.tell(0);
  while (!signal.aborted) {
    const [first, ...others] = present();
    try {
      const hints = await first?.hints();
      const seen = hints?.version ?? 0;
      const counts = [first, ...others].map(caller => caller?.observe((view, me) => unreadToTell(view.tx, me, issuer)));
      const unread = (await Promise.all(counts)).reduce<number>((sum, count) => sum + (count ?? 0), 0);
      await file.tell(unread, tool);
      if (hints) await hints.changed(seen, limits.safetyPollMs, signal);
      else await clock.sleep(limits.safetyPollMs, signal);
    } catch {
      // The store cannot be reached, or the session is leaving: what stands there is as good as anything until the next look.
      await clock.sleep(limits.safetyPollMs, signal);
    }
  }
  await file.tell(0);
}
