/** Keeps a session's block in a rules file as long as its server runs: for clients in which no hook brings messages. */
import { unreadCount } from '../core/inbox.ts';
import { limits } from '../core/limits.ts';
import type { Clock } from '../core/ports.ts';
import type { Participant } from './participant.ts';

export interface NotificationFile {
  /** Says how many messages wait, or with 0 takes that back; what processes left that are gone goes too. Never rejects. */
  tell(unread: number): Promise<void>;
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
): Promise<void> {
  await file.tell(0);
  while (!signal.aborted) {
    const [first, ...others] = present();
    try {
      const hints = await first?.hints();
      const seen = hints?.version ?? 0;
      const counts = [first, ...others].map(caller => caller?.observe((view, me) => unreadCount(view.tx, me)));
      const unread = (await Promise.all(counts)).reduce<number>((sum, count) => sum + (count ?? 0), 0);
      await file.tell(unread);
      if (hints) await hints.changed(seen, limits.safetyPollMs, signal);
      else await clock.sleep(limits.safetyPollMs, signal);
    } catch {
      // The store cannot be reached, or the session is leaving: what stands there is as good as anything until the next look.
      await clock.sleep(limits.safetyPollMs, signal);
    }
  }
  await file.tell(0);
}
