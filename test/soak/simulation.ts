/** Many simulated days that nobody has seen before; see `test/simulation`. */
import { failureOf } from '../simulation/report.ts';
import { simulate } from '../simulation/simulation.ts';
import { Findings } from './findings.ts';

export interface SimulationOptions {
  /** Decides which days: each soak has days of its own, and the same one again for the same seed. */
  readonly seed: number;
  readonly days: number;
}

const stepsOfDay = 400;

/** Plays the days one after the other; broken when a promise of the simulation is. What breaks is shown with its replay. */
export async function simulateDays({ seed, days }: SimulationOptions): Promise<Findings> {
  const findings = new Findings();
  let calls = 0;
  let units = 0;
  for (let day = 0; day < days && findings.fewEnough; day++) {
    const options = { seed: seed * 10_000 + day, steps: stepsOfDay };
    const outcome = await simulate(options);
    for (const count of outcome.answered.values()) calls += count;
    units += outcome.final.version;
    if (outcome.violation) findings.check(false, await failureOf(options, outcome));
  }
  findings.numbers.days = days;
  findings.numbers['calls answered'] = calls;
  findings.numbers['units that wrote'] = units;
  return findings;
}
