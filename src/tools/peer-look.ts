/** Everybody who lives in a store, in whatever project: what a vocabulary without projects has to look through. */
import { limits } from '../core/limits.ts';
import { peersIn } from '../core/peer.ts';
import type { Peering } from '../core/peer-address.ts';
import type { Reader } from '../core/ports.ts';
import { reap } from '../core/presence.ts';
import { isRealProject } from '../core/project.ts';
import type { DeskParts } from './desk-parts.ts';

/** All that live, where they work: guests are left out. Those whose process is gone are ended on this occasion. */
export async function everybody({ world, issuer }: DeskParts): Promise<Peering[]> {
  const { store, processes, ids } = world;
  const lists = await inEachProject(world, async (tx, project) => {
    const { peers, stale } = await peersIn({ tx, processes }, issuer);
    return { project, stale, found: peers.map(session => ({ project, session })) };
  });
  for (const { project, stale } of lists) if (stale) await store.transact(project, tx => reap({ tx, processes, ids }));
  return lists.flatMap(({ found }) => found);
}

/** Looks into every project that there ever was, some at a time: there may be thousands, in most of which nobody is any more. */
export async function inEachProject<T>(
  { store }: DeskParts['world'],
  look: (tx: Reader, project: string) => Promise<T>,
): Promise<T[]> {
  const projects = (await store.projects()).filter(isRealProject);
  const found: T[] = [];
  for (let at = 0; at < projects.length; at += limits.peerProjectsAtOnce) {
    const some = projects.slice(at, at + limits.peerProjectsAtOnce);
    found.push(...(await Promise.all(some.map(project => store.read(project, tx => look(tx, project))))));
  }
  return found;
}
