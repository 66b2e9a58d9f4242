/** One way to edit every kind of file: put our parts in, take them out, see whether they are there. */
import type { SetupFile } from '../define-setup.ts';
import { hasJsonParts, saysTheSame, withJsonParts, withoutJsonParts } from './json.ts';
import { isOwnText, withOwnText, withoutOwnText } from './own-file.ts';
import { hasTomlTable, tomlSaysTheSame, withoutTomlTable, withTomlTable } from './toml.ts';

/** The text with everything of ours; equal to `text` if nothing is to do. `path` is for errors. */
export function withOurs(text: string | null, file: SetupFile, path: string): string {
  if (file.kind === 'json') return withJsonParts(text, file.parts, path);
  if (file.kind === 'toml') return withTomlTable(text, file.table, path);
  return withOwnText(text, file.text, file.mark, path);
}

/**
 * The text without anything of ours; null when nothing is left. `before` is what stood there before we came, null for nothing,
 * undefined if nobody knows. What says the same as that becomes that again, to the byte.
 */
export function withoutOurs(
  text: string,
  file: SetupFile,
  before: string | null | undefined,
  path: string,
): string | null {
  const left = takenOut(text, file, before, path);
  if (typeof before !== 'string') return left;
  if (file.kind === 'own') return left ?? before;
  if (left === null) return left;
  const isSame = file.kind === 'json' ? saysTheSame(left, before, path) : tomlSaysTheSame(left, before, path);
  return isSame ? before : left;
}

function takenOut(text: string, file: SetupFile, before: string | null | undefined, path: string): string | null {
  if (file.kind === 'json') return withoutJsonParts(text, file.parts, before, path);
  if (file.kind === 'toml') return withoutTomlTable(text, file.table, before, path);
  return withoutOwnText(text, file.mark);
}

/** Whether anything of ours, of whatever version, is in the text. */
export function hasOurs(text: string, file: SetupFile, path: string): boolean {
  if (file.kind === 'json') return hasJsonParts(text, file.parts, path);
  if (file.kind === 'toml') return hasTomlTable(text, file.table, path);
  return isOwnText(text, file.mark);
}
