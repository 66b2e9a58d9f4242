/** What stood in each file before we came, so that it can be brought back to the byte. Written before the files are. */
import { SignalboxError } from '../../core/errors.ts';
import type { SeenFile, SetupFiles } from '../../core/setup-files.ts';
import { type ClientId, clientIds } from './define-setup.ts';
import { bytesOf, textOf } from './edits/text.ts';

export interface JournalFile {
  /** What stood there; null for no file. */
  readonly before: string | null;
  readonly mode: number | null;
  /** Folders that were created for it, outermost first. */
  readonly folders: readonly string[];
  /** The fingerprint of what we left there. */
  readonly written: string;
  readonly clients: readonly ClientId[];
}

interface JournalContent {
  readonly version: 1;
  /** Folders that were created for the journal itself. */
  readonly folders: readonly string[];
  readonly files: Readonly<Record<string, JournalFile>>;
}

/** What changes in the journal: a new entry for a file, or null where its entry goes. */
export type JournalChanges = ReadonlyMap<string, JournalFile | null>;

const privateFile = 0o600;
const privateFolder = 0o700;
const attempts = 5;

export class Journal {
  readonly #files: SetupFiles;
  readonly #path: string;

  constructor(files: SetupFiles, path: string) {
    this.#files = files;
    this.#path = path;
  }

  /** Every entry, by the path of the file itself. Errors: `unavailable` for a journal that cannot be read. */
  entries(): ReadonlyMap<string, JournalFile> {
    return new Map(Object.entries(this.#parsed(this.#files.look(this.#path))?.files ?? {}));
  }

  /** Stores changes; another process may store its own at the same moment. Writes nothing if nothing changes. */
  update(changes: JournalChanges): void {
    for (let attempt = 1; ; attempt += 1) {
      const seen = this.#files.look(this.#path);
      const old = this.#parsed(seen);
      const content = this.#changed(old ?? { version: 1, folders: seen.missingFolders, files: {} }, changes);
      try {
        this.#store(seen, old, content);
        return;
      } catch (error) {
        const isOvertaken = error instanceof SignalboxError && error.code === 'conflict';
        if (!isOvertaken || attempt === attempts) throw error;
      }
    }
  }

  #store(seen: SeenFile, old: JournalContent | undefined, content: JournalContent): void {
    const { target, bytes: expected } = seen;
    if (Object.keys(content.files).length === 0) {
      if (expected !== null) this.#files.replace({ target, expected, bytes: null, mode: privateFile });
      this.#files.removeEmptyFolders(content.folders);
      return;
    }
    if (old && JSON.stringify(old) === JSON.stringify(content)) return;
    this.#files.makeFolders(seen.missingFolders, privateFolder);
    const bytes = bytesOf(`${JSON.stringify(content, null, 1)}\n`);
    try {
      this.#files.replace({ target, expected, bytes, mode: privateFile });
    } catch (error) {
      this.#files.removeEmptyFolders(seen.missingFolders);
      throw error;
    }
  }

  #changed(content: JournalContent, changes: JournalChanges): JournalContent {
    const entries = new Map(Object.entries(content.files));
    // Of a repository that was deleted nothing need be known, and what stood in its files should not be kept.
    for (const target of entries.keys()) if (!this.#files.exists(target)) entries.delete(target);
    for (const [target, entry] of changes) {
      if (entry === null) entries.delete(target);
      else entries.set(target, entry);
    }
    return { ...content, files: Object.fromEntries(entries) };
  }

  #parsed({ bytes }: SeenFile): JournalContent | undefined {
    if (bytes === null) return undefined;
    let content: unknown;
    try {
      content = JSON.parse(textOf(bytes, this.#path));
    } catch {
      throw this.#unusable('is damaged');
    }
    if ((content as { version?: unknown } | null)?.version !== 1)
      throw this.#unusable('is of another version of Signalbox');
    if (!isContent(content)) throw this.#unusable('is damaged');
    return content;
  }

  #unusable(what: string): SignalboxError {
    return new SignalboxError(
      'unavailable',
      `${this.#path}, which says what setup has changed, ${what}.`,
      'Move it away; what Signalbox wrote is then found by its looks.',
    );
  }
}

function isContent(value: unknown): value is JournalContent {
  const { folders, files } = value as { folders?: unknown; files?: unknown };
  if (!isTexts(folders) || typeof files !== 'object' || files === null) return false;
  return Object.values(files).every(isEntry);
}

function isEntry(value: unknown): value is JournalFile {
  if (typeof value !== 'object' || value === null) return false;
  const { before, mode, folders, written, clients } = value as Partial<Record<keyof JournalFile, unknown>>;
  const isKnown = (before === null || typeof before === 'string') && (mode === null || typeof mode === 'number');
  const areClients = isTexts(clients) && clients.every(client => (clientIds as readonly string[]).includes(client));
  return isKnown && areClients && isTexts(folders) && typeof written === 'string';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(element => typeof element === 'string');
}
