/** The figures of Signalbox, each measured in turn with its floor. Figures are reported, never asserted: only a measurement that fails is an error. */
import { parseArgs } from 'node:util';
import { command } from './rows/command.ts';
import { contention } from './rows/contention.ts';
import { engines } from './rows/engines.ts';
import { guard } from './rows/guard.ts';
import { hints } from './rows/hints.ts';
import { hooks } from './rows/hooks.ts';
import { hub } from './rows/hub.ts';
import { idle } from './rows/idle.ts';
import { locks } from './rows/locks.ts';
import { messages } from './rows/messages.ts';
import { roundTrips } from './rows/round-trips.ts';
import { start } from './rows/start.ts';
import { tools } from './rows/tools.ts';
import { unit } from './rows/unit.ts';
import { volume } from './rows/volume.ts';
import { hostFacts, loadNow, writeResult } from './support/report.ts';
import type { Programs, Row, RunOptions } from './support/row.ts';
import { type Measured, onTerminal } from './support/table.ts';

const rows: readonly Row[] = [
  start,
  tools,
  messages,
  locks,
  volume,
  idle,
  contention,
  unit,
  command,
  engines,
  hints,
  roundTrips,
  hooks,
  guard,
  hub,
];

const help = `npm run bench -- [options]
  --only NAME    one measurement: ${rows.map(row => row.name).join(', ')} (may be given more than once)
  --quick        few repetitions and a smaller store: to see that everything works
  --seconds N    how long the fight for one lock lasts (20, quick 4)
A whole run without --quick and --only is kept in bench/results/.
`;

/** Runs the measurements; 0 when all could be made, whatever they say, 1 when one failed. */
export async function main(args: string[], programs: Programs, results: string): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.filter(name => !rows.some(row => row.name === name));
  const seconds = Number(values.seconds ?? (values.quick ? 4 : 20));
  const isWrong = unknown.length > 0 || !(seconds > 0);
  if (values.help || isWrong) {
    process.stderr.write(help);
    return isWrong ? 1 : 0;
  }
  const options: RunOptions = {
    programs,
    quick: values.quick,
    seconds,
    note: text => process.stderr.write(`  ${text}\n`),
  };
  const chosen = rows.filter(row => values.only.length === 0 || values.only.includes(row.name));
  const loadBefore = loadNow();
  const { measured, failed } = await measureAll(chosen, options);
  const facts = [...hostFacts(), ['Load before and after', `${loadBefore}, ${loadNow()}`] as const];
  process.stdout.write(
    `\n${onTerminal(measured)}\n\n${facts.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`,
  );
  if (!values.quick && values.only.length === 0 && failed === 0) {
    process.stdout.write(`Kept in bench/results: ${writeResult(results, facts, measured).join(', ')}\n`);
  }
  return failed > 0 ? 1 : 0;
}

async function measureAll(
  chosen: readonly Row[],
  options: RunOptions,
): Promise<{ measured: Measured[]; failed: number }> {
  const measured: Measured[] = [];
  let failed = 0;
  for (const row of chosen) {
    options.note(`${row.name}: ${row.title} …`);
    const begun = performance.now();
    try {
      const figures = await row.run(options);
      measured.push({ row, figures, seconds: (performance.now() - begun) / 1000 });
    } catch (error) {
      failed += 1;
      process.stderr.write(`  ${row.name} could not be measured: ${(error as Error).stack}\n`);
    }
  }
  return { measured, failed };
}
