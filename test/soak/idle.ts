/** Sessions that do nothing must cost nothing. */
import { processorTimeMs, proportionalMemoryKib } from '../support/process-facts.ts';
import { pause, type Workspace } from '../support/workspace.ts';
import { Findings } from './findings.ts';

export interface IdleOptions {
  readonly sessions: number;
  readonly seconds: number;
  /** How much of one processor core all of them together may use, in percent. */
  readonly atMostPercent: number;
}

/** Lets sessions that have joined stand idle. Broken when together they use more of one core than allowed. Linux only. */
export async function standIdle(workspace: Workspace, options: IdleOptions): Promise<Findings> {
  const findings = new Findings();
  const starting = Array.from({ length: options.sessions }, () => workspace.session());
  const sessions = await Promise.all(starting);
  await Promise.all(sessions.map(session => session.handle()));
  // What follows a start (compiling, first garbage collections) is not idleness.
  // V8 tidies the heap of any new process with a few collections within its first 40 s, which is the start and not idleness.
  await pause(45_000);
  const used = () => sessions.reduce((sum, { pid }) => sum + processorTimeMs(pid), 0);
  const [usedBefore, begunAt] = [used(), performance.now()];
  await pause(options.seconds * 1000);
  const percent = ((used() - usedBefore) / (performance.now() - begunAt)) * 100;
  findings.numbers['processor time of all, % of one core'] = percent.toFixed(3);
  const kib = sessions.reduce((sum, { pid }) => sum + proportionalMemoryKib(pid), 0);
  findings.numbers['memory of one, MiB'] = (kib / 1024 / options.sessions).toFixed(1);
  findings.check(
    percent < options.atMostPercent,
    `${options.sessions} idle sessions used ${percent.toFixed(3)} % of one core, more than ${options.atMostPercent} %`,
  );
  await Promise.all(sessions.map(session => session.close()));
  return findings;
}
