/**
 * What the ids of peers mean, among all that live in a store. Handles are chosen, and several projects may have the same one: an id
 * that is shown means whoever it is shown for and nobody else, and no chosen name takes the place of an id.
 */
import { isHandle } from './handles.ts';
import { peerId, peerName } from './peer.ts';
import type { SessionRecord } from './records.ts';

/** A living session, and where it works. */
export interface Peering {
  readonly project: string;
  readonly session: SessionRecord;
}

/** Who asks: a handle of its own project goes before the same one of another; null for somebody of no project. */
export interface PeerView {
  readonly issuer: string;
  readonly project: string | null;
  readonly all: readonly Peering[];
}

/** Whom an id means: nobody, one, or several that have the same handle. It may be written with an @ and in any case. */
export function meantBy({ issuer, project, all }: PeerView, id: string): readonly Peering[] {
  const plain = id.replace(/^@/, '').toLowerCase();
  const ways: ((each: Peering) => boolean)[] = [
    ({ session }) => session.id === plain,
    ({ session }) => peerName(session, issuer) === plain,
    ({ session }) => peerId(session.id) === plain,
    each => isHandle(plain) && each.session.handle === plain && each.project === project,
    each => isHandle(plain) && each.session.handle === plain,
  ];
  for (const isMeant of ways) {
    const found = all.filter(isMeant);
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * By what id a session is shown: its own as a peer; of one that speaks natively its handle, unless that means anybody else, then the
 * beginning of its native id, or all of that. One that has gone keeps what means nobody else by now.
 */
export function addressOf(view: PeerView, session: SessionRecord): string {
  const name = peerName(session, view.issuer);
  if (name !== null) return name;
  return strangersAddress(view, session.id, isHandle(session.handle) ? session.handle : null);
}

/** The same for a session of which only a message tells. */
export function strangersAddress(view: PeerView, id: string, handle: string | null): string {
  const candidates = [...(handle === null ? [] : [handle]), peerId(id)];
  // Whoever reads it, in whatever project.
  const anywhere = { ...view, project: null };
  return candidates.find(each => meantBy(anywhere, each).every(({ session }) => session.id === id)) ?? id;
}
