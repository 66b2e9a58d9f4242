/** Locks on files as vocabularies see them whose callers name a path and a mode, and whose sessions work in folders of their own. */
import { locksInForce } from '../core/blocking.ts';
import { SignalboxError } from '../core/errors.ts';
import { isPattern } from '../core/glob.ts';
import { acquire } from '../core/lock.ts';
import { release } from '../core/lock-release.ts';
import type { Blocker } from '../core/obstacles.ts';
import type { LockMode, LockRecord, Resource, SessionRecord } from '../core/records.ts';
import { nativeName } from '../core/resource-text.ts';
import type { Look, Seat } from './foreign-look.ts';
import type { Participant } from './participant.ts';

/** A file as it was named, and the free name that it is where no file can be meant. */
export interface NamedFile {
  readonly path: string;
  readonly name: string;
  /** The folder that the path starts from; null for the connection's. */
  readonly folder: string | null;
}

export interface FileWish {
  readonly file: NamedFile;
  readonly mode: LockMode;
  readonly ttlSeconds: number;
}

export interface FileLock {
  readonly lock: LockRecord;
  readonly holder: SessionRecord;
}

export interface FileOutcome {
  readonly mine: LockRecord | null;
  /** Who is in the way; empty once it is granted. */
  readonly blockers: readonly Blocker[];
  /** Locks of others on the same that do not block. */
  readonly company: readonly FileLock[];
}

export interface Returned {
  readonly isReleased: boolean;
  /** Own locks on more than this, which stay. */
  readonly covered: readonly FileLock[];
  /** Those of others, where the caller had none on this very file. */
  readonly others: readonly FileLock[];
}

export class ForeignFiles {
  readonly #look: Look;
  readonly #at: Seat;

  constructor(look: Look, at: Seat) {
    [this.#look, this.#at] = [look, at];
  }

  /** Takes a lock, renews it, or changes its mode; or says who is in the way. Nothing waits. Errors: those of `acquire`. */
  async acquire(caller: Participant, { file, mode, ttlSeconds }: FileWish): Promise<FileOutcome> {
    const resources = await this.#resources(file);
    const ticket = caller.world.ids.next();
    const wish = { ticket, resources, pools: [], mode, reason: null, priority: 'normal' } as const;
    const { granted, blockers, warnings } = await caller.transact((unit, me) =>
      acquire(unit, me, { ...wish, ttlMs: ttlSeconds * 1000 }, null),
    );
    const company = warnings.flatMap(({ lock, session }) => (lock ? [{ lock, holder: session }] : []));
    return { mine: granted?.[0] ?? null, blockers, company };
  }

  /** Gives a lock back. */
  async release(caller: Participant, file: NamedFile): Promise<Returned> {
    const resources = await this.#resources(file);
    const { released } = await caller.transact((unit, me) => release(unit, me, resources));
    if (released.length > 0) return { isReleased: true, covered: [], others: [] };
    return caller.read(async (view, me) => {
      const { locks } = await locksInForce(view, resources, null);
      const isOwn = ({ holder }: FileLock) => holder.id === me.id;
      return { isReleased: false, covered: locks.filter(isOwn), others: locks.filter(held => !isOwn(held)) };
    });
  }

  /** Gives back all that the caller has; how many locks that were. */
  async releaseAll(caller: Participant): Promise<number> {
    return caller.transact(async (unit, me) => {
      const { released } = await release(unit, me, 'all');
      return released.filter(lock => lock.expiresAt > unit.tx.now).length;
    });
  }

  /** The locks that count now, the oldest first; of what a file may mean, of one session, or all. */
  async list(files: readonly NamedFile[] | null, holder: SessionRecord | null): Promise<readonly FileLock[]> {
    const resources = files && (await Promise.all(files.map(file => this.#resources(file)))).flat();
    const { locks } = await this.#look(view => locksInForce(view, resources, holder));
    return locks;
  }

  async #resources({ path, folder }: NamedFile): Promise<Resource[]> {
    const { at, spelled } = await this.#at(folder);
    const whole = spelled(path);
    try {
      return await at.resources([whole], undefined);
    } catch (error) {
      if (!(error instanceof SignalboxError) || error.code !== 'invalid_input') throw error;
      // A file outside of the project can be locked all the same: its real path is a name then.
      return at.resources(undefined, [nativeName(await realOutside(at, whole, error))]);
    }
  }
}

/** The real path of one file or folder outside of the project. Anything else is refused for the reason that there was, with words that lead on here. */
async function realOutside(at: Participant, path: string, refusal: SignalboxError): Promise<string> {
  const { project } = await at.world.worktrees.describe(at.directory);
  const spot = await at.world.worktrees.placeOf(path, at.directory, project);
  if (/\p{Cc}/u.test(path) || spot.where === 'project') throw refusal;
  if (spot.where === 'git') throw refused(refusal.message, 'Say what you do to git with intent_announce instead.');
  if (spot.path !== undefined) return spot.path;
  if (!isPattern(path)) throw refused(refusal.message, 'Name the file itself.');
  throw refused('A pattern outside of the project covers nothing.', 'Name the file itself.');
}

function refused(message: string, next: string): SignalboxError {
  return new SignalboxError('invalid_input', message, next);
}
