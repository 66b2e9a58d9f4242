/** Where Signalbox keeps its state, its configuration and its sockets, and what those folders must be like. */
import { chmodSync, existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname, posix, win32 } from 'node:path';
import { SignalboxError } from '../core/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Longest path of a socket in bytes. The system's own bound is 104 (macOS) or 108 (Linux) with a zero at the end. */
export const longestSocketPathBytes = 100;
/** Bytes of `/<20 hex characters>.sock`, the longest thing that is put into a runtime folder. */
export const socketNameBytes = 26;

/** Sessions, locks and messages: `$SIGNALBOX_HOME`, else where the platform keeps state. Always absolute. */
export function stateFolder(env: Environment, platform: NodeJS.Platform, home: string): string {
  const explicit = explicitHome(env, platform, home);
  if (explicit !== undefined) return explicit;
  if (platform === 'win32') return win32.join(env.LOCALAPPDATA || win32.join(home, 'AppData', 'Local'), 'Signalbox');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Signalbox');
  return posix.join(absoluteOnly(env.XDG_STATE_HOME) ?? posix.join(home, '.local', 'state'), 'signalbox');
}

/** The user's own settings: `$SIGNALBOX_HOME`, else where the platform keeps configuration. Always absolute. */
export function configFolder(env: Environment, platform: NodeJS.Platform, home: string): string {
  const explicit = explicitHome(env, platform, home);
  if (explicit !== undefined) return explicit;
  if (platform === 'win32') return win32.join(env.APPDATA || win32.join(home, 'AppData', 'Roaming'), 'Signalbox');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Signalbox');
  return posix.join(absoluteOnly(env.XDG_CONFIG_HOME) ?? posix.join(home, '.config'), 'signalbox');
}

/**
 * Where sockets live: short, private, gone after a reboot. All sessions of a user must come to the same answer, also those that
 * a sandbox, `ssh` or `cron` started with half an environment; so `TMPDIR` is not asked, and on Linux the login session's folder
 * is found without its variable. With an explicit `SIGNALBOX_HOME` the folder is that home's own, so that separate
 * installations and tests do not meet. A folder too long for a socket's path is passed over.
 *
 * `uid` is undefined on Windows, where the folder is only a name that pipes are derived from. `exists` tells whether a folder
 * is there.
 */
export function runtimeFolder(
  env: Environment,
  platform: NodeJS.Platform,
  uid: number | undefined,
  state: string,
  exists: (folder: string) => boolean = existsSync,
): string {
  if (platform === 'win32') return win32.join(state, 'run');
  const suffix = env.SIGNALBOX_HOME ? `-${shortHash(state)}` : '';
  const login = [absoluteOnly(env.XDG_RUNTIME_DIR), platform === 'linux' ? `/run/user/${uid}` : undefined];
  for (const base of login) {
    if (base === undefined || !exists(base)) continue;
    const folder = posix.join(base, `signalbox${suffix}`);
    if (Buffer.byteLength(folder) + socketNameBytes <= longestSocketPathBytes) return folder;
  }
  // One level below /tmp, whose sticky bit keeps others from replacing it; a level in between might be theirs.
  return `/tmp/signalbox-${uid ?? 'user'}${suffix}`;
}

/**
 * Eight hex digits that are the same for the same text: FNV-1a of its UTF-16 units, after Fowler, Noll and Vo. For telling folders
 * apart, not against anybody: every hook comes by here, and loading `node:crypto` would cost it three milliseconds.
 */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * Creates the folder with everything above it if it is missing, and makes sure that nobody but its owner, who must be this
 * user, can look into it. A mode that is too open is corrected.
 *
 * Fails with `unavailable` when it cannot be created, belongs to somebody else, is reached by somebody else's symbolic link,
 * or keeps an open mode. On Windows only existence is ensured: the profile's own access list protects it.
 */
export function ensurePrivateFolder(
  folder: string,
  platform: NodeJS.Platform = process.platform,
  uid: number | undefined = process.getuid?.(),
): void {
  try {
    makeFolder(folder);
    if (platform === 'win32' || uid === undefined) return;
    const link = lstatSync(folder);
    // In /tmp anybody can put a link under our name that leads to another folder of ours; root's links are the system's own.
    if (link.isSymbolicLink() && link.uid !== uid && link.uid !== 0) throw foreign(folder);
    const found = statSync(folder);
    if (found.uid !== uid) throw foreign(folder);
    if (isOpen(found.mode)) chmodSync(folder, 0o700);
    if (isOpen(statSync(folder).mode)) throw stillOpen(folder);
  } catch (error) {
    throw error instanceof SignalboxError ? error : unusable(folder, error);
  }
}

/**
 * Whether a folder is there and this user's alone, so that what lies in it was put there by this user. Changes nothing. On Windows
 * only whether it is there, since the profile's own access list protects it.
 */
export function isPrivateFolder(
  folder: string,
  platform: NodeJS.Platform = process.platform,
  uid: number | undefined = process.getuid?.(),
): boolean {
  try {
    const link = lstatSync(folder);
    if (platform === 'win32' || uid === undefined) return true;
    if (link.isSymbolicLink() && link.uid !== uid && link.uid !== 0) return false;
    const found = statSync(folder);
    return found.uid === uid && !isOpen(found.mode);
  } catch {
    return false;
  }
}

function isOpen(mode: number): boolean {
  return (mode & 0o077) !== 0;
}

function foreign(folder: string): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `The folder ${folder} belongs to another user.`,
    'Remove it, or set SIGNALBOX_HOME to a folder of your own.',
  );
}

function stillOpen(folder: string): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `The folder ${folder} can be read by other users, and its file system does not let that be changed.`,
    'Set SIGNALBOX_HOME to a folder on a file system that keeps permissions, such as one in your home folder.',
  );
}

function unusable(folder: string, cause: unknown): SignalboxError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  return new SignalboxError(
    'unavailable',
    `The folder ${folder} cannot be used (${code}).`,
    'Make it writable for your user, or set SIGNALBOX_HOME to a folder that is.',
    { cause },
  );
}

function explicitHome(env: Environment, platform: NodeJS.Platform, home: string): string | undefined {
  const named = env.SIGNALBOX_HOME;
  if (!named) return undefined;
  const path = platform === 'win32' ? win32 : posix;
  // Clients pass on what stands in their settings file, where no shell has replaced the tilde.
  return path.resolve(/^~(?=$|[/\\])/.test(named) ? path.join(home, named.slice(1)) : named);
}

/** The XDG specification has relative paths ignored, and empty ones mean unset. */
function absoluteOnly(path: string | undefined): string | undefined {
  return path && posix.isAbsolute(path) ? path : undefined;
}

/**
 * Creates a folder and those above it. The first missing one is made on its own, because where the system refuses that with
 * ENOENT (in /proc) Node's recursive call never returns.
 */
function makeFolder(folder: string): void {
  let missing = folder;
  while (!existsSync(missing) && !existsSync(dirname(missing))) missing = dirname(missing);
  if (!existsSync(missing)) makeUnlessThere(missing);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Another process may make it at the same moment. */
function makeUnlessThere(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
