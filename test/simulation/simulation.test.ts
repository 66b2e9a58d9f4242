/** Simulated sessions on the real tools: whatever happens, what is promised holds. A failing seed prints how to see it again. */
import { describe, expect, it } from 'vitest';
import { tools } from '../../src/tools/index.ts';
import { kits } from './kits.ts';
import { keepsItsPromises, stepsIn } from './report.ts';
import { type Outcome, simulate } from './simulation.ts';

const { SIGNALBOX_SIM_SEED, SIGNALBOX_SIM_SEEDS, SIGNALBOX_SIM_STEPS, SIGNALBOX_SIM_WITHOUT } = process.env;
const steps = Number(SIGNALBOX_SIM_STEPS ?? 400);
const without = stepsIn(SIGNALBOX_SIM_WITHOUT ?? '');

/** The same in every run: a change that breaks something is seen by everybody. New ones are for the soak. */
const first = 1;
const count = Number(SIGNALBOX_SIM_SEEDS ?? 25);
const seeds = SIGNALBOX_SIM_SEED ? [Number(SIGNALBOX_SIM_SEED)] : Array.from({ length: count }, (_, at) => first + at);

describe('sessions to which everything happens', () => {
  const outcomes: Outcome[] = [];

  it.each(seeds)('keep every promise (seed %i)', async seed => {
    outcomes.push(await keepsItsPromises({ seed, steps, without }));
  });

  it('are decided by the seed: it plays the same day again', async () => {
    const [one, again] = [await simulate({ seed: first, steps }), await simulate({ seed: first, steps })];
    expect(again.journal.lines).toEqual(one.journal.lines);
  });

  it.runIf(!SIGNALBOX_SIM_SEED)('have used every tool, with success', () => {
    const answered = (name: string) => outcomes.reduce((sum, outcome) => sum + (outcome.answered.get(name) ?? 0), 0);
    expect(tools.filter(({ name }) => answered(name) === 0).map(({ name }) => name)).toEqual([]);
    expect(tools.filter(({ name }) => !kits[name]).map(({ name }) => name)).toEqual([]);
  });
});
