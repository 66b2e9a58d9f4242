/**
 * How to commit some files and leave alone what others have staged: by name. Git makes an index for such a commit that holds nothing
 * else, and puts the files into the shared one afterwards.
 */
import { limits } from './limits.ts';

/** What stands for the names where they are too many, or cannot be typed. */
const placeholder = 'git commit -m MESSAGE -- FILES';

/** Names of files are repo-relative; `folder` is where the shell stands, in the same way, and empty at the root. */
export function commitCommand(paths: readonly string[], folder: string): string {
  const names = paths.map(path => inShell(literally(seenFrom(folder, path))));
  const command = `git commit -m MESSAGE -- ${names.join(' ')}`;
  const canBeTyped = !/\p{Cc}/u.test(command) && command.length <= limits.commitCommandCharacters;
  if (canBeTyped && paths.length <= limits.changesNamed) return command;
  return `${placeholder} (your ${paths.length}; \`signalbox stage --dry-run --json\` lists them)`;
}

/** For somebody of whom it is not known which files are its own. */
export const commitByName = placeholder;

/** A name as it can be typed into a shell. */
export function inShell(name: string): string {
  return /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}

/** The same as a pathspec from the root of the checkout, wherever the shell stands. */
export function fromRoot(path: string): string {
  return isPattern(path) ? `:(top,literal)${path}` : `:/${path}`;
}

/** With a plain name there is no magic, so that whoever reads the command knows which file is meant. */
function literally(name: string): string {
  return isPattern(name) ? `:(literal)${name}` : name;
}

function isPattern(name: string): boolean {
  return /^:|[*?[\\]/.test(name);
}

function seenFrom(folder: string, path: string): string {
  const [from, to] = [folder.split('/').filter(Boolean), path.split('/')];
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common += 1;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/');
}
