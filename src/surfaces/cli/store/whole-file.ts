/** Files that are whole or not there, for their user alone: what goes out of a store holds messages. */
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { SignalboxError } from '../../../core/errors.ts';

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A file on its way: beside its place until it is whole, and removed when the program is asked to end before that. One that is
 * killed leaves `FILE.PID.new` behind and never a part of FILE. Errors: `conflict` for a file that is there already and is not to
 * be replaced, `not_found` where there is no folder, `unavailable` for what cannot be written.
 */
export class WholeFile {
  readonly #path: string;
  readonly #fresh: string;
  readonly #replaces: boolean;
  readonly #descriptor: number;
  #isOpen = false;
  readonly #ask = (signal: NodeJS.Signals) => {
    this.abandon();
    // Nobody listens any more: it ends the program as it would have without us.
    process.kill(process.pid, signal);
  };

  constructor(path: string, replaces: boolean) {
    [this.#path, this.#fresh, this.#replaces] = [path, `${path}.${process.pid}.new`, replaces];
    // Before anything is read: the answer would be the same at the end.
    if (!this.#replaces && existsSync(path)) throw isThere(path);
    // Before the file is there: what is asked in between would end the program and leave it.
    for (const signal of endings) process.once(signal, this.#ask);
    this.#descriptor = this.#within(() => openSync(this.#fresh, 'wx', 0o600), false);
    this.#isOpen = true;
    this.#within(() => fchmodSync(this.#descriptor, 0o600));
  }

  write(text: string): void {
    this.#within(() => {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
    });
  }

  /** Puts the file in its place, once the disk has it. */
  finish(): void {
    this.#within(() => {
      fsyncSync(this.#descriptor);
      if (this.#replaces) renameSync(this.#fresh, this.#path);
      else placeBeside(this.#fresh, this.#path);
    });
    this.#close();
  }

  /** Leaves nothing behind. */
  abandon(): void {
    const isOpen = this.#isOpen;
    this.#close();
    // Until it was opened, a file of that name is somebody else's.
    if (isOpen) rmSync(this.#fresh, { force: true });
  }

  #close(): void {
    for (const signal of endings) process.off(signal, this.#ask);
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      closeSync(this.#descriptor);
    } catch {
      // It was closed before.
    }
  }

  #within<T>(work: () => T, isOurs = true): T {
    try {
      return work();
    } catch (error) {
      if (isOurs) this.abandon();
      else this.#close();
      throw unwritable(this.#path, error as NodeJS.ErrnoException);
    }
  }
}

/** A name of its own for a file that nobody else may have made meanwhile; where the disk knows no second names, that is looked at. */
function placeBeside(fresh: string, path: string): void {
  try {
    linkSync(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    if (existsSync(path)) throw isThere(path);
    renameSync(fresh, path);
    return;
  }
  rmSync(fresh, { force: true });
}

function isThere(path: string): SignalboxError {
  return new SignalboxError('conflict', `${path} is there already.`, 'Name another file, or replace it with --force.');
}

function unwritable(path: string, cause: NodeJS.ErrnoException): SignalboxError {
  if (cause instanceof SignalboxError) return cause;
  const { code = 'unknown' } = cause;
  if (code === 'EEXIST') return isThere(path);
  const [kind, message, next]: ['not_found' | 'unavailable', string, string] =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? ['not_found', `There is no folder for ${path}.`, 'Make the folder first, or name another file.']
      : ['unavailable', `${path} cannot be written (${code}).`, 'Name a file that you may write.'];
  return new SignalboxError(kind, message, next, { cause });
}
