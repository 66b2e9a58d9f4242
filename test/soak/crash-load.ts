/** Sessions under load whose processes are killed at random moments. Afterwards nothing acknowledged may be missing or doubled. */

import { FakeIds } from '../support/fakes.ts';
import { exists, pause, until, type Workspace } from '../support/workspace.ts';
import { examineStore } from './examine-store.ts';
import { Findings } from './findings.ts';
import { Ledger } from './ledger.ts';
import { Slot } from './slot.ts';
import { flush, read, write } from './workers.ts';

export interface CrashLoadOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly writers: number;
  readonly readers: number;
}

/**
 * Writers send messages with keys to readers and take and release locks; every process is killed (or stopped for a moment)
 * again and again, at moments and in an order that `seed` decides. Broken when an acknowledged message is not in each
 * recipient's inbox exactly once, a retried key has a second effect, a lock has two holders, a dead session holds something,
 * an engine error is shown, or the store is damaged or its events have a gap.
 */
export async function crashUnderLoad(workspace: Workspace, options: CrashLoadOptions): Promise<Findings> {
  const findings = new Findings();
  const ledger = new Ledger(findings);
  const slots = (role: string, count: number) =>
    Array.from({ length: count }, (_, index) => new Slot(`${role}-${index + 1}`, workspace, findings));
  const [writers, readers] = [slots('writer', options.writers), slots('reader', options.readers)];
  await Promise.all([...writers, ...readers].map(slot => slot.start()));

  let over = false;
  const isOver = () => over || !findings.fewEnough;
  const random = (offset: number) => new FakeIds(options.seed * 1_000 + offset);
  const names = readers.map(reader => reader.name);
  const work = [
    ...writers.map((slot, index) => write(slot, names, ledger, random(index + 1), isOver)),
    ...readers.map(slot => read(slot, ledger, isOver)),
  ];
  const kills = await Promise.all([
    disturb(
      [...writers, ...readers].filter((_, index) => index % 2 === 0),
      ledger,
      random(100),
      options.seconds,
      isOver,
    ),
    disturb(
      [...writers, ...readers].filter((_, index) => index % 2 === 1),
      ledger,
      random(101),
      options.seconds,
      isOver,
    ),
  ]);
  over = true;
  await Promise.all(work);
  await Promise.all(writers.map(slot => flush(slot, ledger)));
  for (const reader of readers) while ((await takeAll(reader, ledger)) > 0);

  await leave(workspace, writers, ledger, findings);
  await Promise.all(readers.map(slot => slot.close()));
  await examineStore(workspace, ledger, findings);
  Object.assign(findings.numbers, ledger.numbers(), {
    kills: kills.reduce((sum, own) => sum + own, 0),
    stops: ledger.stops,
  });
  return findings;
}

/** Kills, restarts and stops processes until the time is over; how many were killed. All of them run at the end. */
async function disturb(
  slots: readonly Slot[],
  ledger: Ledger,
  random: FakeIds,
  seconds: number,
  isOver: () => boolean,
): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let kills = 0;
  while (performance.now() < end && !isOver()) {
    await pause(random.below(120));
    const victim = slots[random.below(slots.length)];
    if (!victim?.pid) continue;
    if (random.below(5) === 0) {
      ledger.stops += 1;
      process.kill(victim.pid, 'SIGSTOP');
      await pause(random.below(400));
      process.kill(victim.pid, 'SIGCONT');
      continue;
    }
    kills += 1;
    if (random.below(3) > 0) {
      // Between taking a message and having shown it lie a few milliseconds, which chance alone would rarely meet.
      await Promise.race([ledger.nextMessageTo(victim.name), pause(250)]);
      await pause(random.below(5));
    }
    // Before the kill: whoever gets its locks from now on is no second holder.
    ledger.forgetHolder(victim.name);
    const pid = victim.kill();
    await until(`process ${pid} is gone`, () => !exists(pid));
    await victim.start();
  }
  return kills;
}

async function takeAll(reader: Slot, ledger: Ledger): Promise<number> {
  const { messages } = await reader.call('message_read', { limit: 200 });
  ledger.shown(reader.name, messages);
  return messages.length;
}

/** Half of the writers are killed with locks in hand, half are closed: nothing of either may be left in anybody's way. */
async function leave(
  workspace: Workspace,
  writers: readonly Slot[],
  ledger: Ledger,
  findings: Findings,
): Promise<void> {
  for (const [index, writer] of writers.entries()) {
    await writer.call('lock_acquire', { resources: [`last:${writer.name}`] });
    if (index % 2 === 1) await writer.close();
    else {
      const pid = writer.kill();
      await until(`process ${pid} is gone`, () => !exists(pid));
    }
  }
  const observer = await workspace.session({ clientName: 'observer' });
  const { sessions } = await observer.call('session_list');
  const ghosts = sessions.filter((session: { handle: string }) => session.handle.startsWith('writer'));
  findings.check(ghosts.length === 0, `${ghosts.length} writers are listed though their processes are gone`);
  const { locks, waiting } = await observer.call('lock_list');
  findings.check(
    locks.length + waiting.length === 0,
    `dead sessions hold ${locks.length} locks, wait ${waiting.length}×`,
  );
  for (const resource of [...ledger.resources, ...writers.map(writer => `last:${writer.name}`)]) {
    const { granted } = await observer.call('lock_acquire', { resources: [resource] });
    findings.check(granted, `${resource} is not free though nobody lives who could hold it`);
  }
  await observer.close();
}
