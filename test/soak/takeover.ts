/** A lock whose holder can no longer give it back: killed, or stopped until its time is over. */
import { exists, until, type Workspace } from '../support/workspace.ts';
import { Findings } from './findings.ts';

const resource = 'deploy:staging';

/**
 * Kills the holder of a lock that another process waits for, again and again. Broken unless the waiter gets it with a higher
 * fence, and within `withinMs` of the kill where that is given.
 */
export async function takeoverAfterKill(
  workspace: Workspace,
  options: { readonly rounds: number; readonly withinMs?: number },
): Promise<Findings> {
  const findings = new Findings();
  const takenMs: number[] = [];
  const waiter = await workspace.session();
  const waiterHandle = await waiter.handle();
  for (let round = 1; round <= options.rounds && findings.fewEnough; round++) {
    const holder = await workspace.session({ clientName: `holder-${round}` });
    const held = await holder.call('lock_acquire', { resources: [resource] });
    const granted = waiter.call('lock_acquire', { resources: [resource], waitSeconds: 45 });
    await until('the waiter stands in line', async () => {
      const { waiting } = await holder.call('lock_list', { resources: [resource] });
      return waiting.some((place: { session: string }) => place.session === waiterHandle);
    });
    const killedAt = performance.now();
    holder.crash();
    const answer = await granted;
    const tookMs = performance.now() - killedAt;
    takenMs.push(tookMs);
    findings.check(answer.granted, `round ${round}: the waiter was refused: ${answer.next}`);
    const [before, after] = [held.locks[0]?.fence, answer.locks[0]?.fence];
    findings.check(after > before, `round ${round}: fence ${after} follows ${before}`);
    const limitMs = options.withinMs ?? Number.POSITIVE_INFINITY;
    findings.check(tookMs < limitMs, `round ${round}: the lock passed on after ${tookMs.toFixed(0)} ms`);
    await waiter.call('lock_release', { all: true });
  }
  findings.durations('kill to next holder', takenMs);
  findings.check(waiter.stderr === '', `the waiter wrote to standard error: ${waiter.stderr}`);
  await waiter.close();
  return findings;
}

/**
 * Stops the holder (as a laptop's sleep or a debugger would) past its lock's time while another session waits. Broken unless
 * the other one gets a higher fence, and the old holder, once it goes on, finds that the lock is no longer its own.
 */
export async function takeoverWhileStopped(
  workspace: Workspace,
  options: { readonly rounds: number },
): Promise<Findings> {
  const findings = new Findings();
  const [sleeper, other] = await Promise.all([workspace.session(), workspace.session()]);
  const [sleeperHandle, otherHandle] = [await sleeper.handle(), await other.handle()];
  for (let round = 1; round <= options.rounds && findings.fewEnough; round++) {
    const held = await sleeper.call('lock_acquire', { resources: [resource], ttlSeconds: 1 });
    process.kill(sleeper.pid, 'SIGSTOP');
    const taken = await other.call('lock_acquire', { resources: [resource], waitSeconds: 20 });
    // What the sleeper is asked now it answers when it wakes: it is then the past's holder, acting on the past.
    const renewal = sleeper.call('lock_acquire', { resources: [resource] });
    process.kill(sleeper.pid, 'SIGCONT');
    const [first, second] = [held.locks[0]?.fence, taken.locks[0]?.fence];
    findings.check(taken.granted && second > first, `round ${round}: fence ${second} follows ${first}`);
    const refused = await renewal;
    const holder = refused.blockedBy?.[0]?.holder;
    findings.check(!refused.granted && holder === otherHandle, `round ${round}: ${sleeperHandle} still has the lock`);
    const { locks } = await sleeper.call('lock_list', { resources: [resource] });
    const holders = locks.map((lock: { holder: string }) => lock.holder).join(', ');
    findings.check(holders === otherHandle, `round ${round}: lock_list says that ${holders} hold it`);
    const { notHeld } = await sleeper.call('lock_release', { resources: [resource] });
    findings.check(notHeld.join() === resource, `round ${round}: the sleeper could release the lock of ${otherHandle}`);
    await other.call('lock_release', { resources: [resource] });
    const again = await sleeper.call('lock_acquire', { resources: [resource] });
    const third = again.locks[0]?.fence;
    findings.check(again.granted && third > second, `round ${round}: fence ${third} follows ${second}`);
    await sleeper.call('lock_release', { resources: [resource] });
  }
  findings.numbers.rounds = options.rounds;
  await Promise.all([sleeper.close(), other.close()]);
  await until('both servers have ended', () => !exists(sleeper.pid) && !exists(other.pid));
  return findings;
}
