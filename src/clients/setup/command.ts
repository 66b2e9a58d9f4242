/** The command lines that are put into configurations, and how they are recognised there again, whoever wrote them. */
import { unasked } from '../define-client.ts';
import { type ClientId, clientIds, type JsonObject, type SetupPlace } from './define-setup.ts';

/** The server, as nearly every client takes it. */
export function serverEntry({ program }: SetupPlace): { readonly command: string; readonly args: readonly string[] } {
  return { command: program.command, args: [...program.args, 'mcp'] };
}

/** The words by which a client's hook calls us. */
export function hookWords({ hookProgram }: SetupPlace, client: ClientId, event: string): [string, ...string[]] {
  return [hookProgram.command, ...hookProgram.args, client, event];
}

/** The same as one line for the shell that the client runs hooks with: `sh`, or what Windows has. */
export function hookLine(place: SetupPlace, client: ClientId, event: string): string {
  const quote = place.platform === 'win32' ? forWindows : forShell;
  return hookWords(place, client, event).map(quote).join(' ');
}

/** The line for PowerShell, which calls a quoted word only when told to. */
export function hookPowerShellLine(place: SetupPlace, client: ClientId, event: string): string {
  const [command, ...words] = hookWords(place, client, event).map(forPowerShell);
  return `${command?.startsWith("'") ? '& ' : ''}${[command, ...words].join(' ')}`;
}

/**
 * A line that always ends well. Some clients forbid every tool when a hook fails, also when the program is not there any more or
 * was never installed by somebody who has cloned the repository; a decision of ours is told in the answer and not by the exit code.
 */
export function forgiving(line: string): string {
  return `${line} || true`;
}

/** The same for clients that tell their user of every hook that fails: one whose program is gone says nothing. */
export function quiet({ platform }: SetupPlace, line: string): string {
  return platform === 'win32' ? line : forgiving(`${line} 2>/dev/null`);
}

export function forgivingPowerShell(line: string): string {
  return `${line}; exit 0`;
}

/** The same where an exit code of two means something that is wanted. */
export function forgivingButTwo(line: string): string {
  return `${line} || exit $(( $? == 2 ? 2 : 0 ))`;
}

export function forgivingPowerShellButTwo(line: string): string {
  return `${line}; if ($LASTEXITCODE -eq 2) { exit 2 } else { exit 0 }`;
}

/** A quiet line, or a strict one where it asks whether something may be done and setup is to fail closed. */
export function asked(place: SetupPlace, line: string, isQuestion: boolean): string {
  const isStrict = isQuestion && place.failsClosed === true && place.platform !== 'win32';
  return isStrict ? strict(line, ' 2>/dev/null') : quiet(place, line);
}

/**
 * A line of which whatever goes wrong forbids what it asks about, within our program, too. An exit code of two means that to every client,
 * if something stands on standard error; one of our own has said why. `rest` is what belongs behind the words.
 */
export function strict(line: string, rest = ''): string {
  return `${line} --fail-closed${rest} || { [ $? -eq 2 ] || echo '${unasked}' >&2; exit 2; }`;
}

export function strictPowerShell(line: string, rest = ''): string {
  const say = `if ($LASTEXITCODE -ne 2) { [Console]::Error.WriteLine('${unasked}') }`;
  return `${line} --fail-closed${rest}; if ($LASTEXITCODE -ne 0) { ${say}; exit 2 }`;
}

/** A word as a POSIX shell takes it literally. */
function forShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** No path of Windows has a quote in it. */
function forWindows(word: string): string {
  return /^[\w@+=:,./\\-]+$/.test(word) ? word : `"${word}"`;
}

function forPowerShell(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`;
}

/** Whether a word names the program: by its name, by the path of its file, or as a package with or without a version. */
function isProgram(word: string): boolean {
  return /^(?:.*[\\/])?signalbox(?:\.mjs|\.cmd|\.exe)?$|^signalbox@[\w.^~-]+$/.test(word);
}

/** Whether an entry in a list of servers starts Signalbox, by whatever path and in whatever version. */
export function isOurServer(value: unknown): boolean {
  const words = wordsOf(value);
  const at = words.findIndex(isProgram);
  return at >= 0 && words[at + 1] === 'mcp';
}

/** What somebody has put behind `mcp`, to be kept. */
export function argumentsBehind(value: unknown): string[] {
  const words = wordsOf(value);
  return isOurServer(value) ? words.slice(words.findIndex(isProgram) + 2) : [];
}

/** Whether a hook calls Signalbox: as a command, or as a tool of its server. */
export function isOurHook(value: unknown): boolean {
  if (!isObject(value)) return false;
  if (value.type === 'mcp_tool') return value.server === 'signalbox';
  const words = wordsOf(value);
  const at = words.findIndex(word => isProgram(word) || isHookProgram(word));
  if (at >= 0 && (words[at + 1] === 'hook' || isClient(words[at + 1]))) return true;
  const lines = [value.command, value.bash, value.powershell, value.windows, value.linux, value.osx];
  return lines.some(line => typeof line === 'string' && hookCall.test(line) && ourProgram.test(line));
}

/**
 * A line for a shell that does nothing but call `signalbox hook`, or the program that is for hooks only, perhaps by node, by a path
 * and quoted. One in which somebody does more than that is theirs.
 */
const hookCall = new RegExp(
  [
    '^\\s*(?:&\\s*)?',
    `(?:'[^']*node(?:\\.exe)?'\\s+|"[^"]*node(?:\\.exe)?"\\s+|\\S*node(?:\\.exe)?\\s+)?`,
    `(?:'[^']*'|"[^"]*"|[^\\s'"|;]+)`,
    '(?:\\s+hook)?',
    `\\s+(?:${clientIds.join('|')})\\s+\\w+`,
    '(?:\\s+--fail-closed)?(?:\\s+2>\\S+)?\\s*(?:$|\\|\\||;\\s*(?:exit|if)\\b)',
  ].join(''),
);
const ourProgram = /(?:^|[\s'"\\/])(?:signalbox(?:\.mjs|\.cmd|\.exe)?['"]?\s+hook|hook\.cjs['"]?)\s/;

function isHookProgram(word: string): boolean {
  return /[\\/]hook\.cjs$/.test(word);
}

function isClient(word: string | undefined): boolean {
  return clientIds.some(id => id === word);
}

function wordsOf(value: unknown): string[] {
  if (!isObject(value)) return [];
  const words = [value.command, value.args].flat();
  return words.filter(word => typeof word === 'string');
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
