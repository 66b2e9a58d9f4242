/** Reading files that anybody may have put there: a pipe, a device or an endless file must hold nobody up. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** What is in the place of a file: its content, nothing at all, or something that is not read. */
export type FileContent = Buffer | 'missing' | 'not a file' | 'too large';

/**
 * Reads a regular file of at most `maxBytes`; a link to one counts. What cannot be read for another reason throws as the system
 * says it. Answers at once for pipes and devices, also when the file was exchanged for one a moment ago.
 */
export function readFileWithin(path: string, maxBytes: number): FileContent {
  let file: number | undefined;
  try {
    // Opening a device may do something; and what it is may have changed when it is opened, so it is asked again.
    const seen = statSync(path, { throwIfNoEntry: false });
    if (seen === undefined) return 'missing';
    if (!seen.isFile()) return 'not a file';
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const status = fstatSync(file);
    if (!status.isFile()) return 'not a file';
    if (status.size > maxBytes) return 'too large';
    const content = Buffer.alloc(status.size);
    return content.subarray(0, readSync(file, content, 0, content.length, 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    if (code === 'ENXIO' || code === 'EISDIR') return 'not a file';
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
