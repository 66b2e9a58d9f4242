/**
 * The file of a backup: a line about it, for each project a line about it and its export, and an end. What was cut off or changed
 * anywhere is found by counts and digests (SHA-256) before anything of it is used.
 */
import { createHash } from 'node:crypto';
import { SignalboxError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import type { Contents } from '../../../core/ports.ts';
import type { BackupBytes } from './backup-bytes.ts';
import { type ExportedProject, exportLines, parseExport } from './project-lines.ts';

/** Raised when a program of today could no longer read what is written. */
const formatVersion = 1;

/** What a backup is. */
export interface BackupHeader {
  /** When it was begun, epoch milliseconds. */
  readonly at: number;
  /** The version of Signalbox that wrote it. */
  readonly program: string;
}

/** Writes a backup piece by piece. Holds one project at a time. */
export class BackupWriter {
  readonly #write: (text: string) => Promise<void>;
  readonly #hash = createHash('sha256');
  #projects = 0;
  #bytes = 0;

  constructor(write: (text: string) => Promise<void>) {
    this.#write = write;
  }

  begin({ at, program }: BackupHeader): Promise<void> {
    return this.#line({ signalbox: 'backup', version: formatVersion, at, program });
  }

  /** Errors: those of an export. */
  async project(project: string, contents: Contents): Promise<void> {
    const lines = exportLines({ project, contents }).map(line => `${line}\n`);
    const hash = createHash('sha256');
    let bytes = 0;
    for (const line of lines) {
      hash.update(line);
      bytes += Buffer.byteLength(line);
    }
    await this.#line({ project, bytes, sha256: hash.digest('hex') });
    for (let at = 0; at < lines.length; at += limits.backupLinesAtOnce)
      await this.#put(lines.slice(at, at + limits.backupLinesAtOnce).join(''));
    this.#projects += 1;
  }

  /** Ends the backup; how large it is. */
  async end(): Promise<{ readonly bytes: number; readonly sha256: string }> {
    const sha256 = this.#hash.copy().digest('hex');
    await this.#line({ end: true, projects: this.#projects, sha256 });
    return { bytes: this.#bytes, sha256 };
  }

  #line(value: object): Promise<void> {
    return this.#put(`${JSON.stringify(value)}\n`);
  }

  async #put(text: string): Promise<void> {
    this.#hash.update(text);
    this.#bytes += Buffer.byteLength(text);
    await this.#write(text);
  }
}

/** Where a project lies in a backup. */
export interface Section {
  readonly project: string;
  readonly start: number;
  readonly bytes: number;
}

export interface Examined {
  readonly header: BackupHeader;
  readonly sections: readonly Section[];
}

/**
 * Goes through a whole backup, handing each project to `look`. `invalid_input` for what is no backup, is cut short, was changed, or
 * is of a later version; what `look` throws.
 */
export async function examineBackup(
  backup: BackupBytes,
  look: (project: ExportedProject) => Promise<void>,
): Promise<Examined> {
  const hash = createHash('sha256');
  const header = headerIn(backup.start, backup.line(0));
  const sections: Section[] = [];
  let at = 0;
  const pass = (bytes: Uint8Array) => {
    hash.update(bytes);
    at += bytes.length;
  };
  pass(backup.line(at) ?? new Uint8Array());
  for (;;) {
    const line = backup.line(at);
    if (!line) throw cutShort(sections.length);
    const about = parsed(line);
    if (about.end === true) {
      assertEnd(about, sections.length, hash.digest('hex'));
      if (at + line.length !== backup.size) throw damaged('something stands behind its end');
      return { header, sections };
    }
    pass(line);
    const section = sectionIn(about, at, sections);
    const bytes = backup.take(section);
    if (!bytes) throw cutShort(sections.length);
    if (createHash('sha256').update(bytes).digest('hex') !== about.sha256) {
      throw damaged(`the project ${section.project} is not what was written`);
    }
    pass(bytes);
    await look(projectIn(bytes, section, header));
    sections.push(section);
  }
}

/** A project of a backup that was examined. */
export function projectAt(backup: BackupBytes, section: Section, header: BackupHeader): ExportedProject {
  const bytes = backup.take(section);
  if (!bytes) throw cutShort(0);
  return projectIn(bytes, section, header);
}

function projectIn(bytes: Uint8Array, { project }: Section, { program }: BackupHeader): ExportedProject {
  try {
    const found = parseExport(bytes, 'any');
    if (found.project === project) return found;
  } catch (error) {
    // It is what was written, so it is this program that cannot read it.
    const { message } = error as Error;
    throw new SignalboxError(
      'invalid_input',
      `The project ${project} of the backup cannot be used by this version of Signalbox. ${message}`,
      `Restore it with Signalbox ${program} or newer. Nothing was written.`,
      { cause: error },
    );
  }
  throw damaged(`the project ${project} has another name inside`);
}

function headerIn(start: Uint8Array, line: Uint8Array | undefined): BackupHeader {
  const { signalbox, version, at, program } = line ? parsed(line, true) : {};
  if (signalbox !== 'backup') throw foreign(start, signalbox);
  const written = typeof program === 'string' && /^[\w.+-]{1,40}$/.test(program) ? program : 'that wrote it';
  if (version !== formatVersion) {
    throw new SignalboxError(
      'invalid_input',
      `The backup is of format ${String(version).slice(0, 20)}; this version of Signalbox reads format ${formatVersion}.`,
      `Restore it with Signalbox ${written} or newer. Nothing was written.`,
    );
  }
  if (!Number.isSafeInteger(at)) throw damaged('it does not say when it was made');
  return { at: at as number, program: written };
}

function sectionIn({ project, bytes }: Record<string, unknown>, start: number, known: readonly Section[]): Section {
  if (typeof project !== 'string' || project === '' || !Number.isSafeInteger(bytes) || (bytes as number) < 1) {
    throw damaged(`what follows ${known.length} projects is no project`);
  }
  if (known.some(each => each.project === project)) throw damaged(`the project ${project} is there twice`);
  return { project, start, bytes: bytes as number };
}

function assertEnd({ projects, sha256 }: Record<string, unknown>, found: number, digest: string): void {
  if (projects !== found) throw damaged(`it holds ${found} projects and tells of another number`);
  if (sha256 !== digest) throw damaged('it is not what was written');
}

function parsed(line: Uint8Array, isFirst = false): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  if (isFirst) return {};
  throw damaged('one of its lines cannot be read');
}

/** What people take for a backup, by how it begins. */
const lookalikes: readonly (readonly [beginning: string, next: string])[] = [
  ['\u001f\u008b', 'It is compressed: gunzip -c FILE | signalbox restore -'],
  ['SQLite format 3', 'It is a store itself: name it with --store sqlite:PATH.'],
];

function foreign(start: Uint8Array, signalbox: unknown): SignalboxError {
  const beginning = Buffer.from(start).toString('latin1');
  const [, next] = lookalikes.find(([known]) => beginning.startsWith(known)) ?? [];
  return new SignalboxError(
    'invalid_input',
    'This is no backup of Signalbox.',
    signalbox === 'export'
      ? 'It is the export of one project: bring it in with signalbox import FILE.'
      : (next ?? 'Name a file that signalbox backup has written. Nothing was written.'),
  );
}

function cutShort(projects: number): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `The backup is not whole: it breaks off after ${projects} ${projects === 1 ? 'project' : 'projects'}.`,
    'Copy it again from where it was written, or take another one. Nothing was written.',
  );
}

function damaged(why: string): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `The backup is damaged: ${why}.`,
    'Copy it again from where it was written, or take another one. Nothing was written.',
  );
}
