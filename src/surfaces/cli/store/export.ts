/** `signalbox export [FILE]`: writes a project as lines of JSON. */
import { closeSync, fchmodSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SignalboxError } from '../../../core/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from '../invocation.ts';
import { oneLine } from '../layout.ts';
import { projectOf } from '../place.ts';
import { spokenTally, tallyOf } from './compare.ts';
import { assertThere, contentsOf } from './open-store.ts';
import { exportLines } from './project-lines.ts';
import type { ExportRequest } from './requests.ts';

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
    writeWhole(path, text, force);
    const tally = tallyOf(contents);
    const { style } = pageFor(invocation, parts.world.clock.now());
    const said = `${style.good('✓')} Exported ${style.strong(oneLine(project))}: ${spokenTally(tally)}.\n`;
    await printResult(invocation, { file: path, project, ...tally }, () => said);
    return exitCodes.ok;
  });
}

function writeWhole(path: string, text: string, force: boolean): void {
  // What is there stays until the new file is whole.
  const fresh = force ? `${path}.${process.pid}.new` : path;
  let isOurs = false;
  try {
    const descriptor = openSync(fresh, 'wx', 0o600);
    isOurs = true;
    try {
      fchmodSync(descriptor, 0o600);
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
    if (force) renameSync(fresh, path);
  } catch (error) {
    if (isOurs) rmSync(fresh, { force: true });
    throw unwritable(path, error as NodeJS.ErrnoException);
  }
}

function unwritable(path: string, cause: NodeJS.ErrnoException): SignalboxError {
  const { code = 'unknown' } = cause;
  const [kind, message, next]: ['conflict' | 'not_found' | 'unavailable', string, string] =
    code === 'EEXIST'
      ? ['conflict', `${path} is there already.`, 'Name another file, or replace it with --force.']
      : code === 'ENOENT' || code === 'ENOTDIR'
        ? ['not_found', `There is no folder for ${path}.`, 'Make the folder first, or name another file.']
        : ['unavailable', `${path} cannot be written (${code}).`, 'Name a file that you may write.'];
  return new SignalboxError(kind, message, next, { cause });
}
