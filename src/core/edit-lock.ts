/**
 * Locks that edits take by themselves. Such a lock is on a file in one checkout: there it counts like any other, and towards those
 * who stand in another checkout of the project it informs and excludes nothing, because nobody overwrites anybody over two
 * checkouts. What a session asked for by name counts in all of them.
 */
import { limits } from './limits.ts';
import type { ResolvedPath } from './ports.ts';
import type { LockMode, LockRecord, Resource, SessionRecord } from './records.ts';
import { fileResource } from './resource.ts';

/** A checkout as resources name it. */
export function seatOf({ host, root }: { readonly host: string; readonly root: string }): string {
  return `${host}:${root}`;
}

/** A file as an edit in a checkout locks it. */
export function editResource(resolved: ResolvedPath, seat: string): Resource {
  return { ...fileResource({ ...resolved, isFolder: false }), checkout: seat };
}

/** A folder and all that is in it, the same way: for what removes or moves one. */
export function editFolder(resolved: ResolvedPath, seat: string): Resource {
  return { ...fileResource({ ...resolved, isFolder: true }), checkout: seat };
}

/** Whether a resource is that of an edit; others of one checkout are names such as `git:head`. */
export function isEdit({ name, checkout }: Pick<Resource, 'name' | 'checkout'>): boolean {
  return checkout !== null && name.startsWith('file:');
}

/** The checkout from which a request looks at the locks of edits; null for one that is an edit itself, or where it is not known: all count then. */
export function seatFor(session: SessionRecord, resources: readonly Resource[]): string | null {
  // The person at a shell stands in no checkout.
  return session.kind === 'operator' || resources.some(isEdit) ? null : seatOf(session);
}

type Held = Pick<Resource, 'name' | 'checkout'> & { readonly mode: LockMode };

/** In which mode a lock counts for somebody who stands at `seat`. */
export function modeTowards(lock: Held, seat: string | null): LockMode {
  return countsAt(lock, seat) ? lock.mode : 'intent';
}

/** What of a request's resources, once granted, excludes somebody who stands at `seat`. */
export function countingAt(resources: readonly Resource[], seat: string | null): readonly Resource[] {
  return resources.filter(resource => countsAt(resource, seat));
}

function countsAt(resource: Pick<Resource, 'name' | 'checkout'>, seat: string | null): boolean {
  return seat === null || !isEdit(resource) || resource.checkout === seat;
}

/** How long the lock of an edit outlives the last sign of work of its holder. */
export const editTtlMs = limits.lockDefaultTtlSeconds * 1000;

/** Whether a lock is that of an edit which has yet to come: the file is kept for a session that waited for it. */
export function isKept(lock: Pick<LockRecord, 'name' | 'checkout' | 'ttlMs'>): boolean {
  return isEdit(lock) && lock.ttlMs < editTtlMs;
}
