/** What a hook's file is, and what it becomes with our lines in it: inserted, standing in for what cannot hold them, or alone. */
import { type BlockProgram, blockFor, blockPattern, type GuardedHook, quoted } from './block.ts';
import { inUtf8 } from './bytes.ts';

/** How a file begins that holds nothing of anybody else. */
const ownHeader = `#!/bin/sh
# This whole file is Signalbox's; \`signalbox guard remove\` takes it away.
`;

const nextPattern = /# >>> signalbox guard, what is next >>>\n[\s\S]*?# <<< signalbox guard, what is next <<<\n/;

/** The kernel's own formats begin with bytes that no script has, and scripts hold no zero byte. */
const shellLine =
  /^#!\s*(?:\S*\/)?(?:env\s+(?:-S\s*|-\S+\s+|\w+=\S*\s+)*)?(?:\S*\/)?(?:ba|da|a|k|z)?sh(?:[ \t][^\r]*)?$/;

/** Whether a file is a shell script into which lines of plain shell can be put; without a first line that says so, git takes `sh`. */
export function isShell(text: string): boolean {
  const [first = ''] = text.split('\n', 1);
  if (!first.startsWith('#!')) return !text.includes('\0');
  return shellLine.test(first);
}

/** Whether nothing in it is anybody else's. */
export function isWhollyOurs(text: string): boolean {
  return (
    text.startsWith(ownHeader) && text.slice(ownHeader.length).replace(blockPattern, '').replace(nextPattern, '') === ''
  );
}

/** The lines of ours in a hook, of whatever version; undefined without any. */
export function blockIn(text: string): string | undefined {
  return blockPattern.exec(text)?.[0];
}

/** Whether a file of ours runs another one. */
export function hasNext(text: string): boolean {
  return isWhollyOurs(text) && nextPattern.test(text);
}

/** A shell hook with our lines before everything but its first line. What of ours was in it is replaced. */
export function withBlock(text: string, hook: GuardedHook, program: BlockProgram): string {
  const theirs = withoutBlock(text);
  if (!theirs.startsWith('#!')) return blockFor(hook, program, true) + theirs;
  const end = theirs.indexOf('\n') + 1;
  if (end === 0) return `${theirs}\n${blockFor(hook, program, true, true)}`;
  return theirs.slice(0, end) + blockFor(hook, program, true) + theirs.slice(end);
}

/** The hook as it would be had our lines never been in it, whatever was changed around them. */
export function withoutBlock(text: string): string {
  const found = blockPattern.exec(text);
  if (!found) return text;
  const hasLineEnd = found[2] !== undefined && text[found.index - 1] === '\n';
  return text.slice(0, hasLineEnd ? found.index - 1 : found.index) + text.slice(found.index + found[0].length);
}

/** A file with our lines alone. */
export function ownFile(hook: GuardedHook, program: BlockProgram): string {
  return ownHeader + blockFor(hook, program, false);
}

/** Where a file of ours finds what it runs after its lines. */
export type Next =
  /** What stood in its place, in a folder that is named from its own. */
  | { readonly kind: 'kept'; readonly folder: string }
  /** The hook of that name in another folder; a relative one counts from where git starts hooks. */
  | { readonly kind: 'folder'; readonly folder: string };

/** A file of ours that ends as the other one: with its input, arguments and exit code. Without a hook of ours it only goes on there. */
export function standInFile(hook: GuardedHook | null, name: string, next: Next, program: BlockProgram): string {
  const block = hook === null ? '' : blockFor(hook, program, true);
  const path =
    next.kind === 'kept'
      ? `"\${0%/*}"/${quoted(`${next.folder}/${name}`)}`
      : quoted(`${next.folder.replace(/\/$/, '')}/${name}`);
  const tail = `# >>> signalbox guard, what is next >>>
signalbox_next=${path}
if [ -f "$signalbox_next" ] && [ -x "$signalbox_next" ]; then exec "$signalbox_next" "$@"; fi
# <<< signalbox guard, what is next <<<
`;
  return ownHeader + block + inUtf8(tail);
}
