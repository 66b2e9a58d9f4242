/** `signalbox store copy FROM TO`: takes projects from one store into another, and makes sure that nothing was lost. */

import type { Composition } from '../../../compose.ts';
import { SignalboxError, toSignalboxError } from '../../../core/errors.ts';
import { lookAround } from '../../../core/presence.ts';
import { isRealProject } from '../../../core/project.ts';
import { withoutSecrets } from '../../../core/shown-address.ts';
import { errorExitCodes, exitCodes } from '../exit-codes.ts';
import { type Invocation, pageFor, printResult } from '../invocation.ts';
import { oneLine } from '../layout.ts';
import { projectOf } from '../place.ts';
import type { Page } from '../renderers.ts';
import { counted } from '../spoken.ts';
import { changesBetween, spokenTally, type Tally, tallyOf } from './compare.ts';
import { loadAndCompare } from './load.ts';
import { assertLasting, assertThere, contentsOf, storeAddress, withStore } from './open-store.ts';
import type { CopyRequest } from './requests.ts';

interface CopiedProject extends Tally {
  readonly project: string;
  /** Sessions at work in the source while it was copied. */
  readonly atWork: number;
  /** What changed in the source between reading it and the end of the copying. */
  readonly changedMeanwhile: { readonly records: number; readonly events: number };
}

interface Copied {
  readonly from: string;
  readonly to: string;
  readonly projects: readonly CopiedProject[];
}

/** Joins no session and changes nothing in the source. Exit code of `conflict` when the source changed meanwhile. */
export function runStoreCopy(request: CopyRequest, invocation: Invocation): Promise<number> {
  const { flags } = invocation.globals;
  assertSensible(request, flags);
  const folder = invocation.workingDirectory();
  const from = storeAddress(request.from, 'FROM', folder);
  const to = storeAddress(request.to, 'TO', folder);
  return withStore(invocation, from, source => {
    assertThere(source);
    return withStore(invocation, to, async target => {
      assertLasting(target);
      assertDifferent(source, target);
      const copied: Copied = {
        from: withoutSecrets(source.storeUrl),
        to: withoutSecrets(target.storeUrl),
        projects: await copyAll(source, target, request.all, invocation),
      };
      const page = pageFor(invocation, source.world.clock.now());
      await printResult(invocation, copied, () => copied.projects.map(each => projectText(each, page)).join(''));
      return copied.projects.some(isOutdated) ? errorExitCodes.conflict : exitCodes.ok;
    });
  });
}

async function copyAll(
  source: Composition,
  target: Composition,
  all: boolean,
  { terminal }: Invocation,
): Promise<CopiedProject[]> {
  const names = all ? (await source.world.store.projects()).filter(isRealProject) : [await projectOf(source)];
  if (names.length === 0) throw nothingThere(source);
  // Read before the target is opened: a target that is a file would be made for nothing.
  const first = names[0] === undefined ? undefined : await contentsOf(source, names[0]);
  const taken = new Set(await target.world.store.projects());
  for (const name of names) if (taken.has(name)) throw notEmpty(name, target);
  const copied: CopiedProject[] = [];
  for (const [at, project] of names.entries()) {
    terminal.progress(`copying ${oneLine(project)}, ${at + 1} of ${names.length}`);
    const contents = at === 0 && first ? first : await source.world.store.contents(project);
    await loadAndCompare(target, project, contents).catch(error => {
      throw copied.length === 0 ? error : afterOthers(toSignalboxError(error), copied.length);
    });
    const changedMeanwhile = changesBetween(contents, await source.world.store.contents(project));
    copied.push({ project, ...tallyOf(contents), atWork: await sessionsAtWork(source, project), changedMeanwhile });
  }
  terminal.progress(undefined);
  return copied;
}

async function sessionsAtWork({ world }: Composition, project: string): Promise<number> {
  const { store, processes } = world;
  const { live } = await store.read(project, tx => lookAround({ tx, processes }));
  return live.length;
}

function isOutdated({ changedMeanwhile: { records, events } }: CopiedProject): boolean {
  return records > 0 || events > 0;
}

function projectText(copied: CopiedProject, { style }: Page): string {
  const { project, atWork, changedMeanwhile } = copied;
  const lines = [
    `${style.good('✓')} Copied ${style.strong(oneLine(project))}: ${spokenTally(copied)}.`,
    `  ${style.quiet('Read back and compared: every record and every event is the same.')}`,
  ];
  if (isOutdated(copied)) {
    const { records, events } = changedMeanwhile;
    const changes = `${counted(records, 'record')} changed and ${counted(events, 'event')} came in the source meanwhile`;
    lines.push(`${style.careful('!')} ${changes}: stop the sessions and copy into an empty store.`);
  } else if (atWork > 0) {
    const who = atWork === 1 ? '1 session is' : `${atWork} sessions are`;
    lines.push(`${style.careful('!')} ${who} at work in the source: what they do from now on is not in the copy.`);
  }
  return `${lines.join('\n')}\n`;
}

function assertSensible({ all }: CopyRequest, flags: Invocation['globals']['flags']): void {
  const [message, next] =
    flags.store !== undefined
      ? ['--store says nothing here: FROM and TO name the stores.', 'Leave --store out.']
      : all && flags.project !== undefined
        ? ['--all and --project exclude each other.', 'Leave one of them out.']
        : [];
  if (message && next) throw new SignalboxError('invalid_input', message, next);
}

function assertDifferent(source: Composition, target: Composition): void {
  if (source.storeUrl !== target.storeUrl) return;
  throw new SignalboxError('invalid_input', 'FROM and TO are the same store.', 'Name another store to copy into.');
}

function notEmpty(project: string, target: Composition): SignalboxError {
  return new SignalboxError(
    'conflict',
    `The store ${withoutSecrets(target.storeUrl)} holds something of the project ${project} already; nothing was copied.`,
    'Copy into an empty store.',
  );
}

function nothingThere({ storeUrl }: Composition): SignalboxError {
  const message = `The store ${withoutSecrets(storeUrl)} holds no project.`;
  return new SignalboxError('not_found', message, 'Look whether it is the right store.');
}

function afterOthers(error: SignalboxError, number: number): SignalboxError {
  const message = `${error.message} Before that, ${counted(number, 'project')} had been copied.`;
  return new SignalboxError(error.code, message, error.next, { cause: error });
}
