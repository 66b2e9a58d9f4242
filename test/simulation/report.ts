/** What is said of a seed that failed: the promise, the shortest run that still breaks it, and how to see it again. */
import { type Options, type Outcome, simulate } from './simulation.ts';

/** How many runs are spent on making a failure shorter. */
const attempts = 40;

/** Plays a seed; a broken promise is thrown with the trace of the shortest run that was found. */
export async function keepsItsPromises(options: Options): Promise<Outcome> {
  const outcome = await simulate(options);
  if (outcome.violation) throw new Error(await failureOf(options, outcome));
  return outcome;
}

/** The report of a failure. */
export async function failureOf(options: Options, outcome: Outcome): Promise<string> {
  const { shortest, last } = await shortened(options, outcome);
  const { violation, journal } = last;
  const { seed, steps } = shortest;
  const without = [...(shortest.without ?? [])].filter(step => step < steps).sort((a, b) => a - b);
  const parts = [`SIGNALBOX_SIM_SEED=${seed}`, `SIGNALBOX_SIM_STEPS=${steps}`];
  if (without.length > 0) parts.push(`SIGNALBOX_SIM_WITHOUT=${spelled(without)}`);
  const shown = journal.lines.slice(-80);
  return [
    `Seed ${seed} breaks: ${violation?.promise}`,
    `  ${violation?.detail}`,
    `  found in step ${violation?.step} of ${steps}, ${steps - without.length} of them needed`,
    ...(journal.lines.length > shown.length ? [`  … ${journal.lines.length - shown.length} lines before`] : []),
    ...shown,
    'Replay it:',
    `  ${parts.join(' ')} npx vitest run --project simulation test/simulation/simulation.test.ts`,
  ].join('\n');
}

/** `1-3,7` */
function spelled(steps: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const step of steps) {
    const last = parts.at(-1);
    if (last && last[1] === step - 1) last[1] = step;
    else parts.push([step, step]);
  }
  return parts.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(',');
}

/** What `spelled` made. */
export function stepsIn(text: string): Set<number> {
  const steps = new Set<number>();
  for (const part of text.split(',').filter(Boolean)) {
    const [from = 0, to = from] = part.split('-').map(Number);
    for (let step = from; step <= to; step++) steps.add(step);
  }
  return steps;
}

/** Cuts off what comes behind the failure, then leaves out steps as long as the same promise breaks. */
async function shortened(options: Options, outcome: Outcome): Promise<{ shortest: Options; last: Outcome }> {
  const promise = outcome.violation?.promise;
  let shortest = { ...options, steps: Math.min(options.steps, (outcome.violation?.step ?? options.steps) + 1) };
  let last = outcome;
  let left = attempts;
  const stillFails = async (candidate: Options) => {
    left -= 1;
    const found = await simulate(candidate);
    if (found.violation?.promise !== promise) return false;
    // What fails earlier now needs nothing behind that.
    shortest = { ...candidate, steps: Math.min(candidate.steps, (found.violation?.step ?? candidate.steps) + 1) };
    last = found;
    return true;
  };
  for (let part = shortest.steps >> 1; part > 0 && left > 0; part = part > 1 ? part >> 1 : 0) {
    for (let from = 0; from < shortest.steps && left > 0; from += part) {
      const without = new Set(shortest.without);
      const size = without.size;
      for (let step = from; step < from + part; step++) without.add(step);
      if (without.size > size) await stillFails({ ...shortest, without });
    }
  }
  return { shortest, last };
}
