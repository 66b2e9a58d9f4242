/** Paths of a platform that need not be this one, and the folders that clients keep their files in. */
import type { SetupPlace } from './define-setup.ts';

/** Joins a path the way the platform writes it. */
export function joined({ platform }: Pick<SetupPlace, 'platform'>, ...parts: readonly string[]): string {
  const separator = platform === 'win32' ? '\\' : '/';
  return parts.join('/').replaceAll('/', separator);
}

/** A file below the home folder. */
export function inHome(place: SetupPlace, ...parts: readonly string[]): string {
  return joined(place, place.home, ...parts);
}

/** A file of the repository. */
export function inRoot(place: SetupPlace, ...parts: readonly string[]): string {
  return joined(place, place.root, ...parts);
}

/** A folder that the client lets its user move by a variable; a relative one would be another in every folder. */
export function movable(place: SetupPlace, variable: string, standard: string): string {
  const named = place.environment[variable];
  return named && /^(\/|[A-Za-z]:[\\/])/.test(named) ? named : standard;
}

/** A file in the folder for the scope: `user` below the home folder, `project` below the repository's root. */
export function byScope(place: SetupPlace, user: string, project: string): string {
  return place.scope === 'user' ? user : inRoot(place, project);
}
