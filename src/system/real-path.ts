/** Follows a path, or a path pattern, through the real file system as far as it exists. */
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, parse } from 'node:path';
import { globBase, isPattern } from '../core/glob.ts';

export interface RealPath {
  /** The real path of the longest part that exists, in its true case. */
  readonly existing: string;
  /** The segments behind it: names that do not exist yet, or a pattern. */
  readonly rest: readonly string[];
  /** Whether a folder stands there; undefined when nothing does and the path does not end in a slash. */
  readonly isFolder: boolean | undefined;
}

const linksFollowed = 40;

/**
 * Finds where `path` (with `/` between segments; absolute, or relative to the real folder `directory`) lies. Symbolic links are
 * followed before `..`, as the system does; one that leads to nothing counts as what it names. A segment that exists is a name
 * even if it looks like a pattern. Undefined when links lead in a circle.
 */
export function realPathOf(path: string, directory: string): RealPath | undefined {
  const whole = realPathOrNothing(isAbsolute(path) ? path : `${directory}/${path}`);
  if (whole !== undefined) return { existing: whole, rest: [], isFolder: isFolder(whole) };
  const walk = new Walk(path, directory);
  if (!walk.toEnd()) return undefined;
  const existing = realPathOrNothing(walk.existing) ?? walk.existing;
  const known = walk.rest.length === 0 ? isFolder(existing) : path.endsWith('/') || undefined;
  return { existing, rest: walk.rest, isFolder: known };
}

class Walk {
  existing: string;
  rest: string[] = [];
  private pending: string[];
  private links = 0;

  constructor(path: string, directory: string) {
    this.existing = directory;
    this.pending = this.begin(path);
  }

  /** False when links lead in a circle. */
  toEnd(): boolean {
    for (let segment = this.pending.shift(); segment !== undefined; segment = this.pending.shift()) {
      if (segment === '' || segment === '.') continue;
      if (segment === '..') this.stepUp();
      else if (this.rest.length > 0 || !this.enter(segment)) this.append(segment);
      if (this.links > linksFollowed) return false;
    }
    return true;
  }

  /** Moves to the root of an absolute path; returns the segments behind it. */
  private begin(path: string): string[] {
    if (!isAbsolute(path)) return path.split('/');
    this.existing = parse(path).root;
    return path.slice(this.existing.length).split(/[\\/]/);
  }

  private stepUp(): void {
    if (this.rest.length > 0) this.rest.pop();
    else this.existing = dirname(this.existing);
  }

  /** Goes into an existing entry; false when there is none. */
  private enter(segment: string): boolean {
    // The same name may be stored in another Unicode form than it was typed in.
    for (const name of new Set([segment, segment.normalize('NFC'), segment.normalize('NFD')])) {
      const entry = join(this.existing, name);
      const isLink = linkOrNothing(entry);
      if (isLink === undefined) continue;
      if (isLink) this.follow(entry);
      else this.existing = entry;
      return true;
    }
    return false;
  }

  private follow(link: string): void {
    const real = realPathOrNothing(link);
    if (real !== undefined) {
      this.existing = real;
      return;
    }
    this.links += 1;
    this.pending = [...this.begin(readlinkSync(link)), ...this.pending];
  }

  private append(segment: string): void {
    const remaining = [segment, ...this.pending].filter(part => part !== '' && part !== '.');
    const text = remaining.join('/');
    this.rest.push(segment);
    // Braces may hold slashes, and a pattern cannot be stepped out of: from here on the text stays as it is.
    if (isPattern(text) && globBase(text) === '') {
      this.rest.push(...remaining.slice(1));
      this.pending = [];
    }
  }
}

function isFolder(path: string): boolean | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory();
}

/** Whether the entry is a symbolic link; undefined when there is no entry, or none that can be seen. */
function linkOrNothing(path: string): boolean | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  } catch {
    return undefined;
  }
}

function realPathOrNothing(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
