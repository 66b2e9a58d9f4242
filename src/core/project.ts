/**
 * Which project a repository's folder belongs to while sessions are in it. The id comes from the remote, which may be added or
 * changed in the middle of work; sessions that can affect each other must not be parted by that.
 */
import { lookAround } from './presence.ts';
import type { View } from './unit.ts';

/** The project in which the store keeps what belongs to no project. No real id begins with `@`. */
export const placesProject = '@places';

export function isRealProject(id: string): boolean {
  return !id.startsWith('@');
}

export function placeId(host: string, anchor: string): string {
  return `${host}:${anchor}`;
}

/** Whether a living session of this project works in the repository at `anchor`: then the place stays with the project. */
export async function isInhabited(view: View, host: string, anchor: string): Promise<boolean> {
  const { live } = await lookAround(view);
  return live.some(session => session.host === host && session.anchor === anchor);
}
