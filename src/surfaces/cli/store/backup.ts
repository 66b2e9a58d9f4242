/** `signalbox backup FILE`: writes the whole store into one file, while sessions and hubs go on working in it. */
import { resolve } from 'node:path';
import type { Composition } from '../../../compose.ts';
import { SignalboxError } from '../../../core/errors.ts';
import { isRealProject } from '../../../core/project.ts';
import { version } from '../../../version.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from '../invocation.ts';
import { jsonText } from '../json.ts';
import { oneLine } from '../layout.ts';
import { counted } from '../spoken.ts';
import { BackupWriter } from './backup-file.ts';
import { spokenTally, type Tally, tallyOf } from './compare.ts';
import { assertThere, assertWholeStore } from './open-store.ts';
import type { BackupRequest } from './requests.ts';
import { WholeFile } from './whole-file.ts';

interface Backup {
  /** Null: standard output. */
  readonly file: string | null;
  readonly at: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly projects: readonly ({ readonly project: string } & Tally)[];
}

/**
 * Joins no session and changes nothing in the store. Each project is one consistent state; projects are read one after the other,
 * those that come meanwhile too. The file is whole or not there, and for its user alone.
 */
export function runBackup({ file, force }: BackupRequest, invocation: Invocation): Promise<number> {
  assertWholeStore(invocation, 'backup', 'Write one project with signalbox export.');
  return withComposition(invocation, async parts => {
    assertThere(parts);
    const { terminal } = invocation;
    if (file === '-') {
      const done = await written(parts, invocation, null, async text => {
        if (await terminal.print(text)) return;
        throw new SignalboxError('unavailable', 'Nobody reads the backup any more.', 'Take it again, into a file.');
      });
      // Standard output is the backup.
      await terminal.complain(invocation.globals.json ? jsonText(done, false) : spoken(done, invocation));
      return exitCodes.ok;
    }
    const path = resolve(invocation.workingDirectory(), file);
    const whole = new WholeFile(path, force);
    try {
      const done = await written(parts, invocation, path, async text => whole.write(text));
      whole.finish();
      await printResult(invocation, done, () => spoken(done, invocation));
      return exitCodes.ok;
    } catch (error) {
      whole.abandon();
      throw error;
    }
  });
}

async function written(
  { world, assertLoadable }: Composition,
  { terminal }: Invocation,
  file: string | null,
  write: (text: string) => Promise<void>,
): Promise<Backup> {
  const { store, clock } = world;
  const at = clock.now();
  const backup = new BackupWriter(write);
  await backup.begin({ at, program: version });
  const projects = new Map<string, Tally>();
  for (let found = await left(store, projects); found.length > 0; found = await left(store, projects)) {
    for (const [number, project] of found.entries()) {
      terminal.progress(`backing up ${oneLine(project)}, ${number + 1} of ${found.length}`);
      const contents = await store.contents(project);
      // What could not be restored is told now, not when it is needed.
      await assertLoadable(contents);
      await backup.project(project, contents);
      projects.set(project, tallyOf(contents));
    }
  }
  const size = await backup.end();
  terminal.progress(undefined);
  return { file, at, ...size, projects: [...projects].map(([project, tally]) => ({ project, ...tally })) };
}

async function left(store: Composition['world']['store'], done: ReadonlyMap<string, unknown>): Promise<string[]> {
  return (await store.projects()).filter(project => !done.has(project));
}

function spoken({ file, bytes, projects }: Backup, invocation: Invocation): string {
  const { style } = pageFor(invocation, 0);
  const real = projects.filter(({ project }) => isRealProject(project));
  return [
    `${style.good('✓')} Backed up ${counted(real.length, 'project')}${file === null ? '' : ` to ${oneLine(file)}`}: ${bytes} bytes.`,
    ...projects.map(each => `  ${projectName(each.project)}: ${spokenTally(each)}.`),
    '',
  ].join('\n');
}

/** What belongs to no project has a name of its own for people. */
export function projectName(project: string): string {
  return isRealProject(project) ? oneLine(project) : `what belongs to no project (${oneLine(project)})`;
}
