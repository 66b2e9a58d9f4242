/** Decides what becomes of each file of a client, without touching any. */
import type { SeenFile } from '../../core/setup-files.ts';
import type { ClientId, ClientSetup, SetupFile, SetupPlace } from './define-setup.ts';
import type { Desk } from './desk.ts';
import { hasOurs, withOurs, withoutOurs } from './edits/edit.ts';
import type { JournalFile } from './journal.ts';

export interface PlannedFile {
  /** As the client names it. */
  readonly path: string;
  readonly seen: SeenFile;
  readonly before: string | null;
  readonly after: string | null;
  readonly mode: number;
  /** What the journal is to say of it; null when it is to say nothing any more. */
  readonly entry: JournalFile | null;
  /** Clients that use the same file for the same and keep it. */
  readonly keptFor: readonly ClientId[];
  readonly folders: readonly string[];
}

export type Entries = ReadonlyMap<string, JournalFile>;

const privateFile = 0o600;
const sharedFile = 0o644;

/** The client's files with everything of ours in them. Errors: those of the edits. */
export function plannedSetup(client: ClientSetup, place: SetupPlace, desk: Desk, entries: Entries): PlannedFile[] {
  return client.files(place).map(file => {
    const path = file.paths.find(candidate => desk.look(candidate).bytes !== null) ?? file.paths[0];
    const seen = desk.look(path);
    const now = desk.text(path);
    const after = withOurs(now, file, path);
    const old = entries.get(seen.target);
    const before = beforeUs(now, file, old, desk, path);
    desk.set(seen.target, after);
    return {
      path,
      seen,
      before: now,
      after,
      mode: seen.mode ?? (place.scope === 'user' ? privateFile : sharedFile),
      keptFor: [],
      folders: seen.missingFolders,
      entry: {
        before,
        mode: before === null ? null : (old?.mode ?? seen.mode),
        folders: foldersOfOurs(seen, entries),
        written: desk.fingerprint(after),
        clients: [...new Set([...(old?.clients ?? []), client.id])],
      },
    };
  });
}

/** The folders above a file that are ours: created for it, or earlier for another file. Outermost first. */
function foldersOfOurs({ target, missingFolders }: SeenFile, entries: Entries): string[] {
  const known = [...entries.values()].flatMap(({ folders }) => folders);
  const above = known.filter(folder => /^[\\/]/.test(target.slice(folder.length)) && target.startsWith(folder));
  return [...new Set([...above, ...missingFolders])].sort((one, other) => one.length - other.length);
}

/** What the file would be had we never come: what the journal says, if the file is as we left it, else all but our parts. */
function beforeUs(
  now: string | null,
  file: SetupFile,
  old: JournalFile | undefined,
  desk: Desk,
  path: string,
): string | null {
  if (now === null) return null;
  if (old && desk.fingerprint(now) === old.written) return old.before;
  return hasOurs(now, file, path) ? withoutOurs(now, file, old?.before, path) : now;
}

/**
 * The client's files without anything of ours. What `others` still need stays. Files in which nothing of ours is are left out.
 * Errors: those of the edits.
 */
export function plannedRemoval(
  client: ClientSetup,
  place: SetupPlace,
  desk: Desk,
  entries: Entries,
  others: (path: string, entry: JournalFile | undefined) => readonly ClientId[],
): PlannedFile[] {
  return client.files(place).flatMap(file =>
    file.paths.flatMap(path => {
      const seen = desk.look(path);
      const entry = entries.get(seen.target);
      const now = desk.text(path);
      const isOurs = now !== null && (entry?.written === desk.fingerprint(now) || hasOurs(now, file, path));
      if (!isOurs && !entry) return [];
      const keptFor = others(path, entry);
      const plan = { path, seen, before: now, keptFor, folders: entry?.folders ?? [] };
      if (keptFor.length > 0) {
        const kept = entry ? { ...entry, clients: keptFor } : null;
        return [{ ...plan, after: now, mode: seen.mode ?? privateFile, entry: kept }];
      }
      const isAsWeLeftIt = now !== null && entry?.written === desk.fingerprint(now);
      const after = isAsWeLeftIt ? entry.before : isOurs ? withoutFor(now, file, entry, seen, path) : now;
      desk.set(seen.target, after);
      return [{ ...plan, after, mode: (isAsWeLeftIt ? entry.mode : seen.mode) ?? privateFile, entry: null }];
    }),
  );
}

/** A link that nobody knows to have led to nothing before keeps leading to a file. */
function withoutFor(
  now: string,
  file: SetupFile,
  entry: JournalFile | undefined,
  seen: SeenFile,
  path: string,
): string | null {
  const after = withoutOurs(now, file, entry?.before, path);
  if (after !== null || entry || !seen.isLinked) return after;
  return file.kind === 'json' ? '{}\n' : '';
}

/** Whether anything of ours is in one of the client's files. What cannot be read counts as nothing. */
export function isSetUp(
  client: ClientSetup,
  place: SetupPlace,
  desk: Desk,
  except: (path: string) => boolean,
): boolean {
  return client.files(place).some(file =>
    file.paths.some(path => {
      try {
        const now = desk.text(path);
        return !except(path) && now !== null && hasOurs(now, file, path);
      } catch {
        return false;
      }
    }),
  );
}
