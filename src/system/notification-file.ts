/**
 * The rules file that a session's block is kept in: a file of the checkout that no version control knows of, whoever made it. What
 * cannot be done safely is not done, and said once.
 */
import { isAbsolute, join, relative, sep } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { tellsOf, withWaiting } from '../core/notification-text.ts';
import type { Log, Processes, Worktrees } from '../core/ports.ts';
import type { ProcessIdentity } from '../core/process.ts';
import type { SeenFile, SetupFiles } from '../core/setup-files.ts';
import { gitFolderAt } from './git-folder.ts';
import { askGit, gitEnvironment } from './git-program.ts';

export interface NotificationFileOptions {
  /** Relative to the root of the checkout, or absolute and inside it. */
  readonly path: string;
  /** Where the session works. */
  readonly directory: string;
  readonly worktrees: Pick<Worktrees, 'describe'>;
  readonly processes: Pick<Processes, 'self' | 'liveness'>;
  readonly files: Pick<SetupFiles, 'look' | 'replace' | 'makeFolders' | 'removeEmptyFolders'>;
  readonly log: Log;
  readonly git?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** How often it begins again when somebody else writes the file at the same moment. */
const attempts = 10;

export interface NotificationFile {
  /** `tool` reads what waits; null where none is known. */
  tell(unread: number, tool?: string | null): Promise<void>;
}

export function createNotificationFile(options: NotificationFileOptions): NotificationFile {
  const file = new RealNotificationFile(options);
  let last: Promise<void> = Promise.resolve();
  return {
    tell(unread, tool = 'message_read') {
      last = last.then(() => file.tell(unread, tool));
      return last;
    },
  };
}

class RealNotificationFile {
  readonly #options: NotificationFileOptions;
  readonly #owner: string;
  readonly #environment: NodeJS.ProcessEnv;
  #complaint = '';
  #made: readonly string[] = [];

  constructor(options: NotificationFileOptions) {
    this.#options = options;
    this.#owner = ownerText(options.processes.self());
    this.#environment = gitEnvironment(options.environment ?? process.env);
  }

  async tell(unread: number, tool: string | null): Promise<void> {
    try {
      for (let left = attempts; left > 0; left -= 1) if (await this.#try(unread, tool, left === 1)) return;
    } catch (error) {
      this.#complain((error as Error).message);
    }
  }

  /** False when somebody else was quicker. */
  async #try(unread: number, tool: string | null, isLast: boolean): Promise<boolean> {
    const { path, directory, worktrees, files } = this.#options;
    const { root } = await worktrees.describe(directory);
    const seen = files.look(isAbsolute(path) ? path : join(root, path));
    const name = nameInside(root, seen.target);
    const text = seen.bytes && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(seen.bytes);
    const next = withWaiting(text, { owner: this.#owner, unread, tool }, owner => this.#isGone(owner));
    if (next === undefined) throw new Error(`somebody has changed the marks of the block in ${name}`);
    if (next === text) return true;
    try {
      // What is there is taken back wherever it is.
      if (tellsOf(next, this.#owner)) await this.#assertPrivate(root, name, seen);
      this.#write(seen, next);
      return true;
    } catch (error) {
      if (isLast || !(error instanceof SignalboxError) || error.code !== 'conflict') throw error;
      return false;
    }
  }

  #write(seen: SeenFile, text: string | null): void {
    const { files } = this.#options;
    const bytes = text === null ? null : new TextEncoder().encode(text);
    if (seen.missingFolders.length > 0) {
      files.makeFolders(seen.missingFolders, 0o755);
      this.#made = seen.missingFolders;
    }
    files.replace({ target: seen.target, expected: seen.bytes, bytes, mode: seen.mode ?? 0o644 });
    if (bytes === null) files.removeEmptyFolders(this.#made);
  }

  /** Whoever wrote a line there and is not running any more has left it behind. One of another machine is not ours to judge. */
  #isGone(owner: string): boolean {
    const identity = identityIn(owner);
    return identity === undefined || this.#options.processes.liveness(identity) === 'dead';
  }

  /** Errors where version control has the file, or might get it. */
  async #assertPrivate(root: string, name: string, seen: SeenFile): Promise<void> {
    const folder = gitFolderAt(root);
    if (folder === undefined) return;
    const above = seen.missingFolders[0] ? join(seen.missingFolders[0], '..') : join(seen.target, '..');
    if ((await this.#options.worktrees.describe(above)).root !== root) {
      throw new Error(`${name} lies in another repository than ${root}`);
    }
    const tracked = await this.#git(root, ['ls-files', '--error-unmatch', '--', name]);
    if (tracked === 0) throw new Error(`${name} is under version control, so everybody would get it`);
    if (tracked !== 1) throw new Error(`git does not tell whether ${name} is under version control`);
    if (seen.bytes !== null || (await this.#isIgnored(root, name))) return;
    this.#exclude(join(folder.commonDirectory, 'info', 'exclude'), name);
    if (!(await this.#isIgnored(root, name))) throw new Error(`git would show ${name} as a new file`);
  }

  async #isIgnored(root: string, name: string): Promise<boolean> {
    // It takes plain paths and refuses to be told so.
    const plain = { GIT_LITERAL_PATHSPECS: '0' };
    return (await this.#git(root, ['check-ignore', '--quiet', '--', name], plain)) === 0;
  }

  async #git(root: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const { git = 'git' } = this.#options;
    const question = { root, args, environment, withinMs: limits.gitAnswerMs };
    return (await askGit(git, this.#environment, question))?.code;
  }

  /** In the repository's own list of what is nobody else's business, which is not shared. */
  #exclude(path: string, name: string): void {
    const { files } = this.#options;
    const seen = files.look(path);
    const text = seen.bytes ? Buffer.from(seen.bytes).toString('utf8') : '';
    const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    const bytes = new TextEncoder().encode(`${start}/${name.replaceAll(/[\\*?[\] ]/g, '\\$&')}\n`);
    files.makeFolders(seen.missingFolders, 0o755);
    files.replace({ target: seen.target, expected: seen.bytes, bytes, mode: seen.mode ?? 0o644 });
  }

  #complain(reason: string): void {
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    this.#options.log.warn('the notification block is not kept', { reason });
  }
}

/** The file's name from the root on. Errors for one that lies outside, among git's own files, or is no plain name. */
function nameInside(root: string, target: string): string {
  const name = relative(root, target).split(sep).join('/');
  if (name === '' || name === '..' || name.startsWith('../') || isAbsolute(name)) {
    throw new Error(`${target} lies outside the checkout ${root}`);
  }
  if (/^\.git(?:\/|$)/i.test(name) || /[\0-\x1f]/.test(name)) throw new Error(`${target} is no file for rules`);
  return name;
}

function ownerText({ host, boot, pid, startedAt }: ProcessIdentity): string {
  return [host, boot, String(pid), startedAt].map(encodeURIComponent).join('|');
}

function identityIn(owner: string): ProcessIdentity | undefined {
  try {
    const [host, boot, pid, startedAt, ...more] = owner.split('|').map(decodeURIComponent);
    if (!host || !boot || !startedAt || more.length > 0 || !/^\d{1,10}$/.test(pid ?? '')) return undefined;
    return { host, boot, pid: Number(pid), startedAt };
  } catch {
    return undefined;
  }
}
