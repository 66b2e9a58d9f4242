/** The bytes of a backup, from a file or from what comes in, read piece by piece and more than once. */
import {
  closeSync,
  createReadStream,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignalboxError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';

export class BackupBytes {
  readonly size: number;
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.size = fstatSync(descriptor).size;
  }

  /** Of a file, or of standard input for null. Errors: `not_found`, `unavailable`; `invalid_input` when nothing comes in. */
  static async open(path: string | null): Promise<BackupBytes> {
    if (path === null) {
      if (!process.stdin.isTTY) return new BackupBytes(await laidDown(process.stdin));
      const next = 'Name a file, or pipe one: signalbox restore - < FILE.';
      throw new SignalboxError('invalid_input', 'Nothing comes in to be restored.', next);
    }
    const descriptor = opened(path);
    const facts = fstatSync(descriptor);
    if (facts.isFile()) return new BackupBytes(descriptor);
    if (facts.isDirectory()) {
      closeSync(descriptor);
      throw new SignalboxError('invalid_input', `${path} is a folder.`, 'Name the file of a backup.');
    }
    // What a pipe brings cannot be read twice.
    return new BackupBytes(await laidDown(createReadStream(path, { fd: descriptor })));
  }

  /** Its first bytes. */
  get start(): Uint8Array {
    return this.#read(0, Math.min(16, this.size)) ?? new Uint8Array();
  }

  /** The line at a place, with its end; undefined where no whole line of the length of a header is. */
  line(at: number): Uint8Array | undefined {
    const some = this.#read(at, Math.min(limits.backupHeaderBytes, this.size - at));
    const end = some?.indexOf(0x0a) ?? -1;
    return end < 0 ? undefined : some?.subarray(0, end + 1);
  }

  /** So many bytes; undefined where there are fewer. */
  take({ start, bytes }: { readonly start: number; readonly bytes: number }): Uint8Array | undefined {
    return start + bytes > this.size ? undefined : this.#read(start, bytes);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #read(start: number, bytes: number): Uint8Array | undefined {
    if (bytes <= 0) return undefined;
    const buffer = Buffer.alloc(bytes);
    let at = 0;
    while (at < bytes) {
      const length = Math.min(bytes - at, limits.backupReadBytes);
      const read = readSync(this.#descriptor, buffer, at, length, start + at);
      if (read === 0) return undefined;
      at += read;
    }
    return buffer;
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? new SignalboxError('not_found', `There is no file ${path}.`, 'Correct its path.', { cause })
      : new SignalboxError('unavailable', `${path} cannot be read (${code}).`, 'Name a file that you may read.', {
          cause,
        });
  }
}

/** A file without a name, which goes with the process, however that ends. */
async function laidDown(stream: AsyncIterable<unknown>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-restore-'));
  const path = join(folder, 'backup');
  const descriptor = openSync(path, 'wx+', 0o600);
  rmSync(path);
  rmdirSync(folder);
  for await (const piece of stream) {
    const bytes = piece as Uint8Array;
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  }
  return descriptor;
}
