/** `signalbox export [FILE]`: writes a project as lines of JSON. */
import { resolve } from 'node:path';
import { exitCodes } from '../exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from '../invocation.ts';
import { oneLine } from '../layout.ts';
import { projectOf } from '../place.ts';
import { spokenTally, tallyOf } from './compare.ts';
import { assertThere, contentsOf } from './open-store.ts';
import { exportLines } from './project-lines.ts';
import type { ExportRequest } from './requests.ts';
import { WholeFile } from './whole-file.ts';

/** Joins no session and changes nothing in the store. A file is whole or not there, and for its user alone: it holds messages. */
export function runExport({ file, force }: ExportRequest, invocation: Invocation): Promise<number> {
  return withComposition(invocation, async parts => {
    assertThere(parts);
    const project = await projectOf(parts);
    const contents = await contentsOf(parts, project);
    const text = `${exportLines({ project, contents }).join('\n')}\n`;
    if (file === undefined || file === '-') {
      await invocation.terminal.print(text);
      return exitCodes.ok;
    }
    const path = resolve(invocation.workingDirectory(), file);
    const whole = new WholeFile(path, force);
    whole.write(text);
    whole.finish();
    const tally = tallyOf(contents);
    const { style } = pageFor(invocation, parts.world.clock.now());
    const said = `${style.good('✓')} Exported ${style.strong(oneLine(project))}: ${spokenTally(tally)}.\n`;
    await printResult(invocation, { file: path, project, ...tally }, () => said);
    return exitCodes.ok;
  });
}
