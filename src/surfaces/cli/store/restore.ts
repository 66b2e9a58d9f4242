/** `signalbox restore FILE`: brings the projects of a backup into a store, on whatever engine. */
import { resolve } from 'node:path';
import type { Composition } from '../../../compose.ts';
import { SignalboxError, toSignalboxError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { isRealProject } from '../../../core/project.ts';
import { withoutSecrets } from '../../../core/shown-address.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from '../invocation.ts';
import { oneLine } from '../layout.ts';
import { ago, counted } from '../spoken.ts';
import { projectName } from './backup.ts';
import { BackupBytes } from './backup-bytes.ts';
import { type Examined, examineBackup, projectAt } from './backup-file.ts';
import { changesBetween, spokenTally, type Tally, tallyOf } from './compare.ts';
import { assertLasting, assertWholeStore } from './open-store.ts';
import type { RestoreRequest } from './requests.ts';

interface RestoredProject extends Tally {
  readonly project: string;
  /** What is another than in the backup when it was read back: somebody works there already, or the store keeps it otherwise. */
  readonly different: { readonly records: number; readonly events: number };
}

interface Restored {
  /** Null: standard input. */
  readonly file: string | null;
  readonly store: string;
  readonly at: number;
  readonly program: string;
  readonly restored: readonly RestoredProject[];
  /** Projects that the store held already: they are as they were. */
  readonly kept: readonly string[];
}

/**
 * Joins no session. The whole backup is examined before anything is written. Each project is then restored whole or not at all, one
 * after the other, and read back; broken off in between and begun again with `missing` it goes on. Nothing that the store holds is
 * ever replaced. Exit code of a refusal when something read back was another.
 */
export function runRestore({ file, missing }: RestoreRequest, invocation: Invocation): Promise<number> {
  assertWholeStore(invocation, 'restore', 'Restore into a store of its own, and copy one project with store copy.');
  return withComposition(invocation, async parts => {
    assertLasting(parts);
    const path = file === '-' ? null : resolve(invocation.workingDirectory(), file);
    const backup = await BackupBytes.open(path);
    try {
      invocation.terminal.progress('examining the backup');
      const examined = await examineBackup(backup, ({ project, contents }) =>
        parts.assertLoadable(contents).catch(error => {
          throw unusable(project, examinedBy(error));
        }),
      );
      const kept = await heldAlready(parts, examined, missing);
      const restored = await restoreAll(parts, backup, examined, kept, invocation);
      const { header } = examined;
      const result: Restored = {
        ...{ file: path, store: withoutSecrets(parts.storeUrl), at: header.at, program: header.program },
        ...{ restored, kept },
      };
      await printResult(invocation, result, () => spoken(result, invocation, parts.world.clock.now()));
      return restored.some(isDifferent) ? exitCodes.refused : exitCodes.ok;
    } finally {
      invocation.terminal.progress(undefined);
      backup.close();
    }
  });
}

/** The projects of the backup that the store holds. `conflict` unless only what is missing is wanted. */
async function heldAlready(
  { world, storeUrl }: Composition,
  { sections }: Examined,
  missing: boolean,
): Promise<string[]> {
  const held = new Set(await world.store.projects());
  const kept = sections.map(({ project }) => project).filter(project => held.has(project));
  if (missing || kept.length === 0) return kept;
  const few = kept.slice(0, limits.handlesInError).map(projectName).join(', ');
  throw new SignalboxError(
    'conflict',
    `The store ${withoutSecrets(storeUrl)} holds ${kept.length} of the ${sections.length} projects already: ${few}${kept.length > limits.handlesInError ? ', …' : ''}. Nothing was written.`,
    'Restore into an empty store (--store), or only what is missing there with --missing.',
  );
}

async function restoreAll(
  parts: Composition,
  backup: BackupBytes,
  { header, sections }: Examined,
  kept: readonly string[],
  { terminal }: Invocation,
): Promise<RestoredProject[]> {
  const { store } = parts.world;
  const wanted = sections.filter(({ project }) => !kept.includes(project));
  const restored: RestoredProject[] = [];
  for (const section of wanted) {
    const { project } = section;
    terminal.progress(`restoring ${oneLine(project)}, ${restored.length + 1} of ${wanted.length}`);
    try {
      const { contents } = projectAt(backup, section, header);
      await store.load(project, contents);
      const different = changesBetween(contents, await store.contents(project));
      restored.push({ project, ...tallyOf(contents), different });
    } catch (error) {
      throw brokenOff(toSignalboxError(error), project, restored.length, wanted.length);
    }
  }
  return restored;
}

function brokenOff(error: SignalboxError, project: string, done: number, all: number): SignalboxError {
  return new SignalboxError(
    error.code,
    `${error.message} That was in ${projectName(project)}; ${done} of ${counted(all, 'project')} had been restored.`,
    `${error.next} Then restore again with --missing, which goes on from there.`,
    { cause: error },
  );
}

function examinedBy(error: unknown): string {
  return toSignalboxError(error).message;
}

function unusable(project: string, why: string): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `The project ${project} of the backup cannot be used by this version of Signalbox. ${why}`,
    'Restore it with the version of Signalbox that wrote it, or a newer one. Nothing was written.',
  );
}

function isDifferent({ different: { records, events } }: RestoredProject): boolean {
  return records > 0 || events > 0;
}

function spoken({ restored, kept, store, at }: Restored, invocation: Invocation, now: number): string {
  const { style } = pageFor(invocation, now);
  const lines = restored.flatMap(each => [
    `  ${projectName(each.project)}: ${spokenTally(each)}.`,
    ...(isDifferent(each)
      ? [
          `  ${style.careful('!')} Read back, ${counted(each.different.records, 'record')} and ${counted(each.different.events, 'event')} of it were others: somebody works there already, or the store is at fault.`,
        ]
      : []),
  ]);
  const head = `${style.good('✓')} Restored ${counted(restored.filter(({ project }) => isRealProject(project)).length, 'project')} of a backup made ${ago(at, now)} into ${oneLine(store)}.`;
  const left = kept.map(project => `${style.careful('!')} Left as it is there: ${projectName(project)}.`);
  return `${[head, ...lines, ...left].join('\n')}\n`;
}
