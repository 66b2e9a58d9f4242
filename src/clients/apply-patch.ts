/**
 * Which files a patch changes that is in the form of the tool `apply_patch`: Codex, Copilot CLI, opencode and VS Code offer it to
 * models. Each reads it a little differently, so what only looks like the head of a file counts as one: a file too many is asked
 * for in vain, one too few is changed unseen. A head that nobody knows makes the whole patch unreadable.
 */
import { limits } from '../core/limits.ts';
import type { ToldFile, ToolAction } from '../core/tool-action.ts';

const marks = [
  ['*** Add File: ', 'created'],
  ['*** Update File: ', 'modified'],
  ['*** Delete File: ', 'deleted'],
] as const;

const moveMark = '*** Move to: ';
const environmentMark = '*** Environment ID: ';
const endOfFile = '*** End of File';

/** What a patch is about to change, all of it one action. */
export function patchAction(patch: string): ToolAction {
  const lines = linesOf(patch);
  if (typeof lines === 'string') return unreadable(lines);
  const files = new Map<string, ToldFile['change']>();
  let file: string | undefined;
  for (const [at, line] of lines.entries()) {
    const head = headOf(line);
    if (head !== undefined) {
      file = head.path;
      note(files, head);
    } else if (file !== undefined && isMove(line, lines[at - 1])) {
      note(files, { path: file, change: 'deleted' });
      note(files, { path: movedTo(line), change: 'created' });
    } else if (!isContent(line, file)) {
      return unreadable(`its patch has a line that begins no file: "${shown(line)}"`);
    }
    if (files.size > limits.filesOfPatch) return unreadable(`its patch changes more than ${limits.filesOfPatch} files`);
  }
  if (files.size === 0) return unreadable('its patch names no file');
  return { kind: 'edit', files: [...files].map(([path, change]) => ({ path, change })) };
}

/**
 * The patch that a shell command is: Codex takes such a command out of the shell's hands and applies the patch itself. Null for a
 * command that does anything else; what else one does with a patch in it is the shell's.
 */
export function patchOfCommand(command: string): ToolAction | null {
  const [, folder, , delimiter, behind] = heredoc.exec(command) ?? [];
  if (delimiter === undefined || behind === undefined) return null;
  const lines = behind.split(/\r?\n/);
  const end = lines.findIndex(line => line.replace(/^\t+/, '') === delimiter);
  if (end < 0 || lines.slice(end + 1).some(line => line.trim() !== '')) return null;
  const action = patchAction(lines.slice(0, end).join('\n'));
  if (action.kind !== 'edit') return action;
  // Codex does such a command itself, and tells no hook that it has.
  return { ...(folder === undefined ? action : movedInto(unquoted(folder), action)), isEndUntold: true };
}

type Edit = Extract<ToolAction, { kind: 'edit' }>;

/** The command, perhaps behind a plain `cd`, then the mark of the heredoc and all that follows. */
const heredoc =
  /^\s*(?:cd\s+("[^"$`\\]*"|'[^']*'|[\w./@:+~-]+)\s*&&\s*)?(?:apply_patch|applypatch)\s*<<-?\s*(['"]?)(\w+)\2[ \t]*\r?\n([\s\S]*)$/;

/** The lines between the marks of the beginning and the end; what is wrong where they are not there. */
function linesOf(patch: string): string[] | string {
  const lines = patch.trim().split(/\r?\n/);
  // Models that were to write a command wrap the patch as a shell would have it.
  if (/^<<-?\s*['"]?EOF['"]?$/.test(lines[0] ?? '') && lines.at(-1)?.endsWith('EOF')) {
    lines.shift();
    lines.pop();
  }
  if (lines[0]?.trim() !== '*** Begin Patch') return 'its patch has no beginning';
  if (lines.length < 2 || lines.at(-1)?.trim() !== '*** End Patch') return 'its patch has no end';
  return lines.slice(1, -1);
}

/** The head of a file; also where it stands among unchanged lines, which some programs take for one. */
function headOf(line: string): { path: string; change: ToldFile['change'] } | undefined {
  const trimmed = line.trim();
  const mark = marks.find(([text]) => trimmed.startsWith(text));
  return mark && { path: trimmed.slice(mark[0].length), change: mark[1] };
}

/** A new place for a file stands right behind the head of an update. */
function isMove(line: string, before: string | undefined): boolean {
  return line.trim().startsWith(moveMark) && before?.trim().startsWith(marks[1][0]) === true;
}

/** Written in the first column it is taken as it stands, with what follows the name. */
function movedTo(line: string): string {
  return (line.startsWith(moveMark) ? line : line.trim()).slice(moveMark.length);
}

/** Whether a line is one of a file's, of a kind that changes no other file. */
function isContent(line: string, file: string | undefined): boolean {
  const trimmed = line.trim();
  if (file === undefined) return trimmed === '' || trimmed.startsWith(environmentMark);
  return line.startsWith(' ') || !trimmed.startsWith('*') || trimmed === endOfFile;
}

/** A file may have several heads: what becomes of it in the end counts, and that it is new. */
function note(files: Map<string, ToldFile['change']>, { path, change }: ToldFile): void {
  const isStillNew = change === 'modified' && files.get(path) === 'created';
  files.set(path, isStillNew ? 'created' : change);
}

function movedInto(folder: string, { files }: Edit): Edit {
  const base = folder.replace(/\/+$/, '');
  const isAbsolute = (path: string) => /^(?:[\\/]|[A-Za-z]:)/.test(path);
  return {
    kind: 'edit',
    files: files.map(({ path, change }) => ({ path: isAbsolute(path) ? path : `${base}/${path}`, change })),
  };
}

function unquoted(word: string): string {
  return /^["']/.test(word) ? word.slice(1, -1) : word;
}

function unreadable(why: string): ToolAction {
  return { kind: 'unreadable', why };
}

function shown(line: string): string {
  const most = limits.patchLineShownCharacters;
  return line.length > most ? `${line.slice(0, most)}…`.toWellFormed() : line;
}
