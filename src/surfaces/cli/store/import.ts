/** `signalbox import [FILE]`: brings an exported project into the store. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Composition } from '../../../compose.ts';
import { SignalboxError } from '../../../core/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from '../invocation.ts';
import { oneLine } from '../layout.ts';
import { projectOf } from '../place.ts';
import { spokenTally, tallyOf } from './compare.ts';
import { loadAndCompare } from './load.ts';
import { assertLasting } from './open-store.ts';
import { parseExport } from './project-lines.ts';
import type { ImportRequest } from './requests.ts';

/**
 * Joins no session. Everything is examined before anything is written; then it is written whole or not at all, and read back.
 * The project keeps the id it was exported with unless another one is named on purpose.
 */
export function runImport({ file }: ImportRequest, invocation: Invocation): Promise<number> {
  return withComposition(invocation, async parts => {
    assertLasting(parts);
    const bytes =
      file === undefined || file === '-'
        ? await standardInput()
        : bytesIn(resolve(invocation.workingDirectory(), file));
    const { project: exported, contents } = parseExport(bytes);
    const project = namedProject(parts) ?? exported;
    await loadAndCompare(parts, project, contents);
    const here = await projectOf(parts).catch(() => project);
    const result = { project, ...tallyOf(contents), projectHere: here };
    const { style } = pageFor(invocation, parts.world.clock.now());
    const elsewhere = `${style.careful('!')} This folder belongs to another project, ${oneLine(here)}.\n`;
    await printResult(
      invocation,
      result,
      () =>
        `${style.good('✓')} Imported ${style.strong(oneLine(project))}: ${spokenTally(result)}.\n` +
        `  ${style.quiet('Read back and compared: every record and every event is the same.')}\n` +
        (here === project ? '' : elsewhere),
    );
    return exitCodes.ok;
  });
}

/** A settings file says which project a folder belongs to, not which one a file with an export is. */
function namedProject({ config }: Composition): string | undefined {
  const { value, origin } = config.project;
  return value !== '' && (origin === 'flag' || origin === 'environment') ? value : undefined;
}

async function standardInput(): Promise<Uint8Array> {
  if (process.stdin.isTTY) {
    throw new SignalboxError(
      'invalid_input',
      'Nothing comes in to be imported.',
      'Name a file, or pipe one: signalbox import < FILE.',
    );
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

function bytesIn(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? new SignalboxError('not_found', `There is no file ${path}.`, 'Correct its path.', { cause })
      : new SignalboxError('unavailable', `${path} cannot be read (${code}).`, 'Name a file that you may read.', {
          cause,
        });
  }
}
