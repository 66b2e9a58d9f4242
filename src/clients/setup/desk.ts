/** The files as they were seen once, and as they would be with what was planned or has been written since. */
import { SignalboxError } from '../../core/errors.ts';
import type { SeenFile, SetupFiles } from '../../core/setup-files.ts';
import type { SetupPlace } from './define-setup.ts';
import { bytesOf, textOf } from './edits/text.ts';

export class Desk {
  readonly #files: SetupFiles;
  readonly #place: SetupPlace;
  readonly #seen: Map<string, SeenFile>;
  readonly #contents = new Map<string, string | null>();

  /** `seen` is shared between desks, so that what is written is held against what was shown. */
  constructor(files: SetupFiles, place: SetupPlace, seen: Map<string, SeenFile> = new Map()) {
    this.#files = files;
    this.#place = place;
    this.#seen = seen;
  }

  /** Another desk over the same look at the files, without what was planned on this one. */
  fresh(): Desk {
    return new Desk(this.#files, this.#place, this.#seen);
  }

  /** A desk to try something on; `take` adopts what was planned there. */
  branch(): Desk {
    const branch = this.fresh();
    for (const [target, text] of this.#contents) branch.#contents.set(target, text);
    return branch;
  }

  take(branch: Desk): void {
    for (const [target, text] of branch.#contents) this.#contents.set(target, text);
  }

  /** Errors: those of `SetupFiles.look`; `forbidden` for a file that a repository leads out of itself. */
  look(path: string): SeenFile {
    const known = this.#seen.get(path);
    if (known) return known;
    const seen = this.#files.look(path);
    if (this.#place.scope === 'project') assertInside(path, seen.target, this.#place);
    this.#seen.set(path, seen);
    return seen;
  }

  /** What the file holds by now. */
  text(path: string): string | null {
    const { target, bytes } = this.look(path);
    const content = this.#contents.get(target);
    if (content !== undefined) return content;
    return bytes === null ? null : textOf(bytes, path);
  }

  set(target: string, text: string | null): void {
    this.#contents.set(target, text);
  }

  fingerprint(text: string): string {
    return this.#files.fingerprint(bytesOf(text));
  }
}

/** Who clones a repository has not looked at its links: one could lead to a file of the user's own, or of git. */
function assertInside(path: string, target: string, { root, platform }: SetupPlace): void {
  const separator = platform === 'win32' ? '\\' : '/';
  const inside = target.startsWith(root + separator) ? target.slice(root.length + 1).split(separator) : undefined;
  if (inside && !inside.some(segment => segment.toLowerCase() === '.git')) return;
  throw new SignalboxError(
    'forbidden',
    `${path} leads out of the repository, to ${target}; it was left as it is.`,
    'Remove that link, or set the client up for yourself with --user.',
  );
}
