/** Sets clients up and takes that back: first a plan that can be shown, then the plan carried out, client by client. */
import { type SignalboxError, toSignalboxError } from '../../core/errors.ts';
import type { SetupFiles } from '../../core/setup-files.ts';
import type { ClientId, ClientSetup, SetupPlace } from './define-setup.ts';
import { Desk } from './desk.ts';
import { bytesOf, textOf } from './edits/text.ts';
import { clientSetups } from './index.ts';
import type { Journal, JournalFile } from './journal.ts';
import { type Entries, isSetUp, type PlannedFile, plannedRemoval, plannedSetup } from './plan.ts';

/** What is to become of one client. */
export interface ClientPlan {
  readonly client: ClientSetup;
  readonly files: readonly PlannedFile[];
  /** Why nothing of it can be done. */
  readonly error?: SignalboxError;
}

export interface Outcome {
  readonly client: ClientSetup;
  readonly error?: SignalboxError;
}

export interface Plan {
  readonly clients: readonly ClientPlan[];
  /** Carries it out. A client gets all of its files or none; the others go on. Never fails itself. */
  apply(): Outcome[];
}

export interface Workshop {
  readonly files: SetupFiles;
  readonly journal: Journal;
  readonly place: SetupPlace;
}

/** Whether the client shows itself on this machine. */
export function isInstalled(client: ClientSetup, { files, place }: Workshop): boolean {
  const { programs, paths } = client.signs(place);
  return files.hasProgram(programs) || paths.some(path => files.exists(path));
}

/** Why a client needs nothing that setup could bring. */
export function providedBy({ provided }: ClientSetup, { files, place }: Workshop): string | undefined {
  if (!provided || place.scope === 'project') return undefined;
  try {
    const { bytes } = files.look(provided.path(place));
    return bytes === null ? undefined : provided.says(textOf(bytes, ''));
  } catch {
    // What cannot be read is told when it is to be changed.
    return undefined;
  }
}

/** Errors: those of a journal that cannot be read; those of a client are in its plan. */
export function planSetup(clients: readonly ClientSetup[], workshop: Workshop): Plan {
  const { journal, place } = workshop;
  journal.entries();
  return planned(clients, workshop, (client, desk) => plannedSetup(client, place, desk, journal.entries()));
}

/** Errors: those of a journal that cannot be read; those of a client are in its plan. */
export function planRemoval(clients: readonly ClientSetup[], workshop: Workshop): Plan {
  const { journal, place } = workshop;
  journal.entries();
  const removed = new Set(clients.map(({ id }) => id));
  return planned(clients, workshop, (client, desk) => {
    const others = (path: string, entry: JournalFile | undefined) =>
      entry ? entry.clients.filter(id => !removed.has(id)) : presumedUsers(path, removed, place, desk);
    return plannedRemoval(client, place, desk, journal.entries(), others);
  });
}

/** The clients in whose files anything of ours is, known to the journal or not. */
export function clientsSetUp({ files, journal, place }: Workshop): ClientSetup[] {
  const desk = new Desk(files, place);
  const entries: Entries = journal.entries();
  return clientSetups.filter(client => {
    const isNoted = client
      .files(place)
      .some(file => file.paths.some(path => entries.get(targetOf(path, desk))?.clients.includes(client.id)));
    return isNoted || isSetUp(client, place, desk, path => isOnlyShared(path, client, entries, desk));
  });
}

/** A file that the journal lays to others alone does not make this client one that is set up. */
function isOnlyShared(path: string, client: ClientSetup, entries: Entries, desk: Desk): boolean {
  const entry = entries.get(targetOf(path, desk));
  return entry !== undefined && !entry.clients.includes(client.id);
}

function targetOf(path: string, desk: Desk): string {
  try {
    return desk.look(path).target;
  } catch {
    return path;
  }
}

/** Without a journal: clients that use the same file and have something of ours in another one, too. */
function presumedUsers(path: string, removed: ReadonlySet<ClientId>, place: SetupPlace, desk: Desk): ClientId[] {
  const ofRemoved = new Set(
    clientSetups.flatMap(client => (removed.has(client.id) ? client.files(place).flatMap(({ paths }) => paths) : [])),
  );
  const sharing = clientSetups.filter(
    client => !removed.has(client.id) && client.files(place).some(({ paths }) => paths.includes(path)),
  );
  return sharing.filter(client => isSetUp(client, place, desk, other => ofRemoved.has(other))).map(({ id }) => id);
}

function planned(
  clients: readonly ClientSetup[],
  workshop: Workshop,
  plan: (client: ClientSetup, desk: Desk) => PlannedFile[],
): Plan {
  const shown = new Desk(workshop.files, workshop.place);
  const plans = clients.map(client => attempted(client, shown, plan));
  return {
    clients: plans,
    apply: () => {
      // Planned anew for each, because what one was shown to build on may not have come about.
      const desk = shown.fresh();
      return plans.map(({ client, error }) => (error ? { client, error } : carriedOut(client, desk, workshop, plan)));
    },
  };
}

function attempted(
  client: ClientSetup,
  desk: Desk,
  plan: (client: ClientSetup, desk: Desk) => PlannedFile[],
): ClientPlan {
  const trial = desk.branch();
  try {
    const files = plan(client, trial);
    desk.take(trial);
    return { client, files };
  } catch (error) {
    return { client, files: [], error: toSignalboxError(error) };
  }
}

function carriedOut(
  client: ClientSetup,
  desk: Desk,
  { files, journal }: Workshop,
  plan: (client: ClientSetup, desk: Desk) => PlannedFile[],
): Outcome {
  const { files: changes, error } = attempted(client, desk, plan);
  if (error) return { client, error };
  const isRemoval = changes.some(({ entry, keptFor }) => entry === null || keptFor.length > 0);
  const noted = new Map(changes.map(({ seen, entry }) => [seen.target, entry]));
  try {
    if (isRemoval) writeAll(changes, files);
    else writeNoted(changes, files, journal, noted);
    // Forgotten last, noted first: at every moment what is known suffices to undo what was done.
    if (isRemoval) journal.update(noted);
    return { client };
  } catch (failure) {
    for (const { seen, before } of changes) desk.set(seen.target, before);
    return { client, error: toSignalboxError(failure) };
  }
}

function writeNoted(
  changes: readonly PlannedFile[],
  files: SetupFiles,
  journal: Journal,
  noted: ReadonlyMap<string, JournalFile | null>,
): void {
  const old = journal.entries();
  journal.update(noted);
  try {
    writeAll(changes, files);
  } catch (error) {
    journal.update(new Map([...noted.keys()].map(target => [target, old.get(target) ?? null])));
    throw error;
  }
}

/** All or none: what was written before a failure is put back. */
function writeAll(changes: readonly PlannedFile[], files: SetupFiles): void {
  const done: PlannedFile[] = [];
  try {
    for (const change of changes) {
      if (change.before === change.after) continue;
      if (change.after !== null) files.makeFolders(change.seen.missingFolders, 0o755);
      done.push(change);
      write(change, change.before, change.after, change.mode, files);
      if (change.after === null) files.removeEmptyFolders(change.folders);
    }
  } catch (error) {
    const failed = done.pop();
    for (const change of done.toReversed()) putBack(change, files);
    if (failed) files.removeEmptyFolders(failed.seen.missingFolders);
    throw error;
  }
}

function write(
  { seen: { target } }: PlannedFile,
  from: string | null,
  to: string | null,
  mode: number,
  files: SetupFiles,
): void {
  files.replace({
    target,
    expected: from === null ? null : bytesOf(from),
    bytes: to === null ? null : bytesOf(to),
    mode,
  });
}

function putBack(change: PlannedFile, files: SetupFiles): void {
  try {
    if (change.after === null) files.makeFolders(change.folders, 0o755);
    write(change, change.after, change.before, change.seen.mode ?? change.mode, files);
    files.removeEmptyFolders(change.seen.missingFolders);
  } catch {
    // Somebody has changed it since. What of ours is in it is found by its looks.
  }
}
