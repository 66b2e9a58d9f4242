/** Finds and reads the settings files: `signalbox.json` of the project, and the user's own. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SignalboxError } from '../core/errors.ts';

export interface FoundFile {
  readonly path: string;
  readonly text: string;
}

/** `signalbox.json` in the folder or above it, up to the root of its repository (or of the file system outside one). */
export function findProjectFile(directory: string): FoundFile | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const found = readIfThere(join(folder, 'signalbox.json'));
    if (found) return found;
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return undefined;
  }
}

/** The user's own settings. */
export function findUserFile(configFolder: string): FoundFile | undefined {
  return readIfThere(join(configFolder, 'config.json'));
}

function readIfThere(path: string): FoundFile | undefined {
  try {
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SignalboxError(
      'unavailable',
      `${path} cannot be read (${code}).`,
      'Give yourself the right to read it, or move it away.',
    );
  }
}
