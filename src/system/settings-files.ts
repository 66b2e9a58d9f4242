/** Finds and reads the settings files: `signalbox.json` of the project, and the user's own. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { type FileContent, readFileWithin } from './regular-file.ts';

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

/** A repository may come from anybody: what stands in the place of the file must neither hold us up nor fill the memory. */
function readIfThere(path: string): FoundFile | undefined {
  const content = read(path);
  if (content === 'missing') return undefined;
  if (typeof content !== 'string') return { path, text: content.toString('utf8') };
  const what = content === 'too large' ? `is larger than ${limits.settingsFileBytes} bytes` : 'is no regular file';
  throw new SignalboxError('unavailable', `${path} ${what}.`, 'Settings are a short file of JSON; move this away.');
}

function read(path: string): FileContent {
  try {
    return readFileWithin(path, limits.settingsFileBytes);
  } catch (error) {
    throw new SignalboxError(
      'unavailable',
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      'Give yourself the right to read it, or move it away.',
    );
  }
}
