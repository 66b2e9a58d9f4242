/** Checks that one process can wake another, by doing it. */
import type { Composition } from '../../../compose.ts';
import { type Finding, ok, warning } from './finding.ts';

const patienceMs = 2_000;

/**
 * Listens as a session that nobody else is, and wakes it through a second set of ports, so that the hint takes the way it takes
 * between processes. Without hints everything works, only later: that is a warning.
 */
export async function checkWakeups(parts: Composition, another: () => Promise<Composition>): Promise<Finding[]> {
  const { wakeups, clock, ids } = parts.world;
  const session = `doctor-${ids.next()}`;
  const heard = new AbortController();
  const rest = wakeups.attend();
  const stopListening = await wakeups.listen(session, () => heard.abort());
  const problem = wakeups.problem();
  if (problem === undefined) {
    const sender = await another();
    await sender.world.wakeups.wake([session]);
    await clock.sleep(patienceMs, heard.signal);
    await sender.close();
  }
  await stopListening();
  rest();
  if (heard.signal.aborted) return [ok('wake-ups', 'a hint was heard')];
  return [
    warning(
      'wake-ups',
      `Hints are not heard: ${problem ?? 'nothing arrived.'} Messages and locks work, up to two seconds later.`,
      parts.world.store.spansMachines
        ? 'Let the server be reached, and have connections to spare; behind PgBouncer use session pooling to be woken at once.'
        : 'Make the runtime folder usable, or set SIGNALBOX_HOME to a folder of your own.',
    ),
  ];
}
